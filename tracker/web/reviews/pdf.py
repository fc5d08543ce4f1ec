"""What two people see differently, on paper: the notes for their talk, with room to write where
it is open."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.administration import imprints
from tracker.queries.administration.imprints import Imprint
from tracker.queries.reviews import item_details
from tracker.queries.reviews.item_details import AgreedNextStep, SentEvidence, SideConfirmation
from tracker.queries.reviews.items import Item
from tracker.rules.frameworks.scale import EvidenceKind, counterpart
from tracker.rules.reviews.workflow import ItemStatus
from tracker.web.http import session
from tracker.web.reviews import labels
from tracker.web.reviews.endorsements.exception_labels import story
from tracker.web.reviews.outcome import ReviewOutcome
from tracker.web.ui.pdf import Data, Document, credits_of
from tracker.web.ui.templating.dates import full_day, today


@dataclass(frozen=True, slots=True)
class PrintedReview:
    """The page, and what stands on paper besides: what each thanked the other, if they did."""

    page: ReviewOutcome
    imprint: Imprint
    thanks: list[tuple[str, str]]


def printed(page: ReviewOutcome, library_id: int) -> PrintedReview:
    """Two more statements than the page."""
    header = page.header
    names = {False: header.reviewer_first, True: header.learner_first}
    thanks = [(names[by], row.text) for by, row in sorted(item_details.thanks(header.id).items())]
    return PrintedReview(page, imprints.imprint(header.framework_id, library_id), thanks)


def document(paper: PrintedReview) -> Document:
    of, imprint = paper.page, paper.imprint
    header = of.header
    data: Data = {
        "kicker": _(
            "Review \u00b7 %(framework)s, version %(version)s",
            framework=header.framework,
            version=header.framework_version,
        ),
        "facts": _facts(of, imprint.library),
        "lead": _lead(of),
        "parts": _parts(of),
        "thanks": [
            {"title": _("Thanks from %(name)s", name=name), "text": text}
            for name, text in paper.thanks
        ],
        "lists": _lists(of),
        "close": _close(of),
        "credits": credits_of(imprint),
    }
    title = _(
        "%(learner)s and %(reviewer)s: meeting notes",
        learner=header.learner,
        reviewer=header.reviewer,
    )
    return Document("differences", title, imprint.library, data)


def _facts(of: ReviewOutcome, library: str) -> list[list[str]]:
    header = of.header
    made_for = (
        _("%(name)s, as learner", name=session.actor().name)
        if of.is_learner
        else _("%(name)s, as supervisor", name=session.actor().name)
    )
    return [
        [_("Learner"), header.learner],
        [_("Supervisor"), header.reviewer],
        [_("Team"), f"{header.team} \u00b7 {library}"],
        [_("Status"), str(labels.REVIEW_STATUS[header.status])],
        [_("Sent on"), full_day(header.sent_at)],
        [_("Revealed on"), full_day(header.revealed_at) or _("not revealed")],
        [_("Made on"), full_day(session.now())],
        [_("Made for"), made_for],
    ]


def _lead(of: ReviewOutcome) -> list[str]:
    """How the answers came about, the counts of the page, and what is not in here."""
    header, found = of.header, of.found
    names = {"learner": header.learner, "reviewer": header.reviewer}
    how = (
        _(
            "This was an open review: %(reviewer)s saw %(learner)s\u2019s answers while answering.",
            **names,
        )
        if header.open
        else _(
            "%(learner)s and %(reviewer)s rated these statements without seeing the other\u2019s "
            "answer.",
            **names,
        )
    )
    differing = _with(of, ItemStatus.DIFFERS)
    if found.compared:
        how += " " + _(
            "%(equal)s of %(compared)s were the same at once, so they were reviewed.",
            equal=found.equal,
            compared=found.compared,
        )
    if differing:
        how += " " + ngettext(
            "%(num)d difference is open.", "%(num)d differences are open.", len(differing)
        )
    lead = [how]
    if differing and header.differences_due_on is not None and header.differences_due_on < today():
        lead.append(
            _(
                "The time for these differences ended on %(day)s: what is still open ends with no "
                "agreement.",
                day=full_day(header.differences_due_on),
            )
        )
    shown = (
        ItemStatus.DIFFERS,
        ItemStatus.KEPT_APART,
        ItemStatus.ENDORSED,
        ItemStatus.DROPPED,
        ItemStatus.HANDED_ON,
    )
    left = sum(item.status not in shown and not item.revealed for item in of.items)
    if left and header.is_live:
        lead.append(
            ngettext(
                "%(num)d statement of this review is not revealed yet.",
                "%(num)d statements of this review are not revealed yet.",
                left,
            )
        )
    return lead


def _parts(of: ReviewOutcome) -> list[Data]:
    """The agenda, as the page goes: what is open first, then the differences that came to an
    end."""
    settled = [item for item in of.items if item.status is ItemStatus.KEPT_APART or item.agreed]
    parts = [
        (_("To talk about"), _with(of, ItemStatus.DIFFERS)),
        (_("Differences that are settled"), settled),
    ]
    return [
        {
            "title": title,
            "head": [_("Statement"), _("Ratings"), _("Agreed, reason, next step")],
            "points": [_point(of, item) for item in found],
        }
        for title, found in parts
        if found
    ]


def _point(of: ReviewOutcome, item: Item) -> Data:
    header = of.header
    messages = of.messages.get(item.id, [])
    return {
        "title": item.title,
        "about": f"{item.code}, {item.level}",
        "text": item.text,
        "voices": [
            {
                "name": _("%(name)s:", name=header.learner_first),
                "answer": item.own_label,
                "ground": "",
                "notes": [item.own_note] if item.own_note else [],
            },
            {
                "name": _("%(name)s:", name=header.reviewer_first),
                "answer": of.words.theirs(item.theirs) if item.theirs else "",
                "ground": str(labels.GROUNDS[item.ground]) if item.ground else "",
                "notes": [item.their_note] if item.their_note else [],
            },
        ],
        "evidence": {
            "title": _("Evidence"),
            "rows": [_piece(piece) for piece in of.evidence.get(item.id, [])],
        },
        "messages": {
            "title": _("Question and reply"),
            "rows": [
                {
                    "who": f"{each.author}, {full_day(each.written_at)}",
                    "text": each.text or _("Erased with the evidence it was about."),
                }
                for each in messages
            ],
        },
        "outcome": _outcome(of, item),
        "steps": {
            "title": _("Next step"),
            "rows": [_step(step) for step in of.steps.get(item.id, [])],
        },
        "room": _room(of, item) if item.status is ItemStatus.DIFFERS else None,
    }


def _piece(piece: SentEvidence) -> Data:
    if not piece.title:
        erased = _("This piece of evidence was erased by its owner.")
        return {"title": "", "facts": erased, "href": "", "reason": ""}
    kind = {
        EvidenceKind.FILE: _("file"),
        EvidenceKind.LINK: _("link"),
        EvidenceKind.NOTE: _("note"),
    }[piece.kind]
    facts = [kind, *([_("done %(day)s", day=full_day(piece.done_on))] if piece.done_on else [])]
    reason = _("Why it counts here: %(reason)s", reason=piece.reason) if piece.reason else ""
    return {
        "title": piece.title,
        "facts": f"({', '.join(facts)})",
        "href": piece.href,
        "reason": reason,
    }


def _outcome(of: ReviewOutcome, item: Item) -> Data:
    header = of.header
    names = {header.learner_id: header.learner, header.reviewer_id: header.reviewer}
    sides = of.confirmations.get(item.id, {}).items()
    if item.agreed:
        words = _(
            "Reviewed: %(answer)s. You both agreed.", answer=of.words.scale[item.agreed].label
        )
        reasons = [f"{names[person_id]}: {side.reason}" for person_id, side in sides if side.reason]
    elif item.status is ItemStatus.KEPT_APART:
        words = _("No agreement: both ratings stay on record, and neither counts.")
        reasons = []
    else:
        words = ""
        reasons = [_proposal(names[person_id], side) for person_id, side in sides]
    reasons += map(story, of.exceptions.get(item.id, []))
    return {"words": words, "reasons": reasons}


def _proposal(name: str, side: SideConfirmation) -> str:
    """What one side confirmed of a difference that is still open."""
    if side.answer is None:
        return str(_("%(name)s wants to talk about it.", name=name))
    words = _("%(name)s would agree on %(answer)s", name=name, answer=side.label)
    return f"{words}: {side.reason}" if side.reason else str(words)


def _step(step: AgreedNextStep) -> Data:
    facts = [step.owner]
    if step.due_on:
        facts.append(_("by %(day)s", day=full_day(step.due_on)))
    if step.done_at:
        facts.append(_("done %(day)s", day=full_day(step.done_at)))
    return {"text": step.text, "facts": " \u00b7 ".join(facts)}


def _room(of: ReviewOutcome, item: Item) -> list[str]:
    """What the two can tick, to put it on the page afterwards."""
    answers = of.words.agreed(by_learner=of.is_learner)
    given = [answers[key] for key in (item.own, counterpart(item.theirs or "")) if key in answers]
    return [*given, _("another"), _("no agreement")]


def _lists(of: ReviewOutcome) -> list[Data]:
    """What needs no talk: short."""
    header = of.header
    equal = [item for item in _with(of, ItemStatus.ENDORSED) if not item.agreed]
    unseen = [item for item in _with(of, ItemStatus.NOT_OBSERVED) if item.revealed]
    lists = [
        (
            _("Equal"),
            _("Both answered the same: reviewed by %(name)s.", name=header.reviewer),
            equal,
            True,
        ),
        (
            _("Haven’t seen it"),
            _(
                "%(name)s had no chance to see these. They are not reviewed, and there is no "
                "difference.",
                name=header.reviewer,
            ),
            unseen,
            True,
        ),
        (
            _("Dropped"),
            _("Dropped after a question. They can be sent again."),
            _with(of, ItemStatus.DROPPED),
            False,
        ),
        (
            _("Reassigned"),
            _(
                "These went to another reviewer before they were revealed. Nobody sees what "
                "%(name)s answered.",
                name=header.reviewer,
            ),
            _with(of, ItemStatus.HANDED_ON),
            False,
        ),
    ]
    return [
        {
            "title": title,
            "note": note,
            "rows": [_line(of, item, item.own_label if is_said else "") for item in found],
        }
        for title, note, found, is_said in lists
        if found
    ]


def _line(of: ReviewOutcome, item: Item, said: str) -> Data:
    steps = [_step(step) for step in of.steps.get(item.id, [])]
    words = [_("Next step: %(text)s", text=f"{step['text']} ({step['facts']})") for step in steps]
    words += map(story, of.exceptions.get(item.id, []))
    return {"code": item.code, "title": item.title, "said": said, "steps": words}


def _close(of: ReviewOutcome) -> str:
    if not _with(of, ItemStatus.DIFFERS):
        return ""
    return str(
        _(
            "Both ratings stay on record, whatever is agreed. After %(day)s what is still open "
            "ends with no agreement.",
            day=full_day(of.header.differences_due_on),
        )
    )


def _with(of: ReviewOutcome, status: ItemStatus) -> list[Item]:
    return [item for item in of.items if item.status is status]
