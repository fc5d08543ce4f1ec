"""The rounds of a library."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, select

from tracker.db import session
from tracker.models import Framework, Round, RoundFramework
from tracker.policy.permissions import Actor
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class PeriodFramework:
    """One framework of a round, in the version that it keeps."""

    id: int
    title: Wording
    version: str
    lang: str


@dataclass(frozen=True, slots=True)
class Period:
    id: int
    name: str
    starts_on: dt.date
    ends_on: dt.date
    figures_on: dt.date | None
    frameworks: tuple[PeriodFramework, ...]

    @property
    def framework_ids(self) -> list[int]:
        return [each.id for each in self.frameworks]

    def phase(self, today: dt.date) -> str:
        """before, now or over."""
        if self.starts_on > today:
            return "before"
        return "over" if self.ends_on < today else "now"


def listed(actor: Actor) -> list[Period]:
    """The latest first."""
    return _periods(Round.library_id == actor.library_id)


def detail(round_id: int) -> Period:
    """One round; the door has asked whose it is."""
    return _periods(Round.id == round_id)[0]


def _periods(where: ColumnElement[bool]) -> list[Period]:
    rows = session().execute(
        select(
            Round.id,
            Round.name,
            Round.starts_on,
            Round.ends_on,
            Round.figures_on,
            Framework.id.label("framework_id"),
            Framework.title,
            Framework.version,
            Framework.lang,
        )
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .join(Framework, Framework.id == RoundFramework.framework_id)
        .where(where)
        .order_by(Round.starts_on.desc(), Round.id, Framework.title, Framework.id)
    )
    return [
        Period(
            id_,
            name,
            starts_on,
            ends_on,
            figures_on,
            tuple(PeriodFramework(*row[5:]) for row in of_round),
        )
        for (id_, name, starts_on, ends_on, figures_on), of_round in groupby(
            rows, key=lambda row: row[:5]
        )
    ]
