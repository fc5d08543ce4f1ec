"""Worlds that differ only in what somebody answered have the same pages of the audit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.client import Client
from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import LONG, hurry
from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.sides import NO, NOT_MINE, PART, SURE_NOT, YES
from tests.factories.world import World, make_world
from tracker.app import create_app
from tracker.db import db
from tracker.operations.audit.pages_labels import KINDS, NOT_LISTED, WORDS
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.act.rules import GIVEN
from tracker.reviews.review import actions as review_actions


def asked(world: World) -> Iterator[dict[str, object]]:
    """Every filter, some of what could be searched for, each order, and more pages than there are.
    By each kind that is listed, which the pages show as well, in `make test-long` only."""
    yield from ({"kind": kind} for kind in (*KINDS, *(WORDS if LONG else ()), *NOT_LISTED))
    yield from ({"person_id": person_id} for person_id in world.people.values())
    yield from ({"since": day} for day in ("2026-11-24", "2026-11-25"))
    yield from ({"until": day} for day in ("2026-11-23", "2026-11-24"))
    for word in (
        "ana",
        "sue",
        "review",
        "profile",
        "consistently",
        "partly",
        "not_yet",
        "cannot",
        "endors",
        "differ",
        "agree",
        "apart",
        "close",
        "went",
        "equal",
        "communication",
        "COM-1-01",
        "1",
        "2",
        "3",
    ):
        yield {"search": word}
    yield from (
        {"sort": sort, "order": order}
        for sort in ("when", "who", "about")
        for order in ("", "turned")
    )
    yield from ({"page": page} for page in (1, 2, 3))


# What is not in it


@contextmanager
def city(engine_name: str, folder: Path) -> Iterator[tuple[Flask, World]]:
    """A small world in a database of its own, so that all ids are the same in each."""
    folder.mkdir()
    with laid_out_database(engine_name, folder) as url:
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
            world = make_world(NOW)
            db.session.remove()
        yield app, world
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


Said = tuple[list[Answer], list[ReviewerAnswer]]
WORLDS: dict[str, Said] = {
    "alike": (
        [YES, PART, NO],
        [ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET],
    ),
    "different": (
        [NO, SURE_NOT, NOT_MINE],
        [ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY],
    ),
    "not seen": ([YES, NO, YES], [ReviewerAnswer.CANNOT_TELL] * 3),
    "mixed": (
        [YES, NO, PART],
        [ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CANNOT_TELL, ReviewerAnswer.NOT_YET],
    ),
}
"""What the learner and the reviewer said. All else that they do is the same."""


def live(app: Flask, world: World, said: Said) -> None:
    """A review from its sending to its end; what differs is talked about, one agreed and the others
    kept apart."""
    with app.app_context():
        ana, sue = sides.actor(world, "ana"), sides.actor(world, "sue")
        review_id = sides.send(world, *said[0])
        ids = sides.answer_all(world, review_id, *said[1])
        review_actions.reveal(sue, review_id, world.now)
        differing = [
            item.id for item in sides.items(review_id) if item.status == ItemStatus.DIFFERS
        ]
        for number, item_id in enumerate(differing):
            if number:
                sides.keep_apart(sue, item_id, world.now)
                continue
            for each in (ana, sue):
                sides.confirm(each, item_id, EndorsedAnswer.PARTLY, "So it is.", world.now)
        assert len(ids) == 3
        db.session.remove()
    for name in ("sue", "cora"):
        reader = Client(app)
        reader.sign_in(world.email(name))
        assert reader.get(f"/people/{world.people['ana']}/profile").status_code == 200
        assert reader.get(f"/people/{world.people['ana']}/profile.pdf").status_code == 200
        assert reader.get(f"/teams/{world.teams['central']}/gaps.csv").status_code == 200
        reader.get(f"/reviews/{review_id}/differences")


def pages(app: Flask, world: World) -> dict[str, str]:
    admin = Client(app)
    admin.sign_in(world.email("adam"))
    found = {}
    for query in asked(world):
        page = admin.get("/admin/audit", query_string=query)
        assert page.status_code == 200
        found[str(query)] = re.sub(r'(csrf[^>]*(?:value|content)=")[^"]+', r"\1", page.text)
    return found


@pytest.fixture(scope="module")
def alike(
    migrated_app: Flask, engine_name: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """All pages of the audit where both said the same."""
    with time_machine.travel(NOW, tick=False):
        return told_of(engine_name, tmp_path_factory.mktemp("alike") / engine_name, WORLDS["alike"])


def told_of(engine_name: str, folder: Path, said: Said) -> dict[str, str]:
    with city(engine_name, folder) as (app, world):
        live(app, world, said)
        return pages(app, world)


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize("name", ["different", "not seen", "mixed"] if LONG else ["mixed"])
def test_worlds_that_differ_only_in_answers_have_the_same_audit(
    engine_name: str, tmp_path: Path, alike: dict[str, str], name: str
) -> None:
    other = told_of(engine_name, tmp_path / name, WORLDS[name])
    assert [query for query, page in alike.items() if other[query] != page] == []
    assert "Review revealed" in alike["{'page': 1}"]


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_a_kind_that_tells_would_be_found(
    migrated_app: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: with endorsements listed, the worlds come apart."""
    monkeypatch.setitem(WORDS, GIVEN, "Endorsement given")
    one, other = (
        told_of(engine_name, tmp_path / name, WORLDS[name]) for name in ("alike", "different")
    )
    assert one != other
