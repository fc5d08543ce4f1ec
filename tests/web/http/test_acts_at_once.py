"""Acts on one person at the same moment, and a roster and a leaver beside people who save: none is
told that the database could not do it. `make test-long` lets all of them meet, in 20 rounds."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import combinations_with_replacement, count
from threading import Barrier

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.client import PASSWORD, Client
from tests.conftest import NOW
from tests.copies import empty, made_once
from tests.doors.valid_forms import NEW_PASSWORD, endorsed_by_sue, hugo_in_central, member
from tests.engines import LONG
from tests.factories.answers import ReviewerAnswer
from tests.factories.evidence import PDF
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import NO, YES, actor, answer_all, item_ids, send
from tests.factories.world import World, make_world
from tracker import engines
from tracker.administration.roster import (
    actions as roster_actions,
    rules_files as roster_rules_files,
)
from tracker.db import db, session, transaction
from tracker.evidence.pieces import actions as pieces_actions
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.models import (
    Endorsement,
    Membership,
    RosterImport,
    SignIn,
    UseStatement,
    UseStatementReading,
)
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.mail import mail_server

pytestmark = pytest.mark.races

ROUNDS = 20 if LONG else 1
SAVERS, SAVES, SENDERS = 20, 3, 8
THREADS = 7
"""As many as find two connections each in the pool."""
PATIENCE_MS = 120_000
"""However slow the machine is: who waits for somebody who goes on is answered, and only who waits
in a circle is not."""
KEYS = count()


@dataclass(frozen=True)
class Act:
    who: str
    endpoint: str
    values: dict[str, object]
    data: dict[str, object]


@pytest.fixture(autouse=True)
def _only_where_rows_are_locked(
    app: Flask, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setitem(app.extensions, "tracker_mail", mail_server("console:", ""))
    monkeypatch.setattr(engines, "_patience", ContextVar("patience", default=PATIENCE_MS))


@pytest.fixture
def _none_crosses() -> Iterator[None]:
    """Nothing that the test does is tried once more: the order alone suffices."""
    with capture_logs() as log:
        yield
    assert [each for each in log if each["event"] == "tried_once_more"] == []


@dataclass
class Arranged:
    world: World
    acts: dict[str, Act]


def arranged() -> Arranged:
    """Ana has a review to be revealed, one that differs, one that waits, an endorsement by Sue, and
    evidence in two versions."""
    world = make_world(NOW)
    endorsed_by_sue(world)
    differing, answered = send(world, YES, skip=1), send(world, YES, NO, skip=2)
    answer_all(world, differing, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), differing, NOW)
    answer_all(world, answered, ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY)
    waiting = send(world, YES, NO, skip=4)
    rate(world, "ana", world.statements["communication"][6], YES)
    ana = actor(world, "ana")
    piece = pieces_actions.create_each(ana, EvidenceContent("Plan", "For Mrs. Hill"), [], now=NOW)[
        0
    ]
    pieces_actions.edit(ana, piece, 1, EvidenceContent("Plan", "For a patron"), now=NOW)
    return Arranged(world, acts(world, differing, answered, waiting, piece))


def acts(world: World, differing: int, answered: int, waiting: int, piece: int) -> dict[str, Act]:
    ana = {"person_id": world.people["ana"]}
    place = {
        "membership_id": session()
        .scalars(
            select(Membership.id).where(
                Membership.person_id == world.people["ana"],
                Membership.team_id == world.teams["central"],
            )
        )
        .one()
    }
    (item, *_), (waits, *_more) = item_ids(differing), item_ids(waiting)
    reviewed, statements = reviewed_item(world), world.statements["communication"]
    hugo = {"reviews": waiting, "reviewer": world.people["hugo"], "note": "She knows the desk."}
    sue = {"person_id": world.people["sue"]}
    pdf = {"title": "Scanned", "file": (io.BytesIO(PDF), "plan.pdf")}
    agreed = {"act": "confirm", f"choice-{item}": "agree:partly", f"reason-{item}": "We talked."}
    new = {"name": "Ana Maria", "email": "am@example.org"}
    passwords = {"current": PASSWORD, "new": NEW_PASSWORD}
    mine = {
        "reviewer": f"{world.people['sue']}-{world.teams['central']}",
        "statements": [statements[6]],
    }
    return {
        "edit": Act("adam", "admin_people.update", ana, new),
        "disable": Act("adam", "admin_people.disable", ana, {}),
        "let the reviewer leave": Act("adam", "handovers.give", sue, hugo),
        "hold": Act("adam", "legal_holds.begin", ana, {"why": "A letter."}),
        "end": Act("adam", "admin_memberships.end", place, {"end-ends_on": "2026-11-30"}),
        "move": Act(
            "adam", "membership_flows.move_now", place, member(world) | {"starts_on": "2026-11-30"}
        ),
        "rename": Act("ana", "accounts.rename", {}, {"name": "Ana B."}),
        "new password": Act("ana", "accounts.change_password", {}, passwords),
        "new address": Act(
            "ana", "address_changes.ask", {}, {"email": "a@example.org", "current": PASSWORD}
        ),
        "rate": Act(
            "ana",
            "assessment.save",
            {"statement_id": statements[7]},
            {"answer": "partly", "base_version": 0},
        ),
        "add evidence": Act("ana", "evidence.create", {}, pdf),
        "erase": Act("ana", "erasures.erase", {"evidence_id": piece}, {"reason": "names_patron"}),
        "send": Act("ana", "reviews.send", {}, mine),
        "agree": Act("ana", "differences.choose", {"review_id": differing}, agreed),
        "reveal": Act("sue", "reviews.reveal", {"review_id": answered}, {"version": 4}),
        "revoke": Act("sue", "endorsements.revoke", reviewed[1], {"reason": "I had mixed it up."}),
        "except": Act("sue", "exceptions.propose", reviewed[0], {"reason": "Done elsewhere."}),
        "answer": Act(
            "sue",
            "reviews.answer",
            {"item_id": waits},
            {"answer": "partly", "ground": "saw_it", "note": "", "version": 1},
        ),
        "hand on": Act("sue", "handovers.give", sue, hugo),
    }


def reviewed_item(world: World) -> tuple[dict[str, object], dict[str, object]]:
    """What Sue endorsed: the item, and the endorsement."""
    found = session().scalars(select(Endorsement).order_by(Endorsement.id)).first()
    assert found is not None
    return {"item_id": found.item_id}, {"endorsement_id": found.id}


def posting(app: Flask, client: Client, act: Act) -> Callable[[], TestResponse]:
    with app.test_request_context():
        url = url_for(act.endpoint, **act.values)
    data = {
        name: (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value
        for name, value in act.data.items()
    }
    data |= {"csrf_token": client.token, "form_key": f"key-of-a-rendered-form-{next(KEYS)}"}
    return lambda: client.http.post(url, data=data)


def at_once(*posts: Callable[[], TestResponse]) -> list[int]:
    barrier = Barrier(len(posts))

    def run(post: Callable[[], TestResponse]) -> int:
        barrier.wait()
        return post().status_code

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(run, posts))


def ready(app: Flask, first: str, second: str) -> tuple[Arranged, list[Callable[[], TestResponse]]]:
    """Both on Ana as arranged."""
    with app.app_context():
        db.session.rollback()
        empty(db.engine)
        made = made_once("acts_on_ana", "postgresql", arranged)
    posts = [
        posting(app, entered(app, made.world, act.who), act)
        for act in (made.acts[first], made.acts[second])
    ]
    return made, posts


NAMES = (
    "edit",
    "disable",
    "let the reviewer leave",
    "hold",
    "end",
    "move",
    "rename",
    "new password",
    "new address",
    "rate",
    "add evidence",
    "erase",
    "send",
    "agree",
    "reveal",
    "revoke",
    "except",
    "answer",
    "hand on",
)
OFTEN = (
    ("edit", "rename"),
    ("edit", "rate"),
    ("disable", "reveal"),
    ("disable", "agree"),
    ("let the reviewer leave", "answer"),
    ("add evidence", "erase"),
    ("hold", "new password"),
    ("new password", "new password"),
    ("move", "send"),
    ("revoke", "agree"),
)
"""What the short run lets meet: before rows were locked in one order most of these fell."""
PAIRS = list(combinations_with_replacement(NAMES, 2)) if LONG else OFTEN


@pytest.mark.parametrize("name", NAMES)
def test_each_is_done_by_itself(app: Flask, name: str) -> None:
    """The partner: two that are refused at the door would meet nowhere."""
    made, (post, _other) = ready(app, name, name)
    assert set(made.acts) == set(NAMES)
    assert post().status_code == 303


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.usefixtures("_none_crosses")
def test_two_on_one_person(app: Flask, first: str, second: str) -> None:
    for _round in range(ROUNDS):
        _made, posts = ready(app, first, second)
        assert max(at_once(*posts)) < 500


@pytest.mark.usefixtures("_none_crosses")
def test_who_is_disabled_among_reveals_is_signed_out(app: Flask, world: World) -> None:
    """Six reveals of six people's reviews beside four *disable*, of those whom they are about."""
    names = [f"n{number}" for number in range(6)]
    for _round in range(ROUNDS):
        with app.app_context():
            empty(db.engine)
            world = make_world(NOW)
            found = []
            for name in names:
                join(world, name, "central")
                found.append(send(world, YES, NO, learner=name))
                answer_all(world, found[-1], ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY)
            for name in names:
                Client(app).enter(world.email(name))
            people = [world.people[name] for name in names[:4]]
            db.session.rollback()
        doing = [
            Act("sue", "reviews.reveal", {"review_id": each}, {"version": 4}) for each in found
        ] + [Act("adam", "admin_people.disable", {"person_id": person}, {}) for person in people]
        clients = {name: entered(app, world, name) for name in ("sue", "adam")}
        with ThreadPoolExecutor(THREADS) as pool:
            posts = [posting(app, clients[act.who], act) for act in doing]
            answers = list(pool.map(lambda post: post().status_code, posts))
        assert answers == [303] * len(doing)
        with app.app_context():
            left = select(SignIn.person_id).where(SignIn.person_id.in_(people))
            assert session().scalars(left.where(SignIn.ended_at.is_(None))).all() == []
            db.session.rollback()


@pytest.mark.usefixtures("_none_crosses")
def test_a_roster_and_a_leaver_beside_twenty_who_save(app: Flask, world: World) -> None:
    """The roster gives all of them another name, address and team; who leaves has their reviews."""
    names = [f"n{number}" for number in range(SAVERS)]
    for _round in range(ROUNDS):
        with app.app_context():
            empty(db.engine)
            world = make_world(NOW)
            hugo_in_central(world)
            for name in names:
                join(world, name, "central")
            they_have_read(world, names)
            sent = [send(world, YES, NO, learner=name) for name in names[:SENDERS]]
            file = roster_rules_files.read("staff.csv", "\n".join(roster(names)).encode())
            roster_id = roster_actions.stage(actor(world, "adam"), file, NOW)
            seen = session().scalars(select(RosterImport.plan_digest)).one()
            db.session.rollback()
        sue = {"person_id": world.people["sue"]}
        to_hugo = {"reviews": sent, "reviewer": world.people["hugo"], "note": "She moves."}
        doing = [
            Act("adam", "handovers.give", sue, to_hugo),
            Act("adam", "rosters.bring_in", {"roster_id": roster_id}, {"seen": seen}),
        ]
        saving = [
            Act(
                name,
                "assessment.save",
                {"statement_id": key},
                {"answer": "partly", "base_version": 0},
            )
            for key in world.statements["technical"][:SAVES]
            for name in names
        ]
        clients = {name: entered(app, world, name) for name in (*names, "adam")}
        with ThreadPoolExecutor(THREADS) as pool:
            order = [*saving[:5], *doing, *saving[5:]]
            posts = [posting(app, clients[act.who], act) for act in order]
            answers = list(pool.map(lambda post: post().status_code, posts))
        assert answers == [303] * len(order)


def they_have_read(world: World, names: list[str]) -> None:
    with transaction() as tx:
        newest = tx.scalars(
            select(UseStatement.id).where(UseStatement.library_id == world.libraries["city"])
        ).one()
        for name in names:
            person_id = world.people[name]
            tx.add(UseStatementReading(person_id=person_id, use_statement_id=newest, read_at=NOW))


def roster(names: list[str]) -> list[str]:
    return [
        "Staff ID,Name,Email,Team,Job profile",
        *(
            f"s{at},New {name},{World.email(name)},Harbour,Mid-level"
            for at, name in enumerate(names)
        ),
    ]


def entered(app: Flask, world: World, name: str) -> Client:
    client = Client(app)
    client.enter(world.email(name))
    return client
