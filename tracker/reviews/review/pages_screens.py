"""The screens on which a review is answered: what stands on which, how far its reviewer is, and
where they go on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.policy.permissions import Subject
from tracker.record.workflow.rules import OPEN_TO_ANSWER, UNANSWERED, ItemStatus, ReviewStatus
from tracker.reviews.review import queries_items as review_items, rules
from tracker.reviews.review.queries import ReviewHeader
from tracker.reviews.review.queries_items import Item
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
    return review_items.seconds_of([me])[me]


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
    return rules.is_ready([(item.status, item.revealed) for item in items if item.status])


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
    laid_out = rules.screens(_in_places(items), lambda item: (item.domain_id, item.rank))
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
