"""Gaps against an earlier round, and self-ratings beside reviews: the same people, the same targets,
counted a second time from rows, and the same on the page and in every file."""

import datetime as dt
import random
from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.administration.rounds.past_rounds import MAY, past_round
from tests.client import Client
from tests.engines import LONG
from tests.factories.actors import acting
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import endorse_all, send
from tests.factories.world import World
from tests.reading import words
from tests.teams.crowds import AT, GAP, hide_names
from tests.teams.gaps import plain_figures
from tests.teams.gaps.matrix import domains
from tests.teams.gaps.pages import about, file
from tests.teams.gaps.plain_figures import Plain
from tests.teams.gaps.test_exports import pdf_words, sheets
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Domain, Look, Membership
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
DOMAINS = ("Technical", "Communication", "Leadership")
SIDES = {"round": ("Spring 2026", "now"), "self": ("self-ratings", "reviews")}
TO_TARGET = ("reached the target", "at target by reviews only")


def heads(kind: str) -> list[str]:
    return ["People compared", *(f"Below target, {side}" for side in SIDES[kind]), "Difference"]


class Expected(NamedTuple):
    """By domain the figures; and who crossed: domain, name, whether to the target."""

    figures: dict[str, tuple[str, int, int]]
    crossed: set[tuple[str, str, bool]]


def compared(then: Plain, now: Plain) -> Expected:
    known = {plain_figures.AT, plain_figures.GAP}
    figures, crossed = {}, set()
    for domain in DOMAINS:
        both = [
            (one, then.state[one, domain], now.state[one, domain])
            for one in now.people
            if {then.state.get((one, domain)), now.state[one, domain]} <= known
        ]
        was, is_ = (sum(of[side] == plain_figures.GAP for of in both) for side in (1, 2))
        figures[domain] = str(len(both)), was, is_
        crossed |= {(domain, one, b == plain_figures.AT) for one, a, b in both if a != b}
    return Expected(figures, crossed)


def told(client: Client, url: str, kind: str) -> Expected:
    """By the files."""
    head, *lines = file(client, url)
    assert head[8:12] == heads(kind)
    changed = url.replace("gaps.csv", "gaps/changed.csv")
    named = file(client, changed)[1:] if client.http.get(changed).status_code == 200 else []
    return Expected(
        {line[1]: (line[8], int(line[9]), int(line[10])) for line in lines},
        {(domain, one, said in TO_TARGET) for domain, one, said in named},
    )


def say(world: World, rng: random.Random, at: dt.datetime | None = None) -> None:
    """Half of them are reviewed, in the first statements of each domain; their own answers are
    others here and there."""
    for name in ("ana", "ben", "lea", "sue"):
        for statements in world.statements.values():
            if rng.random() < 0.7:
                those = statements[: rng.randint(1, len(statements))]
                sure = rng.choice([0.5, 1, 1])
                answers = {
                    each: EndorsedAnswer.CONSISTENTLY
                    if rng.random() < sure
                    else EndorsedAnswer.NOT_YET
                    for each in those
                }
                said = rng.choice([None, Answer.CONSISTENTLY, Answer.NOT_YET])
                endorse_all(world, name, "hugo", answers, at, said)


def expect(ranks: dict[str, int]) -> None:
    """By key, past everything that would note it."""
    with transaction() as tx:
        for key, rank in ranks.items():
            query = text("UPDATE targets SET rank = :rank WHERE domain_key = :key")
            tx.execute(query, {"rank": rank, "key": key})


THEN = {"technical": 2, "communication": 2, "leadership": 2}
TODAY = {"technical": 1, "communication": 3, "leadership": 2}


def raise_targets(world: World) -> None:
    ids = dict(session().execute(select(Domain.key, Domain.id)).all())
    ranks = {ids[key]: rank for key, rank in TODAY.items()}
    session().rollback()
    profile = world.role_profiles["city"]
    role_profiles_actions.edit(
        acting(world, "adam"), profile, "Mid-level", ranks, world.now, "Wanted."
    )


@pytest.mark.in_ci
@pytest.mark.parametrize("seed", range(20 if LONG else 3))
def test_both_sets_of_targets_are_as_a_second_count_has_them(
    app: Flask, world: World, sign_in: SignIn, seed: int
) -> None:
    rng = random.Random(seed)
    with app.app_context():
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        say(world, rng, MAY)
        rounds_actions.keep_all_due(world.now)
        city = f"/{world.teams['city']}/"
        counted = {("then", "then"): plain_figures.everybody(world, city)}
        raise_targets(world)
        counted["then", ""] = plain_figures.everybody(world, city)
        say(world, rng)
        counted["now", ""] = plain_figures.everybody(world, city)
        expect(THEN)
        counted["now", "then"] = plain_figures.everybody(world, city)
        expect(TODAY)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['city']}/gaps"
    for targets in ("", "then"):
        query = f"?compare={spring}&targets={targets}"
        expected = compared(counted["then", targets], counted["now", targets])
        assert told(cora, f"{url}.csv{query}", "round") == expected
        page = domains(cora.get(f"{url}{query}").text)
        for domain, (both, before, after) in expected.figures.items():
            of = len(counted["now", ""].people)
            below = (
                f"no difference, {after} below target"
                if before == after
                else f"Below target: {before} (Spring 2026), {after} (now)"
            )
            assert f"{both} of {of} people compared: " in page[domain]
            assert page[domain].endswith(below)


@pytest.mark.in_ci
@pytest.mark.parametrize("seed", range(20 if LONG else 3))
def test_self_ratings_are_of_the_same_people_as_reviews(
    app: Flask, world: World, sign_in: SignIn, seed: int
) -> None:
    """For who may read both sides by name, at once."""
    with app.app_context():
        join(world, "sue", "city", Role.SUPERVISOR)
        for name in ("ana", "ben", "lea"):
            join(world, name, "city")
        say(world, random.Random(seed))
        of = (world, f"/{world.teams['city']}/", False)
        own = plain_figures.everybody(*of, said_in=plain_figures.REVEALED)
        reviewed = plain_figures.everybody(*of)
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['city']}/gaps"
    expected = compared(own, reviewed)
    assert any(both[0] != "0" for both, *_sides in expected.figures.values())
    assert told(sue, f"{url}.csv?compare=self", "self") == expected


def test_every_file_says_what_the_page_says(app: Flask, world: World, sign_in: SignIn) -> None:
    """Ana came to the target in Leadership; in Communication she and Ben change places."""
    with app.app_context():
        spring = past_round(world)
        rounds_actions.keep_all_due(world.now)
        raise_targets(world)
        expect(THEN | {"technical": 1})
        stand(world, "ana", AT)
        stand(world, "ana", GAP, "communication")
        stand(world, "ben", AT, "communication")
    cora = sign_in(world.email("cora"))
    url, query = f"/teams/{world.teams['central']}/gaps", f"?compare={spring}"
    of_file = about(cora, f"{url}.csv{query}")
    assert of_file["In short"] == "Better than in Spring 2026: 2 targets were reached, 1 was lost."
    assert of_file["Compared"] == (
        "Of 4 levels known both times, below target: 2 in Spring 2026, 1 now. "
        "Both are measured against today’s targets. "
        "1 target has changed since Spring 2026 (Nov 24, 2026)."
    )
    changed = "Mid-level, Nov 24, 2026: from Developing to Emerging in Technical."
    assert of_file["Targets changed"] == changed
    crossed = [
        ["Communication", "Ben", "reached the target"],
        ["Communication", "Ana", "fell below the target"],
        ["Leadership", "Ana", "reached the target"],
    ]
    assert file(cora, f"{url}/changed.csv{query}")[1:] == crossed
    book = sheets(cora, f"{url}.xlsx{query}")
    assert [line[-2:] for line in book["Domains"][1:]] == [
        ["0", "none"],
        ["0", "none"],
        ["-1", "1 fewer (better)"],
    ]
    assert book["Who changed"][1:] == crossed
    page, paper = words(cora.get(f"{url}{query}").text), pdf_words(cora, f"{url}.pdf{query}")
    for said in (of_file["In short"], of_file["Compared"], changed):
        assert page.count(said) == 2, "to read, and for paper"
        assert said in paper
    for domain, name, said in crossed:
        assert f"{domain} , {said}: {name}" in page
        assert f"{domain}, {said}: {name}" in paper
    about_then = about(cora, f"{url}.csv{query}&targets=then")
    assert "Both are measured against the targets of Spring 2026." in about_then["Compared"]


@pytest.mark.parametrize(
    ("communication", "leadership", "said"),
    [
        (AT, GAP, "Unchanged since Spring 2026: nobody reached a target or fell below one."),
        (AT, AT, "Better than in Spring 2026: 1 target was reached, none was lost."),
        (GAP, GAP, "Worse than in Spring 2026: no target was reached, 1 was lost."),
        (
            GAP,
            AT,
            "Neither better nor worse than in Spring 2026: 1 target was reached, 1 was lost.",
        ),
    ],
)
def test_it_begins_with_what_came_of_it(
    app: Flask,
    world: World,
    sign_in: SignIn,
    communication: TargetState,
    leadership: TargetState,
    said: str,
) -> None:
    with app.app_context():
        spring = past_round(world)
        rounds_actions.keep_all_due(world.now)
        stand(world, "ana", communication, "communication")
        stand(world, "ana", leadership)
    url = f"/teams/{world.teams['central']}/gaps?compare={spring}"
    page = sign_in(world.email("sue")).get(url).text
    assert f"<h2>{said}</h2>" in page


def test_who_has_another_job_moves_no_target(app: Flask, world: World, sign_in: SignIn) -> None:
    """Both times are measured against the one that she has now."""
    with app.app_context():
        technical, met = world.statements["technical"], EndorsedAnswer.CONSISTENTLY
        answers = dict.fromkeys(technical[:5], met)
        answers |= dict.fromkeys(technical[5:10], EndorsedAnswer.NOT_YET)
        endorse_all(world, "ana", "sue", answers, MAY)
        spring = past_round(world)
        rounds_actions.keep_all_due(world.now)
        add_role_profile(world, "Entry", 1)
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(Membership.person_id == world.people["ana"])
                .values(role_profile_id=world.role_profiles["Entry"])
            )
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps.csv?compare={spring}"
    assert "Targets changed" not in about(cora, url)
    assert told(cora, url, "round").figures["Technical"] == ("1", 0, 0)
    assert told(cora, f"{url}&targets=then", "round").figures["Technical"] == ("1", 1, 1)


def test_only_an_earlier_round_is_compared_with(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        spring = past_round(world)
        summer = open_round(world, "Summer 2026", dt.date(2026, 7, 1), dt.date(2026, 8, 31))
        rounds_actions.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    facts = about(cora, f"{url}.csv?round={summer}&compare={spring}")
    assert "Both are measured against the targets of Summer 2026." in facts["Compared"]
    for at, with_round in ((spring, summer), (spring, spring), (summer, summer)):
        query = f"?round={at}&compare={with_round}"
        assert cora.http.get(f"{url}.csv{query}").status_code == 404
        assert "it was left out" in cora.get(f"{url}{query}").text


@pytest.mark.in_ci
def test_what_is_to_be_rated_blind_is_not_compared(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        spring = past_round(world)
        rounds_actions.keep_all_due(world.now)
    sue = sign_in(world.email("sue"))
    url = f"/teams/{world.teams['central']}/gaps.csv"
    both = [
        told(sue, f"{url}?compare={each}", kind)
        for each, kind in ((spring, "round"), ("self", "self"))
    ]
    assert [of.figures["Leadership"][0] for of in both] == ["2", "2"]
    with app.app_context():
        send(world, "ana", "sue", {world.statements["leadership"][0]: ItemStatus.WAITING})
    both = [
        told(sue, f"{url}?compare={each}", kind)
        for each, kind in ((spring, "round"), ("self", "self"))
    ]
    assert [of.figures["Leadership"][0] for of in both] == ["1", "1"]
    assert [of.figures["Communication"][0] for of in both] == ["2", "2"]


def test_who_crossed_sees_who_looked(app: Flask, world: World, sign_in: SignIn) -> None:
    """Also where the page has no row for them."""
    with app.app_context():
        for number in range(31):
            join(world, f"p{number}", "central")
        spring = past_round(world)
        rounds_actions.keep_all_due(world.now)
        stand(world, "ana", AT)
    sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps?compare={spring}")
    with app.app_context():
        assert world.people["ana"] in session().scalars(select(Look.owner_id)).all()


@pytest.mark.in_ci
def test_self_ratings_are_for_who_may_read_them_by_name(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """A coordinator gets what rounds told, of the whole team alone; who sees no names gets
    nothing."""
    with app.app_context():
        past_round(world)
        rounds_actions.keep_all_due(world.now)
    cora, sue = (sign_in(world.email(name)) for name in ("cora", "sue"))
    url = f"/teams/{world.teams['central']}/gaps"
    assert "self-rating" in str(about(sue, f"{url}.csv?compare=self"))
    _head, *lines = file(cora, f"{url}.csv?compare=self")
    assert {tuple(line[8:]) for line in lines} == {("", "", "", "", "not shown")}
    for query in ("&teams=own", f"&profile={world.role_profiles['city']}"):
        assert cora.http.get(f"{url}.csv?compare=self{query}").status_code == 404
    with app.app_context():
        hide_names(world)
    assert cora.http.get(f"{url}.csv?compare=self").status_code == 404
    assert sue.http.get(f"{url}.csv?compare=self").status_code == 200
