"""What cannot be erased yet: under a legal hold, with somebody else, or because it was cut
short."""

import io

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client, links
from tests.engines import LONG
from tests.evidence.canary import FILE
from tests.evidence.erasures.erased import (
    ACTS,
    EITHER,
    EXPORTS,
    SignIn,
    erase_all,
    in_database,
    on_disk,
    said_in,
    send_form,
    stored,
    with_it,
)
from tests.factories.sides import actor
from tests.factories.world import World
from tracker.administration.people import actions as people_actions
from tracker.db import session
from tracker.models import EvidenceText, HeldText
from tracker.rules.core.erasures import HeldSource


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


class TestUnderALegalHold:
    @pytest.fixture(autouse=True)
    def _held(self, app: Flask, world: World, piece_id: int) -> None:
        with app.app_context():
            person_id = world.people["ana"]
            people_actions.begin_legal_hold(actor(world, "adam"), person_id, "A letter.", world.now)
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
    assert "Erased files removed: 1;" in said.output
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
