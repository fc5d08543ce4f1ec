"""A profile as its page shows it: rows of level cells, rows of dots, and the figures at the top."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from tracker.queries.endorsements.exceptions import AgreedException
from tracker.queries.profiles.levels import DomainShape
from tracker.queries.profiles.profiles import Profile
from tracker.rules.profiles.levels import (
    DomainStanding,
    LevelState,
    LevelView,
    TargetState,
    known_rank,
)
from tracker.web.i18n.content_language import beginning

Address = Callable[[DomainShape], str]
"""Where the explanation of a domain is."""


@dataclass(frozen=True, slots=True)
class VoiceCounts:
    """The counts of one voice in one level."""

    met: int
    applicable: int
    open: int


@dataclass(frozen=True, slots=True)
class LevelCell:
    """One level of one domain; `own` is None where the reader gets no self side. None listed: no
    cell. `excepted`: a statement does not count there, by an agreed exception."""

    where: str
    own: VoiceCounts | None
    endorsed: VoiceCounts
    limited: bool
    met: bool
    out_of_order: bool
    excepted: bool
    href: str


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One domain of the table, and its dots: ranks held, 0 for none, None where it is not yet
    known."""

    label: str
    strand_key: str
    strand: str
    href: str
    cells: list[LevelCell | None]
    target: int | None
    target_name: str
    state: TargetState | None
    open: int
    own: int | None
    endorsed: int | None


@dataclass(frozen=True, slots=True)
class RankHeading:
    """A column: the names that the rank has in the strands."""

    rank: int
    name: str
    is_target: bool


def rows(of: Profile, exceptions: Iterable[AgreedException], address: Address) -> list[ProfileRow]:
    """A cell for each heading: None where the domain's strand has no such level, or lists nothing
    there."""
    excepted = frozenset((each.domain_id, each.rank) for each in exceptions)
    found = [_row(of, domain, excepted, address(domain)) for domain in of.domains]
    widest = max(len(row.cells) for row in found)
    for row in found:
        row.cells.extend([None] * (widest - len(row.cells)))
    return found


def headings(of: Profile) -> list[RankHeading]:
    """`is_target`: every domain that has a target has this one."""
    names: dict[int, dict[str, None]] = {}
    for domain in of.domains:
        for level in domain.levels:
            names.setdefault(level.rank, {})[level.name] = None
    targets = set(of.targets.values())
    return [
        RankHeading(rank, " / ".join(found), targets == {rank})
        for rank, found in sorted(names.items())
    ]


def dot_strands(found: list[ProfileRow]) -> list[list[ProfileRow]]:
    """The rows of each strand that has several domains."""
    strands: dict[str, list[ProfileRow]] = {}
    for row in found:
        strands.setdefault(row.strand_key, []).append(row)
    return [each for each in strands.values() if len(each) > 1]


def short(name: str) -> str:
    """The two letters that stand for a level over the dots."""
    return beginning(name, 2)


def _row(
    of: Profile, domain: DomainShape, excepted: Collection[tuple[int, int]], href: str
) -> ProfileRow:
    own = None if of.own is None else of.own[domain.id]
    endorsed = of.endorsed[domain.id]
    cells: list[LevelCell | None] = []
    for place, level in enumerate(domain.levels):
        view = endorsed.levels[place]
        cells.append(
            LevelCell(
                where=f"{domain.title}, {level.name}",
                own=None if own is None else _voice(own.levels[place]),
                endorsed=_voice(view),
                limited=view.state is LevelState.LIMITED,
                met=view.state is LevelState.MET,
                out_of_order=view.out_of_order,
                excepted=(domain.id, level.rank) in excepted,
                href=f"{href}#level-{level.rank}",
            )
            if level.listed
            else None
        )
    return ProfileRow(
        label=domain.title,
        strand_key=domain.strand_key,
        strand=domain.strand,
        href=href,
        cells=cells,
        target=endorsed.target_rank,
        target_name=domain.level_name(endorsed.target_rank or 0),
        state=endorsed.target_state,
        open=_open_to_target(endorsed),
        own=None if own is None else known_rank(own),
        endorsed=known_rank(endorsed),
    )


def _voice(view: LevelView) -> VoiceCounts:
    return VoiceCounts(view.tally.met, view.tally.applicable, view.tally.open)


def _open_to_target(of: DomainStanding) -> int:
    return sum(
        view.tally.open
        for view in of.levels
        if of.target_rank is not None and view.rank <= of.target_rank
    )
