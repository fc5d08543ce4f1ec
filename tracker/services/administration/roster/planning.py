"""What a roster would do, compared with what is here now. Nothing is stored."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.policy.permissions import Actor
from tracker.queries.administration.roster import ground
from tracker.rules.administration.roster import planner
from tracker.rules.administration.roster.columns import Columns
from tracker.rules.administration.roster.entries import Meanings, read_entry
from tracker.rules.administration.roster.ground import RosterGround
from tracker.rules.administration.roster.plan import RosterPlan

Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class RosterMapping:
    """Where the columns are, and what their values mean."""

    columns: Columns
    meanings: Meanings
    makes_teams: bool


@dataclass(frozen=True, slots=True)
class CheckedRoster:
    """`emails`: of the file, for comparing again. `digest`: of the file, of what its columns and
    values mean, and of what it would do: whoever approves it approves just this."""

    plan: RosterPlan
    ground: RosterGround
    emails: tuple[str, ...]
    digest: str


def check(actor: Actor, rows: Rows, mapping: RosterMapping, now: dt.datetime) -> CheckedRoster:
    """A row without what the columns lack is to be fixed like any other."""
    entries = [read_entry(number, cells, mapping.columns, actor.region) for number, cells in rows]
    emails = tuple(sorted({entry.email for entry in entries if entry.email}))
    ground = ground_of(actor, emails, now)
    plan = planner.plan(entries, ground, mapping.meanings, makes_teams=mapping.makes_teams)
    return CheckedRoster(plan, ground, emails, _digest(rows, mapping, plan))


def ground_of(actor: Actor, emails: Sequence[str], now: dt.datetime) -> RosterGround:
    """As it stands; within a transaction, as it stands there."""
    return ground.ground(actor, actor.today(now), emails)


def _digest(rows: Rows, mapping: RosterMapping, plan: RosterPlan) -> str:
    """Of every cell, whether it is imported or not."""
    told = [
        [
            row.person.known.id if row.person is not None and row.person.known is not None else 0,
            row.verdict,
            [[change.code, change.facts] for change in row.changes],
        ]
        for row in plan.rows
    ]
    cells = [[number, list(each)] for number, each in rows]
    read = [mapping.columns, mapping.meanings, mapping.makes_teams]
    said = json.dumps([cells, read, told], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
