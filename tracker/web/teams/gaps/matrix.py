"""A gap matrix as a page or a file shows it: short names of levels, and each distinct cell once.

A page of 12 people has some 150 cells of about 20 kinds: the template draws each kind once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from tracker.queries.teams.gap_matrix import PersonRow
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import telling_length
from tracker.rules.profiles.levels import TargetState
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams.gaps import GapCell


class CellMark(NamedTuple):
    """What a cell shows. `state` is a TargetState's value, or "no_target"; `rank` as on a profile,
    None where nobody can say; `tone` its place on the ramp of colors."""

    state: str
    rank: int | None
    tone: int
    short: Wording
    name: Wording


class LegendLevel(NamedTuple):
    """One rank in all strands: "Pr / Ap", "Proficient / Applying"."""

    short: Wording
    name: Wording
    tone: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """`note` is the role profile; `short_note` what stands before its slash ("Entry /
    Apprentice")."""

    person_id: int
    name: str
    note: str
    framework: str | None
    marks: tuple[CellMark, ...]

    @property
    def short_note(self) -> str:
        return self.note.partition(" / ")[0]


TONES = 9
"""As many as a section may have levels: no two of them share one."""


def tone(rank: int, ranks: int) -> int:
    """0 for none held, else 1 to TONES: the darkest for the highest of so many ranks."""
    return -(-rank * TONES // ranks)


def short_names(names: Sequence[str]) -> list[str]:
    """The shortest beginnings, of two letters or more, that tell the names of a strand apart."""
    length = telling_length(names)
    return [name[:length] for name in names]


def grid(domains: Sequence[DomainShape], rows: Iterable[PersonRow]) -> list[MatrixRow]:
    named = {domain.id: _names(domain) for domain in domains}
    unknown = str(_("level not known yet"))
    found = []
    for row in rows:
        marks = [_mark(cell, named[cell.domain_id], unknown) for cell in row.cells]
        name = row.name or str(_("Deleted account %(number)s", number=row.person_id))
        found.append(MatrixRow(row.person_id, name, row.role_profile, row.framework, tuple(marks)))
    return found


def _mark(cell: GapCell, names: dict[int, tuple[str, str]], unknown: str) -> CellMark:
    rank = cell.known_rank
    if rank is None:
        state = cell.state or TargetState.NOT_YET_KNOWN
        return CellMark(state, None, 0, "?", unknown)
    short, name = names.get(rank, ("", ""))
    return CellMark(cell.state or "no_target", rank, tone(rank, len(names)), short, name)


def has_unknown_gap(rows: Iterable[MatrixRow]) -> bool:
    """Whether somebody is below target whose level nobody can say: "▼ ?"."""
    return any(mark.state == "gap" and mark.rank is None for row in rows for mark in row.marks)


def kinds(rows: Iterable[MatrixRow]) -> set[CellMark]:
    return {mark for row in rows for mark in row.marks}


def legend(domains: Iterable[DomainShape]) -> list[LegendLevel]:
    """The levels by rank and color; strands that name a rank differently stand side by side."""
    found: dict[tuple[int, int], dict[str, str]] = {}
    for domain in domains:
        names = _names(domain)
        for rank, (short, name) in names.items():
            found.setdefault((rank, tone(rank, len(names))), {}).setdefault(name, short)
    return [
        LegendLevel(" / ".join(names.values()), " / ".join(names), at)
        for (_, at), names in sorted(found.items())
    ]


def _names(domain: DomainShape) -> dict[int, tuple[str, str]]:
    names = [level.name for level in domain.levels]
    shorts = short_names(names)
    return {level.rank: (shorts[place], level.name) for place, level in enumerate(domain.levels)}
