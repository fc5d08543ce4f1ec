"""Whose supervisors review a team: its own, else those of the nearest team above that has
somebody."""

from collections.abc import Collection, Iterator, Mapping

NEARER_MOST = 1
"""One statement alone may pass by a team that has no more than so many supervisors."""


def reviewing_team(
    path: str, supervisors: Mapping[str, Collection[int]], learner_id: int
) -> str | None:
    """The path of the team whose supervisors review the team at `path` ("/1/4/9/"): the nearest,
    going up, that has one besides the learner. None where there is none.
    """
    return next(teams_for_one(path, supervisors, learner_id), None)


def teams_for_one(
    path: str, supervisors: Mapping[str, Collection[int]], learner_id: int
) -> Iterator[str]:
    """The same team, and the teams above it whose supervisors may review one statement alone: where
    all that is nearer has one supervisor only. So there is a second opinion on what that one said,
    and who is asked for it is asked no otherwise than for a first."""
    nearer = set[int]()
    for at in upwards(path):
        heads = set(supervisors.get(at, ())) - {learner_id}
        if heads and len(nearer) <= NEARER_MOST:
            yield at
        nearer |= heads


def upwards(path: str) -> Iterator[str]:
    """The team itself and those above it, to the root: "/1/4/", "/1/"."""
    ids = path.strip("/").split("/")
    for count in range(len(ids), 0, -1):
        yield f"/{'/'.join(ids[:count])}/"
