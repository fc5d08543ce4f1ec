"""The rounds of a library."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from tracker.db import session
from tracker.models import Framework, Round
from tracker.policy.permissions import Actor
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class Period:
    id: int
    name: str
    framework_id: int
    framework: Wording
    version: str
    lang: str
    starts_on: dt.date
    ends_on: dt.date

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
            Framework.id,
            Framework.title,
            Framework.version,
            Framework.lang,
            Round.starts_on,
            Round.ends_on,
        )
        .join(Framework, Framework.id == Round.framework_id)
        .where(where)
        .order_by(Round.starts_on.desc())
    )
    return [Period(*row) for row in rows]
