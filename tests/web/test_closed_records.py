"""Whose record is not open to somebody yet looks the same to them in every byte, whatever was
revealed and reviewed before: pages, files, lists, figures, and mails."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW
from tests.engines import LONG
from tests.factories.answers import ReviewerAnswer
from tests.factories.people import closed_to
from tests.factories.sides import actor, answer, item_ids
from tests.factories.world import World
from tests.reviews.test_views_blindness import SignIn, fetch, reader
from tests.web.record_worlds import RECORDS, Record, recorded, sent_to
from tests.web.worlds import Pages, different, seen_by
from tracker.db import session
from tracker.models import Round
from tracker.record.visible.queries import Hidden, Reader
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.openings import WAIT
from tracker.rules.roles import Role

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""The worlds are made one after the other, and their rows have the same ids, on this engine alone."""


def nothing_sent(world: World) -> int:
    """The one review is Sue's, which is not theirs."""
    return 1


def sent_to_hugo(world: World) -> int:
    return sent_to(world, "hugo")


def answered_by_hugo(world: World) -> int:
    review_id = sent_to(world, "hugo")
    answer(world, item_ids(review_id)[0], ReviewerAnswer.PARTLY, by="hugo", note="his")
    return review_id


def revealed_by_hugo(world: World) -> int:
    """Alike at each level, and differing."""
    review_id = sent_to(world, "hugo")
    saw = (ReviewerAnswer.PARTLY, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY)
    for item_id, said in zip(item_ids(review_id), saw, strict=True):
        answer(world, item_id, said, by="hugo")
    review_actions.reveal(actor(world, "hugo"), review_id, world.now)
    return review_id


def one_sent_to_hugo(world: World) -> int:
    """By itself: he is as blind as a second reader too."""
    return sent_to(world, "hugo", count=1)


def sent_to_adam(world: World) -> int:
    return sent_to(world, "adam")


Arranged = Callable[[World], int]
READERS: list[tuple[str, Arranged, bool]] = [
    ("hugo", sent_to_hugo, True),
    ("hugo", revealed_by_hugo, True),
    ("cora", nothing_sent, True),
    ("adam", sent_to_adam, True),
    ("cora", nothing_sent, False),
    *(
        [
            ("hugo", nothing_sent, True),
            ("hugo", answered_by_hugo, True),
            ("hugo", one_sent_to_hugo, True),
            ("cora", sent_to_hugo, True),
            ("hugo", sent_to_hugo, False),
        ]
        if LONG
        else []
    ),
]
"""Who reads, what they were sent, and whether the library shows coordinators names; half of them in
`make test-long` alone."""
BY_NAME = [f"{name}-{way.__name__}-{'names' if names else 'none'}" for name, way, names in READERS]


def at_work(
    world: World, record: Record, name: str, arranged: Arranged, *, names: bool, since: dt.datetime
) -> int:
    """They came to read Ana, who was told `since`. The id of a review."""
    recorded(world, record, names=names)
    review_id = arranged(world)
    role = Role.COORDINATOR if name == "cora" else Role.SUPERVISOR
    team = "city" if name == "cora" else "central"
    closed_to(world, name, "ana", team, role=role, at=since)
    return review_id


@pytest.mark.in_ci
@pytest.mark.parametrize(("name", "arranged", "names"), READERS, ids=BY_NAME)
def test_every_record_looks_the_same(
    app: Flask,
    sign_in: SignIn,
    anew: Callable[[], World],
    name: str,
    arranged: Arranged,
    names: bool,
) -> None:
    seen: Pages = {}
    for record in RECORDS if LONG else RECORDS[:2]:
        world = anew()
        with app.app_context():
            review_id = at_work(world, record, name, arranged, names=names, since=NOW)
        found = seen_by(app, sign_in, world, name, review_id, seen, reviews=11)
        seen = seen or found
        assert different(seen, found) == set(), f"{name} can tell {record.name}"
    assert len(seen) > 150
    assert seen[f"/people/{world.people['ana']}/profile"][0] == 403


TELLING = (
    "/people/{ana}/profile",
    "/people/{ana}/profile.pdf",
    "/people/{ana}/profile/communication",
    "/teams/{team}/gaps",
    "/teams/{team}/gaps.csv",
    "/teams/{team}/gaps.pdf",
    "/teams/{team}/gaps.xlsx",
    "/teams/{team}/gaps/people.csv",
    "/teams/{team}/gaps/domains/communication",
    "/teams/{team}/gaps/domains/communication/people.csv",
    "/teams/{team}/gaps?round={spring}",
    "/teams/{team}/gaps?compare={spring}",
)
SUPERVISORS = ("/people/{ana}/statements/{one}",)
COORDINATORS = ("/teams/{team}/round?round={spring}", "/teams/{team}/round.csv?round={spring}")


@pytest.mark.parametrize("name", ["hugo", pytest.param("cora", marks=pytest.mark.in_ci)])
@pytest.mark.parametrize(
    "way", ["nothing closed", pytest.param("a week later", marks=pytest.mark.in_ci)]
)
def test_what_is_closed_would_be_found(
    app: Flask,
    sign_in: SignIn,
    anew: Callable[[], World],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    way: str,
) -> None:
    """Where records were open to everybody, and once this one has opened, the same comparison fails
    on every kind of page and file that tells of it. At each change for one reader, once."""
    since = NOW
    if way == "a week later":
        since -= WAIT
    else:
        monkeypatch.setattr(Reader, "hidden", Hidden())
    seen: list[Pages] = []
    for record in RECORDS[:2]:
        world = anew()
        with app.app_context():
            review_id = at_work(world, record, name, nothing_sent, names=True, since=since)
            rounds = session().scalars(select(Round.id).order_by(Round.starts_on)).all()
        places = {
            "ana": world.people["ana"],
            "one": world.statements["communication"][0],
            "team": world.teams["city" if name == "cora" else "central"],
            "spring": rounds[0],
        }
        more = COORDINATORS if name == "cora" else SUPERVISORS
        paths = [each.format(**places) for each in TELLING + more]
        client = reader(sign_in, world, name, review_id)
        seen.append({path: fetch(client, path) for path in paths})
        assert {path for path, each in seen[-1].items() if each[0] != 200} == set()
    assert different(*seen) == {*seen[0]}
