"""What somebody sees of their ratings and endorsements on a newer version of the framework."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import and_, select, update

from tests.client import NEW_EACH_TIME, Client
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.levels import own_sheet
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import actor, answer_all
from tests.factories.versions import NextVersion, carried as carry, next_version
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session, transaction
from tracker.models import Endorsement, Rating, Review, ReviewItem
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.sheet.rules_summaries import changed_since_review
from tracker.record.visible.queries import Reader
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
BEFORE = dt.timedelta(days=80)
DOMAIN = "/assess/small/durable/communication"


@dataclass
class Carried:
    """Ana's statements on the first version, and what became of them."""

    made: NextVersion
    same: int
    asked: int
    split: int
    merged: tuple[int, int]
    gone: int

    def now(self, statement_id: int, part: int = 0) -> int:
        return self.made.became[statement_id][part]


@pytest.fixture
def carried(app: Flask, world: World) -> Carried:
    same, asked, split, one, other, gone = world.statements["communication"][:6]
    with app.app_context():
        then = world.now - BEFORE
        for each in (same, asked, split, one, gone):
            rate(world, "ana", each, Answer.CONSISTENTLY, then)
            endorse(world, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY, then)
        rate(world, "ana", other, Answer.PARTLY, then)
        with transaction() as tx:
            noted = update(Rating).where(Rating.statement_id == other)
            tx.execute(noted.values(own_note="Of this one."))
        made = next_version(
            world,
            reworded={asked: False},
            split={split: True},
            merged={(one, other): True},
            retired={gone},
            added=1,
        )
        carry(world, made, then + dt.timedelta(days=1), person="ana")
    return Carried(made, same, asked, split, (one, other), gone)


def standing_ids(world: World) -> dict[int, str]:
    rows = session().execute(
        select(Endorsement.statement_id, Endorsement.status).where(
            Endorsement.person_id == world.people["ana"]
        )
    )
    return {row.statement_id: row.status.value for row in rows}


@pytest.mark.in_ci
def test_what_changed_is_asked_again_and_can_be_kept(
    world: World, carried: Carried, sign_in: SignIn
) -> None:
    ana = sign_in(world.email("ana"))
    assert "Rate 3 statements again: they have changed since you rated them" in ana.get("/").text
    page = ana.get(f"{DOMAIN}?show=again").text
    cards = page.split('<div class="statement"')[1:]
    assert [
        f's-{carried.now(each, part)}"' in card
        for card, (each, part) in zip(
            cards, [(carried.asked, 0), (carried.split, 1), (carried.merged[0], 0)], strict=True
        )
    ] == [True] * 3
    asked, part, merged = cards
    assert "<ins>" in asked
    assert "for the wording of version 1" in asked
    assert f'name="still_true-{carried.now(carried.asked)}" value="consistently"' in asked
    assert 'name="still_true-' in part
    assert 'name="still_true-' not in merged, "none of two answers speaks for both"
    assert merged.count("for the wording of version 1") == 2
    assert "Note for myself: Of this one." in merged, "none of two notes is lost"
    ana.post(
        f"/statements/{carried.now(carried.asked)}/rating",
        {"base_version": "0", "still_true": "consistently"},
    )
    assert "Rate 2 statements again" in ana.get("/").text
    counts = ana.get("/profile.json").get_json()["statements"]
    by_id = {count["code"]: count for count in counts}
    assert sum(each["own"] is not None for each in by_id.values()) == 3
    assert sum(each["endorsed"] is not None for each in by_id.values()) == 2
    assert {count["endorsed"]["version"] for count in counts if count["endorsed"]} == {"1"}
    lines = [one for count in counts for one in count["earlier_versions"]]
    assert {(one["version"], one["carries"]) for one in lines} == {("1", True), ("1", False)}
    profile = ana.get("/profile").text
    assert "Reviewed: 2 of " in profile
    assert f'<a href="/statements/{carried.gone}">' in profile, "of what is retired nothing is lost"
    (retired,) = ana.get("/profile.json").get_json()["retired"]
    assert (retired["version"], retired["own"]["answer"]) == ("1", "consistently")
    assert (retired["endorsed"]["answer"], retired["endorsed"]["by"]) == ("consistently", "Sue")
    sue = sign_in(world.email("sue"))
    assert "nothing reviewed yet" not in sue.get(f"/people/{world.people['ana']}/profile").text


@pytest.mark.in_ci
def test_a_statement_is_read_from_version_to_version(
    world: World, carried: Carried, sign_in: SignIn
) -> None:
    ana, sue, ben = (sign_in(world.email(name)) for name in ("ana", "sue", "ben"))
    page = ana.get(f"/statements/{carried.now(carried.same)}").text
    assert "This statement in earlier versions" in page
    assert "Ask for a second opinion" in page
    again = ana.get(f"/statements/{carried.now(carried.asked)}").text
    assert "given for an earlier wording; doesn’t count now" in again
    assert "Ask for a second opinion" not in again
    old = ana.get(f"/statements/{carried.asked}").text
    assert f'href="/statements/{carried.now(carried.asked)}"' in old
    assert "You are on version 2 now" in old
    merged = ana.get(f"/statements/{carried.now(carried.merged[0])}").text
    for number in (4, 5):
        assert f"on version 1: Communication 2.{number - 2}" in merged, "which of both it was for"
    assert "Was:" not in page, "the words are the same"
    gone = ana.get(f"/statements/{carried.gone}").text
    assert "That version doesn’t have this statement" in gone
    assert "Sue" in gone
    assert ben.get(f"/statements/{carried.now(carried.same)}").status_code == 404
    of_ana = f"/people/{world.people['ana']}/statements"
    for statement_id in (carried.same, carried.now(carried.same)):
        seen = sue.get(f"{of_ana}/{statement_id}").text
        assert "Self-rating as last revealed" in seen
        assert "Revoke your reviewed rating" in seen
    assert sue.get(f"{of_ana}/{carried.gone}").status_code == 404


def test_what_is_retired_or_asked_again_keeps_its_notes_and_stays_listed_when_cleared(
    app: Flask, world: World, carried: Carried, sign_in: SignIn
) -> None:
    ana = sign_in(world.email("ana"))
    noted = {"own_note": "Mine.", "reviewer_note": "For Sue."}
    gone = and_(Rating.person_id == world.people["ana"], Rating.statement_id == carried.gone)
    with app.app_context(), transaction() as tx:
        for statement_id in (carried.asked, carried.gone):
            of = Rating.statement_id == statement_id
            tx.execute(
                update(Rating).where(of, Rating.person_id == world.people["ana"]).values(**noted)
            )
        tx.execute(update(Rating).where(gone).values(answer=None, basis="cleared"))
    for statement_id in (carried.asked, carried.gone):
        page = ana.get(f"/statements/{statement_id}").text
        assert all(text in page for text in noted.values())
    profile = ana.get("/profile").text
    assert f'<a href="/statements/{carried.gone}">' in profile
    assert "reviewed: Consistently, Sue" in profile
    (retired,) = ana.get("/profile.json").get_json()["retired"]
    assert (retired["own"], retired["endorsed"]["answer"]) == (None, "consistently")


def test_who_is_not_carried_sees_everything_as_before(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    first = world.statements["communication"][0]
    with app.app_context():
        rate(world, "ana", first, Answer.CONSISTENTLY)
        endorse(world, "ana", "sue", first, EndorsedAnswer.CONSISTENTLY)
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    of_ana = f"/people/{world.people['ana']}"
    team = f"/teams/{world.teams['central']}/gaps"
    asked = [
        (ana, "/profile.json"),
        (ana, "/profile.csv"),
        (ana, "/profile/communication"),
        (sue, f"{of_ana}/profile"),
        (sue, f"{of_ana}/statements/{first}"),
        (sue, team),
    ]

    def seen() -> list[str]:
        return [NEW_EACH_TIME.sub("", client.get(path).text) for client, path in asked]

    before = seen()
    with app.app_context():
        next_version(world, reworded={first: False})
    assert seen() == before


@pytest.mark.in_ci
def test_who_moves_back_finds_what_they_said_before_and_in_between(
    app: Flask, world: World, carried: Carried, sign_in: SignIn
) -> None:
    moved = world.now - BEFORE + dt.timedelta(days=1)
    with app.app_context():
        for now in (carried.now(carried.same), carried.now(carried.asked)):
            version = 1 if now == carried.now(carried.same) else 0
            ratings_actions.rate(actor(world, "ana"), now, Answer.PARTLY, version, moved)
        carry(world, carried.made, moved + dt.timedelta(days=1), person="ana", back=True)
    ana = sign_in(world.email("ana"))
    told = ana.get("/profile.json").get_json()
    own = [each["own"]["answer"] for each in told["statements"] if each["own"]]
    assert own == ["partly", *["consistently"] * 3, "partly", "consistently"]
    (between,) = told["retired"]
    assert (between["version"], between["own"]["answer"]) == ("2", "partly")
    page = ana.get("/profile").text
    assert f'<a href="/statements/{carried.now(carried.asked)}">' in page
    assert (
        f'href="/statements/{carried.asked}"'
        in ana.get(f"/statements/{carried.now(carried.asked)}").text
    )


def test_a_new_word_ends_what_was_read_from_an_earlier_version(
    app: Flask, world: World, carried: Carried
) -> None:
    now = carried.now(carried.same)
    with app.app_context():
        ana, sue = actor(world, "ana"), actor(world, "sue")
        learner = sheet_queries_learners.learner(ana.person_id, world.now.date())
        assert learner is not None
        assert now not in changed_since_review(own_sheet(learner))
        ratings_actions.rate(ana, now, Answer.PARTLY, 1, world.now)
        assert now in changed_since_review(own_sheet(learner))
        review_id = review_actions.send(ana, sue.person_id, [now], world.now)
        answer_all(world, review_id, ReviewerAnswer.PARTLY)
        review_actions.reveal(sue, review_id, world.now)
        states = standing_ids(world)
        assert (states[carried.same], states[now]) == ("superseded", "standing")
        assert states[carried.asked] == "standing", "of another line"


def test_a_second_opinion_is_of_the_new_wording_and_as_blind(
    app: Flask, world: World, carried: Carried
) -> None:
    now = carried.now(carried.same)
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
        ana, sue, hugo = (actor(world, name) for name in ("ana", "sue", "hugo"))
        given = (
            session()
            .scalars(select(Endorsement.id).where(Endorsement.statement_id == carried.same))
            .one()
        )
        team_id = world.teams["central"]
        review_id = review_actions.send_to_second_reader(
            ana, given, hugo.person_id, team_id, world.now
        )
        item = session().scalars(select(ReviewItem).where(ReviewItem.review_id == review_id)).one()
        assert item.statement_id == now
        assert session().get_one(Review, review_id).reviewer_id == hugo.person_id
        reader = Reader(hugo, world.now)
        assert reader.is_hidden(ana.person_id, now)
        assert reader.is_hidden(ana.person_id, carried.same), "nor what was said of it before"
        assert not Reader(sue, world.now).is_hidden(ana.person_id, carried.same)
        endorsements_actions.revoke(sue, given, "Another Ana", world.now)
        assert standing_ids(world)[carried.same] == "revoked"
