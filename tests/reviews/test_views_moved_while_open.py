"""A learner is moved to another version while a review is open: it ends on its wording, and what
came of it is seen in the version that they are on, as if they had been moved when all was over."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.client import Client
from tests.factories import sides
from tests.factories.answers import ReviewerAnswer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import NO, YES, actor, item_ids, respond
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tests.reading import words
from tracker.accounts.account import actions as account_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.frameworks.versions.rules import Ground
from tracker.queries.core import use_statements as use_statements_queries
from tracker.reviews.review import actions as review_actions

SignIn = Callable[[str], Client]
STAGES = ("sent", "answered", "revealed", "confirmed", "settled")
SAID = ("consistently", "partly", "consistently", "consistently", "consistently")
AT_LENGTH = pytest.mark.longest
"""Of each kind of stage one is seen in `make test`: while the review is open, and after the reveal."""
EARLY, LATE = "nina", "noel"
"""Two learners of Central who say the same and get the same answers."""


@pytest.fixture
def version(app: Flask, world: World) -> Iterator[NextVersion]:
    """Of Communication: the same, reworded, asked again, split, retired."""
    _same, carries, asked, split, retired = world.statements["communication"][:5]
    with time_machine.travel(AFTER, tick=False):
        with app.app_context():
            for name in (EARLY, LATE):
                join(world, name, "central")
                learner = actor(world, name, AFTER)
                newest = use_statements_queries.newest(learner)
                assert newest is not None
                account_actions.read_use_statement(learner, newest.id, AFTER)
            found = next_version(
                world,
                reworded={carries: True, asked: False},
                split={split: True},
                retired=[retired],
            )
        yield found


def reviewed(world: World, name: str, moved: Callable[[str], object]) -> None:
    """From sending to the end, with Sue; `moved` is told of each stage that is over."""
    statements = world.statements["communication"][:5]
    for statement in statements:
        rate(world, name, statement, YES)
    learner, sue = actor(world, name, AFTER), actor(world, "sue", AFTER)
    review_id = review_actions.send(learner, sue.person_id, statements, AFTER)
    moved("sent")
    items = item_ids(review_id)
    for item_id, answer in zip(items, SAID, strict=True):
        respond(sue, item_id, ReviewerAnswer(answer), Ground.SAW_IT, "", 1, AFTER)
    moved("answered")
    review_actions.reveal(sue, review_id, AFTER)
    assert [item.status for item in sides.items(review_id)].count("differs") == 1
    moved("revealed")
    sides.confirm(learner, items[1], "partly", "", AFTER)
    moved("confirmed")
    sides.confirm(sue, items[1], "partly", "", AFTER)
    moved("settled")


@dataclass(frozen=True)
class Seen:
    """All that is said of somebody, without their name and the salted digests: on their own pages
    and on Sue's, by address; in the rows of Sue's gaps; and in what they take along."""

    pages: dict[str, str]
    gaps: set[str]
    file: dict[str, Any]


def seen(sign_in: SignIn, world: World, name: str, statements: list[int]) -> Seen:
    sue, own = sign_in(world.email("sue")), sign_in(world.email(name))
    own.post("/notices/read", {"newest": str(2**31 - 1)}, follow_redirects=True)
    of, team = f"/people/{world.people[name]}", f"/teams/{world.teams['central']}/gaps"

    def said(page: str) -> str:
        return re.sub(r"begins with \w+", "", words(page)).replace(name.title(), "X")

    asked = {
        own: [
            *("/", "/profile", "/profile/communication", "/reviews"),
            *(f"/statements/{statement}" for statement in statements),
        ],
        sue: [
            *(f"{of}/profile", f"{of}/profile/communication"),
            *(f"{of}/statements/{statement}" for statement in statements),
        ],
    }
    pages = {path: client.get(path) for client, paths in asked.items() for path in paths}
    assert {page.status_code for page in pages.values()} == {200}
    gaps = [sue.get(team).text]
    others = re.findall(rf'href="({team}\?[^"]*framework=[^"]*)"', gaps[0])
    gaps += [sue.get(unescape(other)).text for other in others]
    rows = {
        said(f"<main>{row}</main>")
        for page in gaps
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
        if f">{name.title()}<" in row
    }
    assert len(rows) == 1
    file = own.get("/profile.json").get_json()
    return Seen(
        {path.replace(of, "/people/x"): said(page.text) for path, page in pages.items()},
        rows,
        {key: value for key, value in file.items() if key not in ("person", "name", "email")},
    )


@pytest.mark.in_ci
@pytest.mark.parametrize(
    ("stage", "supervisor"),
    [
        ("sent", "goes ahead"),
        ("revealed", "stays"),
        pytest.param("sent", "stays", marks=AT_LENGTH),
        pytest.param("revealed", "goes ahead", marks=AT_LENGTH),
        *(
            pytest.param(stage, supervisor, marks=AT_LENGTH)
            for stage in ("answered", "confirmed")
            for supervisor in ("stays", "goes ahead")
        ),
    ],
)
def test_what_came_of_it_is_seen_there_whenever_they_were_moved(
    app: Flask, world: World, version: NextVersion, sign_in: SignIn, stage: str, supervisor: str
) -> None:
    """Also where the supervisor, who learns too, is on another version."""
    with app.app_context():
        if supervisor == "goes ahead":
            carried(world, version, person="sue")
        for name, when in ((EARLY, stage), (LATE, "settled")):
            reviewed(
                world,
                name,
                lambda over, name=name, when=when: (
                    over == when and carried(world, version, person=name)
                ),
            )
    new = [part for each in world.statements["communication"][:4] for part in version.became[each]]
    early, late = (seen(sign_in, world, each, new) for each in (EARLY, LATE))
    assert early == late
    assert "Your review by Sue is finished" in early.pages["/"]
    told = early.file
    by_code = {each["code"]: each["endorsed"] for each in told["statements"] if each["endorsed"]}
    assert {code: (one["answer"], one["version"]) for code, one in by_code.items()} == {
        "COM-1-01": ("consistently", "1"),
        "COM-1-02": ("partly", "1"),
        "COM-2-02-1": ("consistently", "1"),
    }, "not where it is asked again"
    (retired,) = told["retired"]
    assert retired["endorsed"]["answer"] == "consistently"


@pytest.mark.in_ci
@pytest.mark.parametrize(
    "stage",
    ["answered", "settled"]
    + [
        pytest.param(stage, marks=AT_LENGTH)
        for stage in STAGES
        if stage not in ("answered", "settled")
    ],
)
def test_whoever_is_moved_and_moved_back_in_between_has_it_as_it_was(
    app: Flask, world: World, version: NextVersion, sign_in: SignIn, stage: str
) -> None:
    """Moved before anything was answered, and back after that stage."""

    def moves(over: str) -> None:
        if over == "sent":
            carried(world, version, person=EARLY)
        if over == stage:
            carried(world, version, person=EARLY, back=True)

    with app.app_context():
        reviewed(world, EARLY, moves)
        reviewed(world, LATE, lambda _over: None)
    statements = world.statements["communication"][:5]
    early, late = (seen(sign_in, world, each, statements) for each in (EARLY, LATE))
    for path, said in late.pages.items():
        if "profile" in path:  # says besides what the way back changed in which levels
            assert (
                "changed statements in" in early.pages[path] or "changed here" in early.pages[path]
            )
        else:
            assert early.pages[path] == said, path
    assert (early.gaps, early.file) == (late.gaps, late.file)


@pytest.mark.in_ci
def test_the_card_says_what_the_other_version_says_whatever_was_rated(
    app: Flask, world: World, version: NextVersion, sign_in: SignIn
) -> None:
    """On the page of one statement, on that of the review, and on that of several people; and
    nothing of it tells how the learner rated, in which wording, or whether they did it anew."""
    same, carries, asked, split, retired = world.statements["communication"][:5]
    statements = [same, carries, asked, split, retired]
    with app.app_context():
        sent = {}
        for name in (EARLY, LATE):
            for each in statements:
                rate(world, name, each, YES)
            sent[name] = review_actions.send(
                actor(world, name, AFTER), world.people["sue"], statements, AFTER
            )
        items = dict(zip(statements, item_ids(sent[EARLY]), strict=True))
        of_late = item_ids(sent[LATE])
    sue = sign_in(world.email("sue"))
    paths = [
        *(f"/review-items/{item_id}" for item_id in (*items.values(), *of_late)),
        f"/reviews/{sent[EARLY]}/screen/1",
        f"/reviews/by-statement/{carries}",
    ]

    def seen() -> dict[str, str]:
        pages = {path: sue.get(path) for path in paths}
        assert {page.status_code for page in pages.values()} == {200}
        return {path: words(page.text) for path, page in pages.items()}

    mark = "is on version 2 now, which words this differently"
    assert not [path for path, page in seen().items() if mark in page]
    with app.app_context():
        carried(world, version, person=EARLY)
    marked = seen()
    counts = {path: page.count(f"Nina {mark}") for path, page in marked.items()}
    assert counts == dict.fromkeys(paths, 0) | {
        f"/review-items/{items[carries]}": 1,
        f"/review-items/{items[asked]}": 1,
        f"/reviews/{sent[EARLY]}/screen/1": 2,
        f"/reviews/by-statement/{carries}": 1,
    }
    assert not [path for path, page in marked.items() if f"Noel {mark}" in page]
    shown = marked[f"/review-items/{items[carries]}"]
    assert "Was: " in shown
    assert ", in other words" in shown
    with app.app_context():
        nina = actor(world, EARLY, AFTER)
        for each, base_version in ((carries, 1), (asked, 0)):
            ratings_actions.rate(nina, version.became[each][0], NO, base_version, AFTER)
    assert seen() == marked
