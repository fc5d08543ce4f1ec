"""An agreed exception on the pages: agreed there by both, and shown as such wherever the level
is."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import pdf
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.levels import stand
from tests.factories.reviews import endorse
from tests.factories.sides import PART, YES, actor, answer_all, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import LevelException, Library, ReviewItemText
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions

SignIn = Callable[[str], Client]
WHY = "Interlibrary loan is done by the central office."


def revealed(world: World, *said: ReviewerAnswer) -> tuple[int, list[int]]:
    """A review in which Ana said Consistently each time. Its id, and those of its items."""
    review_id = send(world, *[YES] * len(said))
    answer_all(world, review_id, *said)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return review_id, item_ids(review_id)


def agreed(world: World) -> None:
    """Of the three Developing statements of Communication two are endorsed as met; the third is
    left out."""
    for statement_id in world.statements["communication"][2:4]:
        endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
    review_id = send(world, PART, skip=4)
    answer_all(world, review_id, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    (item_id,) = item_ids(review_id)
    exception_id = endorsements_actions.propose_exception(
        actor(world, "sue"), item_id, WHY, world.now
    )
    endorsements_actions.confirm_exception(actor(world, "ana"), item_id, exception_id, world.now)


@pytest.mark.in_ci
def test_both_agree_on_the_page_and_one_withdraws(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id, (item_id,) = revealed(world, ReviewerAnswer.PARTLY)
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    page = f"/reviews/{review_id}/differences"
    at = f"/review-items/{item_id}/exception"
    assert "It doesn’t apply here" in sue.get(page).text
    assert sue.post(at, {"reason": WHY}).status_code == 303
    assert "Waits for Ana" in words(sue.get(page).text)
    assert f"Sue suggests that this doesn’t apply here: {WHY}" in words(ana.get(page).text)
    with app.app_context():
        exception_id = session().scalars(select(LevelException.id)).one()
    refused = sue.post(f"{at}/{exception_id}/confirm", follow_redirects=True)
    assert "The other of you has to agree." in refused.text
    assert "You both agreed" in ana.post(f"{at}/{exception_id}/confirm", follow_redirects=True).text
    for client in (ana, sue):
        assert f"{WHY} (agreed by Sue and Ana on" in words(client.get(page).text)
    notes = pdf.words(ana.get(f"/reviews/{review_id}/differences.pdf"))
    assert "Doesn’t apply here" in notes
    assert WHY in notes
    assert ana.post(f"{at}/{exception_id}/withdraw", {"reason": ""}).status_code == 422
    assert ana.post(f"{at}/{exception_id}/withdraw", {"reason": "I do it now."}).status_code == 303
    assert "was withdrawn on Nov 24, 2026: I do it now." in words(sue.get(page).text)


@pytest.mark.in_ci
def test_what_never_counted_is_declined_or_taken_back(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id, (item_id,) = revealed(world, ReviewerAnswer.PARTLY)
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    page, at = f"/reviews/{review_id}/differences", f"/review-items/{item_id}/exception"
    for client, label, said in (
        (ana, "Decline, and why", "Declined: the statement still counts."),
        (
            sue,
            "Withdraw the proposal, and why",
            "The proposal is withdrawn: the statement still counts.",
        ),
    ):
        sue.post(at, {"reason": WHY})
        text = words(client.get(page).text)
        assert label in text
        assert "Count it again" not in text
        assert "shall count again" not in text
        with app.app_context():
            exception_id = (
                session()
                .scalars(select(LevelException.id).order_by(LevelException.id.desc()))
                .first()
            )
        ended = client.post(
            f"{at}/{exception_id}/withdraw", {"reason": "It is hers."}, follow_redirects=True
        )
        assert said in ended.text
    sue.post(at, {"reason": WHY})
    with app.app_context():
        exception_id = (
            session().scalars(select(LevelException.id).order_by(LevelException.id.desc())).first()
        )
    ana.post(f"{at}/{exception_id}/confirm")
    assert "Count it again" in words(sue.get(page).text)
    ended = sue.post(
        f"{at}/{exception_id}/withdraw", {"reason": "It is hers."}, follow_redirects=True
    )
    assert "The statement counts again." in ended.text


def test_the_folded_list_is_open_where_something_is_proposed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id = send(world, PART, PART)
        said = (ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET)
        item_id, _open = answer_all(world, review_id, *said)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    page, at = f"/reviews/{review_id}/differences", f"/review-items/{item_id}/exception"
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    folded = re.compile(r'<details class="section endorsed-list" id="reviewed"( open)?>')
    assert folded.findall(ana.get(page).text) == [""]
    assert folded.findall(sue.post(at, {"reason": ""}).text) == [" open"], (
        "what was refused is seen"
    )
    sue.post(at, {"reason": WHY})
    assert folded.findall(ana.get(page).text) == [" open"]
    with app.app_context():
        exception_id = session().scalars(select(LevelException.id)).one()
    ana.post(f"{at}/{exception_id}/confirm")
    assert folded.findall(ana.get(page).text) == [""]


def test_a_refused_proposal_keeps_what_was_typed(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        _review_id, (first, second) = revealed(world, ReviewerAnswer.PARTLY, ReviewerAnswer.PARTLY)
        endorsements_actions.propose_exception(actor(world, "sue"), first, WHY, world.now)
    ana = sign_in(world.email("ana"))
    refused = ana.post(f"/review-items/{second}/exception", {"reason": "Mine <too>"})
    assert refused.status_code == 422
    assert "at most one statement of a level can be left out" in refused.text
    assert "Mine &lt;too&gt;</textarea>" in refused.text
    assert ana.post(f"/review-items/{first}/exception/2147483647/confirm").status_code == 404


@pytest.mark.parametrize("name", ["ana", "sue", "cora"])
def test_it_is_shown_as_such_to_whoever_sees_the_level(
    app: Flask, world: World, sign_in: SignIn, name: str
) -> None:
    with app.app_context():
        agreed(world)
    client = sign_in(world.email(name))
    where = "/profile" if name == "ana" else f"/people/{world.people['ana']}/profile"
    said = f"Communication 2.3 – {WHY} (agreed by Ana and Sue on Nov 24)"
    page = client.get(where).text
    assert said in words(page)
    assert "1 statement doesn’t apply here, so it isn’t counted in the reviewed ratings" in words(
        page
    )
    assert "Developing: met, but a lower level isn’t" in words(page)
    assert "* a statement doesn’t apply here" in words(page)
    explained = words(client.get(f"{where}/communication").text)
    assert said in explained
    assert "doesn’t apply here: not counted" in explained
    paper = pdf.words(client.get(f"{where}.pdf"))
    assert "1 statement that doesn’t apply here" in paper
    assert WHY in paper


def test_the_own_files_have_it(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        agreed(world)
    ana = sign_in(world.email("ana"))
    rows = list(csv.DictReader(io.StringIO(ana.get("/profile.csv").text.lstrip("\ufeff"))))
    assert [
        (row["Statement"], row["Agreed by"]) for row in rows if row["Doesn’t apply here"] == WHY
    ] == [("Communication 2.3", "Ana, Sue")]
    found = {
        each["title"]: each["agreed_exception"]
        for each in ana.get("/profile.json").json["statements"]
    }
    assert found.pop("Communication 2.3") == {
        "reason": WHY,
        "by": ["Ana", "Sue"],
        "at": world.now.isoformat(),
    }
    assert set(found.values()) == {None}


def test_the_gaps_page_counts_what_its_reader_sees_by_name(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        agreed(world)
        stand(world, "ben", TargetState.AT_TARGET)
    gaps = f"/teams/{world.teams['central']}/gaps"
    sue, cora = sign_in(world.email("sue")), sign_in(world.email("cora"))
    for client in (sue, cora):
        assert "1 statement doesn’t apply here and isn’t counted." in words(client.get(gaps).text)
    assert "Statements that don’t apply here,1" in sue.get(f"{gaps}/about.csv").text
    with app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=False))
    assert "doesn’t apply here" not in cora.get(gaps).text
    assert "1 statement doesn’t apply here and isn’t counted." in words(sue.get(gaps).text)


def test_nothing_of_a_proposal_counts_or_shows(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        _review_id, (item_id,) = revealed(world, ReviewerAnswer.PARTLY)
        endorsements_actions.propose_exception(actor(world, "sue"), item_id, WHY, world.now)
    for name in ("ana", "sue", "cora"):
        where = "/profile" if name == "ana" else f"/people/{world.people['ana']}/profile"
        assert WHY not in sign_in(world.email(name)).get(where).text


def test_the_agenda_has_evidence_and_both_notes_of_what_was_kept_apart(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id, (item_id,) = revealed(world, ReviewerAnswer.PARTLY)
        with behind_the_guards() as tx:
            tx.execute(
                update(ReviewItemText).values(learner_note="I run it", reviewer_note="Not alone")
            )
    ana = sign_in(world.email("ana"))
    ended = {"act": "confirm", f"choice-{item_id}": "no_agreement"}
    assert ana.post(f"/reviews/{review_id}/differences", ended).status_code == 303
    page = words(ana.get(f"/reviews/{review_id}/differences").text)
    assert all(
        said in page for said in ("I run it", "Not alone", "no evidence", "does what COM-1-01 says")
    )


@pytest.mark.in_ci
def test_no_page_costs_more_statements_for_more_exceptions(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    with app.app_context():
        review_id, ids = revealed(world, *[ReviewerAnswer.PARTLY] * 8)
    ana = sign_in(world.email("ana"))
    pages = [
        "/profile",
        "/profile/communication",
        f"/reviews/{review_id}/differences",
        "/profile.csv",
    ]

    def counts() -> list[int]:
        found = []
        for page in pages:
            count_sql.clear()
            assert ana.get(page).status_code == 200
            found.append(len(count_sql))
        return found

    before = counts()
    with app.app_context():
        for item_id in (ids[0], ids[2], ids[5]):
            exception_id = endorsements_actions.propose_exception(
                actor(world, "sue"), item_id, WHY, world.now
            )
            later = world.now + dt.timedelta(minutes=1)
            endorsements_actions.confirm_exception(
                actor(world, "ana"), item_id, exception_id, later
            )
    assert counts() == before
