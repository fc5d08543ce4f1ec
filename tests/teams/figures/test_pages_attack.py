"""Whoever sees no names works nobody out from what pages and files tell over rounds, nor whoever sees
reviews by name how people rate themselves; and a figure on one of them is a figure on all."""

import csv
import datetime as dt
import io
import random
from collections import defaultdict
from collections.abc import Callable, Hashable

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from tests.client import Client
from tests.engines import LONG
from tests.factories.actors import acting
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import World
from tests.teams.crowds import AT, GAP, Crowd, add_team, hide_names
from tests.teams.figures.random_rounds import RandomRounds, at, begun_round
from tests.teams.figures.solver import Fact, worked_out
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Voice
from tracker.models import CountedOutcome, Membership, Round, Team
from tracker.record.visible.queries import Reader
from tracker.rules.roles import Role
from tracker.teams.figures import queries as figures_queries, rules as figures_rules
from tracker.teams.gaps.queries_scope import gap_scope

SignIn = Callable[[str], Client]
Line = tuple[str, ...]
WORLDS = 40 if LONG else 4
VOICES = {"Self-ratings": Voice.SELF, "Reviews": Voice.ENDORSED}
READERS: tuple[tuple[str, ...], ...] = ((), ("harbour",), ("central", "bookmobile"), ("north",))
"""Which teams somebody supervises who coordinates all."""


def lines(client: Client, world: World) -> set[Line]:
    """All figures of Leadership that the reader can fetch, of every team."""
    found: set[Line] = set()
    for team in set(world.teams) - {"other"}:
        response = client.http.get(f"/teams/{world.teams[team]}/gaps.csv")
        if response.status_code == 200 and "Newly reviewed" in response.text:
            table = csv.reader(io.StringIO(response.text))
            found |= {tuple(line) for line in table if line[:1] == ["Leadership"]}
    return found


def finer(world: World) -> set[Line]:
    """What the page adds up of self-ratings for who sees reviews by name."""
    found: set[Line] = set()
    actor = acting(world, "rea")
    for team in set(world.teams) - {"other"}:
        place = session().get_one(Team, world.teams[team])
        scope = gap_scope(Reader(actor, world.now), place.id, place.path)
        for figure in figures_queries.figures(scope, world.framework_id, "small", Voice.SELF):
            if figure.domain.key == "leadership":
                day = f"{figure.as_of - dt.timedelta(1):%Y-%m-%d}"
                of = (
                    figure.round,
                    day,
                    figure.group,
                    figure.people,
                    figure.at_target,
                    figure.below,
                )
                found.add(("Leadership", "Self-ratings", *map(str, of)))
    return found


def fact(line: Line, known: set[int]) -> Fact:
    """Whom the figure counts: who was in which group, and reviewed when, is no secret."""
    _domain, ratings, name, _day, group, people, reached, below = line
    reviewed = aliased(CountedOutcome)
    who = session().scalars(
        select(CountedOutcome)
        .join(
            reviewed,
            and_(
                reviewed.voice == Voice.ENDORSED,
                reviewed.person_id == CountedOutcome.person_id,
                reviewed.domain_key == CountedOutcome.domain_key,
                reviewed.as_of == CountedOutcome.as_of,
            ),
        )
        .join(Round, Round.id == CountedOutcome.round_id)
        .join(Team, Team.id == CountedOutcome.team_id)
        .where(
            CountedOutcome.domain_key == "leadership",
            CountedOutcome.voice == VOICES[ratings],
            Round.name == name,
            Team.name == group,
        )
    )
    times: defaultdict[dt.datetime, list[CountedOutcome]] = defaultdict(list)
    for each in who:
        times[each.as_of].append(each)
    (counted,) = (
        those for as_of, those in times.items() if f"{as_of - dt.timedelta(1):%Y-%m-%d}" == line[3]
    )
    at_target = [each.id for each in counted if each.state is AT]
    assert (len(counted), len(at_target)) == (int(people), int(reached))
    assert len(counted) - len(at_target) == int(below)
    unknown = frozenset(each.id for each in counted if each.person_id not in known)
    return Fact(unknown, frozenset({len(unknown.intersection(at_target))}))


def taught(world: World, teams: tuple[str, ...]) -> set[int]:
    """Whoever learns or learned in these."""
    ids = [world.teams[team] for team in teams]
    of = select(Membership.person_id).where(
        Membership.role == Role.LEARNER, Membership.team_id.in_(ids)
    )
    return set(session().scalars(of))


def attacked(
    app: Flask, world: World, sign_in: SignIn, seed: int, voice: Voice = Voice.ENDORSED
) -> tuple[set[Line], dict[Hashable, bool]]:
    """All that was told, and which outcomes follow from it. Each figure with whom the reader knew
    when they saw it."""
    supervised = READERS[seed % len(READERS)]
    with app.app_context():
        add_team(world, "north", "city")
        hide_names(world, hidden=voice is Voice.ENDORSED)
        join(world, "rea", "city", Role.COORDINATOR)
        for team in supervised:
            join(world, "rea", team, Role.SUPERVISOR)
    client = sign_in(world.email("rea"))
    seen: set[Line] = set()
    facts = []
    with app.app_context():
        for _ in RandomRounds(world, random.Random(seed)).run():
            new = (lines(client, world) if voice is Voice.ENDORSED else finer(world)) - seen
            facts += [fact(line, taught(world, supervised)) for line in sorted(new)]
            seen |= new
        found = worked_out(facts, {})
        for outcome_id, is_at in found.items():
            assert (session().get_one(CountedOutcome, outcome_id).state is AT) is is_at
    return seen, found


@pytest.mark.in_ci
@pytest.mark.parametrize("voice", Voice)
@pytest.mark.parametrize("seed", range(WORLDS))
def test_nobody_is_worked_out(
    app: Flask, world: World, sign_in: SignIn, seed: int, voice: Voice
) -> None:
    told, found = attacked(app, world, sign_in, seed, voice)
    assert told
    assert found == {}


@pytest.mark.in_ci
@pytest.mark.parametrize("voice", Voice)
def test_without_the_rule_people_are(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, voice: Voice
) -> None:
    monkeypatch.setattr(figures_rules, "LEAST", 1)
    monkeypatch.setattr(figures_queries, "may_be_told", lambda at, below: at + below > 0)
    _told, found = attacked(app, world, sign_in, 1, voice)
    assert found


def counted(app: Flask, world: World) -> None:
    """Seven of those in Harbour, and seven in Central with Bookmobile."""
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        for team, number in (("harbour", 10), ("central", 9), ("bookmobile", 1)):
            for _ in range(number):
                crowd.names.append(f"zoe{len(crowd.names)}")
                join(world, crowd.names[-1], team)
        starts_on = begun_round(world)
        for first in (0, 13):
            for number in range(first, first + 7):
                state = AT if number % 3 else GAP
                stand(world, f"zoe{number}", state, at=at(starts_on, 5), by="carl")
        rounds_actions.keep_all_due(world.now)


def test_no_outcome_is_in_two_figures(app: Flask, world: World) -> None:
    counted(app, world)
    with app.app_context():
        one = session().scalars(select(CountedOutcome)).first()
        assert one is not None
        keys = [column.key for column in CountedOutcome.__table__.c]
        row = {key: getattr(one, key) for key in keys if key != "id"}
        session().rollback()
        with pytest.raises(IntegrityError), transaction() as tx:
            tx.add(CountedOutcome(**row | {"as_of": world.now}))


def test_page_and_files_say_the_same(app: Flask, world: World, sign_in: SignIn) -> None:
    counted(app, world)
    cora = sign_in(world.email("cora"))
    at_city = f"/teams/{world.teams['city']}"
    told = sorted(line for line in lines(cora, world) if line[1] == "Reviews")
    assert [line[4:] for line in told] == [("Central", "7", "5", "2"), ("Harbour", "7", "4", "3")]
    page = cora.get(f"{at_city}/gaps").text
    assert "Of 14 people newly reviewed, 9 reached the target in Leadership." in page
    sheets = load_workbook(io.BytesIO(cora.http.get(f"{at_city}/gaps.xlsx").data))
    rows = [tuple(map(str, row)) for row in sheets.worksheets[0].iter_rows(values_only=True)]
    assert sorted(row for row in rows if row[0] == "Leadership") == told
    pdf = cora.http.get(f"{at_city}/gaps.pdf")
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages)
    assert "Leadership" in words
    assert words.count("Harbour") == 1
