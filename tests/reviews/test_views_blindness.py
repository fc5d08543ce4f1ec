"""Blind means blind: every byte that one side can fetch is the same, whatever the other side's
sealed answers are."""

import hashlib
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests import pdf
from tests.client import Client, links
from tests.engines import LONG
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.sides import NO, PART, SURE_NOT, YES, actor, answer, ask, item_ids, send
from tests.factories.versions import carried, next_version
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.assessment.ratings import actions as ratings_actions
from tracker.reviews.review import actions as review_actions
from tracker.teams.gaps.exports_xlsx import MEDIA_TYPE

SignIn = Callable[[str], Client]


def at_length(name: str) -> object:
    """Somebody who reads less than those who stand beside them: in `make test-long`. What each of
    them may open is asked in tests/test_doors.py."""
    return pytest.param(name, marks=pytest.mark.longest)


SEARCHES = tuple(f"/search?q={words}" for words in ("ana", "communication", "drop-in", "otter"))
STARTS = ("/", "/reviews", "/teams", *SEARCHES)
OTHERS = ("sue", "cora", *map(at_length, ("hugo", "ben", "adam")))
PAGES_MOST = 600
OF_A_STATEMENT = re.compile(r"(?:/people/\d+)?/(?:statements/|evidence/new\?statement=)(\d+)")
Fetched = tuple[int, str, str]
"""Status, target and body."""


def of_another_statement(world: World, path: str) -> bool:
    """A page of one of those that nothing is done to in these tests, but for two of them."""
    found = OF_A_STATEMENT.match(path)
    looked_at = (*world.statements["communication"][:6], world.statements["technical"][0])
    return found is not None and int(found[1]) not in looked_at


def crawl(client: Client, world: World, *more: str) -> dict[str, Fetched]:
    """Every page that links lead to from the start pages, but for the public framework."""
    found: dict[str, Fetched] = {}
    waiting = [*STARTS, *more]
    while waiting:
        path = waiting.pop(0)
        if path in found or path.startswith(("/frameworks/", "/static/", "/assets/", "/admin")):
            continue
        if of_another_statement(world, path):
            continue
        assert len(found) < PAGES_MOST, "the crawl does not end"
        found[path] = fetch(client, path)
        waiting += links(found[path][2], path)
        if found[path][1].startswith("/"):
            waiting.append(found[path][1].partition("#")[0])
    return found


def fetch(client: Client, path: str) -> Fetched:
    """Without what is new in each answer: the keys of its forms, and the number of the request."""
    response = client.get(path)
    body = readable(response)
    body = re.sub(r'name="(?:csrf_token|form_key)" value="[^"]+"|form_key=[\w-]+', "", body)
    return (
        response.status_code,
        response.headers.get("Location", ""),
        re.sub(r"Reference: \w+", "", body),
    )


def readable(response: Any) -> str:
    """All that an answer holds: the words of a PDF and that it is this very file, the parts of a
    workbook."""
    if response.mimetype == "application/pdf":
        return pdf.words(response) + hashlib.sha256(response.data).hexdigest()
    if response.mimetype == MEDIA_TYPE:
        with zipfile.ZipFile(io.BytesIO(response.data)) as book:
            return "".join(book.read(name).decode() for name in sorted(book.namelist()))
    return str(response.text)


def fetched(client: Client, paths: Iterable[str]) -> dict[str, Fetched]:
    """Pages that are the same in every byte lead nowhere else: they are fetched again, not crawled."""
    return {path: fetch(client, path) for path in paths}


def at_work(world: World) -> int:
    """A review of Ana's in which each sealed status occurs: answered, cannot tell, returned,
    waiting."""
    for statement_id in world.statements["communication"][:4]:
        piece(world, title="Drop-in", text="41 visits", reasons={statement_id: "why"})
    review_id = send(world, YES, PART, NO, SURE_NOT)
    send(world, YES, YES, YES, YES, learner="ben")
    first, second, third, _ = item_ids(review_id)
    answer(world, first, ReviewerAnswer.CONSISTENTLY, note="hers")
    answer(world, second, ReviewerAnswer.CANNOT_TELL)
    ask(actor(world, "sue"), third, "Where?", 1, world.now)
    return review_id


def another_learner_side(world: World) -> None:
    """The world as it would be if Ana had answered otherwise: frozen and current answers, notes,
    times, what else she rated. Past the triggers that keep it, so that all else stays byte for
    byte."""
    for statement_id in world.statements["technical"][:6]:
        rate(world, "ana", statement_id, Answer.CONSISTENTLY)
    reviews_of = "(SELECT id FROM reviews WHERE learner_id = :ana)"
    items_of = (
        "(SELECT review_items.id FROM review_items JOIN reviews ON reviews.id = review_id "
        "WHERE learner_id = :ana)"
    )
    changes = {
        "ratings SET answer = 'not_my_work', own_note = 'other', reviewer_note = 'OTHER-NOTE', "
        "version = 9": "person_id = :ana",
        "review_items SET learner_answer = 'not_my_work', learner_answer_label = 'OTHER-LABEL', "
        "learner_answer_description = 'other', rating_version = 9, digest = :digest": "review_id IN "
        f"{reviews_of}",
        "review_item_texts SET learner_note = 'OTHER-NOTE', salt = 'other'": "item_id IN "
        f"{items_of}",
    }
    with behind_the_guards() as tx:
        for change, whose in changes.items():
            tx.execute(
                text(f"UPDATE {change} WHERE {whose}"),
                {"ana": world.people["ana"], "digest": "f" * 64},
            )


def any_learner_side(world: World, seed: int) -> None:
    """One of all the worlds in which Ana answered otherwise: drawn at random, statement by
    statement."""
    draw = random.Random(seed)
    with behind_the_guards() as tx:
        for table, columns in (
            ("ratings", ("answer",)),
            ("review_items", ("learner_answer", "learner_answer_label")),
        ):
            whose = {
                "ratings": "person_id = :ana",
                "review_items": "review_id IN (SELECT id FROM reviews WHERE learner_id = :ana)",
            }[table]
            ids = tx.execute(
                text(f"SELECT id FROM {table} WHERE {whose}"), {"ana": world.people["ana"]}
            ).scalars()
            said_in = ", ".join(f"{column} = :said" for column in columns)
            for row_id in ids.all():
                said = draw.choice(list(Answer)).value
                tx.execute(
                    text(f"UPDATE {table} SET {said_in} WHERE id = :id"),
                    {"said": said, "id": row_id},
                )


@pytest.fixture
def review_id(app: Flask, world: World) -> int:
    with app.app_context():
        return at_work(world)


def paths(app: Flask, world: World, review_id: int) -> list[str]:
    """Addresses that somebody could guess besides those that are linked."""
    with app.app_context():
        ids = item_ids(review_id)
    mine = world.people["ana"]
    return [
        f"/reviews/{review_id}",
        f"/reviews/{review_id}/check",
        f"/reviews/{review_id}/differences",
        f"/reviews/{review_id}/result",
        *(f"/review-items/{item_id}" for item_id in ids),
        f"/reviews/{review_id}/screen/1",
        *(
            f"/reviews/by-statement/{statement_id}"
            for statement_id in world.statements["communication"][:4]
        ),
        *(f"/statements/{statement_id}" for statement_id in world.statements["communication"][:4]),
        f"/people/{mine}/profile",
        f"/people/{mine}/profile/communication",
        f"/teams/{world.teams['central']}",
        f"/teams/{world.teams['central']}/gaps",
        f"/people/{mine}/profile.csv",
        f"/people/{mine}/profile.json",
        f"/people/{mine}/profile.pdf",
        f"/reviews/{review_id}/differences.pdf",
    ]


def reader(sign_in: SignIn, world: World, name: str, review_id: int) -> Client:
    """Somebody who has read their notices: what a look marks as read is no difference between two
    worlds."""
    client = sign_in(world.email(name))
    client.get(f"/reviews/{review_id}", follow_redirects=True)
    newest = re.findall(r'name="newest" value="(\d+)"', client.get("/notices").text)
    if newest:
        client.post("/notices/read", {"newest": newest[0]}, follow_redirects=True)
    return client


@pytest.mark.in_ci
@pytest.mark.parametrize("name", OTHERS)
def test_nobody_can_tell_what_the_learner_answered(
    app: Flask, world: World, sign_in: SignIn, review_id: int, name: str
) -> None:
    """Nor that they cleared it or answered again since. They see both themselves."""
    client = reader(sign_in, world, name, review_id)
    before = crawl(client, world, *paths(app, world, review_id))
    with app.app_context():
        another_learner_side(world)
    assert fetched(client, before) == before
    own = f"/reviews/{review_id}"
    ana = sign_in(world.email("ana"))
    assert "since you sent it" not in ana.get(own).text
    first, *others = world.statements["communication"][:4]
    with app.app_context():
        for statement_id in (first, *others):
            ratings_actions.rate(actor(world, "ana"), statement_id, None, 9, world.now, clear=True)
        ratings_actions.rate(actor(world, "ana"), first, Answer.NOT_SURE, 10, world.now)
    assert fetched(client, before) == before
    assert ana.get(own).text.count("You cleared your rating since you sent it.") == len(others)
    assert ana.get(own).text.count("You changed your rating since you sent it.") == 1
    if name == "sue":
        screens = [path for path in before if "/screen/" in path or "/by-statement/" in path]
        assert {before[path][0] for path in screens} == {200}
        assert len(screens) == 12, "one of each review, and four statements, each with ticks too"
        assert before[f"/reviews/{review_id}/check"][0] == 200
        assert "hers" in before[f"/reviews/{review_id}/check"][2]


@pytest.mark.in_ci
@pytest.mark.parametrize("name", ["sue", at_length("cora")])
def test_any_other_answers_look_the_same(
    app: Flask, world: World, sign_in: SignIn, review_id: int, name: str
) -> None:
    client = reader(sign_in, world, name, review_id)
    more = [*STARTS, *paths(app, world, review_id), "/notices"]
    if name == "cora":
        more += [
            f"/teams/{world.teams['city']}/handover",
            f"/people/{world.people['sue']}/open-work",
        ]
    before = fetched(client, more)
    for seed in range(5 if LONG else 3):
        with app.app_context():
            any_learner_side(world, seed)
        assert fetched(client, more) == before, f"the world of seed {seed}"


@pytest.mark.in_ci
@pytest.mark.parametrize("name", ["sue", at_length("cora")])
def test_nor_those_of_somebody_who_was_carried_to_a_newer_version(
    app: Flask, world: World, sign_in: SignIn, review_id: int, name: str
) -> None:
    sent = world.statements["communication"][:4]
    with app.app_context():
        rate(world, "ana", world.statements["communication"][4], Answer.PARTLY)
        made = next_version(world, reworded={sent[0]: True, sent[1]: False}, split={sent[2]: True})
        carried(world, made)
    client = reader(sign_in, world, name, review_id)
    of_ana = f"/people/{world.people['ana']}"
    now = [each for statement_id in sent for each in made.became[statement_id]]
    more = [
        *STARTS,
        f"/reviews/{review_id}",
        f"{of_ana}/profile",
        f"{of_ana}/profile/communication",
    ]
    more += [f"{of_ana}/statements/{statement_id}" for statement_id in (*sent, *now)]
    before = fetched(client, more)
    if name == "sue":
        assert before[f"{of_ana}/statements/{now[0]}"][0] == 200
    for seed in range(3):
        with app.app_context():
            any_learner_side(world, seed)
        assert fetched(client, more) == before, f"the world of seed {seed}"


def test_any_other_answers_would_be_found(
    app: Flask, world: World, sign_in: SignIn, review_id: int
) -> None:
    """Ana herself sees the difference: the worlds are different ones."""
    client = reader(sign_in, world, "ana", review_id)
    before = fetched(client, [f"/reviews/{review_id}"])
    with app.app_context():
        any_learner_side(world, 0)
    assert fetched(client, [f"/reviews/{review_id}"]) != before


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_a_page_that_gives_it_away_would_be_found(
    app: Flask, world: World, sign_in: SignIn, review_id: int
) -> None:
    """An open review shows the learner's answers: the same comparison fails."""
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(text("UPDATE reviews SET open = true"))
    client = sign_in(world.email("sue"))
    before = fetched(client, paths(app, world, review_id))
    with app.app_context():
        another_learner_side(world)
    after = fetched(client, before)
    different = {path for path in before if before[path] != after[path]}
    statement_id = world.statements["communication"][0]
    assert different >= {
        f"/review-items/{_ids(app, review_id)[0]}",
        f"/reviews/{review_id}/screen/1",
        f"/reviews/by-statement/{statement_id}",
    }
    assert "OTHER-NOTE" in "".join(body for _, _, body in after.values())


def _ids(app: Flask, review_id: int) -> list[int]:
    with app.app_context():
        return item_ids(review_id)


def another_reviewer_side(world: World, review_id: int) -> None:
    """Everything that Sue can do in a review that is under way and that is not a question."""
    first, second, _, fourth = item_ids(review_id)
    answer(world, first, ReviewerAnswer.NOT_YET, note="OTHER-NOTE")
    answer(world, second, ReviewerAnswer.PARTLY, note="OTHER-NOTE")
    answer(world, fourth, ReviewerAnswer.CANNOT_TELL, note="OTHER-NOTE")


@pytest.mark.in_ci
@pytest.mark.parametrize("name", ["ana", "cora", *map(at_length, ("ben", "hugo", "adam"))])
def test_nobody_but_the_reviewer_can_tell_what_they_answered(
    app: Flask, world: World, sign_in: SignIn, review_id: int, name: str
) -> None:
    client = reader(sign_in, world, name, review_id)
    before = crawl(client, world, *paths(app, world, review_id))
    with app.app_context():
        another_reviewer_side(world, review_id)
    assert fetched(client, before) == before
    if name == "ana":
        assert "Where?" in before[f"/reviews/{review_id}"][2], "the question is there"


@pytest.mark.in_ci
@pytest.mark.reads_at_length
def test_the_reveal_would_be_found(
    app: Flask, world: World, sign_in: SignIn, review_id: int
) -> None:
    client = sign_in(world.email("ana"))
    more = paths(app, world, review_id)
    before = fetched(client, more)
    with app.app_context():
        another_reviewer_side(world, review_id)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    after = fetched(client, more)
    assert before[f"/reviews/{review_id}/differences"] != after[f"/reviews/{review_id}/differences"]
    assert "OTHER-NOTE" in after[f"/reviews/{review_id}/differences"][2]
