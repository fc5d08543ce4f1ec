"""The screens on which a review is answered: what stands on which, and where its reviewer goes
on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from tracker.queries.reviews.headers import ReviewHeader
from tracker.queries.reviews.items import Item
from tracker.rules.reviews import screens
from tracker.rules.reviews.workflow import ReviewStatus
from tracker.rules.sequences import next_after
from tracker.web.reviews import progress


@dataclass(frozen=True, slots=True)
class Screen:
    """`number` counts from 1. `items` are all that were sent, so that no move of one of them shifts
    another to a screen beside."""

    number: int
    items: list[Item]

    @property
    def done(self) -> int:
        return progress.done(self.items)

    @property
    def waiting(self) -> int:
        return len(progress.waiting(self.items))

    @property
    def href(self) -> str:
        review_id = self.items[0].review_id
        return url_for("batch_review.screen", review_id=review_id, number=self.number)

    @property
    def key(self) -> str:
        """Names its counts for the script."""
        return f"screen-{self.number}"


def of_review(items: Iterable[Item]) -> list[Screen]:
    found = screens.screens(_in_places(items), lambda item: (item.domain_id, item.rank))
    return [Screen(number, within) for number, within in enumerate(found, start=1)]


def with_item(items: Iterable[Item], item_id: int) -> Screen:
    return next(
        screen for screen in of_review(items) if any(item.id == item_id for item in screen.items)
    )


def following(found: Sequence[Screen], current: int = 0) -> Screen | None:
    """The next screen with something to answer, after the current one and round to the first; None
    where no other has."""
    return next_after(found, lambda each: each.number == current, lambda each: each.waiting > 0)


def following_href(review_id: int, found: Sequence[Screen], current: int = 0) -> str:
    """Of the following screen, or of the check page."""
    screen = following(found, current)
    return url_for("reviews.check", review_id=review_id) if screen is None else screen.href


def reviewer_href(header: ReviewHeader, items: Sequence[Item]) -> str:
    """Where the reviewer goes on, or reads that it was withdrawn."""
    if header.status is ReviewStatus.WITHDRAWN:
        return url_for("reviews.show", review_id=header.id)
    if header.is_live and progress.is_under_way(items):
        return following_href(header.id, of_review(items))
    endpoint = "reviews.differences" if header.is_live else "differences.result"
    return url_for(endpoint, review_id=header.id)


def _in_places(items: Iterable[Item]) -> list[Item]:
    """Domain by domain in the order in which they were sent, and level by level."""
    at: dict[int, int] = {}
    for item in items:
        at.setdefault(item.domain_id, item.position)
    return sorted(items, key=lambda item: (at[item.domain_id], item.rank, item.position))
