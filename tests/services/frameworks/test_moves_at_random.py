"""Random years of random frameworks: published, moved to, back, and there again; nothing is lost,
what is asked again is exactly what changed, and what was kept of a round stays to the byte."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import false, select

from tests.conftest import NOW, empty
from tests.factories.sending import PART, YES, actor
from tests.factories.versions import AFTER
from tests.factories.world import make_world
from tests.review_rules import faults
from tests.services.administration.test_round_snapshots import kept
from tests.services.frameworks import random_deeds, random_years
from tests.services.frameworks.random_years import REVIEWERS, Deed, Did, Fate, Plan, Years, plans
from tests.services.frameworks.told import Told, expected, held, told, unreachable
from tracker.db import db, session
from tracker.models import RoundSnapshot
from tracker.queries.assessment.learners import learner
from tracker.queries.frameworks.contents import statement_ids
from tracker.queries.frameworks.version_steps import MoveScope
from tracker.queries.notifications import notices
from tracker.queries.profiles import levels
from tracker.rules.errors import Invalid
from tracker.services.administration import exclusions, rounds
from tracker.services.frameworks import moves, publishing

MAY = dt.datetime(2026, 5, 11, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def everybody(years: Years, version: int) -> dict[str, Told]:
    return {name: told(years, name, years.versions[version]) for name in REVIEWERS}


def acted(years: Years, year: int, places: slice) -> None:
    """What the plan has for that year, of those statements of the newest version."""
    deeds, ids = years.plan.deeds[year], years.ids()
    for number, name in enumerate(REVIEWERS):
        left_out = told(years, name, years.versions[-1]).left_out
        dealt = {
            key: deeds[(number * len(ids) + place) % len(deeds)] for place, key in enumerate(ids)
        }
        wanted = {key: dealt[key] for key in ids[places] if key not in left_out}
        random_deeds.done(years, name, wanted)


def leave_out(years: Years, places: frozenset[int]) -> None:
    wanted = [key for place, key in enumerate(years.ids()) if place in places]
    if wanted:
        now = years.tick()
        exclusions.leave_out(actor(years.world, "adam", now), wanted, "Not here.", now)


def moved(years: Years, *, back: bool = False) -> None:
    city, (before, after) = years.world.libraries["city"], years.versions[-2:]
    now = years.tick()
    scope = MoveScope(city, after if back else before, before if back else after)
    moves.move(actor(years.world, "adam", now), scope, now)


class Lived:
    """One plan, lived through: `wrong` says what is not as it should be."""

    def __init__(self, plan: Plan) -> None:
        self.wrong: list[str] = []
        self.rounds: dict[int, str | None] = {}
        self.years = years = random_years.begun(make_world(NOW), plan, MAY)
        acted(years, 0, slice(0, None, 2))
        years.now = NOW
        acted(years, 0, slice(1, None, 2))
        rounds.keep_all_due(years.tick())
        self.keep()
        leave_out(years, plan.left_out)
        self.year(0)
        if len(plan.fates) > 1:
            years.now += DAY
            acted(years, 1, slice(0, None, 1))
            self.year(1)

    def say(self, fault: str) -> None:
        self.wrong.append(fault)

    def year(self, number: int) -> None:
        years = self.years
        before = everybody(years, -1)
        random_years.next_year(years)
        self.same("published", everybody(years, -2), before)
        if number == 0:
            self.waits_for_the_round()
            years.now = AFTER
        before = everybody(years, -2)
        moved(years)
        self.there("moved", before)
        self.foretold()
        if years.plan.late_before_undo:
            random_deeds.end_open_reviews(years)
            self.there("ended late", before, only_own=True)
        before = everybody(years, -2)
        moved(years, back=True)
        self.back(before)
        self.rated_meanwhile()
        before = everybody(years, -2)
        moved(years)
        self.there("there again", before)
        random_deeds.end_open_reviews(years)
        self.there("ended later", before, only_own=True)

    def foretold(self) -> None:
        """As many hold another level as the draft said; there is one exception at a level."""
        if any(did.deed in random_deeds.TO_EXCEPT for did in self.years.plan.deeds[0]):
            return
        ranks = [(held(self.years, name, -2), held(self.years, name, -1)) for name in REVIEWERS]
        for (*domain, rank), people in self.years.foretold.items():
            key = domain[0], domain[1]
            other = sum(
                (was.get(key, 0) >= rank) != (now.get(key, 0) >= rank) for was, now in ranks
            )
            if other != people:
                self.say(f"{people} were to change at {key} {rank}, not {other}")

    def waits_for_the_round(self) -> None:
        if self.years.plan.in_round:
            with pytest.raises(Invalid, match="move_in_round"):
                moved(self.years)

    def rated_meanwhile(self) -> None:
        """While they are back, each rates one statement otherwise, and another one is left out."""
        years = self.years
        newest = years.versions.pop()
        for name in REVIEWERS:
            them = told(years, name, years.versions[-1])
            for key, (answer, _at) in list(them.own.items())[:1]:
                if key not in them.left_out:
                    other = PART if answer == YES else YES
                    random_deeds.done(
                        years, name, {key: Did(Deed.RATED, other, noted=False, shown=True)}
                    )
        left_out = told(years, "ana", years.versions[-1]).left_out
        free = [key for key in sorted(told_ids(years)) if key not in left_out]
        if len(free) > 1:
            now = years.tick()
            exclusions.leave_out(actor(years.world, "adam", now), free[-1:], "Nor this.", now)
        years.versions.append(newest)

    def there(self, when: str, before: dict[str, Told], *, only_own: bool = False) -> None:
        """Everybody is told on the newest version what they are to be, and on the one before as
        before (of their own, where reviews have ended since)."""
        years = self.years
        for name, was in everybody(years, -2).items():
            own = {"own", "notes", "evidence", "left_out", "again"}
            skipped = {each.name for each in dataclasses.fields(Told)} - own if only_own else set()
            self.same(f"{when}: before, of {name}", was, before[name], skipped)
            now = told(years, name, years.versions[-1])
            self.same(f"{when}: of {name}", now, expected(years, name, was))
            for each in unreachable(years, name):
                self.say(f"{when}: {each}")
            them = learner(years.world.people[name], years.now.date(), "drawn")
            if them is None or them.framework_id != years.versions[-1]:
                self.say(f"{when}: {name} is elsewhere")
            listed = notices.listed(actor(years.world, name, years.now), years.now.date())
            versions = [each.version for each in listed.notices if each.version is not None]
            if versions[0].statements != len(now.again - now.left_out - now.later):
                self.say(f"{when}: how many {name} is told to rate again")
            if versions[0].later != len(now.later - now.left_out):
                self.say(f"{when}: how many {name} is told that count later")
        self.sound(when)

    def back(self, before: dict[str, Told]) -> None:
        years = self.years
        self.same("back", everybody(years, -2), before)
        for name in REVIEWERS:
            them = learner(years.world.people[name], years.now.date(), "drawn")
            if them is None or them.framework_id != years.versions[-2]:
                self.say(f"back: {name} is elsewhere")
        self.sound("back")

    def same(
        self, when: str, found: object, wanted: object, skipped: set[str] | None = None
    ) -> None:
        if isinstance(found, dict) and isinstance(wanted, dict):
            for name in wanted:
                self.same(f"{when}, {name}", found[name], wanted[name])
            return
        for each in dataclasses.fields(Told):
            is_, was = getattr(found, each.name), getattr(wanted, each.name)
            if each.name not in (skipped or ()) and is_ != was:
                self.say(f"{when}: {each.name} {is_} for {was}")

    def keep(self) -> None:
        session().rollback()
        for round_id in session().scalars(select(RoundSnapshot.round_id)).all():
            self.rounds.setdefault(round_id, kept(round_id))

    def sound(self, when: str) -> None:
        """The record, its audit, and the rounds that are kept."""
        session().rollback()
        for round_id, text in self.rounds.items():
            if kept(round_id) != text:
                self.say(f"{when}: the kept round {round_id}")
        self.keep()
        for each in faults(session().connection()):
            self.say(f"{when}: {each}")


def told_ids(years: Years) -> list[int]:
    newest = statement_ids(years.versions[-1])
    return list(newest.values())


def lived(plan: Plan) -> list[str]:
    db.session.remove()
    empty(db.engine)
    return Lived(plan).wrong


CARRIED, ASKED = True, False
YEAR = (
    (Fate.SAME, CARRIED),
    (Fate.REWORDED, ASKED),
    (Fate.MERGED, CARRIED),
    (Fate.SPLIT, CARRIED),
    (Fate.RETIRED, ASKED),
    (Fate.MOVED, CARRIED),
)
DEEDS = tuple(
    Did(deed, answer, noted=True, shown=True)
    for answer in (YES, PART)
    for deed in (Deed.ENDORSED, Deed.RATED, Deed.EXCEPTED, Deed.ENDORSED, Deed.WAITING)
)
RICH = Plan((((3, 3, 3),),), (YEAR,), (DEEDS,), frozenset({1}), True, False)


@settings(
    max_examples=60,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=plans())
@pytest.mark.longest  # one year with everything in it stands below
def test_nothing_is_lost_there_back_and_there_again(context: None, plan: Plan) -> None:
    assert lived(plan) == []


@pytest.mark.in_ci
def test_nothing_is_lost_of_a_year_with_everything_in_it(context: None) -> None:
    assert lived(RICH) == []


class FaultError(Exception):
    pass


class UntilFault(Lived):
    def say(self, fault: str) -> None:
        raise FaultError(fault)


ANEW = count()
whole_endorsed, whole_ancestries = levels._endorsed, publishing._ancestries
BREAKS: dict[str, tuple[str, object]] = {
    "nobody moves": ("tracker.records.frameworks.moves.move", lambda *_facts: 0),
    "what is asked again carries": (
        "tracker.services.frameworks.publishing._ancestries",
        lambda stands: {
            uuid: dataclasses.replace(each, carries=True)
            for uuid, each in whole_ancestries(stands).items()
        },
    ),
    "no endorsements": (
        "tracker.queries.profiles.levels._endorsed",
        lambda *form, **more: whole_endorsed(*form, **more).where(false()),
    ),
    "a round kept anew": (
        "tests.services.frameworks.test_moves_at_random.kept",
        lambda _round_id: str(next(ANEW)),
    ),
}


@pytest.mark.longest
@pytest.mark.parametrize("what", BREAKS)
def test_what_is_lost_would_be_seen(
    context: None, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: one of them is left out. A year that loses nothing is lived in `make test`."""
    monkeypatch.setattr(*BREAKS[what])
    empty(db.engine)
    with pytest.raises((FaultError, AssertionError)):
        UntilFault(RICH)
