"""Whoever sees no names works nobody out, and whoever does nobody's self-ratings: from all pages and
files together, and day after day."""

import datetime as dt
import random
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from flask import Flask

from tests.client import Client
from tests.engines import LONG
from tests.factories.people import join
from tests.factories.world import World
from tests.web.teams.crowds import AT
from tests.web.teams.without_names.attack import Attacker, worked_out
from tests.web.teams.without_names.many_days import ManyDays, Review
from tracker.queries.teams import releases as told
from tracker.rules.frameworks.scale import Voice
from tracker.rules.roles import Role
from tracker.rules.teams import releases as rules
from tracker.rules.teams.releases import CountedStates

SignIn = Callable[[str], Client]
WORLDS = 40 if LONG else 4
NIGHTS = 5


def is_new(items: CountedStates, past: Iterable[CountedStates]) -> bool:
    return bool(items) and items not in list(past)


def switch_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything new is told at once, of each team."""
    monkeypatch.setattr(rules, "SMALLEST_BLOCK", 1)
    for module in (rules, told):
        monkeypatch.setattr(module, "is_decided", is_new)
        monkeypatch.setattr(module, "may_be_told", lambda items, past: bool(items))


def judge_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """At least five, not nearly all alike; but two days are not looked at together."""
    for module in (rules, told):
        monkeypatch.setattr(module, "is_decided", is_new)
        monkeypatch.setattr(
            module,
            "may_be_told",
            lambda items, past: len(items) >= 5 and rules._says_little(items, frozenset()),
        )


class Reader(NamedTuple):
    """Coordinates these teams, and knows everybody who was ever in the others. `until`: how many
    days ago they supervised them last."""

    coordinates: tuple[str, ...]
    supervises: tuple[str, ...] = ()
    until: int | None = None


READERS = (
    Reader(("city",)),
    Reader(("city",), ("harbour",)),
    Reader(("central", "harbour")),
    Reader(("city",), ("central", "harbour"), until=3),
)


def victims(
    app: Flask, world: World, sign_in: SignIn, seed: int, hides_names: bool = True
) -> set[Review]:
    """One of the READERS, in turn."""
    reader = READERS[seed % len(READERS)]
    with app.app_context():
        for team in reader.coordinates:
            join(world, "rea", team, Role.COORDINATOR)
        for team in reader.supervises:
            ends_on = reader.until and (world.now - dt.timedelta(days=reader.until)).date()
            join(world, "rea", team, Role.SUPERVISOR, ends_on=ends_on)
    client = sign_in(world.email("rea"))
    with app.app_context():
        days = ManyDays(world, random.Random(seed), random.Random(str(seed)), hides_names)
        known_voice = None if hides_names else Voice.ENDORSED
        reads = () if "city" in reader.coordinates else ("central", "bookmobile", "harbour")
        attacker = Attacker(client, days, reader.supervises, known_voice, reads)
        for now in days.run(NIGHTS):
            attacker.look(now)
        attacker.look_everywhere(now)
        found = attacker.found()
    assert all((days.of[each] is AT) is is_at for each, is_at in found.items())
    return set(found)


def voices(found: Iterable[Review]) -> set[Voice]:
    return {voice for _name, _review, voice in found}


@pytest.mark.in_ci
@pytest.mark.parametrize(
    ("seed", "hides_names"),
    [(seed, True) for seed in range(WORLDS)] + [(seed, False) for seed in range(WORLDS // 2)],
)
def test_nobody_is_worked_out(
    app: Flask, world: World, sign_in: SignIn, seed: int, hides_names: bool
) -> None:
    assert victims(app, world, sign_in, seed, hides_names) == set()


@pytest.mark.in_ci
@pytest.mark.parametrize("hides_names", [True, False])
def test_without_suppression_people_are(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, hides_names: bool
) -> None:
    switch_off(monkeypatch)
    wanted = set(Voice) if hides_names else {Voice.SELF}
    assert voices(victims(app, world, sign_in, 0, hides_names)) == wanted


@pytest.mark.in_ci
def test_two_days_that_are_judged_apart_give_people_away(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_each_by_itself(monkeypatch)
    assert victims(app, world, sign_in, 4)


def test_the_attack_solves_what_can_be_solved() -> None:
    a, b, c, d = ((name, 1, Voice.SELF) for name in "abcd")
    sums = [(frozenset({a, b, c}), 2), (frozenset({a, b}), 1), (frozenset({b, d}), 0)]
    assert worked_out(sums, {}) == {a: True, b: False, c: True, d: False}
    assert worked_out(sums[:2], {}) == {c: True}
    assert worked_out(sums[1:2], {a: True}) == {b: False}
    assert worked_out(sums[:1], {}) == {}
