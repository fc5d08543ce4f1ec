"""The only writer of the figures that are told without names, in either voice."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.models import Library, Release, ReleasePerson
from tracker.models.columns import table_of
from tracker.records import audit
from tracker.row_locks import held
from tracker.rules.teams.releases import Measure, Moment, NewRelease, Past, due

PEOPLE = table_of(ReleasePerson)


def release_due(
    tx: Session,
    library_id: int,
    now: dt.datetime,
    moments: Callable[[int, dt.datetime], Iterable[Moment]],
    past: Callable[[int, Measure], Mapping[str, Collection[Past]]],
) -> int:
    """Decide on the figures of a library whose rounds are kept. Returns how many are told anew.

    `moments` and `past` read how things are (queries/teams/release_facts). The library's row is
    locked: each decision is made on all that were made before.
    """
    tx.scalars(held(select(Library.id).where(Library.id == library_id))).one()
    told = 0
    for moment in moments(library_id, now):
        for by, learners in moment.learners.items():
            new = due(learners, past(library_id, by))
            _write(tx, library_id, by, moment.as_of, new, now)
            told += sum(each.told for each in new)
    if told:
        audit.note(tx, "figures_released", now, library_id=library_id, actor_id=None, figures=told)
    return told


def _write(
    tx: Session,
    library_id: int,
    by: Measure,
    as_of: dt.datetime,
    releases: Collection[NewRelease],
    now: dt.datetime,
) -> None:
    for of in releases:
        release = Release(
            library_id=library_id,
            slug=by.slug,
            voice=by.voice,
            domain_key=of.domain_key,
            as_of=as_of,
            made_at=now,
            teams=sorted(int(path.rstrip("/").rpartition("/")[2]) for path in of.paths),
            people=of.people,
            told=of.told,
        )
        tx.add(release)
        tx.flush()
        tx.execute(
            insert(PEOPLE),
            [{"release_id": release.id, **item._asdict()} for item in sorted(of.items)],
        )
