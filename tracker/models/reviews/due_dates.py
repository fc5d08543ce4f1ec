"""When reviews are due, in queries: the dates of record/workflow/rules, and who is
away."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    RowMapping,
    ScalarSelect,
    String,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Bundle

from tracker.accounts.account.rules import read_periods
from tracker.models.people import AwayPeriod
from tracker.models.reviews.reviews import Review
from tracker.record.workflow.rules import due_day


class DueDay(Bundle[Any]):
    """(day, since when it counts, who is away) as the day on which it is due; None without one."""

    inherit_cache = True

    def parts(self) -> list[ColumnElement[Any]]:
        """Each named after the whole, where a select becomes part of another one."""
        parts: list[Any] = list(self.exprs)
        return [part.element.label(f"{self.name}_{part.name}") for part in parts]

    @staticmethod
    def read(name: str, row: RowMapping) -> dt.date | None:
        """From these parts."""
        return due(row[f"{name}_day"], row[f"{name}_since"], row[f"{name}_away"])

    def create_row_processor(
        self, query: Any, procs: Sequence[Callable[[Any], Any]], labels: Sequence[str]
    ) -> Callable[[Any], dt.date | None]:
        on, since, away = procs
        return lambda row: due(on(row), since(row), away(row))


def due(on: dt.date | None, since: dt.date | None, away: str | None) -> dt.date | None:
    """The day on which it is due, from the three columns of a `DueDay`; None without one."""
    if on is None or since is None or not away:
        return on
    return due_day(on, since, read_periods(away))


def review_due() -> DueDay:
    """Over `Review`, as `due_on`: when its reviewer answers. Their own days away do not count."""
    return DueDay(
        "due_on",
        Review.due_on.label("day"),
        Review.due_from.label("since"),
        away_of(Review.reviewer_id).label("away"),
    )


def differences_due() -> DueDay:
    """The same as `differences_due_on`: both sides talk, so the days away of neither count."""
    return DueDay(
        "differences_due_on",
        Review.differences_due_on.label("day"),
        Review.differences_from.label("since"),
        away_of(Review.reviewer_id, Review.learner_id).label("away"),
    )


def away_of(*people: Any) -> ScalarSelect[Any]:
    """When these were or are away, for `read_periods` in tracker/accounts/account/rules.py."""
    period = cast(AwayPeriod.starts_on, String) + "/" + cast(AwayPeriod.until_on, String)
    return (
        select(func.aggregate_strings(period, ","))
        .where(or_(*(AwayPeriod.person_id == person for person in people)))
        .correlate_except(AwayPeriod)
        .scalar_subquery()
    )


def away_until(person_id: Any, today: dt.date) -> ScalarSelect[dt.date]:
    """The last day on which somebody is away, where they are today."""
    return (
        select(func.max(AwayPeriod.until_on))
        .where(AwayPeriod.person_id == person_id, covers(today))
        .correlate_except(AwayPeriod)
        .scalar_subquery()
    )


def covers(today: dt.date | BindParameter[dt.date]) -> ColumnElement[bool]:
    """Of an `AwayPeriod`."""
    return (AwayPeriod.starts_on <= today) & (AwayPeriod.until_on >= today)
