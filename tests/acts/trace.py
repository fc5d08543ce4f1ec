"""`make trace ACT=rating|answer|reveal|import`: what a real run of an act passes, in its order: functions of
the program, each below the one that called it, statements of SQL, and files that are written. What the session
of the database calls by itself (audit, seals, outbox) is marked with *.

The way of a rating and of an answer in docs/architecture.md name some of these: `named` says which, and a test
compares.
"""

import datetime as dt
import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType

from flask import Flask
from sqlalchemy import Engine, event

from config import ROOT
from tests.acts.costs import Act, rating, review_answer
from tests.client import Client
from tests.conftest import TestConfig
from tests.engines import fresh_database
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import YES, answer_all, send
from tests.factories.world import World, make_world
from tests.storage import lock_order
from tracker.app import create_app
from tracker.cli.database import upgrade

TRACKER = f"{ROOT / 'tracker'}/"
TABLE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|FROM) (\w+)")

PLUMBING = {"db.py", "engines.py", "locks.py"}
SHOWN = {"transaction", "tried_once_more"}
"""How a statement gets to the database is left out, but for where a transaction is."""

Made = Callable[[], Act]
"""Gets an act ready; what runs for that isn't traced."""


@dataclass
class Step:
    """`says`: a function with its file, a statement, or a file."""

    says: str
    steps: list["Step"] = field(default_factory=list)

    def lines(self, depth: int = 0) -> Iterator[str]:
        """What comes several times in a row is said once, with how often."""
        yield "  " * depth + self.says
        before, times = list[str](), 0
        for step in [*self.steps, None]:
            lines = [] if step is None else list(step.lines(depth + 1))
            if lines == before:
                times += 1
                continue
            if before:
                yield before[0] + (f" ({times} times)" if times > 1 else "")
                yield from before[1:]
            before, times = lines, 1


def said(statement: str) -> str:
    """What a statement does, and to which table."""
    outer, before = " ".join(statement.split()), ""
    while outer != before:
        before, outer = outer, re.sub(r"\([^()]*\)", "", outer)
    found = TABLE.search(outer)
    return (
        f"{'SELECT' if found[1] == 'FROM' else found[1].split()[0]} {found[2]}" if found else outer
    )


@contextmanager
def traced(writes: Path | None = None) -> Iterator[Step]:
    """What runs in the block, in this thread. `writes`: where files are looked for, which the
    process does until it ends."""
    top = Step("")
    open_steps: list[tuple[FrameType | None, Step]] = [(None, top)]

    def note(says: str) -> None:
        open_steps[-1][1].steps.append(Step(says))

    def passed(frame: FrameType, what: str, _value: object) -> None:
        code = frame.f_code
        if not code.co_filename.startswith(TRACKER) or code.co_name.startswith("<"):
            return
        if code.co_filename[len(TRACKER) :] in PLUMBING and code.co_name not in SHOWN:
            return
        if what == "call":
            by_itself = "/sqlalchemy/" in (frame.f_back.f_code.co_filename if frame.f_back else "")
            file = f"tracker/{code.co_filename.removeprefix(TRACKER)}"
            if code.co_name == "transaction":
                file += "  (begins)" if frame.f_lasti < 10 else "  (commits)"
            step = Step(f"{'* ' if by_itself else ''}{code.co_qualname}  {file}")
            open_steps[-1][1].steps.append(step)
            open_steps.append((frame, step))
        elif what == "return" and open_steps[-1][0] is frame:
            open_steps.pop()

    def asked(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        note(f"SQL  {said(statement)}")

    def opened(name: str, arguments: tuple[object, ...]) -> None:
        if name == "open" and is_on[0] and str(arguments[0]).startswith(str(writes)):
            note(f"file  {Path(str(arguments[0])).relative_to(writes)}")

    is_on = [True]
    if writes is not None:
        sys.addaudithook(opened)
    event.listen(Engine, "before_cursor_execute", asked)
    sys.setprofile(passed)
    try:
        yield top
    finally:
        sys.setprofile(None)
        is_on[0] = False
        event.remove(Engine, "before_cursor_execute", asked)


def reveal(app: Flask, world: World) -> Made:
    """Sue shows Ana, and Ben before, that she answered as they did: the review ends with it."""
    client = Client(app)
    client.enter(world.email("sue"))
    with app.app_context():
        reviews = [send(world, YES, YES, learner=name) for name in ("ana", "ben")]
        for review_id in reviews:
            answer_all(world, review_id, *2 * [ReviewerAnswer.CONSISTENTLY])

    def made() -> Act:
        review_id = reviews.pop()
        page = client.get(f"/reviews/{review_id}/check").text
        return lambda: sent(client, f"/reviews/{review_id}/reveal", "version", page)

    return made


def sent(client: Client, path: str, name: str, page: str) -> None:
    """A form of one field, as the page filled it in."""
    value = re.search(rf'name="{name}"[^>]*value="(\w+)"', page)
    answer = client.post(path, {name: value[1] if value else ""})
    if answer.status_code != 303:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def roster_import(app: Flask, world: World) -> Made:
    """Adam brings in the two people of a staff file that he has looked through."""
    client, numbers = Client(app), count()
    client.enter(world.email("adam"))

    def made() -> Act:
        number = 2 * next(numbers)
        lines = [f"P{n},p{n}@example.org,Central,Mid-level" for n in (number, number + 1)]
        file = io.BytesIO("\n".join(["Name,Email,Team,Job profile", *lines]).encode())
        page = client.post("/admin/people/import", {"file": (file, "staff.csv")}).location or ""
        page = page.removesuffix("/columns")
        text = client.get(page).text
        return lambda: sent(client, f"{page}/import", "seen", text)

    return made


ACTS: dict[str, Callable[[Flask, World], Made]] = {
    "rating": lambda app, world: partial(lambda act: act, rating(app, world)),
    "answer": lambda app, world: partial(lambda act: act, review_answer(app, world)),
    "reveal": reveal,
    "import": roster_import,
}


def run(made: Made, writes: Path | None = None) -> Step:
    """After it was done once."""
    made()()
    act = made()
    with traced(writes) as top:
        act()
    return top


def main(act: str) -> None:
    event.remove(Engine, "begin", lock_order._begin)
    with tempfile.TemporaryDirectory() as name, fresh_database("sqlite", Path(name)) as url:
        app = create_app(TestConfig(url, Path(name)))
        with app.app_context():
            upgrade()
            world = make_world(dt.datetime.now(dt.UTC))
        print(
            f"{act}: each function below the one that called it; * what the database calls by itself"
        )
        for step in run(ACTS[act](app, world), Path(name)).steps:
            print(*step.lines(), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
