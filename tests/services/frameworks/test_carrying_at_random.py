"""Random ratings, notes and evidence over random changes of a version: carried, undone, carried
again, nothing is lost and what is asked again is exactly what changed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories.evidence import piece
from tests.factories.sending import NO, NOT_MINE, PART, SURE_NOT, YES
from tests.factories.versions import NextVersion, carried, next_version, undone
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.models import CarriedPerson, Evidence, EvidenceLink, Rating, RatingEntry, Statement
from tracker.queries.frameworks import carrying as queries
from tracker.queries.operations import audit_chain, record_check

PEOPLE = ("ana", "ben", "lea")
ANSWERS = (YES, PART, NO, SURE_NOT, NOT_MINE)

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@dataclass(slots=True)
class Drawn:
    """`parts`: by statement of the later version, those of the one before that carry to it;
    `all_parts`: those that lead to it."""

    version: NextVersion
    parts: dict[int, set[int]] = field(default_factory=dict)
    all_parts: dict[int, set[int]] = field(default_factory=dict)


Said = dict[int, tuple[str, dt.datetime, str, str]]
"""By statement: answer, when, and both notes."""
Before = dict[str, tuple[Said, set[tuple[int, int]]]]
"""By name: that, and the evidence linked to each statement."""


def drawn(world: World, random: Random) -> Drawn:
    """A version in which a good part is changed, each statement in one way at most."""
    pool = [each for ids in world.statements.values() for each in ids]
    random.shuffle(pool)
    coin = [random.random() < 0.5 for _each in pool]
    reworded = dict(zip(pool[:8], coin, strict=False))
    split = dict(zip(pool[8:12], coin, strict=False))
    merged = {(pool[at], pool[at + 1]): coin[at] for at in range(12, 22, 2)}
    version = next_version(
        world, reworded=reworded, split=split, merged=merged, retired=set(pool[22:25]), added=2
    )
    carries = dict.fromkeys(pool, True) | reworded
    carries |= {each: merged[pair] for pair in merged for each in pair}
    found = Drawn(version)
    for before, afters in version.became.items():
        for number, after in enumerate(afters):
            found.all_parts.setdefault(after, set()).add(before)
            if (split[before] and not number) if before in split else carries[before]:
                found.parts.setdefault(after, set()).add(before)
    return found


def rated_at_random(world: World, random: Random) -> None:
    pool = [each for ids in world.statements.values() for each in ids]
    with transaction() as tx:
        for name in PEOPLE:
            for statement_id in random.sample(pool, random.randint(10, len(pool))):
                at = world.now - dt.timedelta(days=random.randint(1, 300))
                row = {
                    "person_id": world.people[name],
                    "statement_id": statement_id,
                    "answer": random.choice(ANSWERS).value,
                    "basis": "rated",
                    "version": 1,
                    "rated_at": at,
                }
                own, shown = (random.choice(("", "some", "more")) for _note in range(2))
                tx.add(Rating(**row, own_note=own, reviewer_note=shown))
                tx.add(RatingEntry(**row))
    for name in PEOPLE:
        for _piece in range(2):
            piece(world, name, reasons={each: f"why {each}" for each in random.sample(pool, 4)})


def said(person_id: int, framework_id: int) -> Said:
    session().rollback()
    rows = session().scalars(
        select(Rating)
        .join(Statement, Statement.id == Rating.statement_id)
        .where(
            Rating.person_id == person_id,
            Rating.answer.is_not(None),
            Statement.framework_id == framework_id,
        )
    )
    return {
        row.statement_id: (str(row.answer), row.rated_at, row.own_note, row.reviewer_note)
        for row in rows
    }


def links(person_id: int, framework_id: int) -> set[tuple[int, int]]:
    session().rollback()
    rows = session().execute(
        select(EvidenceLink.evidence_id, EvidenceLink.statement_id)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(Statement, Statement.id == EvidenceLink.statement_id)
        .where(Evidence.person_id == person_id, Statement.framework_id == framework_id)
    )
    return {(evidence_id, statement_id) for evidence_id, statement_id in rows}


def wrong(world: World, found: Drawn, before: Before) -> Iterator[str]:
    """What is not as it should be, after everybody is carried."""
    for name, (old, old_links) in before.items():
        person_id = world.people[name]
        new = said(person_id, found.version.framework_id)
        expected = {
            after: {old[each][0] for each in parts if each in old}
            for after, parts in found.parts.items()
            if parts <= old.keys() and len({old[each][0] for each in parts}) == 1
        }
        if {after: {answer} for after, (answer, *_rest) in new.items()} != expected:
            yield f"answers of {name}"
        for after, (_answer, on, *notes) in new.items():
            parts = [old[each] for each in found.parts[after]]
            if on != min(each[1] for each in parts):
                yield f"date of {name}"
            if any(text not in notes[at] for each in parts for at, text in enumerate(each[2:])):
                yield f"notes of {name}"
        again = {after for after, parts in found.all_parts.items() if parts & old.keys()} - set(new)
        rows = session().scalars(
            select(CarriedPerson.asked_again)
            .where(CarriedPerson.person_id == person_id)
            .order_by(CarriedPerson.id.desc())
        )
        if rows.first() != len(again):
            yield f"asked again of {name}"
        expected_links = {
            (evidence_id, after)
            for after, parts in found.all_parts.items()
            for evidence_id, statement_id in old_links
            if statement_id in parts
        }
        if links(person_id, found.version.framework_id) != expected_links:
            yield f"evidence of {name}"
        if (said(person_id, world.framework_id), links(person_id, world.framework_id)) != (
            old,
            old_links,
        ):
            yield f"what {name} had before"
    connection = session().connection()
    faults = list(record_check.findings(connection))
    if faults or audit_chain.verified(connection).wrong:
        yield f"the record or its audit: {faults}"


def arranged(world: World, seed: int) -> tuple[Drawn, Before]:
    random = Random(seed)
    rated_at_random(world, random)
    found = drawn(world, random)
    return found, {
        name: (
            said(world.people[name], world.framework_id),
            links(world.people[name], world.framework_id),
        )
        for name in PEOPLE
    }


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_there_back_and_there_again(world: World, seed: int) -> None:
    random = Random(seed)
    rated_at_random(world, random)
    found = drawn(world, random)
    before = {
        name: (
            said(world.people[name], world.framework_id),
            links(world.people[name], world.framework_id),
        )
        for name in PEOPLE
    }
    carrying_id = carried(world, found.version)
    assert list(wrong(world, found, before)) == []
    assert undone(world, carrying_id).stayed == 0
    for name, (old, old_links) in before.items():
        person_id = world.people[name]
        assert said(person_id, world.framework_id) == old
        assert links(person_id, world.framework_id) == old_links
        assert said(person_id, found.version.framework_id) == {}
        assert links(person_id, found.version.framework_id) == set()
    carried(world, found.version)
    assert list(wrong(world, found, before)) == []


def test_a_lost_statement_would_be_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The partner: with one way fewer from version to version."""
    random = Random(1)
    rated_at_random(world, random)
    found = drawn(world, random)
    before = {
        name: (
            said(world.people[name], world.framework_id),
            links(world.people[name], world.framework_id),
        )
        for name in PEOPLE
    }
    whole = queries.lines
    monkeypatch.setattr(queries, "lines", lambda *versions: whole(*versions)[:-1])
    carried(world, found.version)
    assert list(wrong(world, found, before)) != []
