"""A patron is taken out: of the database and its log, the disk, every page and every export."""

import io
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.client import Client
from tests.evidence.canary import ADDRESS, CARD, FILE, holds
from tests.evidence.erasures.erased import (
    ACTS,
    EITHER,
    EXPORTS,
    SignIn,
    erase_all,
    in_database,
    newest,
    on_disk,
    recorded,
    replace_and_erase,
    said_in,
    send_form,
    stored,
    with_it,
)
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import actor, answer, ask, item_ids, items, keep_apart
from tests.factories.world import World
from tracker.db import db, empty_log, session
from tracker.models import AuditEvent, AuditEventDetail, Erasure, EvidenceErasure, Review
from tracker.operations.checks import queries_chains as checks_queries_chains
from tracker.reviews.review import actions as review_actions

TEXTS = {
    "evidence_texts",
    "evidence_links",
    "stored_files",
    "review_item_evidence",
    "review_item_texts",
    "review_messages",
    "difference_choices",
    "confirmations",
    "ratings",
    "submissions",
    "drafts",
}
"""Where a canary stands once it was sent and talked about."""


def differences_of(app: Flask) -> str:
    """The page about the review."""
    with app.app_context():
        return f"/reviews/{session().scalar(select(func.max(Review.id)))}/differences"


@pytest.mark.in_ci
@pytest.mark.parametrize("act", EITHER)
def test_nothing_of_it_is_left(
    app: Flask, engine_name: str, ana: Client, piece_id: int, act: str
) -> None:
    """Neither in a row, nor in the bytes of the database, its log or its free pages, nor among the
    files. Before it was in all of these, which shows that the search finds it."""
    assert in_database(app) == TEXTS
    assert sha256(FILE).hexdigest() in on_disk(app)
    if engine_name == "sqlite":
        assert "tracker.sqlite3-wal" in on_disk(app)
        with app.app_context():
            empty_log()
        assert "tracker.sqlite3" in on_disk(app)
    ACTS[act](ana, piece_id)
    assert in_database(app) == set()
    assert on_disk(app) == set()
    assert not stored(app)


@pytest.mark.in_ci
@pytest.mark.parametrize("act", EITHER)
def test_no_page_and_no_export_that_had_it_shows_it(
    app: Flask, world: World, sign_in: SignIn, ana: Client, piece_id: int, act: str
) -> None:
    """For its owner and the reviewer, who had it on their pages and in a PDF before. It is in no row
    and no file for other pages to show."""
    sue = sign_in(world.email("sue"))
    agenda = differences_of(app)
    had_it = {
        ana: {"/evidence", f"/evidence/{piece_id}", f"{agenda}.pdf"},
        sue: {agenda, f"{agenda}.pdf"},
    }
    for client, addresses in had_it.items():
        assert all(holds(said_in(client.http.get(address))) for address in addresses)
    ACTS[act](ana, piece_id)
    had_it[ana] |= EXPORTS
    for client, addresses in had_it.items():
        after = {address: said_in(client.http.get(address)) for address in addresses}
        assert with_it(after) == set()


@pytest.mark.in_ci
def test_what_stays_is_said(
    app: Flask, world: World, ana: Client, sign_in: SignIn, piece_id: int
) -> None:
    """The skeleton, the event with its reason, and what the reviewed rating says."""
    replace_and_erase(ana, piece_id)
    page = ana.get(f"/evidence/{piece_id}").text
    assert "Erased Nov 24" in page
    assert "Registered a patron" in page
    assert ana.get(f"/evidence/{piece_id}?version=1").status_code == 404
    trail = ana.get("/account").text
    assert "Evidence you erased" in trail
    assert "It names a patron" in trail
    differences_page = sign_in(world.email("sue")).get(differences_of(app)).text
    assert "This piece of evidence was erased by its owner." in differences_page
    with app.app_context():
        (review_id,) = session().scalars(select(func.max(Review.id)))
        keep_apart(actor(world, "sue"), item_ids(review_id or 0)[1], world.now)
    statement = world.statements["communication"][0]
    assert "erased by its owner" in ana.get(f"/statements/{statement}").text
    audit = sign_in(world.email("adam")).get("/admin/audit").text
    assert "Evidence erased" in audit
    assert "It names a patron" in audit
    said = app.test_cli_runner().invoke(args=["reviews", "check"])
    assert said.exit_code == 0, said.output
    assert "Erased by their owner: 1." in said.output


def test_the_event_is_in_the_chain_and_the_erasure_is_closed(
    app: Flask, ana: Client, piece_id: int
) -> None:
    replace_and_erase(ana, piece_id)
    with app.app_context():
        (facts,) = session().scalars(
            select(AuditEventDetail.facts)
            .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
            .where(AuditEvent.kind == "evidence_erased")
        )
        assert facts == {"evidence": piece_id, "number": 1, "reason": "names_patron"}
        assert session().scalars(select(Erasure.closed_at)).one() is not None
        assert checks_queries_chains.verify().wrong is None
        session().rollback()


def test_an_erasure_of_evidence_accounts_for_no_other_facts(
    app: Flask, ana: Client, piece_id: int
) -> None:
    """It would, were it one of the person: tests/operations/checks/test_queries_chains.py."""
    replace_and_erase(ana, piece_id)
    with app.app_context():
        session().rollback()
        with db.engine.connect() as connection:
            kept = checks_queries_chains._kept(connection)
            assert {event.is_erased for event in kept} == {False}


def test_all_earlier_versions_go_with_the_replaced_one(
    app: Flask, world: World, ana: Client, piece_id: int
) -> None:
    send_form(
        ana, f"/evidence/{piece_id}/edit", title="Registered", text=f"At {ADDRESS}", version=1
    )
    replace_and_erase(ana, piece_id, version=2)
    assert in_database(app) == set()
    with app.app_context():
        assert session().scalar(select(func.count()).select_from(EvidenceErasure)) == 2
        session().rollback()


def test_an_old_version_goes_alone(app: Flask, ana: Client, piece_id: int) -> None:
    send_form(
        ana,
        f"/evidence/{piece_id}/edit",
        title="Registered",
        text="A patron",
        version=1,
        drop_file="y",
    )
    page = ana.get(f"/evidence/{piece_id}/erase?version=1").text
    assert "Erase version 1" in page
    assert "With Sue, sent Nov 24" in page
    send_form(ana, f"/evidence/{piece_id}/erase", version=1, reason="private")
    assert in_database(app) == set()
    assert "A patron" in ana.get(f"/evidence/{piece_id}").text


def test_a_reason_is_needed_and_the_page_keeps_what_was_typed(ana: Client, piece_id: int) -> None:
    answered = ana.post(f"/evidence/{piece_id}/erase", {"reason": ""})
    assert answered.status_code == 422
    assert "Choose why you erase it." in answered.text
    form = {"title": "Registered", "text": "Typed anew", "version": 1, "do": "erase", "reason": ""}
    answered = ana.post(f"/evidence/{piece_id}/edit", form)
    assert answered.status_code == 422
    assert "Choose why you erase it." in answered.text
    assert "Typed anew" in answered.text


def test_the_same_text_again_is_refused(app: Flask, ana: Client, piece_id: int) -> None:
    same = {
        "title": f"Registered {CARD}",
        "text": f"She lives at {ADDRESS}",
        "version": 1,
        "do": "erase",
        "reason": "private",
    }
    answered = ana.post(f"/evidence/{piece_id}/edit", same)
    assert answered.status_code == 422
    assert "Nothing is changed yet" in answered.text
    assert in_database(app) == TEXTS


def test_the_current_version_is_replaced_not_erased_alone(ana: Client, piece_id: int) -> None:
    assert ana.get(f"/evidence/{piece_id}/erase?version=1").status_code == 409
    answered = ana.post(f"/evidence/{piece_id}/erase", {"version": 1, "reason": "private"})
    assert answered.status_code == 409
    assert ana.get(f"/evidence/{piece_id}/erase?version=7").status_code == 404


def test_a_piece_erased_as_a_whole_can_do_nothing_more(ana: Client, piece_id: int) -> None:
    erase_all(ana, piece_id)
    page = ana.get(f"/evidence/{piece_id}").text
    assert "Erased evidence" in page
    assert "It names a patron" in page
    assert "No evidence yet" in ana.get("/evidence").text
    for way in ("edit", "statements", "erase"):
        assert ana.get(f"/evidence/{piece_id}/{way}").status_code == 404
    for act in ("archive", "bring-back"):
        assert ana.post(f"/evidence/{piece_id}/{act}").status_code == 404


def test_the_warning_offers_it(ana: Client, piece_id: int) -> None:
    """After saving, and before saving a change."""
    after = ana.get(f"/evidence/{piece_id}?check=1").text
    assert f'href="/evidence/{piece_id}/edit?erase=1#erase"' in after
    before = ana.get(f"/evidence/{piece_id}/edit").text
    assert '<details class="panel unfold section" id="erase" open>' in before
    assert "Save and erase the earlier versions" in before


def test_a_text_that_seems_to_name_a_patron_is_asked_about_before_it_is_saved(
    app: Flask, ana: Client
) -> None:
    """By the form's own button, for a new piece and for another version. Nothing is stored; what
    was typed is there, to be changed or saved anyway."""
    typed = {"title": f"Registered {CARD}", "text": "As typed"}
    asked = ana.post("/evidence", {**typed, "do": "save"})
    assert asked.status_code == 422
    assert "Nothing is saved yet." in asked.text
    assert "As typed" in asked.text
    assert '<button class="btn btn-primary" type="submit" name="do" value="anyway">' in asked.text
    assert in_database(app) == set()
    send_form(ana, "/evidence", **typed, do="anyway")
    with app.app_context():
        page = f"/evidence/{newest()}/edit"
    changed = {"title": f"Registered {CARD} again", "version": 1}
    asked = ana.post(page, {**changed, "do": "save"})
    assert asked.status_code == 422
    assert "Nothing is saved yet." in asked.text
    send_form(ana, page, **changed, do="anyway")


def test_a_chosen_file_is_not_lost_to_the_question(ana: Client) -> None:
    """It is asked after saving."""
    to = send_form(
        ana, "/evidence", title=f"Card {CARD}", file=(io.BytesIO(b"A plan\n"), "a.txt"), do="save"
    )
    assert "check=1" in to


def test_the_reviewer_can_go_on_with_an_open_review(
    app: Flask, world: World, ana: Client, sign_in: SignIn
) -> None:
    """Asked about it, erased, answered: the question is gone, and the item moves on."""
    made = recorded(app, world, ana)
    with app.app_context():
        one = world.statements["communication"][0]
        review_id = review_actions.send(actor(world, "ana"), world.people["sue"], [one], world.now)
        (item_id,) = item_ids(review_id)
        ask(actor(world, "sue"), item_id, f"Is it {CARD}?", 1, world.now)
        session().rollback()
    erase_all(ana, made)
    today, page = ana.get("/").text, f"/reviews/{review_id}"
    assert "the question was erased with the evidence" in today
    assert f'href="{page}"' in today
    assert "Erased with the evidence it was about." in ana.get(page).text
    with app.app_context():
        review_actions.reply(actor(world, "ana"), item_id, "It is gone", world.now)
        session().rollback()
    assert sign_in(world.email("sue")).get(f"/review-items/{item_id}").status_code == 200
    with app.app_context():
        answer(world, item_id, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert [item.status for item in items(review_id)] == ["endorsed"]
        session().rollback()
