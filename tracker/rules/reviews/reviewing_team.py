"""Whose supervisors review a team: its own, else those of the nearest team above that has
somebody."""

from collections.abc import Collection, Iterator, Mapping


def reviewing_team(
    path: str, supervisors: Mapping[str, Collection[int]], not_by: Collection[int]
) -> str | None:
    """The path of the team whose supervisors review the team at `path` ("/1/4/9/"): the nearest,
    going up, that has one besides those of `not_by` (the learner; of a second reading also who gave
    the first). None where there is none.
    """
    return next((at for at in upwards(path) if set(supervisors.get(at, ())) - set(not_by)), None)


def upwards(path: str) -> Iterator[str]:
    """The team itself and those above it, to the root: "/1/4/", "/1/"."""
    ids = path.strip("/").split("/")
    for count in range(len(ids), 0, -1):
        yield f"/{'/'.join(ids[:count])}/"
