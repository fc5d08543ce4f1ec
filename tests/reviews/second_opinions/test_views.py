"""A second reader is as blind as the first: until they reveal, every byte that they, their backup or
a successor can fetch is the same, whatever was answered before and whatever the learner says."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.engines import LONG
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.sides import PART, actor, answer, item_ids
from tests.factories.world import World
from tests.reviews.second_opinions.worlds import (
    FIRSTS,
    First,
    asked,
    handed_on,
    left,
    prepared,
    willing,
)
from tests.reviews.test_views_blindness import SignIn, fetch, reader
from tests.web.worlds import Pages, different, seen_by
from tracker.record.visible.queries import Hidden, Reader
from tracker.reviews.review import actions as review_actions

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""The worlds are made one after the other, and their rows have the same ids, on this engine alone."""

Arranged = Callable[[World, First, Answer], int]
Worlds = list[tuple[First, Answer]]
ANSWERS = list(Answer)


def to_hugo(world: World, first: First, own: Answer) -> int:
    prepared(world, first)
    return asked(world, own, "hugo")


def answered_by_hugo(world: World, first: First, own: Answer) -> int:
    review_id = to_hugo(world, first, own)
    answer(world, item_ids(review_id)[0], ReviewerAnswer.PARTLY, by="hugo", note="his")
    return review_id


def to_olga_outside(world: World, first: First, own: Answer) -> int:
    prepared(world, first)
    willing(world, "olga")
    return asked(world, own, "olga")


def answered_by_olga(world: World, first: First, own: Answer) -> int:
    review_id = to_olga_outside(world, first, own)
    answer(world, item_ids(review_id)[0], ReviewerAnswer.PARTLY, by="olga", note="hers")
    return review_id


def to_carl_after_hugo_left(world: World, first: First, own: Answer) -> int:
    """What Hugo had answered stays sealed: it is another one in each world."""
    review_id = to_hugo(world, first, own)
    said = list(ReviewerAnswer)[(FIRSTS.index(first) + ANSWERS.index(own)) % 4]
    answer(world, item_ids(review_id)[0], said, by="hugo")
    left(world, "hugo")
    return asked(world, own, "carl")


def handed_on_to_carl(world: World, first: First, own: Answer) -> int:
    prepared(world, first)
    said = list(ReviewerAnswer)[(FIRSTS.index(first) + ANSWERS.index(own)) % 4]
    return handed_on(world, own, said)


READERS: list[tuple[str, Arranged]] = [
    ("hugo", to_hugo),
    ("hugo", answered_by_hugo),
    ("cora", to_hugo),
    ("cora", answered_by_hugo),
    ("carl", to_carl_after_hugo_left),
    ("carl", handed_on_to_carl),
    ("olga", to_olga_outside),
    ("olga", answered_by_olga),
]


def two(number: int) -> Worlds:
    """Two worlds that nothing is alike in, and others for each reader."""
    return [(FIRSTS[at % len(FIRSTS)], ANSWERS[at % len(ANSWERS)]) for at in (number, number + 4)]


def twenty(number: int) -> Worlds:
    """Every way the first review can have gone, with the answer that the learner gave then and with
    another: in four steps with each that can be given."""
    turn = 1 + number % (len(ANSWERS) - 1)
    others = {own: ANSWERS[(at + turn) % len(ANSWERS)] for at, own in enumerate(ANSWERS)}
    return [(first, own) for first in FIRSTS for own in (first.own, others[first.own])]


STEPS = [
    pytest.param(
        name,
        arranged,
        twenty(number) if LONG else two(number),
        id=f"{name}-{arranged.__name__}",
        marks=[pytest.mark.longest] if number % 2 == 0 else [],
    )
    for number, (name, arranged) in enumerate(READERS)
]
"""Who reads, how far it is, and the worlds to compare. `make test` has each reader once, after the
later of two steps, in two worlds; `make test-long` has both, in twenty."""


@pytest.mark.usefixtures("engine_name")
def test_in_four_steps_every_way_meets_every_answer() -> None:
    """Those of two readers, and those of the other two."""
    for four in (range(4), range(4, 8)):
        met = {world for number in four for world in twenty(number)}
        assert met == {(first, own) for first in FIRSTS for own in Answer}


@pytest.mark.in_ci
@pytest.mark.parametrize(("name", "arranged", "worlds"), STEPS)
def test_every_world_looks_the_same(
    app: Flask,
    sign_in: SignIn,
    anew: Callable[[], World],
    name: str,
    arranged: Arranged,
    worlds: Worlds,
) -> None:
    seen: Pages = {}
    for first, own in worlds:
        world = anew()
        with app.app_context():
            review_id = arranged(world, first, own)
        found = seen_by(app, sign_in, world, name, review_id, seen)
        seen = seen or found
        assert different(seen, found) == set(), f"{name} can tell {first.name}, {own}"
    print(f"{name}: {len(worlds)} worlds, {len(seen)} pages and mails, {len(worlds) * len(seen)}")
    assert "mail 0" in seen
    is_outside = name == "olga"
    assert len(seen) > (100 if is_outside else 150)
    assert seen[f"/people/{world.people['ana']}/profile"][0] == (404 if is_outside else 200)


TELLING = {
    "/people/{ana}/profile",
    "/people/{ana}/profile/communication",
    "/people/{ana}/profile.pdf",
    "/people/{ana}/statements/{one}",
    "/teams/{central}",
    "/teams/{city}/gaps",
    "/teams/{central}/gaps",
    "/teams/{central}/gaps.csv",
    "/admin/audit",
}


@pytest.mark.in_ci
@pytest.mark.parametrize(
    ("name", "arranged"),
    [pytest.param("hugo", to_hugo, marks=pytest.mark.longest), ("carl", handed_on_to_carl)],
)
def test_what_is_hidden_would_be_found(
    app: Flask,
    sign_in: SignIn,
    anew: Callable[[], World],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    arranged: Arranged,
) -> None:
    """With nothing hidden the same comparison fails, on every kind of page that could tell."""
    monkeypatch.setattr(Reader, "hidden", Hidden())
    seen: dict[str, Pages] = {}
    for first in FIRSTS:
        world = anew()
        with app.app_context():
            review_id = arranged(world, first, PART)
        client = reader(sign_in, world, name, review_id)
        seen[first.name] = {path: fetch(client, path) for path in _telling(world)}
    found = {path for each in seen.values() for path in different(seen["none"], each)}
    may_not = {each for each in _telling(world) if seen["none"][each][0] != 200}
    assert found == set(_telling(world)) - may_not
    alike = {what for what, each in seen.items() if not different(seen["none"], each)}
    assert alike <= {"none", "cannot tell"}, "who saw nothing left nothing but a line in the audit"


def _telling(world: World) -> list[str]:
    places = {
        "ana": world.people["ana"],
        "one": world.statements["communication"][0],
        **world.teams,
    }
    return [each.format(**places) for each in sorted(TELLING)]


@pytest.mark.in_ci
def test_after_the_reveal_everything_is_shown(
    app: Flask, sign_in: SignIn, anew: Callable[[], World]
) -> None:
    seen = []
    for first in (FIRSTS[1], FIRSTS[2]):
        world = anew()
        with app.app_context():
            review_id = answered_by_hugo(world, first, PART)
            review_actions.reveal(actor(world, "hugo"), review_id, world.now)
        client = reader(sign_in, world, "hugo", review_id)
        page = f"/people/{world.people['ana']}/statements/{world.statements['communication'][0]}"
        seen.append(fetch(client, page)[2])
    assert seen[0] != seen[1]
    assert all("Sue: " in page and "Hugo: Partly" in page for page in seen)
