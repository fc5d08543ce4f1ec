"""`make bench-acts`: what a saved rating and a review's answer cost: the files of the program that
they pass, statements of SQL (`python -m tests.acts.costs --sql` lists them), and processor time.

Files are those of tracker/ with lines that run for the act and not for an empty page of somebody
who is signed in; everything is asked once before it is measured.
"""

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from tests.client import Client
from tests.conftest import TestConfig
from tests.engines import fresh_database
from tests.factories.sides import YES, item_ids, send
from tests.factories.world import World, make_world
from tests.storage import lock_order
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import session
from tracker.models import ReviewItem

TRACKER = str(Path(__file__).resolve().parents[2] / "tracker") + "/"
TIMES = 400
Act = Callable[[], object]


def files(act: Act) -> set[str]:
    """Of the program, in which a function runs."""
    passed = set[str]()

    def look(frame: FrameType, _event: str, _arg: object) -> None:
        name = frame.f_code.co_filename
        if name.startswith(TRACKER):
            passed.add(name.removeprefix(TRACKER))

    sys.settrace(look)
    try:
        act()
    finally:
        sys.settrace(None)
    return passed


def statements(act: Act) -> list[str]:
    asked = list[str]()

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
    return [each for each in asked if not each.startswith(("BEGIN", "COMMIT", "PRAGMA"))]


def milliseconds(act: Act) -> float:
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def posted(client: Client, path: str, fields: dict[str, Any]) -> None:
    answer = client.post_json(path, fields)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")


def rating(app: Flask, world: World) -> Act:
    """Ana changes her mind about a statement, by the script of its card."""
    client = Client(app)
    client.enter(world.email("ana"))
    statement_id = world.statements["communication"][3]
    answers, versions = ["partly", "consistently"], count()

    def save() -> None:
        answers.reverse()
        fields = {"answer": answers[0], "base_version": next(versions)}
        posted(client, f"/statements/{statement_id}/rating", fields)

    return save


def review_answer(app: Flask, world: World) -> Act:
    """Sue changes her mind about a statement that Ana has sent, by the script of its card."""
    client, item_id = reviewed(app, world, "ana")
    answers, versions = ["partly", "consistently"], count(1)

    def save() -> None:
        answers.reverse()
        fields = {"answer": answers[0], "ground": "saw_it", "base_version": next(versions)}
        posted(client, f"/review-items/{item_id}/said", fields | {"screen": "review"})

    return save


def answered_screen(app: Flask, world: World) -> Act:
    """The same by the form of a screen, of Ben's."""
    client, item_id = reviewed(app, world, "ben")
    with app.app_context():
        review_id = session().get_one(ReviewItem, item_id).review_id
    answers, versions = ["partly", "consistently"], count(1)

    def save() -> None:
        answers.reverse()
        fields = {"answer": answers[0], "ground": "saw_it", "base_version": next(versions)}
        form = {f"{name}-{item_id}": value for name, value in fields.items()}
        sent = {"csrf_token": client.token, **form}
        answer = client.http.post(f"/reviews/{review_id}/screen/1", data=sent)
        if answer.status_code != 303:
            raise RuntimeError(answer.text)

    return save


def reviewed(app: Flask, world: World, learner: str) -> tuple[Client, int]:
    client = Client(app)
    client.enter(world.email("sue"))
    with app.app_context():
        return client, item_ids(send(world, YES, YES, learner=learner))[0]


def empty(app: Flask, world: World) -> Act:
    client = Client(app)
    client.enter(world.email("sue"))
    return lambda: client.http.get("/account")


def main() -> None:
    event.remove(Engine, "begin", lock_order._begin)
    with tempfile.TemporaryDirectory() as name, fresh_database("sqlite", Path(name)) as url:
        app = create_app(TestConfig(url, Path(name)))
        with app.app_context():
            upgrade()
            world = make_world(dt.datetime.now(dt.UTC))
        base = empty(app, world)
        base()
        around = files(base)
        for made in (rating, review_answer, answered_screen):
            act = made(app, world)
            act()
            act()
            own = sorted(files(act) - around)
            asked = statements(act)
            spent = [milliseconds(act) for _ in range(TIMES)]
            what = made.__name__.replace("_", " ")
            print(f"{what}: {len(own)} files, {len(asked)} statements of SQL, ", end="")
            print(f"{statistics.median(spent):.2f} ms of the processor")
            print(*(f"  {each}" for each in own), sep="\n")
            if "--sql" in sys.argv:
                print(*(f"    {each[:150]}" for each in asked), sep="\n")


if __name__ == "__main__":
    main()
