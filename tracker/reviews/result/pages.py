"""What a review came to, for both: how many of each end, what changed and which levels it moved,
next steps, and what can still be done. Worked out from the sheets of when it was sent and when it
ended, as this reader gets them.

All that one side gets to see of what a review came to. The page and the document are made of the
same.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import Segment, checked_rank
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.asking import ask
from tracker.record.endorsements import queries as record_endorsements_queries
from tracker.record.endorsements.queries import EndorsementOutcome
from tracker.record.endorsements.rules import may_be_excepted
from tracker.record.growth.rules import DomainMove, moved_by
from tracker.record.sheet import (
    queries as sheet_queries,
    queries_learners as sheet_queries_learners,
)
from tracker.record.sheet.rules import Sheet
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.differences import queries as differences_queries
from tracker.reviews.differences.queries import ProposedException
from tracker.reviews.review import (
    pages as review_pages,
    pages_screens as review_pages_screens,
    queries as review_queries,
    queries_items as review_queries_items,
)
from tracker.reviews.review.forms import ThanksForm
from tracker.reviews.review.pages_screens import ReviewLabels
from tracker.reviews.review.queries import (
    AgreedNextStep,
    Message,
    ReviewHeader,
    SentEvidence,
    SideConfirmation,
)
from tracker.reviews.review.queries_items import Item
from tracker.reviews.review.rules import THANKS_MAX
from tracker.reviews.second_opinions import queries as second_opinions_queries
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Permission
from tracker.web.http import access, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.templating.dates import day


class End(StrEnum):
    """What came of a statement. `SAME`: both gave the same rating; `UNSEEN`: the reviewer had no
    chance to see it; `OPEN`: not revealed."""

    SAME = "same"
    AGREED = "agreed"
    NO_AGREEMENT = "no_agreement"
    DIFFERS = "differs"
    UNSEEN = "unseen"
    DROPPED = "dropped"
    HANDED_ON = "handed_on"
    OPEN = "open"


COUNTED = (End.SAME, End.AGREED, End.NO_AGREEMENT)
"""These sum to what was reviewed."""
COMPARED = (*COUNTED, End.DIFFERS)
"""Of these both had rated the statement when it was revealed."""
OF_STATUS = {
    ItemStatus.KEPT_APART: End.NO_AGREEMENT,
    ItemStatus.DIFFERS: End.DIFFERS,
    ItemStatus.DROPPED: End.DROPPED,
    ItemStatus.HANDED_ON: End.HANDED_ON,
}


def end_of(item: Item) -> End:
    if item.status is ItemStatus.ENDORSED:
        return End.AGREED if item.agreed else End.SAME
    if item.status is ItemStatus.NOT_OBSERVED and item.revealed:
        return End.UNSEEN
    return OF_STATUS.get(item.status, End.OPEN) if item.status else End.OPEN


@dataclass(frozen=True)
class ReviewOutcome:
    """`items` hold nothing that is sealed from this side; what lies beside them is by item.
    `compared`: how many both had rated when they were revealed; `exceptable`: items for which an
    exception may be proposed. What became of a statement since is not told to a reviewer who is to
    rate it anew by itself, or who has come back to a record that is not open to them yet."""

    header: ReviewHeader
    items: list[Item]
    words: ReviewLabels
    is_learner: bool
    compared: int
    evidence: Mapping[int, list[SentEvidence]]
    messages: Mapping[int, list[Message]]
    confirmations: Mapping[int, Mapping[int, SideConfirmation]]
    steps: Mapping[int, list[AgreedNextStep]]
    exceptions: Mapping[int, list[ProposedException]]
    exceptable: frozenset[int]
    given: Mapping[int, EndorsementOutcome]

    @cached_property
    def by_end(self) -> Mapping[str, list[Item]]:
        """Every item once, in order."""
        return {str(end): [item for item in self.items if end_of(item) is end] for end in End}


def review_outcome(header: ReviewHeader, is_learner: bool) -> ReviewOutcome:
    """All that the reader may see of it. A look at somebody else's record is noted."""
    if not is_learner:
        access.note_look(header.learner_id, "review")
    items = (
        review_queries_items.for_learner(header.id)
        if is_learner
        else review_queries_items.for_reviewer(header.id)
    )
    ids = [item.id for item in items]
    shown = {item.id for item in items if not is_hidden(header, item, is_learner)}
    words = review_pages.words_of(header)
    return ReviewOutcome(
        header=header,
        items=items,
        words=words,
        is_learner=is_learner,
        compared=sum(end_of(item) in COMPARED for item in items),
        evidence=review_queries.evidence_of(ids),
        messages=review_queries.messages_of(ids),
        confirmations=review_queries.confirmations(header.id),
        steps=review_queries.steps(header.id),
        given={
            key: of
            for key, of in record_endorsements_queries.outcomes(header.id).items()
            if key in shown
        },
        exceptions={
            key: of for key, of in differences_queries.exceptions(header.id).items() if key in shown
        },
        exceptable=frozenset(
            item.id
            for item in items
            if item.id in shown
            and (is_learner or header.learner_id not in session.reader().closed)
            and may_be_excepted(item.status, _endorsed(item, words))
        ),
    )


def is_hidden(header: ReviewHeader, item: Item, is_learner: bool) -> bool:
    """Whether what became of its reader's rating would tell them of others since."""
    return not is_learner and session.reader().is_hidden_since(
        header.learner_id, item.statement_id, header.sent_at
    )


def _endorsed(item: Item, words: ReviewLabels) -> Meaning | None:
    """What counts of an endorsed item: what they agreed on, or what both had said."""
    if item.status is not ItemStatus.ENDORSED or item.own is None:
        return None
    return words.means(item.agreed or item.own)


BEFORE = dt.timedelta(microseconds=1)
SHOWN = 10
"""So many changes are shown; the rest are folded."""


@dataclass(frozen=True, slots=True)
class MovedLevel:
    """`tick`: after how many segments the target stands, None without one."""

    title: str
    text: str
    is_up: bool
    segments: list[Segment]
    tick: int | None
    names: list[Wording]


@dataclass(frozen=True, slots=True)
class Changed:
    """A reviewed rating that is another one than before, or `is_new`. `way`: 1 up the scale or -1
    down, or not counted any more; 0 for what is new, or has no place on the scale."""

    item: Item
    before: str
    now: str
    way: int
    how: str
    is_new: bool

    @property
    def is_up(self) -> bool:
        return self.way > 0


def result_page(review: Subject, header: ReviewHeader, typed: ThanksForm | None = None) -> str:
    """`typed`: thanks that were refused."""
    access.note_opened(header.id)
    is_learner, lang = review_pages.is_learner(review), header.lang
    of = mark_language(review_outcome(header, is_learner), lang)
    sheets_of = _then_and_now(review, header) if _reads_record(header, is_learner) else None
    moved, changed = list[MovedLevel](), list[Changed]()
    if sheets_of is not None:
        then, now = sheets_of
        shown = [item for item in of.items if not is_hidden(header, item, is_learner)]
        ids = {item.statement_id for item in shown if end_of(item) in COUNTED}
        moves, met = mark_language((moved_by(then, now, ids), now.version.met_answers), lang)
        moved = [_moved(move, ", ".join(label.label for label in met)) for move in moves]
        changed = _changed(of, shown, then)
    steps = [(item.title, step) for item in of.items for step in of.steps.get(item.id, ())]
    ends, thanks = of.by_end, review_queries.thanks(header.id)
    own, their_thanks = thanks.get(is_learner), thanks.get(not is_learner)
    can_send = is_learner and access.may(Permission.REVIEW_SEND)
    apart = ends[End.NO_AGREEMENT]
    asked = (
        ask(second_opinions_queries.asked([item.id for item in apart]))
        if is_learner and apart
        else {}
    )
    return render(
        "reviews/differences/result.html",
        lang=lang,
        header=header,
        words=of.words,
        is_learner=is_learner,
        title=review_pages_screens.result_words(*(len(ends[end]) for end in COUNTED)),
        size=_size(sum(len(ends[end]) for end in COUNTED)),
        squares=[(str(end), ends[end]) for end in COUNTED if ends[end]],
        ends=ends,
        rest=_rest(ends, header, is_learner),
        moved=moved,
        levels_title=_levels_title(moved),
        changed=changed[:SHOWN],
        more=changed[SHOWN:],
        reads_record=sheets_of is not None,
        steps=sorted(steps, key=lambda row: (row[1].due_on or dt.date.max, row[1].id)),
        own_thanks=own,
        their_thanks=their_thanks,
        form=typed or ThanksForm(formdata=None, data={"text": own.text if own else ""}),
        longest=THANKS_MAX,
        asked=asked,
        to_ask=[item.statement_id for item in apart if can_send and item.id not in asked],
        next_review=None if is_learner else review_pages.next_review(header.id),
    )


def _rest(ends: Mapping[str, list[Item]], header: ReviewHeader, is_learner: bool) -> list[str]:
    """What came to no rating, in sentences."""
    unseen, dropped = len(ends[End.UNSEEN]), len(ends[End.DROPPED])
    handed_on = len(ends[End.HANDED_ON])
    of_unseen = (
        ngettext(
            "%(name)s had no chance to see %(num)d statement.",
            "%(name)s had no chance to see %(num)d statements.",
            unseen,
            name=header.reviewer_first,
        )
        if is_learner
        else ngettext(
            "You had no chance to see %(num)d statement.",
            "You had no chance to see %(num)d statements.",
            unseen,
        )
    )
    of_dropped = ngettext(
        "%(num)d was dropped after a question.", "%(num)d were dropped after a question.", dropped
    )
    of_handed_on = ngettext(
        "%(num)d went to another reviewer.", "%(num)d went to another reviewer.", handed_on
    )
    sentences = ((unseen, of_unseen), (dropped, of_dropped), (handed_on, of_handed_on))
    return [sentence for count, sentence in sentences if count]


def _size(squares: int) -> str:
    """The size of the squares: up to sixty fit in one row."""
    return "most" if squares > 36 else "many" if squares > 18 else "few"


def _reads_record(header: ReviewHeader, is_learner: bool) -> bool:
    """Whether the reader may see what was reviewed beside this review."""
    if is_learner:
        return True
    person = subjects_queries.person(header.learner_id, session.today())
    return (
        person is not None
        and access.may(Permission.PROFILE_REVEALED, person)
        and header.learner_id not in session.reader().closed
    )


def _then_and_now(review: Subject, header: ReviewHeader) -> tuple[Sheet, Sheet]:
    """The sheets of when it was sent and when it ended, on the version of the review. Three
    queries."""
    today = session.today()
    learner = sheet_queries_learners.learner(header.learner_id, today)
    is_own = header.learner_id == session.actor().person_id
    then, now = (
        sheet_queries.of_people(
            [header.learner_id],
            header.framework_id,
            review.library_id or 0,
            today,
            None,
            None if is_own else session.reader(),
            at,
            learner.role_profile_ids if learner is not None else (),
        )[0]
        for at in (header.sent_at - BEFORE, header.closed_at)
    )
    return then, now


def _moved(move: DomainMove, met: str) -> MovedLevel:
    """`met`: what the answers that count are called."""
    is_up = move.rank > move.was
    domain, view = move.domain, move.view
    names = {"domain": domain.title, "level": domain.level_name(move.rank if is_up else move.was)}
    title = (
        _("%(domain)s: %(level)s reached", **names)
        if is_up
        else _("%(domain)s: %(level)s is not reached anymore", **names)
    )
    text = _(
        "%(met)d of %(all)d at %(answer)s, %(need)d needed.",
        met=view.tally.met,
        all=view.tally.applicable,
        answer=met,
        need=view.need,
    )
    if not is_up and view.rank != move.was:
        text = _("In %(level)s:", level=domain.level_name(view.rank)) + " " + text
    if is_up and move.rank == move.standing.target_rank:
        text += " " + _("That is the target.")
    ranks, tick = [level.rank for level in move.standing.levels], checked_rank(move.standing)
    return MovedLevel(
        title=title,
        text=text,
        is_up=is_up,
        segments=[level.segment for level in move.standing.levels],
        tick=None if tick is None else ranks.index(tick) + 1,
        names=[level.name for level in domain.levels],
    )


def _levels_title(moved: list[MovedLevel]) -> str:
    if all(move.is_up for move in moved):
        return _("Level reached") if len(moved) == 1 else _("Levels reached")
    return _("Levels that moved")


def _changed(of: ReviewOutcome, shown: list[Item], then: Sheet) -> list[Changed]:
    """The ratings that changed by the review; those that are new come last."""
    lines = {line.statement.id: line for line in then.lines}
    scale, labels_of = of.words.steps, of.words.agreed(by_learner=of.is_learner)
    changes = []
    for item in shown:
        end = end_of(item)
        line = lines.get(item.statement_id)
        if end not in COUNTED or line is None:
            continue
        before = then.answer(line, Voice.ENDORSED)
        now = None if end is End.NO_AGREEMENT else item.agreed or item.own
        if now == before:
            continue
        was, step = (scale.step(answer) if answer else None for answer in (before, now))
        way = -1 if now is None else 0 if not was or not step else (step > was) - (step < was)
        changes.append(
            Changed(
                item=item,
                before=labels_of[before] if before else _("Not reviewed"),
                now=labels_of[now] if now else _("Not counted"),
                way=way,
                how=_how(of, item, end),
                is_new=before is None,
            )
        )
    return sorted(changes, key=lambda change: change.is_new)


def _how(of: ReviewOutcome, item: Item, end: End) -> str:
    if end is End.SAME:
        return _("The same")
    if end is End.NO_AGREEMENT:
        return _("No agreement")
    both = of.confirmations[item.id].values()
    return _("Agreed %(day)s", day=day(max(side.confirmed_at for side in both)))
