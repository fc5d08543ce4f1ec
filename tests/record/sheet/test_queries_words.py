"""Which words count for a statement of a version: the SQL beside the same rule said in Python, over
made-up lineages."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from tests.factories.sides import actor
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.frameworks.versions import records as frameworks_versions_records
from tracker.frameworks.versions.rules import Basis, Change, Voice
from tracker.models import (
    Framework,
    NotRatedHere,
    Rating,
    RevealedAnswer,
    Skill,
    SkillOrigin,
    Statement,
)
from tracker.models.record.words import left_out, own_ratings
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.rules import Side
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingScope
from tracker.record.visible.queries import Hidden, Reader
from tracker.rules.errors import Conflict

pytestmark = pytest.mark.usefixtures("app_context")

ANSWERS = ("consistently", "partly", "not_yet")
SheetAnswer = tuple[str | None, int]
"""An answer, or none where it was taken back, and when."""


@dataclass
class Lineage:
    """`made_of`: by skill its origins, and whether what was said of them counts. `wordings`: a
    statement of each skill; those of `newest` make a version."""

    world: World
    made_of: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    wordings: dict[int, int] = field(default_factory=dict)
    newest: int = 0

    def lines(self, skill: int, *, all_origins: bool) -> Iterator[tuple[int, ...]]:
        """From the skill down to each first origin, without itself."""
        of = [each for each, carries in self.made_of[skill] if carries or all_origins]
        for origin in of:
            further = list(self.lines(origin, all_origins=all_origins))
            yield from ((origin, *rest) for rest in further or [()])

    def counts(
        self, skill: int, words: dict[int, SheetAnswer], *, all_origins: bool = False
    ) -> str | None:
        """Of a skill's own word and its origins' the newer one; theirs where each line has one and
        the newest of all lines are the same."""
        lines = list(self.lines(skill, all_origins=all_origins))
        newest = [_newest(line, words) for line in lines]
        theirs: SheetAnswer | None = None
        found = [word for word in newest if word is not None]
        if lines and len(found) == len(lines) and len({answer for answer, _at in found}) == 1:
            theirs = found[0][0], max(at for _answer, at in found)
        own = words.get(skill)
        if own is not None and (theirs is None or own[1] >= theirs[1]):
            return own[0]
        return None if theirs is None else theirs[0]


def _newest(line: tuple[int, ...], words: dict[int, SheetAnswer]) -> SheetAnswer | None:
    """From the farthest skill on: what is taken back takes with it what was said before, there and
    farther; what is said counts unless something that is farther was said later."""
    counts: SheetAnswer | None = None
    for word in (words[each] for each in reversed(line) if each in words):
        if counts is None or word[1] > counts[1]:
            counts = word if word[0] is not None else None
    return counts


def made_up(world: World, seed: int) -> Lineage:
    """Twelve skills in three versions, each made of some before it."""
    lot, of = random.Random(seed), Lineage(world)
    skills: list[int] = []
    with transaction() as tx:
        one = tx.get_one(Framework, world.framework_id)
        frameworks = [
            Framework(
                slug=one.slug,
                version=f"x{number}",
                title=one.title,
                digest=f"x{number}".rjust(64, "0"),
                about=one.about,
                published_at=world.now,
            )
            for number in range(3)
        ]
        tx.add_all(frameworks)
        tx.flush()
        of.newest = frameworks[2].id
        for number in range(12):
            skill = Skill(slug=one.slug)
            tx.add(skill)
            tx.flush()
            many = lot.choice((0, 0, 1, 1, 2, 3))
            carries = lot.random() < 0.8
            change = {0: Change.SAME, 1: lot.choice((Change.SPLIT, Change.REWORDED))}.get(
                many, Change.MERGED
            )
            chosen = lot.sample(skills, min(many, len(skills)))
            of.made_of[skill.id] = [(each, carries) for each in chosen]
            for each in chosen:
                frameworks_versions_records.add_origin(tx, skill.id, each, change, carries=carries)
            skills.append(skill.id)
            there = lot.sample(frameworks[:2], 1) + ([frameworks[2]] if lot.random() < 0.7 else [])
            for framework in there:
                statement = Statement(
                    framework_id=framework.id,
                    skill_id=skill.id,
                    domain_id=world.domains["communication"],
                    rank=1,
                    uuid=f"{framework.id:08}-0000-0000-0000-{number:012}",
                    code=f"X-{number:02}",
                    position=number,
                    title=f"Skill {number}",
                    text=f"does {number}",
                )
                tx.add(statement)
                tx.flush()
                of.wordings[skill.id] = statement.id
    return of


def in_newest(of: Lineage) -> dict[int, int]:
    rows = session().execute(
        select(Statement.id, Statement.skill_id).where(Statement.framework_id == of.newest)
    )
    return dict(rows.all())


def drawn(of: Lineage, lot: random.Random) -> dict[int, SheetAnswer]:
    """Some words, each at another time."""
    skills = [each for each in of.made_of if lot.random() < 0.7]
    times = lot.sample(range(1, 60), len(skills))
    return {
        skill: (lot.choice((*ANSWERS[:2], ANSWERS[0], None)), at)
        for skill, at in zip(skills, times, strict=True)
    }


@pytest.mark.parametrize("seed", range(12))
def test_what_was_answered(world: World, seed: int) -> None:
    of = made_up(world, seed)
    words = drawn(of, random.Random(seed))
    ana, ben = (world.people[name] for name in ("ana", "ben"))
    with transaction() as tx:
        tx.add_all(
            Rating(
                person_id=ana,
                skill_id=skill,
                statement_id=of.wordings[skill],
                answer=answer,
                basis=Basis.RATED if answer else Basis.CLEARED,
                version=1,
                rated_at=world.now + dt.timedelta(minutes=at),
            )
            for skill, (answer, at) in words.items()
        )
    found = own_ratings(lambda person: person.in_([ana, ben]), of.newest)
    rows = session().execute(select(found.c.person_id, found.c.statement_id, found.c.answer)).all()
    expected = {
        (ana, statement_id, answer)
        for statement_id, skill in in_newest(of).items()
        if (answer := of.counts(skill, words)) is not None
    }
    assert {tuple(row) for row in rows} == expected
    assert len(rows) == len(expected)
    named = session().execute(
        select(found.c.at, Rating.rated_at).join(Rating, Rating.id == found.c.id)
    )
    assert all(at == rated_at for at, rated_at in named), (
        "the row named is the newest of those merged"
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_is_not_rated_here_passes_every_origin(world: World, seed: int) -> None:
    of = made_up(world, seed)
    library = world.libraries["city"]
    words = {skill: ("out", at) for skill, (_answer, at) in drawn(of, random.Random(seed)).items()}
    with transaction() as tx:
        tx.add_all(
            NotRatedHere(
                library_id=library,
                skill_id=skill,
                reason="No such desk",
                set_at=world.now + dt.timedelta(minutes=at),
            )
            for skill, (_out, at) in words.items()
        )
    found = left_out(library, of.newest)
    expected = {
        statement_id
        for statement_id, skill in in_newest(of).items()
        if of.counts(skill, words, all_origins=True)
    }
    assert set(session().scalars(select(found.c.statement_id))) == expected
    assert standings_queries.basis(StandingScope(of.newest, library)).left_out == expected
    assert session().scalars(select(left_out(world.libraries["other"], of.newest))).all() == []


@pytest.mark.parametrize("seed", range(12))
def test_what_is_hidden_is_taken_off_before_it_is_worked_out(world: World, seed: int) -> None:
    """As if it had never been said."""
    of, lot = made_up(world, seed), random.Random(seed)
    words = {key: word for key, word in drawn(of, lot).items() if word[0] is not None}
    ana = world.people["ana"]
    hidden = frozenset(lot.sample(sorted(words), len(words) // 2))
    with transaction() as tx:
        tx.add_all(
            RevealedAnswer(
                person_id=ana,
                skill_id=skill,
                statement_id=of.wordings[skill],
                answer=answer,
                revealed_at=world.now + dt.timedelta(minutes=at),
            )
            for skill, (answer, at) in words.items()
        )
    reader = Reader(actor(world, "sue"), world.now)
    vars(reader)["hidden"] = Hidden(skills=frozenset((ana, skill) for skill in hidden))
    on = of.newest, world.libraries["city"], world.now.date()
    (sheet,) = sheet_queries.of_people([ana], *on, Side.REVEALED, reader)
    seen = {skill: word for skill, word in words.items() if skill not in hidden}
    assert {
        line.statement.id: answer
        for line in sheet.lines
        if (answer := sheet.answer(line, Voice.SELF)) is not None
    } == {
        statement_id: answer
        for statement_id, skill in in_newest(of).items()
        if (answer := of.counts(skill, seen)) is not None
    }


def test_origins_are_kept_with_all_that_they_were_made_of(world: World) -> None:
    with transaction() as tx:
        skills = [Skill(slug="small") for _number in range(4)]
        tx.add_all(skills)
        tx.flush()
        first, second, third, fourth = (each.id for each in skills)
        frameworks_versions_records.add_origin(tx, second, first, Change.REWORDED, carries=False)
        frameworks_versions_records.add_origin(tx, fourth, third, Change.SPLIT, carries=True)
        frameworks_versions_records.add_origin(tx, third, second, Change.SPLIT, carries=True)
    rows = session().scalars(select(SkillOrigin).where(SkillOrigin.skill_id.in_([third, fourth])))
    assert {(row.skill_id, row.origin_id, row.carries, row.steps) for row in rows} == {
        (third, second, True, 1),
        (third, first, False, 2),
        (fourth, third, True, 1),
        (fourth, second, True, 2),
        (fourth, first, False, 3),
    }
    for skill, origin, why in (
        (first, fourth, "origin_circle"),
        (first, first, "origin_circle"),
        (fourth, third, "origin_there"),
    ):
        with pytest.raises(Conflict, match=why), transaction() as tx:
            frameworks_versions_records.add_origin(tx, skill, origin, Change.SPLIT, carries=True)
