"""A patron is taken out: of the database and its log, the disk, every page and every export."""

import io
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.client import Client, links
from tests.engines import LONG
from tests.evidence.canary import ADDRESS, CARD, FILE, files_with_it, holds, tables_with_it
from tests.factories import sending as sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sending import actor, answer, ask, item_ids, items
from tests.factories.world import World
from tests.pdf import words
from tracker.accounts.account import actions as account
from tracker.administration.people import actions as people
from tracker.db import db, empty_log, session
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Erasure,
    Evidence,
    EvidenceErasure,
    EvidenceText,
    HeldText,
    Review,
)
from tracker.notifications.mail import actions as outbox
from tracker.operations.checks import queries_chains as audit_chain
from tracker.reviews.differences import actions as differences
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.review import actions as reviews
from tracker.rules.core.erasures import HeldSource

SignIn = Callable[[str], Client]
KEYS = iter(f"{number:022d}" for number in range(10**6))
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


def send_form(client: Client, url: str, **data: object) -> str:
    """Send a form with a key, as every page does. Where it led."""
    answered = client.post(url, {"form_key": next(KEYS), **data})
    assert answered.status_code == 303, answered.text
    return str(answered.location)


def newest() -> int:
    session().rollback()
    found = session().scalar(select(func.max(Evidence.id)))
    assert found is not None
    return found


def differences_of(app: Flask) -> str:
    """The page about the review."""
    with app.app_context():
        return f"/reviews/{session().scalar(select(func.max(Review.id)))}/differences"


def recorded(app: Flask, world: World, ana: Client) -> int:
    """Ana records it with a file, and says of two statements why it counts; rates them with a note
    for the reviewer. The id of the piece."""
    one, two = world.statements["communication"][:2]
    send_form(
        ana,
        "/evidence",
        title=f"Registered {CARD}",
        text=f"She lives at {ADDRESS}",
        file=(io.BytesIO(FILE), f"form {CARD}.txt"),
        statement=[one, two],
        **{f"reason-{one}": f"Found {ADDRESS}", f"reason-{two}": f"Typed in {CARD}"},
    )
    for statement_id in (one, two):
        send_form(
            ana,
            f"/statements/{statement_id}/rating",
            answer="consistently",
            base_version="0",
            reviewer_note=f"See {ADDRESS}",
        )
    with app.app_context():
        made = newest()
    for act in ("archive", "bring-back"):
        send_form(ana, f"/evidence/{made}/{act}")
    return made


def talked_about(app: Flask, world: World) -> int:
    """Sent to Sue, who asks, is answered, answers with a note and reveals; one of the two differs,
    and Ana says why she agrees."""
    with app.app_context():
        ana, sue = actor(world, "ana"), actor(world, "sue")
        two = world.statements["communication"][:2]
        review_id = reviews.send(ana, sue.person_id, two, world.now)
        first, second = item_ids(review_id)
        ask(sue, first, f"Was it {CARD}?", 1, world.now)
        reviews.reply(ana, first, f"Yes, of {ADDRESS}", world.now)
        answer(world, first, ReviewerAnswer.CONSISTENTLY, note=f"I know {ADDRESS}")
        answer(world, second, ReviewerAnswer.PARTLY, note=f"Only {CARD}")
        reviews.reveal(sue, review_id, world.now)
        theirs = Choice(second, ChoiceKind.AGREE, EndorsedAnswer.PARTLY, f"Well {CARD}", None)
        differences.choose(sue, review_id, [theirs], [], world.now)
        sides.confirm(ana, second, EndorsedAnswer.PARTLY, f"Just {CARD}", world.now)
        account.save_draft(
            ana, "reviews.next_step", str(second), (("text", f"Call {CARD}"),), world.now
        )
        account.save_draft(ana, "frameworks.correct", "", (("text", f"Not {CARD}"),), world.now)
        account.save_draft(
            sue, "reviews.answer", str(first), (("note", f"Ask {ADDRESS}"),), world.now
        )
        outbox.collect(world.now)
        session().rollback()
    return review_id


@pytest.fixture(autouse=True)
def _no_files(app: Flask) -> None:
    """Of other tests."""
    shutil.rmtree(app.config["FILES"], ignore_errors=True)


def stored(app: Flask) -> list[Path]:
    return [path for path in app.config["FILES"].rglob("*") if path.is_file()]


@pytest.fixture
def piece_id(app: Flask, world: World, ana: Client) -> int:
    made = recorded(app, world, ana)
    talked_about(app, world)
    return made


def in_database(app: Flask) -> set[str]:
    with app.app_context():
        db.session.remove()
        return tables_with_it(db.engine)


def on_disk(app: Flask) -> set[str]:
    return files_with_it(app.config["DATA_DIR"], app.config["FILES"])


def replace_and_erase(ana: Client, piece_id: int, version: int = 1) -> str:
    return send_form(
        ana,
        f"/evidence/{piece_id}/edit",
        title="Registered a patron",
        text="With all that the form asks for",
        drop_file="y",
        version=version,
        do="erase",
        reason="names_patron",
    )


def erase_all(ana: Client, piece_id: int) -> str:
    return send_form(ana, f"/evidence/{piece_id}/erase", reason="names_patron")


ACTS: dict[str, Callable[[Client, int], str]] = {"replaced": replace_and_erase, "all": erase_all}
EXPORTS = {"/profile.csv", "/profile.json", "/profile.pdf"}
EITHER = ["replaced", pytest.param("all", marks=pytest.mark.reads_at_length)]


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


def pages(client: Client, *more: str) -> dict[str, bytes]:
    """Every page that somebody can reach by links, with what they can download."""
    waiting, found = ["/", "/account", "/evidence", *more], dict[str, bytes]()
    while waiting:
        address = waiting.pop()
        if address in found or address.startswith(("/assets/", "/static/", "/frameworks/")):
            continue
        assert len(found) < 400, "the crawl does not end"
        answered = client.http.get(address)
        found[address] = said_in(answered)
        if answered.mimetype == "text/html":
            waiting += links(answered.text, address, pairs=False)
    return found


def said_in(answered: TestResponse) -> bytes:
    return words(answered).encode() if answered.mimetype == "application/pdf" else answered.data


def with_it(found: dict[str, bytes]) -> set[str]:
    return {address for address, content in found.items() if holds(content)}


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
    statement = world.statements["communication"][0]
    assert "erased by its owner" in ana.get(f"/statements/{statement}").text
    differences_page = sign_in(world.email("sue")).get(differences_of(app)).text
    assert "This piece of evidence was erased by its owner." in differences_page
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
        assert audit_chain.verify().wrong is None
        session().rollback()


def test_an_erasure_of_evidence_accounts_for_no_other_facts(
    app: Flask, ana: Client, piece_id: int
) -> None:
    """It would, were it one of the person: tests/operations/checks/test_queries_chains.py."""
    replace_and_erase(ana, piece_id)
    with app.app_context():
        session().rollback()
        with db.engine.connect() as connection:
            kept = audit_chain._kept(connection)
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
        review_id = reviews.send(actor(world, "ana"), world.people["sue"], [one], world.now)
        (item_id,) = item_ids(review_id)
        ask(actor(world, "sue"), item_id, f"Is it {CARD}?", 1, world.now)
        session().rollback()
    erase_all(ana, made)
    today, page = ana.get("/").text, f"/reviews/{review_id}"
    assert "the question was erased with the evidence" in today
    assert f'href="{page}"' in today
    assert "Erased with the evidence it was about." in ana.get(page).text
    with app.app_context():
        reviews.reply(actor(world, "ana"), item_id, "It is gone", world.now)
        session().rollback()
    assert sign_in(world.email("sue")).get(f"/review-items/{item_id}").status_code == 200
    with app.app_context():
        answer(world, item_id, ReviewerAnswer.CONSISTENTLY)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        assert [item.status for item in items(review_id)] == ["endorsed"]
        session().rollback()


class TestUnderALegalHold:
    @pytest.fixture(autouse=True)
    def _held(self, app: Flask, world: World, piece_id: int) -> None:
        with app.app_context():
            person_id = world.people["ana"]
            people.begin_legal_hold(actor(world, "adam"), person_id, "A letter.", world.now)
            session().rollback()

    @pytest.mark.parametrize("act", EITHER)
    def test_it_is_hidden_and_kept(self, app: Flask, ana: Client, piece_id: int, act: str) -> None:
        assert (
            "A legal hold has been open on your records since"
            in ana.get(f"/evidence/{piece_id}/erase").text
        )
        ACTS[act](ana, piece_id)
        assert in_database(app) == {"held_texts", "stored_files"}
        assert stored(app)
        said = ana.get(f"/evidence/{piece_id}").text
        assert "legal hold" in said
        assert "Hidden" in said or "is hidden" in said

    def test_all_that_a_version_says_is_kept(self, app: Flask, ana: Client, piece_id: int) -> None:
        """A column that is new in the text of a version is kept for the hold too."""
        erase_all(ana, piece_id)
        columns = {*EvidenceText.__table__.c.keys()} - {"version_id", "person_id", "file_id"}
        with app.app_context():
            kept = select(HeldText.content).where(HeldText.source == HeldSource.EVIDENCE)
            assert [content.keys() for content in session().scalars(kept)] == [columns]
            session().rollback()

    @pytest.mark.in_ci
    @pytest.mark.reads_at_length
    def test_no_page_shows_it(
        self, world: World, ana: Client, sign_in: SignIn, piece_id: int
    ) -> None:
        """Though it is kept: for its owner and the reviewer; in `make test-long` for a backup
        reviewer, a coordinator and the administrator, too."""
        erase_all(ana, piece_id)
        readers = ("sue", "hugo", "cora", "adam") if LONG else ("sue",)
        others = [sign_in(world.email(name)) for name in readers]
        for client in (ana, *others):
            assert with_it(pages(client, *EXPORTS)) == set()

    @pytest.mark.in_ci
    @pytest.mark.parametrize("act", EITHER)
    def test_it_is_erased_when_the_hold_ends(
        self, app: Flask, world: World, ana: Client, sign_in: SignIn, piece_id: int, act: str
    ) -> None:
        ACTS[act](ana, piece_id)
        adam, address = sign_in(world.email("adam")), f"/admin/people/{world.people['ana']}"
        assert "Open since Nov 24" in adam.get(address).text
        assert "Set by Adam on Nov 24" in adam.get(f"{address}/legal-hold").text
        send_form(adam, f"{address}/legal-hold/end")
        assert in_database(app) == set()
        assert on_disk(app) == set()
        assert "Ended legal holds" in adam.get(f"{address}/legal-hold").text
        assert "hidden until the legal hold ends" not in ana.get("/account").text
        audit = adam.get("/admin/audit").text
        assert "Legal hold set" in audit
        assert "Legal hold ended" in audit
        assert "hidden while a legal hold is open" in audit


@pytest.mark.in_ci
def test_a_hold_on_the_reviewer_keeps_their_words(
    app: Flask, world: World, ana: Client, sign_in: SignIn, piece_id: int
) -> None:
    """And none of Ana's."""
    adam, hold = sign_in(world.email("adam")), f"/admin/people/{world.people['sue']}/legal-hold"
    send_form(adam, hold, why="A letter.")
    erase_all(ana, piece_id)
    assert in_database(app) == {"held_texts"}
    assert not stored(app)
    send_form(adam, f"{hold}/end")
    assert in_database(app) == set()
    assert on_disk(app) == set()


def test_a_file_that_somebody_else_has_too_stays(
    app: Flask, world: World, ana: Client, sign_in: SignIn, piece_id: int
) -> None:
    send_form(
        sign_in(world.email("ben")), "/evidence", title="Mine", file=(io.BytesIO(FILE), "mine.txt")
    )
    erase_all(ana, piece_id)
    assert len(stored(app)) == 1


@pytest.mark.in_ci
def test_a_removal_that_was_cut_short_is_made_good(
    app: Flask, ana: Client, piece_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stopped after the commit: the daily command removes the file."""
    with monkeypatch.context() as cut:
        cut.setattr("tracker.evidence.erasures.actions.file_rows.finish", lambda folder: 0)
        erase_all(ana, piece_id)
    assert in_database(app) == {"file_removals"}
    assert stored(app)
    said = app.test_cli_runner().invoke(args=["work", "--daily"])
    assert "Erased files removed: 1." in said.output
    assert in_database(app) == set()
    assert on_disk(app) == set()


def test_one_hold_at_a_time_and_it_says_why(world: World, sign_in: SignIn) -> None:
    adam, hold = sign_in(world.email("adam")), f"/admin/people/{world.people['ana']}/legal-hold"
    assert "Write why." in adam.post(hold, {"why": ""}).text
    send_form(adam, hold, why="A letter of November 20.")
    assert "A letter of November 20." in adam.get(hold).text
    answered = adam.post(hold, {"why": "Another."})
    assert answered.status_code == 422
    assert "A legal hold is open for this person already." in answered.text
    send_form(adam, f"{hold}/end")
    adam.post(f"{hold}/end")
    assert "No legal hold is open for this person." in adam.get(hold).text
