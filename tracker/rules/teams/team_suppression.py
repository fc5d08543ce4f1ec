"""Which counts of a tree of teams may be told to a reader who may not see its people by name.

Every page, filter, round and export of such a reader shows counts over sets of people: a team, with
the teams below it or without, cut by role profile or not. All those sets are settled together and
in one fixed order, whatever is asked first, so that no two of them give a hidden one away: first
the teams (`suppression.shown_groups`), then the cuts, each only where every piece that it makes
with what is shown already is fit to be told.

The caller leaves out whom the reader may see by name: what one knows already can be taken off any
total.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from tracker.rules.levels import TargetState
from tracker.rules.teams.suppression import CountedGroup, can_be_told, may_add, shown_groups

KEPT = (TargetState.GAP, TargetState.AT_TARGET, TargetState.NOT_ASSESSED)
"""What endorsements say of somebody. That nothing is known yet says nothing of them, and is not
counted here."""


class CountedPerson(NamedTuple):
    """Somebody whom the reader may not see by name. `path`: the one team in which they are
    counted."""

    person_id: int
    path: str
    role_profile_id: int


class TeamSlice(NamedTuple):
    """The people of a team, with the teams below it or without; of one role profile, or all
    (None)."""

    path: str
    below: bool
    role_profile_id: int | None = None


States = Mapping[int, TargetState | None]
"""Person -> where they stand against their target in one domain at one time."""


def people_in(cut: TeamSlice, people: Iterable[CountedPerson]) -> list[CountedPerson]:
    return [
        one
        for one in people
        if (one.path.startswith(cut.path) if cut.below else one.path == cut.path)
        and cut.role_profile_id in (None, one.role_profile_id)
    ]


class DisclosedCounts:
    """What may be told of one domain at one time. `root`: the path of the highest team that the
    reader coordinates."""

    def __init__(self, root: str, people: Collection[CountedPerson], states: States) -> None:
        self._root = root
        self._people = people
        self._states = states

    def may_tell(self, cut: TeamSlice) -> bool:
        """Whether the counts of `cut` may be told. Where nobody is counted there is nothing to
        hide."""
        if not any(_counts(people_in(cut, self._people), self._states)):
            return True
        return cut in (self._teams if cut.role_profile_id is None else self._cuts)

    @cached_property
    def _teams(self) -> frozenset[TeamSlice]:
        return shown_teams(self._root, self._people, self._states)

    @cached_property
    def _cuts(self) -> frozenset[TeamSlice]:
        return shown_cuts(self._teams, self._root, self._people, self._states)


def shown_teams(
    root: str, people: Collection[CountedPerson], states: States
) -> frozenset[TeamSlice]:
    """The teams from `root` down whose counts may be told."""
    own: defaultdict[str, list[CountedPerson]] = defaultdict(list)
    below: defaultdict[str, set[str]] = defaultdict(set)
    for one in people:
        own[one.path].append(one)
        path = one.path
        while path != root:
            above = path.rstrip("/").rpartition("/")[0] + "/"
            below[above].add(path)
            path = above

    def group(path: str) -> CountedGroup:
        parts = [group(child) for child in sorted(below[path])]
        if parts and own[path]:
            parts.append(CountedGroup(TeamSlice(path, below=False), _counts(own[path], states)))
        counts = (
            tuple(map(sum, zip(*(p.counts for p in parts), strict=True)))
            if parts
            else _counts(own[path], states)
        )
        return CountedGroup(TeamSlice(path, below=True), counts, tuple(parts))

    shown = shown_groups(group(root))
    alone = {
        TeamSlice(path, below=False)
        for path in own
        if not below[path] and TeamSlice(path, below=True) in shown
    }
    return frozenset(cut for cut in shown if isinstance(cut, TeamSlice)) | alone


def shown_cuts(
    teams: frozenset[TeamSlice], root: str, people: Collection[CountedPerson], states: States
) -> frozenset[TeamSlice]:
    """The teams cut by role profile whose counts may be told beside those of `teams`: from the top
    down, in the order of the profiles' ids."""
    counted = {
        one.person_id: states[one.person_id] for one in people if states.get(one.person_id) in KEPT
    }
    known = [one for one in people if one.person_id in counted]
    sets = [_ids(people_in(team, known)) for team in sorted(teams)]
    paths = sorted({root, *(one.path for one in known)}, key=lambda path: (path.count("/"), path))
    shown: set[TeamSlice] = set()
    for role_profile_id in sorted({one.role_profile_id for one in known}):
        for path in paths:
            for below in (True, False):
                cut = TeamSlice(path, below, role_profile_id)
                inside = people_in(cut, known)
                if not inside:
                    continue
                outside = [
                    one for one in people_in(TeamSlice(path, below), known) if one not in inside
                ]
                parts = [inside, outside] if TeamSlice(path, below) in teams else [inside]
                if not all(can_be_told(_counts(part, states)) for part in parts):
                    continue
                if may_add(sets, who := _ids(inside), counted):
                    sets.append(who)
                    shown.add(cut)
    return frozenset(shown)


def _ids(people: Iterable[CountedPerson]) -> frozenset[int]:
    return frozenset(one.person_id for one in people)


def _counts(people: Iterable[CountedPerson], states: States) -> tuple[int, ...]:
    found = [states.get(one.person_id) for one in people]
    return tuple(found.count(state) for state in KEPT)
