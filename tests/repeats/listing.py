"""Which tests need not be repeated on PostgreSQL: others have the product send it every statement
that these have it send, and meet every error that these meet.

`make test` runs them on SQLite, `make test-long` on both. `make repeats` finds them anew, in as long
as all of them take on PostgreSQL. A test that is new is none of them.
"""

import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Engine, event

from config import ROOT

TESTS = ROOT / "tests"
PRODUCT = f"{ROOT / 'tracker'}/"
LIST = Path(__file__).with_name("repeats.txt")
WHERE = [
    "accounts",
    "administration",
    "assessment",
    "evidence",
    "frameworks",
    "notifications",
    "operations",
    "profiles",
    "record",
    "reviews",
    "teams",
    "today",
    "records",
    "services",
    "cli",
    "web/http",
]
"""What is looked at. Queries, policy, storage, migrations and all races run on both always; of pages
none do (`_is_of_a_page` in tests/conftest.py)."""

PARAMETER = r"%\(\w+\)s(?:::[\w ]+(?:\([\d, ]+\))?)?"


def repeats() -> frozenset[str]:
    return frozenset(LIST.read_text().split())


def shape(statement: str) -> str:
    """The same for any number of values."""
    one = re.sub(rf"{PARAMETER}(?:, {PARAMETER})*", "?", statement)
    return re.sub(r"\d+", "0", re.sub(r"\(\?\)(?:, \(\?\))+", "(?)", one))


def of_the_product(frame: FrameType | None) -> bool:
    """Whether it was tracker/ that sent it, and not the test itself."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith((PRODUCT, str(TESTS))):
            return name.startswith(PRODUCT)
        frame = frame.f_back
    return False


def not_needed(told: dict[str, set[str]], cost: dict[str, float]) -> list[str]:
    """Those whose part the others tell: what tells most that is new for its cost is taken first."""
    left, needed = set[str]().union(*told.values()), set[str]()
    while left:
        best = max(sorted(told), key=lambda name: len(told[name] & left) / cost[name])
        needed.add(best)
        left -= told[best]
    return sorted(set(told) - needed)


class Recorder:
    """Of each test on PostgreSQL, what it sends and which errors it meets."""

    def __init__(self) -> None:
        self.told: defaultdict[str, set[str]] = defaultdict(set)
        self.cost: defaultdict[str, float] = defaultdict(float)
        self.name = ""
        event.listen(Engine, "before_cursor_execute", self._sent)
        event.listen(Engine, "handle_error", self._met)

    def _sent(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if of_the_product(sys._getframe(1)):
            self.told[self.name].add(shape(statement))

    def _met(self, context: Any) -> None:
        diagnosis = getattr(context.original_exception, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None)
        message = shape(getattr(diagnosis, "message_primary", None) or "")
        self.told[self.name].add(f"{type(context.original_exception)} {constraint} {message}")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [
            item
            for item in items
            if "postgresql" in item.name
            and item.get_closest_marker("races") is None
            and not item.path.name.startswith("test_queries")
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.name, began = item.nodeid.partition("[")[0], time.process_time()
        self.told[self.name] |= set()
        yield
        self.cost[self.name] += time.process_time() - began
        self.name = ""


def main() -> None:
    LIST.write_text("")
    recorder = Recorder()
    status = pytest.main(["-q", *(str(TESTS / each) for each in WHERE)], plugins=[recorder])
    if status:
        sys.exit(int(status))
    recorder.told.pop("", None)
    found = not_needed(recorder.told, recorder.cost)
    LIST.write_text("\n".join(found) + "\n")
    print(f"{LIST.name}: {len(found)} of {len(recorder.told)}")


if __name__ == "__main__":
    main()
