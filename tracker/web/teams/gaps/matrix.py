"""People by domain as a page or a file shows them, and each distinct cell once.

A page of 50 people has some 600 cells of about 40 kinds: the template draws each kind once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.queries.teams.gap_matrix import PersonRow
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import TargetState
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams.gaps import GapCell

ABOVE, NO_TARGET = "above_target", "no_target"
SIGNS = {
    TargetState.AT_TARGET.value: "✓",
    ABOVE: "▲",
    TargetState.GAP.value: "▼",
    TargetState.NOT_YET_KNOWN.value: "?",
    TargetState.NOT_ASSESSED.value: "–",
    NO_TARGET: "○",
}
STATES = {
    TargetState.AT_TARGET.value: _l("At target"),
    ABOVE: _l("Above target"),
    TargetState.GAP.value: _l("Below target"),
    TargetState.NOT_YET_KNOWN.value: _l("Not known yet"),
    TargetState.NOT_ASSESSED.value: _l("Too few statements to score"),
    NO_TARGET: _l("No target"),
}


class CellMark(NamedTuple):
    """What a cell shows: `level` and `target` by their names, and as the `rank` and `aim` of so
    many `ranks`. Rank is None where nobody can say, 0 for no level yet; aim 0 for no target."""

    state: str
    rank: int | None
    aim: int
    ranks: int
    level: Wording
    target: Wording

    @property
    def sign(self) -> str:
        return SIGNS[self.state]

    @property
    def words(self) -> str:
        return str(STATES[self.state])

    @property
    def is_drawn(self) -> bool:
        """With its levels: somebody who is not known or not assessed has a sign alone."""
        return self.state not in (TargetState.NOT_YET_KNOWN, TargetState.NOT_ASSESSED)

    @property
    def drawing(self) -> str:
        """What the cells that look alike share."""
        return f"p-{self.ranks}-{'open' if self.rank is None else self.rank}-{self.aim}"

    @property
    def reached(self) -> str:
        if self.rank is None:
            return str(_("Level not known yet"))
        return self.level or str(_("No level yet"))

    @property
    def known_level(self) -> str:
        """For a cell of a file: empty where nobody can say."""
        return "" if self.rank is None or not self.is_drawn else self.reached

    @property
    def sentence(self) -> str:
        if not self.is_drawn:
            return self.words
        if not self.aim:
            return str(_("%(level)s; no target", level=self.reached))
        return str(
            _(
                "%(state)s: %(level)s, target %(target)s",
                state=self.words,
                level=self.reached,
                target=self.target,
            )
        )


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """`note` is the role profile; `short_note` what stands before its slash ("Entry /
    Apprentice")."""

    person_id: int
    name: str
    note: str
    teams: tuple[str, ...]
    framework: str | None
    marks: tuple[CellMark, ...]

    @property
    def short_note(self) -> str:
        return self.note.partition(" / ")[0]


def grid(domains: Sequence[DomainShape], rows: Iterable[PersonRow]) -> list[MatrixRow]:
    """Their cells in the order of these domains."""
    found = []
    for row in rows:
        cells = {cell.domain_id: cell for cell in row.cells}
        marks = tuple(cell_mark(domain, cells[domain.id]) for domain in domains)
        name = row.name or str(_("Deleted account %(number)s", number=row.person_id))
        found.append(
            MatrixRow(row.person_id, name, row.role_profile, row.teams, row.framework, marks)
        )
    return found


def cell_mark(domain: DomainShape, cell: GapCell) -> CellMark:
    rank, aim = cell.known_rank, cell.target_rank or 0
    state = cell.state.value if cell.state else NO_TARGET
    if state == TargetState.AT_TARGET and rank is not None and rank > aim:
        state = ABOVE
    return CellMark(
        state, rank, aim, len(domain.levels), domain.level_name(rank or 0), domain.level_name(aim)
    )


def kinds(rows: Iterable[MatrixRow]) -> set[CellMark]:
    return {mark for row in rows for mark in row.marks}


def legend(kinds: Iterable[CellMark]) -> list[tuple[str, str]]:
    """The signs that stand on the page, with their words."""
    there = {each.state for each in kinds}
    return [(sign, str(STATES[state])) for state, sign in SIGNS.items() if state in there]
