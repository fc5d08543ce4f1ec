"""Whatever is said of one person of the demo is the same on Today, on the profile, in its PDF and
JSON, and in the gaps of their library."""

import csv
import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import pdf
from tests.cli.test_demo import demo, loaded
from tests.client import Client
from tests.factories.world import HASH
from tracker.db import session, transaction
from tracker.models import Library, Membership, Person, Team
from tracker.rules.roles import Role

__all__ = ["demo"]

HEADLINE = re.compile(r'<div class="is-(endorsed|self)">.*?stat-figure">([^<]*)</h3>', re.S)
OWN = {
    "today": re.compile(r"<li>(<a href=\"/profile/.*?)</li>", re.S),
    "profile": re.compile(r"<tbody>(.*?)</tr>", re.S),
    "finish": re.compile(r"<li>(<b>.*?bar-next.*?)</li>", re.S),
}
"""What each page says of a domain by one's own ratings."""
STAND = re.compile(
    r'href="(/profile/[^"#]+)|(<span class="target-tag.*?)(?:<span class="bar-n|$)', re.S
)
NEXT = re.compile(r'bar-next"><a href="/profile/[^"]*">([^<]*)<')
STATES = {
    "At target": "at_target",
    "Above target": "at_target",
    "Below target": "gap",
    "Not known yet": "not_yet_known",
    "Too few statements to judge": "not_assessed",
    "No target": None,
}

LEVELS = {"Level not known yet": None, "Too few statements to judge": None, "No level yet": False}
"""What a file says where no level is reached."""
Stand = tuple[str | None, bool | None]


def headlines(page: str) -> dict[str, str]:
    return {voice: html.unescape(said) for voice, said in HEADLINE.findall(page)}


def stands(kind: str, page: str) -> dict[str, tuple[str, str]]:
    """By the address of its explanation: how a domain stands to the target, and what is next; Today
    says nothing of that."""
    found = {}
    for piece in OWN[kind].findall(page):
        if "target-tag" not in piece:
            continue
        hrefs, targets = zip(*STAND.findall(piece), strict=True)
        coming = NEXT.search(piece)
        found[next(filter(None, hrefs))] = (
            " ".join(re.sub(r"<[^>]+>", " ", next(filter(None, targets))).split()),
            coming[1] if coming else "",
        )
    return found


def learners() -> list[Any]:
    """(id, name, address, library) of who learns now."""
    return list(
        session().execute(
            select(Person.id, Person.name, Person.email, Person.library_id)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.role == Role.LEARNER,
                Membership.ends_on.is_(None),
                Person.disabled_at.is_(None),
            )
            .distinct()
            .order_by(Person.id)
        )
    )


def gaps_of(app: Flask, library_id: int) -> dict[str, dict[str, Stand]]:
    """By name and domain the state, and whether a level is known and reached, as the coordinators of all teams have them in a file; one may not see
    names."""
    with app.app_context():
        readers = (
            session()
            .execute(
                select(Team.id, Person.email)
                .join(Membership, Membership.team_id == Team.id)
                .join(Person, Person.id == Membership.person_id)
                .where(
                    Team.library_id == library_id,
                    Team.parent_id.is_(None),
                    Membership.role == Role.COORDINATOR,
                    Membership.ends_on.is_(None),
                )
            )
            .all()
        )
    found: dict[str, dict[str, Stand]] = {}
    for team_id, email in readers:
        client = Client(app)
        client.enter(email)
        file = client.get(f"/teams/{team_id}/gaps/people.csv").text.removeprefix("\ufeff")
        head, *rows = csv.reader(io.StringIO(file))
        found |= {
            row[0]: {
                title.removesuffix(" state"): (
                    STATES[said],
                    LEVELS.get(row[head.index(title.replace(" state", " level"))], True),
                )
                for title, said in zip(head, row, strict=True)
                if title.endswith(" state")
            }
            for row in rows
        }
    return found


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize(
    "people_asked",
    [4, pytest.param(100, marks=pytest.mark.longest)],  # four of them stand for all in `make test`
)
def test_every_way_to_one_person_says_the_same(
    demo: Flask, engine_name: str, people_asked: int
) -> None:
    loaded(demo, engine_name)
    with demo.app_context():
        with transaction() as tx:
            tx.execute(update(Person).values(password_hash=HASH))
            tx.execute(update(Library).values(names_to_coordinators=True))
        people = learners()[:people_asked]
    gaps = {each: gaps_of(demo, each) for each in {one.library_id for one in people}}
    compared = finished = 0
    for one in people:
        client = Client(demo)
        client.enter(one.email)
        today, profile = client.get("/"), client.get("/profile")
        if profile.status_code == 303:  # of which of several frameworks is asked first
            continue
        said = headlines(profile.text)
        told = client.get("/profile.json").get_json()
        assert headlines(today.text) == said, one.name
        assert {voice: words for voice, words in told["headlines"].items() if words} == said
        assert said["endorsed"] in pdf.words(client.get("/profile.pdf")), one.name
        own = stands("profile", profile.text)
        for href, (stand, _next) in stands("today", today.text).items():
            assert own[href][0] == stand, (one.name, href)
        done = client.get("/assess/done")
        if done.status_code == 200:  # else something of the job is left to rate
            at_the_end = stands("finish", done.text)
            assert at_the_end.items() <= own.items(), one.name
            finished += bool(at_the_end)
        at_target = [each["own"]["against_target"] for each in told["domains"]].count("at_target")
        if "self" in said:
            assert said["self"].startswith(f"Your ratings: {at_target} of "), one.name
        in_gaps = gaps[one.library_id].get(one.name)
        if in_gaps is not None:
            reviewed = {
                each["domain"]: (
                    each["endorsed"]["against_target"],
                    None if each["endorsed"]["level"] is None else each["endorsed"]["level"] > 0,
                )
                for each in told["domains"]
            }
            assert {each: in_gaps[each] for each in reviewed.keys() & in_gaps.keys()} == {
                each: reviewed[each] for each in reviewed.keys() & in_gaps.keys()
            }, one.name
            compared += bool(reviewed.keys() & in_gaps.keys())
    assert compared >= min(people_asked, 16) // 2
    assert finished
