"""Out, in, out: the ratings of a record come back equal where it is imported."""

import io
import json
from html import unescape
from typing import Any

import pytest
from flask import Flask

from tests.client import Client
from tests.evidence.erasures.erased import SignIn, send_form
from tests.factories.answers import Answer
from tests.factories.sides import actor
from tests.factories.world import World
from tests.today.own_record.test_views import read, taken, worked
from tracker.assessment.ratings import actions as ratings_actions

NOTES = ("=1+1, of the desk", 'Two lines:\nand "quotes"; commas, too')


@pytest.fixture
def record(app: Flask, world: World, ana: Client) -> Any:
    with app.app_context():
        for number, statement_id in enumerate(world.statements["communication"]):
            ratings_actions.rate(
                actor(world, "ana"),
                statement_id,
                list(Answer)[number % len(Answer)],
                0,
                world.now,
                own_note=NOTES[0] if number % 2 else None,
                reviewer_note=NOTES[1] if number % 3 else None,
            )
    send_form(ana, "/account/record")
    worked(app, world)
    return read(taken(ana))


def said(record: Any) -> list[tuple[str, ...]]:
    statements = record["statements"]
    return sorted(
        (
            statements[rating["statement"] - 1]["uuid"],
            rating["answer"],
            (rating["given_on"] or rating["rated_at"])[:10],
            rating["own_note"],
            rating["reviewer_note"],
        )
        for rating in record["ratings"]
    )


def sent(client: Client, content: bytes, name: str = "record.json") -> Any:
    return client.post("/assess/list", {"text": "", "file": (io.BytesIO(content), name)})


def field(page: str, name: str) -> str:
    tag = page.split(f'name="{name}"')[1]
    return unescape(tag.split('value="')[1].split('"')[0])


def test_out_in_out(app: Flask, world: World, record: Any, sign_in: SignIn) -> None:
    ben = sign_in(world.email("ben"))
    preview = sent(ben, json.dumps(record).encode())
    assert preview.status_code == 200, preview.text
    text, seen = field(preview.text, "text"), field(preview.text, "seen")
    send_form(ben, "/assess/list/store", text=text, seen=seen)
    send_form(ben, "/account/record")
    worked(app, world)
    back = read(taken(ben))
    assert len(said(record)) == len(world.statements["communication"])
    assert said(back) == said(record)


def long_titles(record: Any) -> None:
    """A small file that would be read as a large one: each rating names the same title."""
    record["statements"][0]["title"] = "x" * 100_000
    record["ratings"] = [record["ratings"][0] | {"statement": 1}] * 1_000


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda record: record.pop("answers"), "it was changed"),
        (lambda record: record["ratings"][0].update(statement="x"), "it was changed"),
        (lambda record: record["ratings"][0].update(statement=10**9), "it was changed"),
        (lambda record: record["ratings"][0].update(statement=0), "it was changed"),
        (lambda record: record["ratings"][0].update(own_note="\ud800"), "it was changed"),
        (lambda record: record["ratings"][0].update(own_note="a\0b"), "it was changed"),
        (lambda record: record["ratings"][0].update(given_on="\ud800"), "it was changed"),
        (lambda record: record["ratings"][0].update(own_note=7), "it was changed"),
        (long_titles, "longer than 400 thousand characters"),
        (lambda record: record.update(ratings={"a": 1}), "it was changed"),
        (lambda record: record.update(ratings=[]), "no ratings in your framework"),
        (lambda record: record["frameworks"][0].update(slug="x"), "no ratings in your framework"),
    ],
)
def test_what_is_no_record_is_refused(
    app: Flask, world: World, record: Any, sign_in: SignIn, change: Any, told: str
) -> None:
    change(record)
    answered = sent(sign_in(world.email("ben")), json.dumps(record).encode())
    assert answered.status_code == 422
    assert told in answered.text


def test_a_whole_record_is_to_be_unpacked(
    app: Flask, world: World, record: Any, ana: Client
) -> None:
    answered = sent(ana, ana.get("/account/record/file").data, "record.zip")
    assert answered.status_code == 422
    assert "Unpack it, then choose its record.json here." in answered.text
    assert sent(ana, b'{"broken":', "record.json").status_code == 422
