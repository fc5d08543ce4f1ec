"""What two people see differently, on paper: the notes for their talk, with room to write where
it is open."""

from dataclasses import dataclass

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import counterpart
from tracker.queries.core import imprints as imprints_queries
from tracker.queries.core.imprints import Imprint
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.differences.pages import story
from tracker.reviews.result.pages import End, ReviewOutcome, end_of
from tracker.reviews.review import pages_screens as review_pages_screens, queries as review_queries
from tracker.reviews.review.queries import AgreedNextStep, SentEvidence, SideConfirmation
from tracker.reviews.review.queries_items import Item
from tracker.web.http import session
from tracker.web.ui.pdf import Data, Document, credits_of
from tracker.web.ui.templating.dates import full_day, today


@dataclass(frozen=True, slots=True)
class PrintedReview:
    """The page, and what stands on paper besides: what each thanked the other, if they did."""

    page: ReviewOutcome
    imprint: Imprint
    thanks: list[tuple[str, str]]


def printed(page: ReviewOutcome, library_id: int) -> PrintedReview:
    """Takes two queries more than the page."""
    header = page.header
    names = (header.reviewer_first, header.learner_first)
    thanks = [(names[by], row.text) for by, row in sorted(review_queries.thanks(header.id).items())]
    return PrintedReview(page, imprints_queries.imprint(header.framework_id, library_id), thanks)


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
    made_for = _("%(name)s, as learner", name=session.actor().name)
    if not of.is_learner:
        made_for = _("%(name)s, as supervisor", name=session.actor().name)
    return [
        [_("Learner"), header.learner],
        [_("Supervisor"), header.reviewer],
        [_("Team"), f"{header.team} \u00b7 {library}"],
        [_("Status"), str(review_pages_screens.REVIEW_STATUS[header.status])],
        [_("Sent on"), full_day(header.sent_at)],
        [_("Revealed on"), full_day(header.revealed_at) or _("not revealed")],
        [_("Made on"), full_day(session.now())],
        [_("Made for"), made_for],
    ]


def _lead(of: ReviewOutcome) -> list[str]:
    """How the answers came about, the counts of the page, and what is not in here."""
    header, differing = of.header, of.by_end[End.DIFFERS]
    names = {"learner": header.learner, "reviewer": header.reviewer}
    how = _(
        "%(learner)s and %(reviewer)s rated these statements without seeing the other\u2019s "
        "answer.",
        **names,
    )
    if header.open:
        how = _(
            "This was an open review: %(reviewer)s saw %(learner)s\u2019s answers while answering.",
            **names,
        )
    if of.compared:
        how += " " + _(
            "%(equal)s of %(compared)s were the same at once, so they were reviewed.",
            equal=len(of.by_end[End.SAME]),
            compared=of.compared,
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
    left = len(of.by_end[End.OPEN])
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
    settled = [item for item in of.items if end_of(item) in (End.AGREED, End.NO_AGREEMENT)]
    parts = [
        (_("To talk about"), of.by_end[End.DIFFERS]),
        (_("Differences that are settled"), settled),
    ]
    return [
        {
            "title": title,
            "head": [_("Statement"), _("Ratings"), _("Agreed, reason, next step")],
            "points": [_point(of, item) for item in items],
        }
        for title, items in parts
        if items
    ]


def _point(of: ReviewOutcome, item: Item) -> Data:
    reviewed = of.words.by_reviewer(item.reviewer_answer) if item.reviewer_answer else ""
    ground = str(review_pages_screens.GROUNDS[item.ground]) if item.ground else ""
    voices = [
        (of.header.learner_first, item.own_label, "", item.own_note),
        (of.header.reviewer_first, reviewed, ground, item.their_note),
    ]
    return {
        "title": item.title,
        "about": f"{item.code}, {item.level}",
        "text": item.text,
        "voices": [
            {
                "name": _("%(name)s:", name=name),
                "answer": answer,
                "ground": how,
                "notes": [note] if note else [],
            }
            for name, answer, how, note in voices
        ],
        "evidence": {
            "title": _("Evidence"),
            "rows": [_piece(piece) for piece in of.evidence.get(item.id, [])],
        },
        "messages": {
            "title": _("Question and reply"),
            "rows": [
                {
                    "who": f"{message.author}, {full_day(message.written_at)}",
                    "text": message.text or _("Erased with the evidence it was about."),
                }
                for message in of.messages.get(item.id, [])
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
    kinds = {"file": _("file"), "link": _("link"), "note": _("note")}
    done = [_("done %(day)s", day=full_day(piece.done_on))] if piece.done_on else []
    facts = [kinds[piece.kind], *done]
    reason = _("Why it counts here: %(reason)s", reason=piece.reason) if piece.reason else ""
    words = f"({', '.join(facts)})"
    return {"title": piece.title, "facts": words, "href": piece.href, "reason": reason}


def _outcome(of: ReviewOutcome, item: Item) -> Data:
    header = of.header
    names = {header.learner_id: header.learner, header.reviewer_id: header.reviewer}
    sides = of.confirmations.get(item.id, {}).items()
    words, reasons = "", list[str]()
    if item.agreed:
        words = _(
            "Reviewed: %(answer)s. You both agreed.", answer=of.words.scale[item.agreed].label
        )
        reasons = [f"{names[person_id]}: {side.reason}" for person_id, side in sides if side.reason]
    elif item.status is ItemStatus.KEPT_APART:
        words = _("No agreement: both ratings stay on record, and neither counts.")
    else:
        reasons = [_proposal(names[person_id], side) for person_id, side in sides]
    reasons += map(story, of.exceptions.get(item.id, []))
    return {"words": words, "reasons": reasons}


def _proposal(name: str, side: SideConfirmation) -> str:
    """What one side confirmed of a difference that is still open."""
    if side.answer is None:
        return _("%(name)s wants to talk about it.", name=name)
    words = _("%(name)s would agree on %(answer)s", name=name, answer=side.label)
    return f"{words}: {side.reason}" if side.reason else str(words)


def _step(step: AgreedNextStep) -> Data:
    due = _("by %(day)s", day=full_day(step.due_on)) if step.due_on else ""
    done = _("done %(day)s", day=full_day(step.done_at)) if step.done_at else ""
    return {"text": step.text, "facts": " \u00b7 ".join(filter(None, (step.owner, due, done)))}


def _room(of: ReviewOutcome, item: Item) -> list[str]:
    """What the two can tick, to put it on the page afterwards."""
    answers = of.words.agreed(by_learner=of.is_learner)
    keys = item.own, counterpart(item.reviewer_answer or "")
    return [*(answers[key] for key in keys if key in answers), _("another"), _("no agreement")]


def _lists(of: ReviewOutcome) -> list[Data]:
    """Statements that need no talk, in one line each."""
    name = of.header.reviewer
    lists = [
        (End.SAME, _("Equal"), _("Both answered the same: reviewed by %(name)s.", name=name)),
        (
            End.UNSEEN,
            _("Haven’t seen it"),
            _(
                "%(name)s had no chance to see these. They are not reviewed, and there is no "
                "difference.",
                name=name,
            ),
        ),
        (End.DROPPED, _("Dropped"), _("Dropped after a question. They can be sent again.")),
        (
            End.HANDED_ON,
            _("Reassigned"),
            _(
                "These went to another reviewer before they were revealed. Nobody sees what "
                "%(name)s answered.",
                name=name,
            ),
        ),
    ]
    return [
        {"title": title, "note": note, "rows": [_line(of, item) for item in of.by_end[end]]}
        for end, title, note in lists
        if of.by_end[end]
    ]


def _line(of: ReviewOutcome, item: Item) -> Data:
    """With the answer where both gave it, or the reviewer gave none."""
    label = item.own_label if end_of(item) in (End.SAME, End.UNSEEN) else ""
    steps = [_step(step) for step in of.steps.get(item.id, [])]
    words = [_("Next step: %(text)s", text=f"{step['text']} ({step['facts']})") for step in steps]
    words += map(story, of.exceptions.get(item.id, []))
    return {"code": item.code, "title": item.title, "said": label, "steps": words}


def _close(of: ReviewOutcome) -> str:
    if not of.by_end[End.DIFFERS]:
        return ""
    return _(
        "Both ratings stay on record, whatever is agreed. After %(day)s what is still open "
        "ends with no agreement.",
        day=full_day(of.header.differences_due_on),
    )
