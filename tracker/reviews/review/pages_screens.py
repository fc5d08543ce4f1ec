"""The screens on which a review is answered: what stands on which, how far its reviewer is, and
where they go on.

The words of reviews: answers, grounds and statuses as each side reads them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.frameworks.versions.rules import (
    CANNOT_TELL,
    NOT_MY_WORK,
    NOT_THEIR_WORK,
    Ground,
    Meaning,
    Scale,
    shortcut,
)
from tracker.policy.permissions import Subject
from tracker.record.versions.rules import ScaleLabel
from tracker.record.workflow.rules import OPEN_TO_ANSWER, UNANSWERED, ItemStatus, ReviewStatus
from tracker.reviews.review import queries_items as review_queries_items, rules as review_rules
from tracker.reviews.review.queries import ReviewHeader
from tracker.reviews.review.queries_items import Item
from tracker.reviews.review.rules import RETURN
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Conflict
from tracker.rules.pace import minutes_for
from tracker.rules.pagination import next_after
from tracker.web.http import session


def review_of(subject: Subject) -> int:
    """Of a review or one of its items."""
    if subject.review_id is None:
        raise ValueError("not a record of a review")
    return subject.review_id


def must_be_same(person_id: int | None) -> None:
    """Raises Conflict("another_person"): the page was somebody else's."""
    if person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")


def done(items: Sequence[Item]) -> int:
    """How many items the reviewer has nothing to do with any more, or only to reveal."""
    return sum(item.status not in UNANSWERED for item in items)


def waiting(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.status is ItemStatus.WAITING]


def my_pace() -> int:
    """Seconds for a statement."""
    me = session.actor().person_id
    return review_queries_items.seconds_of([me])[me]


def left(items: Sequence[Item]) -> str:
    """What is left to answer for whoever is signed in."""
    return time_left(len(waiting(items)), my_pace())


def time_left(statements: int, seconds: int) -> str:
    """How long so many statements take, at so many seconds for each."""
    minutes = minutes_for(statements, seconds)
    if not minutes:
        return _("nothing left to answer")
    hours, rest = divmod(minutes, 60)
    if hours:
        return _("about %(hours)s h %(minutes)s min left", hours=hours, minutes=rest)
    return ngettext("about %(num)d minute left", "about %(num)d minutes left", minutes)


def is_ready(items: Sequence[Item]) -> bool:
    """Whether the check page may offer the reveal, or the end of a review with nothing to
    compare."""
    return review_rules.is_ready([(item.status, item.revealed) for item in items if item.status])


def is_under_way(items: Sequence[Item]) -> bool:
    """Whether the reviewer's part has not come to its end: something waits, is out, or is
    sealed."""
    return any(
        item.status in OPEN_TO_ANSWER
        or (item.status is ItemStatus.NOT_OBSERVED and not item.revealed)
        for item in items
    )


def next_href(review_id: int, items: Sequence[Item], after: int) -> str:
    """The next item to answer after that position, from the top where there is none below; else the
    check page."""
    item = next_after(
        items, lambda item: item.position == after, lambda item: item.status is ItemStatus.WAITING
    )
    if item is None:
        return url_for("reviews.check", review_id=review_id)
    return url_for("reviews.item", item_id=item.id, go=1)


@dataclass(frozen=True, slots=True)
class Screen:
    """`number` counts from 1. `items` are all that were sent, so that no move of one of them shifts
    another to a screen beside."""

    number: int
    items: list[Item]

    @property
    def done(self) -> int:
        return done(self.items)

    @property
    def waiting(self) -> int:
        return len(waiting(self.items))

    @property
    def href(self) -> str:
        review_id = self.items[0].review_id
        return url_for("batch_review.screen", review_id=review_id, number=self.number)

    @property
    def key(self) -> str:
        """Names its counts for the script."""
        return f"screen-{self.number}"


def of_review(items: Iterable[Item]) -> list[Screen]:
    laid_out = review_rules.screens(_in_places(items), lambda item: (item.domain_id, item.rank))
    return [Screen(number, within) for number, within in enumerate(laid_out, start=1)]


def with_item(items: Iterable[Item], item_id: int) -> Screen:
    return next(
        screen for screen in of_review(items) if any(item.id == item_id for item in screen.items)
    )


def following(screens: Sequence[Screen], current: int = 0) -> Screen | None:
    """The next screen with something to answer, after the current one and round to the first; None
    where no other has."""
    return next_after(
        screens, lambda screen: screen.number == current, lambda screen: screen.waiting > 0
    )


def following_href(review_id: int, screens: Sequence[Screen], current: int = 0) -> str:
    """The address of the following screen, or of the check page."""
    screen = following(screens, current)
    return url_for("reviews.check", review_id=review_id) if screen is None else screen.href


def reviewer_href(header: ReviewHeader, items: Sequence[Item]) -> str:
    """Where the reviewer goes on, or reads that it was withdrawn."""
    if header.status is ReviewStatus.WITHDRAWN:
        return url_for("reviews.show", review_id=header.id)
    if header.is_live and is_under_way(items):
        return following_href(header.id, of_review(items))
    return outcome_href(header)


def outcome_href(header: ReviewHeader) -> str:
    """Where both read what was revealed: the differences, or the result once it has ended."""
    endpoint = "reviews.differences" if header.is_live else "differences.result"
    return url_for(endpoint, review_id=header.id)


def _in_places(items: Iterable[Item]) -> list[Item]:
    """Domain by domain in the order in which they were sent, and level by level."""
    at: dict[int, int] = {}
    for item in items:
        at.setdefault(item.domain_id, item.position)
    return sorted(items, key=lambda item: (at[item.domain_id], item.rank, item.position))


GROUNDS: dict[Ground, Any] = {
    Ground.SAW_IT: _l("I saw it"),
    Ground.SAW_PRODUCT: _l("I saw the result"),
    Ground.WAS_TOLD: _l("Someone told me"),
    Ground.EVIDENCE_ONLY: _l("From the evidence"),
}

HOW_THEY_KNOW: dict[Ground, Any] = {
    Ground.SAW_IT: _l("saw it"),
    Ground.SAW_PRODUCT: _l("saw the result"),
    Ground.WAS_TOLD: _l("told by someone"),
    Ground.EVIDENCE_ONLY: _l("from the evidence"),
}
"""The same after an answer, of either of the two."""

REVIEW_STATUS: dict[ReviewStatus, Any] = {
    ReviewStatus.SENT: _l("Sent"),
    ReviewStatus.IN_REVIEW: _l("In review"),
    ReviewStatus.DIFFERENCES_OPEN: _l("Differences open"),
    ReviewStatus.CLOSED: _l("Closed"),
    ReviewStatus.WITHDRAWN: _l("Withdrawn"),
}

ITEM_STATUS: dict[ItemStatus, Any] = {
    ItemStatus.WAITING: _l("To answer"),
    ItemStatus.RETURNED: _l("Returned"),
    ItemStatus.ANSWERED: _l("Answered"),
    ItemStatus.NOT_OBSERVED: _l("Haven’t seen it"),
    ItemStatus.DROPPED: _l("Dropped"),
    ItemStatus.DIFFERS: _l("Difference"),
    ItemStatus.ENDORSED: _l("Reviewed"),
    ItemStatus.KEPT_APART: _l("No agreement"),
    ItemStatus.HANDED_ON: _l("Reassigned"),
}


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """A card or a pill; `shortcut` is its key inside the focused statement. The last two tell the
    script what an answer asks for."""

    key: str
    label: str
    description: str = ""
    shortcut: str = ""
    needs_no_ground: bool = False
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class ReviewLabels:
    """The labels of one review: the framework's own for the answers it shares, ours for the
    reviewer's two others."""

    scale: dict[str, ScaleLabel]
    name: str
    asked: Wording
    """What the framework asks a reviewer; "" for the usual question."""

    @classmethod
    def of(cls, scale: Iterable[ScaleLabel], header: ReviewHeader | None) -> "ReviewLabels":
        """Without a header they are about nobody by name."""
        words = {word.key: word for word in scale}
        if header is None:
            return cls(words, "", "")
        return cls(words, header.learner_first, header.question)

    def question(self, name: str = "") -> str:
        """What the reviewer answers, of somebody by that name."""
        if self.asked:
            return self.asked
        if name:
            return _("I had the chance to see it, and %(name)s does this …", name=name)
        return _("I had the chance to see it, and this person does it …")

    @property
    def steps(self) -> Scale:
        return Scale.of((key, word.means) for key, word in self.scale.items())

    def means(self, answer: str) -> Meaning:
        """What an answer of either side counts as."""
        return self.steps.meaning(answer)

    def by_reviewer(self, answer: str) -> str:
        """The label of a reviewer's answer."""
        key = str(answer)
        if key == CANNOT_TELL:
            return _("Haven’t seen it")
        if key == NOT_THEIR_WORK:
            return _("Outside their job")
        return self.scale[key].label

    def answers(self) -> list[AnswerChoice]:
        """The graded answers, the two that every reviewer has, and a question."""
        ask = (
            _("Ask %(name)s a question about this one.", name=self.name)
            if self.name
            else _("Ask a question.")
        )
        graded = [
            AnswerChoice(label.key, label.label, label.reviewer_description, label.shortcut)
            for label in self.scale.values()
            if label.step
        ]
        others = {
            CANNOT_TELL: _("No chance to see it."),
            NOT_THEIR_WORK: _("Not part of this job, so not counted."),
        }
        return [
            *graded,
            *(
                AnswerChoice(
                    key, self.by_reviewer(key), text, shortcut(key, 0), needs_no_ground=True
                )
                for key, text in others.items()
            ),
            AnswerChoice(RETURN, _("Return"), ask, "r", is_question=True),
        ]

    def agreed(self, *, by_learner: bool) -> dict[str, Wording]:
        """What the two can agree on, by key, as this side says it."""
        labels = {key: self.scale[key].label for key in self.steps.endorsable}
        return labels if by_learner else {**labels, NOT_MY_WORK: self.by_reviewer(NOT_THEIR_WORK)}


def result_words(same: int, agreed: int, apart: int) -> str:
    """What a review came to: the numbers sum to the first."""
    total = same + agreed + apart
    if not total:
        return _("Nothing was reviewed")
    parts = ", ".join(ended_words(same, agreed, apart))
    return _("%(num)d reviewed: %(parts)s", num=total, parts=parts)


def ended_words(same: int, agreed: int, apart: int) -> list[str]:
    """Nothing of what there is none."""
    counts = (
        (same, _("%(num)d the same", num=same)),
        (agreed, _("%(num)d agreed", num=agreed)),
        (apart, _("%(num)d no agreement", num=apart)),
    )
    return [words for count, words in counts if count]


def grounds() -> list[AnswerChoice]:
    keys = ("a", "s", "d", "f")
    return [
        AnswerChoice(key, str(label), "", at)
        for (key, label), at in zip(GROUNDS.items(), keys, strict=True)
    ]
