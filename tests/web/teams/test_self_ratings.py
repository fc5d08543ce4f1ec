"""Self-ratings beside reviews: counts alone, of what was revealed, for every coordinator."""

import random
from collections import defaultdict
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from tests.client import Client
from tests.engines import LONG
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import endorse, send
from tests.factories.world import World
from tests.web.teams.crowds import AT, GAP, hide_names
from tests.web.teams.test_gaps import file
from tests.web.teams.test_teams import rows
from tests.web.teams.without_names.rounds import at, begun_round, counted_round
from tracker.db import session
from tracker.rules.reviews.workflow import ItemStatus
from tracker.rules.roles import Role
from tracker.services.administration import rounds

SignIn = Callable[[str], Client]


def address(world: World, team: str = "city") -> str:
    return f"/teams/{world.teams[team]}/self-ratings"


def counted(client: Client, world: World, domain: str = "Leadership") -> list[list[str]]:
    """Whose ratings, and of how many people how many reached the target."""
    lines = file(client, f"{address(world)}.csv")
    return [[each[1], *each[5:7]] for each in lines if each[0] == domain]


@pytest.mark.parametrize("hides_names", [True, False])
def test_each_voice_is_counted_by_itself(
    app: Flask, world: World, sign_in: SignIn, hides_names: bool
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        if hides_names:
            hide_names(world)
        names = [f"zoe{number}" for number in range(10)]
        for name in names:
            join(world, name, "harbour")
        starts_on = begun_round(world)
        for number, name in enumerate(names[:9]):
            said = Answer.CONSISTENTLY if number < 2 else None
            state = GAP if number < 6 else AT
            stand(world, name, state, at=at(starts_on, 5), by="carl", said=said)
    assert counted(cora, world) == []
    assert "No self-ratings to count yet" in cora.get(address(world)).text
    with app.app_context():
        rounds.keep_all_due(world.now)
    assert counted(cora, world) == [["Self-ratings", "9", "5"], ["Reviews", "9", "3"]]
    page = cora.get(address(world)).text
    day = "as of Nov 23, in Round 0"
    assert rows(page)["Leadership"] == [
        f"Of 9 people, 5 reached the target {day}",
        f"Of 9 people, 3 reached the target {day}",
    ]
    assert "Zoe" not in page
    assert ("Gaps can show other numbers" in page) is not hides_names


def test_what_is_not_revealed_is_not_counted(app: Flask, world: World, sign_in: SignIn) -> None:
    """Who has sent, and was answered, says nothing to anybody yet."""
    with app.app_context():
        for number in range(12):
            join(world, f"zoe{number}", "harbour")
        begun_round(world)
        statements = world.statements["leadership"][:2]
        for number in range(6):
            send(world, f"zoe{number}", "carl", dict.fromkeys(statements, ItemStatus.ANSWERED))
        rounds.keep_all_due(world.now)
    assert counted(sign_in(world.email("cora")), world) == []


@pytest.mark.in_ci
def test_who_was_sent_their_reviews_is_told_only_of_others(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    told = [["Self-ratings", "8", "4"], ["Reviews", "8", "4"]]
    sue = sign_in(world.email("sue"))
    with app.app_context():
        join(world, "sue", "city", Role.COORDINATOR)
        for number in range(3):
            join(world, f"xia{number}", "harbour")
        counted_round(world, ["harbour"], 4, 4)
    assert counted(sue, world) == told
    with app.app_context():
        for number in range(4):
            statement = world.statements["technical"][0]
            endorse(world, f"zoe{number}", "sue", statement, EndorsedAnswer.PARTLY)
    assert counted(sue, world) == []
    assert counted(sign_in(world.email("cora")), world) == told


def test_it_is_for_coordinators(app: Flask, world: World, sign_in: SignIn) -> None:
    link = address(world, "harbour")
    assert link in sign_in(world.email("cora")).get(f"/teams/{world.teams['harbour']}/gaps").text
    hugo = sign_in(world.email("hugo"))
    assert link not in hugo.get(f"/teams/{world.teams['harbour']}/gaps").text
    assert hugo.http.get(link).status_code == 403


NEWEST = text(
    "SELECT r.learner_id, d.title AS domain, s.rank, i.statement_id, i.learner_answer "
    "FROM review_items i JOIN reviews r ON r.id = i.review_id "
    "JOIN statements s ON s.id = i.statement_id JOIN domains d ON d.id = s.domain_id "
    "WHERE i.revealed_at IS NOT NULL ORDER BY i.revealed_at, i.id"
)
LISTED = text(
    "SELECT d.title AS domain, s.rank, count(*) AS listed FROM statements s "
    "JOIN domains d ON d.id = s.domain_id GROUP BY d.title, s.rank ORDER BY s.rank"
)
TARGET_RANK = 2


def sides() -> dict[str, tuple[int, int]]:
    """How many people are at target and below it by their own revealed answers, by domain: worked
    out from rows alone, by the rule as design and guides put it."""
    said: dict[tuple[int, str, int], dict[int, str]] = defaultdict(dict)
    people = set()
    for row in session().execute(NEWEST):
        said[row.learner_id, row.domain, row.rank][row.statement_id] = row.learner_answer
        people.add(row.learner_id)
    levels = defaultdict(list)
    for row in session().execute(LISTED):
        if row.rank <= TARGET_RANK:
            levels[row.domain].append((row.rank, row.listed))
    found = {}
    for domain, ranks in levels.items():
        of = [
            [verdict(listed, list(said[person, domain, rank].values())) for rank, listed in ranks]
            for person in people
        ]
        below = sum("not met" in each for each in of)
        at = sum("met" in each and set(each) <= {"met", "limited"} for each in of)
        found[domain] = at, below
    return found


def verdict(listed: int, answers: list[str]) -> str:
    applicable = listed - answers.count("not_my_work")
    if applicable < 2 or applicable * 2 < listed:
        return "limited"
    need = -(-applicable * 4 // 5)
    met = answers.count("consistently")
    unmet = answers.count("not_yet") + answers.count("partly")
    return "met" if met >= need else "not met" if applicable - unmet < need else "open"


@pytest.mark.in_ci
@pytest.mark.parametrize("seed", range(2 if LONG else 1))
def test_the_counts_are_what_other_code_counts(
    app: Flask, world: World, sign_in: SignIn, seed: int
) -> None:
    rng = random.Random(seed)
    answers = [Answer.CONSISTENTLY] * 8 + [Answer.PARTLY, Answer.NOT_MY_WORK, Answer.NOT_SURE]
    with app.app_context():
        for number in range(16):
            join(world, f"zoe{number}", "harbour")
        starts_on = begun_round(world)
        for number in range(16):
            for statements in world.statements.values():
                kind = rng.choice([answers, answers, [Answer.NOT_YET, Answer.CONSISTENTLY]])
                for day in (3, 9):
                    moment = at(starts_on, day)
                    for statement in rng.sample(statements, rng.randint(2, len(statements))):
                        of = (f"zoe{number}", "carl", statement, EndorsedAnswer.PARTLY)
                        endorse(world, *of, moment, rng.choice(kind))
        rounds.keep_all_due(world.now)
        expected = sides()
    lines = file(sign_in(world.email("cora")), f"{address(world)}.csv")
    told = {
        each[0]: (int(each[6]), int(each[7])) for each in lines if each[1:2] == ["Self-ratings"]
    }
    assert told
    assert told == {domain: expected[domain] for domain in told}
    assert any(at and below for at, below in told.values())
