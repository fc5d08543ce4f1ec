"""What is run on one engine only, because others tell the same on the second."""

import re
import sys
from typing import Any

from config import ROOT
from tests.repeats.listing import PRODUCT, not_needed, of_the_product, repeats, shape


def gone(names: frozenset[str]) -> list[str]:
    """Those that are in no file any more."""
    return [
        name
        for name in sorted(names)
        for path, _, test in [name.partition("::")]
        if not (ROOT / path).is_file()
        or not re.search(rf"def {test.rpartition('::')[2]}\(", (ROOT / path).read_text())
    ]


def test_every_one_is_there() -> None:
    assert gone(repeats()) == [], "make repeats"


def test_one_that_is_gone_is_found() -> None:
    name = "tests/repeats/test_listing.py::test_of_yesterday"
    assert gone(frozenset({name, "tests/repeats/test_listing.py::test_every_one_is_there"})) == [
        name
    ]


def test_the_same_statement_with_other_values() -> None:
    assert shape("SELECT a0 IN (%(x_1)s::INTEGER, %(x_2)s::INTEGER)") == "SELECT a0 IN (?)"
    assert shape("VALUES (%(a__0)s, %(b__0)s), (%(a__1)s, %(b__1)s)") == "VALUES (?)"
    assert shape("LIMIT 20") == shape("LIMIT 5") != shape("LIMIT %(limit)s::VARCHAR(40)")


def test_who_sent_it() -> None:
    assert not of_the_product(sys._getframe())
    names: dict[str, Any] = {}
    exec(compile("import sys; frame = sys._getframe()", f"{PRODUCT}db.py", "exec"), names)
    assert of_the_product(names["frame"])


def test_what_others_tell_is_not_needed() -> None:
    told = {"first": {"a", "b"}, "second": {"b"}, "third": {"c"}, "dear": {"a", "b", "c"}}
    cost = {"first": 1.0, "second": 1.0, "third": 1.0, "dear": 9.0}
    assert not_needed(told, cost) == ["dear", "second"]
    assert not_needed({**told, "third": set()}, cost) == ["second", "third"]
