"""Which statements count later for whom: the SQL beside the same rule said in Python, over random
versions, moves, and rounds."""

import datetime as dt
import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World, add, job
from tracker.db import session, transaction
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.frameworks.versions.rules import Change
from tracker.models import (
    Framework,
    Library,
    Membership,
    Person,
    PersonVersion,
    Round,
    RoundFramework,
    Skill,
    SkillOrigin,
    Statement,
)
from tracker.models.record import later
from tracker.models.record.later import counting_later
from tracker.record.sheet.queries import _counts_from
from tracker.record.sheet.rules import CountsFrom
from tracker.rules.calendar import year_after
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")

DAY = dt.timedelta(days=1)
MOVED = AFTER.date()


def waiting(world: World, name: str, framework_id: int, today: dt.date = MOVED) -> set[int]:
    return set(changed(world, name, framework_id, today))


def changed(world: World, name: str, framework_id: int, today: dt.date = MOVED) -> dict[int, bool]:
    """Of what counts later, whether the version before had what it was made of."""
    session().rollback()
    found = counting_later(lambda person: person == world.people[name], framework_id)
    return {row[1]: bool(row[3]) for row in session().execute(select(found), later.on(today))}


def hold_round(
    world: World, name: str, starts_on: dt.date, framework_id: int, library: str = "city"
) -> None:
    with transaction() as tx:
        held = Round(
            library_id=world.libraries[library],
            name=name,
            starts_on=starts_on,
            ends_on=starts_on + 3 * DAY,
        )
        tx.add(RoundFramework(round_id=add(tx, held), framework_id=framework_id))


def second(world: World) -> NextVersion:
    """With one that is new, at the end of its domain."""
    made = next_version(world, added=1)
    carried(world, made)
    return made


def test_what_is_new_or_asked_again_or_a_part_that_nothing_carries_to(world: World) -> None:
    spelled, asked, split, unled, one, other, moved = world.statements["communication"][1:8]
    made = next_version(
        world,
        reworded={spelled: True, asked: False},
        split={split: True, unled: False},
        merged={(one, other): True},
        moved={moved: world.domains["leadership"]},
        added=1,
    )
    became = made.became
    assert waiting(world, "ana", made.framework_id) == set(), "nobody was moved"
    carried(world, made)
    made_of = {became[asked][0], became[split][1], *became[unled]}
    assert changed(world, "ana", made.framework_id) == {
        **dict.fromkeys(made_of, True),
        made.added[0]: False,
    }
    assert waiting(world, "ana", world.framework_id) == set(), "of the version before nothing"
    assert waiting(world, "otto", made.framework_id) == set(), "another library stays on it"


def test_who_begins_on_a_version_has_nothing_to_wait_for(world: World) -> None:
    made = second(world)
    with transaction() as tx:
        new = Person(
            library_id=world.libraries["city"],
            name="Nina",
            email=world.email("nina"),
            created_at=AFTER,
        )
        world.people["nina"] = add(tx, new)
        tx.add(
            Membership(
                person_id=new.id,
                team_id=world.teams["central"],
                role=Role.LEARNER,
                role_profile_id=world.role_profiles["city"],
                starts_on=MOVED,
            )
        )
        frameworks_versions_records_moves.begin(tx, [new.id], AFTER)
    assert waiting(world, "nina", made.framework_id) == set()
    assert waiting(world, "ben", made.framework_id) == set(made.added)


def test_it_counts_from_the_day_on_which_a_round_begins(world: World) -> None:
    made = second(world)
    hold_round(world, "Winter", MOVED + 9 * DAY, made.framework_id)
    assert waiting(world, "ana", made.framework_id, MOVED + 8 * DAY) == set(made.added)
    assert waiting(world, "ana", made.framework_id, MOVED + 9 * DAY) == set()
    assert waiting(world, "ana", made.framework_id, MOVED + 60 * DAY) == set(), "also after it"


def test_a_round_that_begins_by_the_day_of_the_move_is_none_to_wait_for(world: World) -> None:
    made = second(world)
    hold_round(world, "Before", MOVED - DAY, made.framework_id)
    hold_round(world, "On the day", MOVED, made.framework_id)
    assert waiting(world, "ana", made.framework_id, MOVED + DAY) == set(made.added)


def test_a_round_of_the_framework_in_the_library_and_of_no_other(world: World) -> None:
    made = second(world)
    with transaction() as tx:
        other = tx.get_one(Framework, world.framework_id)
        elsewhere = add(
            tx,
            Framework(
                slug="other",
                version="1",
                title="Other",
                digest="9" * 64,
                about={},
                published_at=other.published_at,
            ),
        )
    hold_round(world, "Of others", MOVED + DAY, made.framework_id, "other")
    hold_round(world, "Of another", MOVED + DAY, elsewhere)
    assert waiting(world, "ana", made.framework_id, MOVED + 2 * DAY) == set(made.added)
    hold_round(world, "Of an earlier version", MOVED + 2 * DAY, world.framework_id)
    assert waiting(world, "ana", made.framework_id, MOVED + 2 * DAY) == set()


def test_where_no_round_begins_it_counts_after_a_year(world: World) -> None:
    made = second(world)
    last = dt.date(2027, 12, 13)
    assert waiting(world, "ana", made.framework_id, last) == set(made.added)
    assert waiting(world, "ana", made.framework_id, last + DAY) == set()


def test_moving_back_and_there_again_does_not_start_anew(world: World) -> None:
    made = second(world)
    carried(world, made, AFTER + DAY, back=True)
    hold_round(world, "Winter", MOVED + 3 * DAY, world.framework_id)
    carried(world, made, AFTER + 20 * DAY)
    assert waiting(world, "ana", made.framework_id, MOVED + 20 * DAY) == set()
    assert waiting(world, "ana", made.framework_id, MOVED + 2 * DAY) == set(made.added)


def test_each_version_has_its_own_wait(world: World) -> None:
    made = second(world)
    hold_round(world, "Winter", MOVED + 5 * DAY, made.framework_id)
    third = next_version(world, of=made.framework_id, version="3", added=1)
    carried(world, third, AFTER + 10 * DAY)
    old, new = third.became[made.added[0]][0], third.added[0]
    assert waiting(world, "ana", third.framework_id, MOVED + 10 * DAY) == {new}
    assert waiting(world, "ana", third.framework_id, MOVED + 4 * DAY) == {old, new}


def test_what_was_retired_and_is_back_is_new_only_to_who_never_had_it(world: World) -> None:
    gone = world.statements["communication"][0]
    with transaction() as tx:
        skill = tx.get_one(Statement, gone).skill_id
    made = next_version(world, retired={gone})
    third = next_version(world, of=made.framework_id, version="3", added=1)
    with transaction() as tx:
        # Made past the publisher: of the skill that the first version had.
        back = tx.get_one(Statement, third.added[0])
        again = Statement(
            framework_id=third.framework_id,
            skill_id=skill,
            domain_id=back.domain_id,
            rank=1,
            uuid="back",
            code="BACK",
            position=200_000,
            title="Back",
            text="is back",
        )
        back_id = add(tx, again)
    carried(world, made, person="ana")
    carried(world, third, AFTER + DAY, person="ana")
    with transaction() as tx:
        began = {"slug": "small", "moved_at": AFTER, "moved_on": MOVED}
        olaf = world.people["olaf"]
        tx.add(PersonVersion(person_id=olaf, framework_id=made.framework_id, **began))
        tx.flush()
        tx.add(PersonVersion(person_id=olaf, framework_id=third.framework_id, **began))
    assert waiting(world, "ana", third.framework_id, MOVED + DAY) == set(third.added)
    assert waiting(world, "olaf", third.framework_id, MOVED + DAY) == {back_id, *third.added}


def test_the_day_of_a_move_is_that_of_the_library(world: World) -> None:
    with transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).time_zone = "America/Los_Angeles"
    made = next_version(world, added=1)
    carried(world, made, dt.datetime(2026, 12, 15, 6, tzinfo=dt.UTC))
    hold_round(world, "Winter", dt.date(2026, 12, 15), made.framework_id)
    assert waiting(world, "ana", made.framework_id, dt.date(2026, 12, 15)) == set(), (
        "it was the evening before"
    )


def test_from_when_it_counts_is_said_by_the_round_that_is_planned_or_by_the_year(
    world: World,
) -> None:
    made = second(world)
    session().rollback()
    (move,) = session().scalars(
        select(PersonVersion.id).where(
            PersonVersion.person_id == world.people["ana"],
            PersonVersion.framework_id == made.framework_id,
        )
    )

    def of() -> CountsFrom:
        session().rollback()
        return _counts_from([move], MOVED)[move]

    assert of() == CountsFrom("2", None, dt.date(2027, 12, 14))
    hold_round(world, "In two years", dt.date(2028, 1, 1), made.framework_id)
    assert of() == CountsFrom("2", None, dt.date(2027, 12, 14))
    hold_round(world, "Spring", dt.date(2027, 5, 1), made.framework_id)
    hold_round(world, "Winter", dt.date(2027, 1, 11), made.framework_id)
    assert of() == CountsFrom("2", "Winter", dt.date(2027, 1, 11))


@dataclass
class Years:
    """`has`: by version, its statements by skill; `made_of`: by skill its origins, and whether they
    carry; `path`: of somebody, each version with the day of the move; `rounds`: days."""

    has: dict[int, dict[int, int]] = field(default_factory=dict)
    made_of: dict[int, dict[int, bool]] = field(default_factory=dict)
    path: list[tuple[int, dt.date]] = field(default_factory=list)
    rounds: list[dt.date] = field(default_factory=list)

    def counts_later(self, version: int, today: dt.date) -> set[int]:
        """As the rule is said."""
        found = set()
        for skill, statement in self.has[version].items():
            had = [at for at, (each, _day) in enumerate(self.path) if skill in self.has[each]]
            if not had or had[0] == 0:
                continue
            moved_on = self.path[had[0]][1]
            before = self.has[self.path[had[0] - 1][0]]
            led = any(carries and one in before for one, carries in self.made_of[skill].items())
            begun = any(moved_on < day <= today for day in self.rounds)
            if not led and not begun and today < year_after(moved_on):
                found.add(statement)
        return found


def draw(world: World, chance: random.Random, number: int) -> Years:
    """Of Otto, in a framework of their own."""
    slug, years = f"drawn-{number}", Years()
    with transaction() as tx:
        library_id = world.libraries["other"]
        first = tx.get_one(Framework, world.framework_id)
        domain_id = tx.get_one(Statement, world.statements["communication"][0]).domain_id
        skills = [add(tx, Skill(slug=slug)) for _number in range(9)]
        for at, skill in enumerate(skills):
            of = chance.sample(skills[:at], min(at, chance.choice((0, 0, 1, 2))))
            years.made_of[skill] = {each: chance.random() < 0.5 for each in of}
            tx.add_all(
                SkillOrigin(
                    skill_id=skill,
                    line=line,
                    origin_id=each,
                    change=Change.REWORDED,
                    carries=carries,
                    steps=1,
                )
                for line, (each, carries) in enumerate(years.made_of[skill].items())
            )
        for version in range(1, 5):
            framework_id = add(
                tx,
                Framework(
                    slug=slug,
                    version=str(version),
                    title="Drawn",
                    digest=f"{number:032}{version:032}",
                    about={},
                    published_at=first.published_at,
                ),
            )
            years.has[framework_id] = {}
            for at, skill in enumerate(chance.sample(skills, 5)):
                years.has[framework_id][skill] = add(
                    tx,
                    Statement(
                        framework_id=framework_id,
                        skill_id=skill,
                        domain_id=domain_id,
                        rank=1,
                        uuid=f"{number}-{version}-{at}",
                        code=f"{at}",
                        position=at,
                        title="",
                        text="",
                    ),
                )
        job(tx, library_id, framework_id, f"Drawn {number}", None)
        person_id = world.people["otto"]
        day = dt.date(2026, 1, 5)
        for _move in range(chance.randint(1, 5)):
            version = chance.choice(list(years.has))
            years.path.append((version, day))
            row = PersonVersion(person_id=person_id, slug=slug, framework_id=version)
            row.moved_at, row.moved_on = AFTER, day
            add(tx, row)
            day += dt.timedelta(days=chance.choice((0, 1, 40, 200)))
        for at in range(chance.choice((0, 1, 2))):
            starts_on = dt.date(2026, 1, 5) + dt.timedelta(days=chance.randint(0, 400))
            years.rounds.append(starts_on)
            held = Round(
                library_id=library_id, name=f"{slug} {at}", starts_on=starts_on, ends_on=starts_on
            )
            one_of_it = chance.choice(list(years.has))
            tx.add(RoundFramework(round_id=add(tx, held), framework_id=one_of_it))
    return years


@pytest.mark.in_ci
def test_as_the_rule_is_said(world: World) -> None:
    chance, seen = random.Random(7), 0
    for number in range(40):
        years = draw(world, chance, number)
        for version in years.has:
            for _day in range(3):
                today = dt.date(2026, 1, 5) + dt.timedelta(days=chance.randint(0, 900))
                found = waiting(world, "otto", version, today)
                assert found == years.counts_later(version, today), (number, version, today)
                seen += len(found)
    assert seen > 100, "of what the rule says something is seen"
