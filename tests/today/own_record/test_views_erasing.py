"""What was never sent is erased at once: from every table, file, and log; and again from a backup."""

import json
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import String, Text

from tests.accounts.account.test_views_drafts import save
from tests.client import Client
from tests.evidence.canary import CARD, FILE, holds
from tests.evidence.erasures.erased import (
    SignIn,
    in_database,
    newest,
    on_disk,
    recorded,
    send_form,
    stored,
)
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.sides import YES, actor, answer, item_ids, send
from tests.factories.world import World
from tests.today.own_record.test_views import worked
from tracker.administration.people import actions as people_actions
from tracker.db import Base, db, session
from tracker.evidence.erasures import actions as erasures_actions, queries as erasures_queries
from tracker.models import Erasure, HeldText, Rating, RatingEntry
from tracker.models.record.personal import PERSONAL, Ends
from tracker.storage import erasure_list

PAGE = "/account/record/erase"
ENDS = (Ends.UNSENT, Ends.OWN, Ends.WITH_EVIDENCE)


@pytest.fixture(autouse=True)
def _no_list(app: Flask) -> None:
    """The folder of the database is that of other tests too."""
    (app.config["DATA_DIR"] / erasure_list.NAME).unlink(missing_ok=True)


def everywhere(app: Flask, world: World, ana: Client) -> int:
    """Ana puts a card number wherever she can without sending it. The id of her evidence."""
    evidence_id = recorded(app, world, ana)
    for statement_id in world.statements["communication"][:2]:
        send_form(
            ana,
            f"/statements/{statement_id}/rating",
            answer="partly",
            base_version="1",
            own_note=f"For myself: {CARD}",
        )
    assert save(ana, world.people["ana"], "evidence.create", [("text", f"Half of {CARD}")]) == 200
    return evidence_id


def erase(client: Client) -> str:
    seen = client.get(PAGE).text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    return send_form(client, PAGE, seen=seen)


def with_words() -> set[str]:
    """Tables that people write into, and whose words the lines say are erased."""
    return {
        name
        for name, kept in PERSONAL.items()
        if kept.ends in ENDS
        and any(
            isinstance(Base.metadata.tables[name].c[column].type, (Text, String))
            and column in ("text", "title", "reason", "fields", "name", "own_note")
            for column in kept.taken
        )
    }


@pytest.mark.in_ci
def test_the_word_is_nowhere_after(app: Flask, world: World, engine_name: str, ana: Client) -> None:
    """It was in every such table before, and in the log of the database: the search finds it."""
    everywhere(app, world, ana)
    send_form(ana, "/account/record")
    assert worked(app, world) == "done"
    assert in_database(app) >= with_words()
    if engine_name == "sqlite":
        assert "tracker.sqlite3-wal" in on_disk(app)
    assert sha256(FILE).hexdigest() in on_disk(app)
    page = ana.get(PAGE).text
    assert "2 ratings, with their notes and their history" in page
    assert "1 piece of evidence, with all its versions and files" in page
    assert "1 draft" in page
    assert holds(ana.get("/evidence").data)
    assert erase(ana) == "/account/record"
    assert in_database(app) == set()
    assert on_disk(app) == set()
    assert not stored(app)
    for address in ("/", "/profile", "/evidence", "/account", "/profile.json", "/profile.csv"):
        assert not holds(ana.get(address).data), address
    assert "There’s nothing to erase" in ana.get(PAGE).text
    with app.app_context():
        assert erasures_queries.unsent(world.people["ana"]).is_empty


def test_what_a_review_used_stays(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        sent, unsent = world.statements["communication"][:2]
        piece(world, title="Sent", reasons={sent: "why"})
        piece(world, title="Not sent")
        review_id = send(world, YES)
        answer(world, item_ids(review_id)[0], ReviewerAnswer.PARTLY)
    for statement_id, version in ((sent, "1"), (unsent, "0")):
        send_form(
            ana,
            f"/statements/{statement_id}/rating",
            answer="partly",
            base_version=version,
            own_note="mine",
        )
    assert "Not sent" in ana.get("/evidence").text
    page = ana.get(PAGE).text
    assert "1 rating, with its notes and its history" in page
    assert "1 note for yourself at a rating that stays" in page
    assert "1 piece of evidence" in page
    erase(ana)
    with app.app_context():
        (rating,) = session().query(Rating).filter_by(person_id=world.people["ana"])
        assert (rating.statement_id, rating.own_note, rating.answer) == (sent, "", Answer.PARTLY)
        assert session().query(RatingEntry).filter_by(statement_id=sent).count() == 2
    assert "Sent" in ana.get("/evidence").text
    assert "Not sent" not in ana.get("/evidence").text


def test_what_changed_meanwhile_is_looked_at_again(app: Flask, world: World, ana: Client) -> None:
    everywhere(app, world, ana)
    seen = ana.get(PAGE).text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    third = world.statements["communication"][2]
    send_form(ana, f"/statements/{third}/rating", answer="partly", base_version="0")
    answered = ana.post(PAGE, {"seen": seen})
    assert answered.status_code == 409
    assert "Something changed after you looked" in answered.text
    assert "3 ratings" in answered.text
    with app.app_context():
        assert session().query(Rating).filter_by(person_id=world.people["ana"]).count() == 3


def test_under_a_hold_a_copy_stays_locked(app: Flask, world: World, ana: Client) -> None:
    everywhere(app, world, ana)
    before = ana.get(PAGE).text
    with app.app_context():
        adam = actor(world, "adam")
        people_actions.begin_legal_hold(adam, world.people["ana"], "A letter.", world.now)
    sentence = "If a law requires your library to keep it, a copy stays locked until it may go."
    assert sentence in before
    assert sentence in ana.get(PAGE).text
    assert "A letter." not in ana.get(PAGE).text
    erase(ana)
    assert in_database(app) == {"held_texts", "stored_files"}
    with app.app_context():
        session().rollback()
        kept = {held.source: held.content for held in session().query(HeldText)}
        assert kept["ratings"]["own_note"] == f"For myself: {CARD}"
        assert [line.split()[1] for line in kept["ratings"]["history"].splitlines()] == [
            "consistently",
            "partly",
        ]
        assert CARD in kept["drafts"]["fields"]
        place, adam = app.config["FILES"], actor(world, "adam")
        people_actions.end_legal_hold(adam, world.people["ana"], place, world.now)
    assert in_database(app) == set()


def test_the_list_outside_the_database_holds_numbers_alone(
    app: Flask, world: World, ana: Client
) -> None:
    everywhere(app, world, ana)
    erase(ana)
    with app.app_context():
        lines = erasure_list.lines(app.config["DATA_DIR"])
        assert [bool(line["versions"]) for line in lines] == [True, False]
        assert lines[1]["rows"].keys() == {"ratings", "rating_entries", "drafts"}
        assert CARD not in json.dumps(lines)
        (app.config["DATA_DIR"] / erasure_list.NAME).unlink()
        assert erasures_actions.complete_list(app.config["DATA_DIR"]) == 2
        assert erasure_list.lines(app.config["DATA_DIR"]) == lines
        assert erasures_actions.complete_list(app.config["DATA_DIR"]) == 0
        cut = app.config["DATA_DIR"] / erasure_list.NAME
        cut.write_text(cut.read_text()[:-1])
        assert erasure_list.lines(app.config["DATA_DIR"]) == lines[:1]
        assert erasures_actions.complete_list(app.config["DATA_DIR"]) == 1
        assert erasure_list.lines(app.config["DATA_DIR"]) == lines
        session().rollback()
        assert session().query(Erasure).filter(Erasure.closed_at.is_(None)).count() == 0


def test_the_list_of_another_database_fits_nobody(
    app: Flask, world: World, ana: Client, sign_in: SignIn
) -> None:
    everywhere(app, world, ana)
    with app.app_context():
        folder, evidence_id = app.config["DATA_DIR"], newest()
        foreign = {
            "at": world.now.isoformat(),
            "person": world.people["ana"],
            "of": "0" * 32,
            "rows": {"ratings": [1, 2], "drafts": [1]},
            "versions": [evidence_id],
        }
        erasure_list.add(folder, [foreign])
        early = world.now.replace(year=2020)
        assert erasures_actions.apply_list(folder, early, app.config["FILES"], world.now) == 0
        (folder / erasure_list.NAME).unlink()
        db.session.rollback()
        assert session().query(Rating).filter_by(person_id=world.people["ana"]).count() == 2


def test_the_command_says_how_many_it_added(app: Flask, world: World, ana: Client) -> None:
    everywhere(app, world, ana)
    erase(ana)
    (app.config["DATA_DIR"] / erasure_list.NAME).unlink()
    done = app.test_cli_runner().invoke(args=["erasures"])
    assert done.exit_code == 0, done.output
    assert "erasures.jsonl: 2." in done.output
