"""Today: what waits in each role, and one thing on top."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.people import join, newer_use_statement
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.today.page.shown import SignIn, first, today, words
from tracker.db import transaction
from tracker.evidence.pieces import actions as pieces_actions
from tracker.models import Endorsement, ReviewItem, ReviewMessage, UseStatement, UseStatementReading
from tracker.models.record.words import skill_of
from tracker.queries.access.actors import actor_for_person
from tracker.record.workflow.rules import EndorsementStatus, ItemStatus, ReviewStatus
from tracker.rules.roles import Role


def test_signed_out_it_says_what_this_is(client: Client) -> None:
    html = client.get("/").text
    assert 'href="/login"' in html
    assert 'href="/frameworks/"' in html


def test_the_round_and_its_end_stand_on_top(world: World, sign_in: SignIn) -> None:
    assert today(sign_in, "ana").startswith(
        "Today Tuesday, November 24, 2026 · Autumn 2026 closes on Dec 11"
    )


def test_who_has_not_read_the_use_statement_reads_it_first(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        newer_use_statement(world)
    said = today(sign_in, "ben")
    assert "Read how ratings are used" in said
    assert "Start rating" not in said


def test_without_a_use_statement_nobody_is_sent_to_rate(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(delete(UseStatementReading))
        tx.execute(delete(UseStatement))
    assert "next-step" not in sign_in(World.email("ben")).get("/").text


def test_one_starts_and_then_goes_on_where_one_stopped(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """In their job, and then in the rest."""
    assert "Start with your job 18 statements for your job are not rated yet" in today(
        sign_in, "ben"
    )
    with app.app_context():
        for place, statement_id in enumerate(world.statements["communication"][:8]):
            rate(
                world,
                "ben",
                statement_id,
                Answer.CONSISTENTLY,
                world.now - dt.timedelta(minutes=60 - place),
            )
    said = today(sign_in, "ben")
    assert "Go on with your job 13 statements for your job are not rated yet" in said
    assert "Your ratings: 1 of 3 2 not known yet" in said
    assert "Nothing is sent for review this round" in said
    with app.app_context():
        for each in (*world.statements["technical"][:10], *world.statements["leadership"][:3]):
            rate(world, "ben", each, Answer.CONSISTENTLY, world.now - dt.timedelta(days=1))
    assert (
        "Go on with Communication 2 of 10 statements here are not rated yet. In all, 12 of 33 are "
        "not rated yet: about 4 minutes." in today(sign_in, "ben")
    )


def test_what_was_rated_before_the_round_is_to_be_looked_at(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for statement_id in [each for ids in world.statements.values() for each in ids]:
            rate(world, "ben", statement_id, Answer.PARTLY, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    assert "Keep 33 older ratings" in today(sign_in, "ben")


def test_all_rated_and_nothing_sent_leads_to_sending(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for statement_id in [each for ids in world.statements.values() for each in ids]:
            rate(world, "ben", statement_id, Answer.PARTLY)
    assert "Send your ratings for review" in today(sign_in, "ben")
    with app.app_context():
        send(
            world,
            "ben",
            "sue",
            {world.statements["technical"][0]: ItemStatus.WAITING},
            round_id=world.rounds["city"],
        )
    assert "Send your ratings for review" not in today(sign_in, "ben")


def test_once_the_job_is_rated_sending_comes_before_the_rest(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for statement_id in world.statements["technical"]:
            rate(world, "ben", statement_id, Answer.PARTLY)
    page = today(sign_in, "ben")
    assert "The statements for your job are rated" not in page, "some of it are left"
    with app.app_context():
        for statement_id in world.statements["communication"] + world.statements["leadership"][:3]:
            rate(world, "ben", statement_id, Answer.PARTLY)
    page = today(sign_in, "ben")
    first, rest = page.split("Also for you")
    assert "The statements for your job are rated; the rest can wait for another day." in first
    assert "Go on with" not in first
    assert "Go on with" in rest


def ask(world: World, review_id: int, question: str) -> None:
    with transaction() as tx:
        item_id = tx.scalar(select(ReviewItem.id).where(ReviewItem.review_id == review_id).limit(1))
        tx.add(
            ReviewMessage(
                item_id=item_id, author_id=world.people["sue"], text=question, written_at=world.now
            )
        )


def given(world: World, review_id: int, revoked: int) -> None:
    """The endorsements of a review that Sue gave; that many were revoked since."""
    with transaction() as tx:
        items = tx.scalars(
            select(ReviewItem).where(
                ReviewItem.review_id == review_id, ReviewItem.status == ItemStatus.ENDORSED
            )
        ).all()
        for at, item in enumerate(items):
            ended = at < revoked
            tx.add(
                Endorsement(
                    person_id=world.people["ana"],
                    skill_id=skill_of(item.statement_id),
                    statement_id=item.statement_id,
                    endorser_id=world.people["sue"],
                    item_id=item.id,
                    answer=EndorsedAnswer.CONSISTENTLY,
                    digest="0" * 64,
                    rating_version=1,
                    status=EndorsementStatus.REVOKED if ended else EndorsementStatus.IN_FORCE,
                    endorsed_at=world.now,
                    ended_at=world.now if ended else None,
                )
            )


def test_what_came_back_and_what_was_revealed(app: Flask, world: World, sign_in: SignIn) -> None:
    technical, talk = world.statements["technical"], world.statements["communication"]
    with app.app_context():
        back = send(
            world, "ana", "sue", {talk[0]: ItemStatus.RETURNED}, status=ReviewStatus.IN_REVIEW
        )
        ask(world, back, "Can you add one example\nfrom a busy Saturday?")
        shown = {
            **dict.fromkeys(technical[:8], ItemStatus.ENDORSED),
            **dict.fromkeys(technical[8:10], ItemStatus.DIFFERS),
        }
        send(
            world,
            "ana",
            "sue",
            shown,
            status=ReviewStatus.DIFFERENCES_OPEN,
            at=world.now - dt.timedelta(days=20),
        )
        send(
            world,
            "ana",
            "sue",
            {talk[2]: ItemStatus.ENDORSED},
            status=ReviewStatus.CLOSED,
            at=world.now - dt.timedelta(days=20),
        )
    said = today(sign_in, "ana")
    assert (
        "Communication 1.1 came back with a question today Sue: “Can you add one example from a "
        "busy Saturday?”" in said
    )
    assert (
        "Do this next · overdue since Nov 18 Settle 2 differences with Sue 8 of 10 are reviewed. "
        "Settle 2 differences 3 statements to update, about 1 minute." in said
    )
    assert said.count("8 of 10 are reviewed") == 1, "what stands on top stands in no list"
    assert "is revealed" not in said


def test_before_the_reveal_the_learner_learns_nothing(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Two worlds that differ in what the supervisor has answered alone."""
    statements = world.statements["technical"]
    with app.app_context():
        send(
            world,
            "ana",
            "sue",
            dict.fromkeys(statements[:4], ItemStatus.WAITING),
            status=ReviewStatus.SENT,
        )
        send(
            world,
            "ben",
            "sue",
            dict(
                zip(
                    statements,
                    [
                        ItemStatus.ANSWERED,
                        ItemStatus.WAITING,
                        ItemStatus.NOT_OBSERVED,
                        ItemStatus.WAITING,
                    ],
                    strict=False,
                )
            ),
            status=ReviewStatus.IN_REVIEW,
        )
    assert today(sign_in, "ben") == without_supervising(today(sign_in, "ana"))


def without_supervising(said: str) -> str:
    """Ana supervises Bookmobile besides."""
    return re.sub(r"As supervisor of .*? Gaps of Bookmobile ", "", said)


def test_evidence_that_counts_for_nothing_yet(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        actor = actor_for_person(world.people["ben"], world.now)
        assert actor is not None
        pieces_actions.jot(actor, "Ran the drop-in", world.now)
    assert "Link 1 piece of evidence" in today(sign_in, "ben")


def test_a_jot_is_kept_from_here(world: World, sign_in: SignIn) -> None:
    ben = sign_in(World.email("ben"))
    assert 'action="/evidence/jot"' in ben.get("/").text
    assert ben.post("/evidence/jot", {"line": "Ran the drop-in"}).status_code == 303
    assert "Link 1 piece of evidence" in words(ben.get("/").text)


def test_one_thing_is_next(app: Flask, world: World, sign_in: SignIn) -> None:
    """Where nothing is left to rate or to send it is the first step of the profile."""
    ben = sign_in(World.email("ben"))
    everything = [each for ids in world.statements.values() for each in ids]
    assert "Next steps" not in ben.get("/").text
    with app.app_context():
        for each in everything:
            rate(world, "ben", each, Answer.PARTLY)
        sent = dict.fromkeys(everything[1:], ItemStatus.WAITING)
        send(world, "ben", "sue", sent, round_id=world.rounds["city"])
    page = ben.get("/").text
    assert "Next steps" not in page
    step = "Send Emerging statements in Technical for review"
    assert first(page) == f"Do this next {step} Technical 1.1 Choose"
    assert f"{step} : Technical 1.1." in words(ben.get("/profile").text)


@pytest.mark.in_ci
def test_what_was_not_sent_leaves_no_trace_with_others(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    before = [today(sign_in, name) for name in ("sue", "cora", "adam")]
    with app.app_context():
        for statement_id in world.statements["technical"]:
            rate(world, "ben", statement_id, Answer.CONSISTENTLY)
    assert [today(sign_in, name) for name in ("sue", "cora", "adam")] == before
    with app.app_context():
        send(
            world,
            "ben",
            "sue",
            {world.statements["technical"][0]: ItemStatus.WAITING},
            round_id=world.rounds["city"],
        )
    assert [today(sign_in, name) for name in ("sue", "cora", "adam")] != before


@pytest.mark.in_ci
def test_the_number_of_statements_does_not_depend_on_the_size(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    technical = world.statements["technical"]
    with app.app_context():
        join(world, "adam", "central")
        join(world, "adam", "harbour", Role.SUPERVISOR)
        join(world, "adam", "city", Role.COORDINATOR)
        rate(world, "adam", technical[0], Answer.PARTLY)
    adam = sign_in(World.email("adam"))

    def count() -> int:
        adam.get("/")
        count_sql.clear()
        adam.get("/")
        return len(count_sql)

    before = count()
    with app.app_context():
        for number in range(8):
            join(world, f"more{number}", "harbour")
            send(
                world,
                f"more{number}",
                "adam",
                dict.fromkeys(technical[:3], ItemStatus.WAITING),
                team="harbour",
            )
            review_id = send(
                world,
                "adam",
                "sue",
                {technical[number]: ItemStatus.RETURNED},
                status=ReviewStatus.IN_REVIEW,
            )
            ask(world, review_id, "Why?")
            send(
                world,
                "adam",
                "sue",
                {technical[number]: ItemStatus.DIFFERS},
                status=ReviewStatus.DIFFERENCES_OPEN,
            )
            rate(world, "adam", technical[number + 1], Answer.PARTLY)
    assert count() == before
    assert before <= 44


def test_where_you_stand_is_what_the_profile_says(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    ben = sign_in(World.email("ben"))
    assert "Where you stand" not in ben.get("/").text
    with app.app_context():
        rate(world, "ben", world.statements["communication"][0], Answer.CONSISTENTLY)
    reviewed, own = re.findall(r'<h3 class="stat-figure">(.*?)</h3>', ben.get("/").text)
    assert (reviewed, own) == ("Nothing is reviewed yet", "Your ratings: no domain known yet")
    profile = ben.get("/profile").text
    assert re.findall(r'<h3 class="stat-figure">(.*?)</h3>', profile)[:2] == [reviewed, own]
