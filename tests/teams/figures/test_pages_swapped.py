"""Whoever sees no names gets the same from every door, to the byte, whoever of two people stands how:
pages, files, search, lists, rounds, profiles, and Today."""

import io
import zipfile
from collections.abc import Callable, Iterable

import pytest
from flask import Flask, url_for
from sqlalchemy import case, select, update
from werkzeug.test import TestResponse

from tests.client import NEW_EACH_TIME, Client, links
from tests.doors import DOORS, Door
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.people import join
from tests.factories.reviews import send
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.teams.crowds import AT, GAP, add_team, hide_names
from tests.teams.figures.random_rounds import counted_round
from tracker.models import CountedOutcome, Endorsement, Review, ReviewItem, SnapshotPerson
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
TEAMS = ("city", "central", "bookmobile", "harbour", "north")
MOST = 400


def arranged(world: World) -> list[tuple[int, int]]:
    """The pairs that are alike but for their states: two of each team, of whom one reaches the
    target and one doesn't, now and at the end of a round; and what their reviewers of this round
    have answered and not revealed."""
    add_team(world, "north", "city")
    crowd = counted_round(world, ("central", "harbour", "north"))
    pairs = [(crowd.names[first], crowd.names[first + 9]) for first in (0, 10, 20)]
    waiting = world.statements["technical"][0]
    for number, name in enumerate(crowd.names):
        if number % 4:
            send(
                world,
                name,
                "carl",
                {waiting: ItemStatus.ANSWERED},
                status=(ReviewStatus.SENT, ReviewStatus.IN_REVIEW)[number % 2],
                round_id=world.rounds["city"],
            )
    return [(world.people[one], world.people[other]) for one, other in pairs]


def swap(pairs: list[tuple[int, int]]) -> None:
    """What is known of each is that of the other from now on, as if it had always been so."""
    both = [each for pair in pairs for each in pair]
    with behind_the_guards() as tx:
        for column, yes, no, whose in (
            (
                Endorsement.answer,
                EndorsedAnswer.CONSISTENTLY,
                EndorsedAnswer.NOT_YET,
                Endorsement.person_id.in_(both),
            ),
            (CountedOutcome.state, AT, GAP, CountedOutcome.person_id.in_(both)),
            *(
                (
                    column,
                    answers.CONSISTENTLY,
                    answers.NOT_YET,
                    ReviewItem.review_id.in_(select(Review.id).where(Review.learner_id.in_(both))),
                )
                for column, answers in (
                    (ReviewItem.learner_answer, Answer),
                    (ReviewItem.reviewer_answer, ReviewerAnswer),
                )
            ),
        ):
            done = tx.execute(
                update(column.class_)
                .where(whose, column.in_([yes, no]))
                .values({column: case((column == yes, no.value), else_=yes.value)})
            )
            assert done.rowcount
        for pair in pairs:
            kept = [
                tx.scalars(select(SnapshotPerson).where(SnapshotPerson.person_id == each)).one()
                for each in pair
            ]
            was = [(each.revealed, each.reviewed, each.not_met) for each in kept]
            for each, standing in zip(kept, reversed(was), strict=True):
                each.revealed, each.reviewed, each.not_met = standing


def fetched(
    client: Client, app: Flask, world: World, people: list[int]
) -> dict[str, tuple[int, bytes]]:
    """From every door that needs nothing but the small world, for every team and these people, and
    from every link about a team, from page to page."""
    with app.test_request_context():
        nothing = Door("", "").arrange
        waiting = ["/"]
        for door in DOORS:
            if door.method == "GET" and door.arrange is nothing:
                values = door.values(world)
                every = [values]
                if "team_id" in values:
                    every = [{**values, "team_id": world.teams[team]} for team in TEAMS]
                elif "person_id" in values:
                    every = [{**values, "person_id": person} for person in people]
                if "domain" in values:
                    every += [{**each, "domain": "leadership"} for each in every]
                waiting += [url_for(door.endpoint, **each) for each in every]
    return answers(client, waiting, onward="/teams")


def answers(
    client: Client, waiting: Iterable[str], onward: str | None = None
) -> dict[str, tuple[int, bytes]]:
    """And of every page that a link `onward` leads to."""
    left = list(waiting)
    found: dict[str, tuple[int, bytes]] = {}
    while left and len(found) < MOST:
        url = left.pop(0)
        if url in found or url.startswith(("/logout", "/static", "/account", "/login")):
            continue
        response = client.http.get(url)
        found[url] = response.status_code, _said(response) if response.status_code == 200 else b""
        if response.status_code == 200 and response.mimetype == "text/html":
            same = NEW_EACH_TIME.sub(r'\1…"', response.text)
            found[url] = response.status_code, same.encode()
            if onward is not None:
                left += [link for link in links(same, url) if link.startswith(onward)]
    return found


def _said(response: TestResponse) -> bytes:
    """Of a workbook what is in it: its parts are written at a time of their own."""
    if not response.data.startswith(b"PK"):
        return response.data
    with zipfile.ZipFile(io.BytesIO(response.data)) as book:
        return b"".join(book.read(each) for each in book.namelist())


def differing(
    app: Flask, world: World, sign_in: SignIn, reader: str, pairs: list[tuple[int, int]]
) -> set[str]:
    client = sign_in(world.email(reader))
    people = [each for pair in pairs for each in pair]
    before = fetched(client, app, world, people)
    assert sum(status == 200 for status, _body in before.values()) > 100
    with app.app_context():
        swap(pairs)
    after = fetched(client, app, world, people)
    return {url for url in {*before, *after} if before.get(url) != after.get(url)}


@pytest.mark.in_ci
@pytest.mark.parametrize("reader", ["cora", "hugo"])
def test_no_byte_depends_on_who_of_two_stands_how(
    app: Flask, world: World, sign_in: SignIn, reader: str
) -> None:
    """Hugo coordinates Central and North, and supervises Harbour, whose people he knows."""
    with app.app_context():
        hide_names(world)
        pairs = arranged(world)
        for team in ("central", "north"):
            join(world, "hugo", team, Role.COORDINATOR)
    hidden = pairs if reader == "cora" else [pairs[0], pairs[2]]
    assert differing(app, world, sign_in, reader, hidden) == set()


@pytest.mark.in_ci
def test_who_sees_names_sees_who_stands_how(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        pairs = arranged(world)
    team = f"/teams/{world.teams['central']}"
    telling = {f"{team}/gaps", f"{team}/gaps/people.csv", f"/people/{pairs[0][0]}/profile"}
    others = {team, f"{team}/gaps.csv", f"{team}/round", f"{team}/round.csv"}
    client = sign_in(world.email("cora"))
    before = answers(client, telling | others)
    with app.app_context():
        swap(pairs)
    after = answers(client, telling | others)
    assert {url for url in before if before[url] != after[url]} == telling
