"""Names that the database joins into one text, each after its id: to read thousands of rows costs
more than to look through their names. A text is parted and folded once, as long as it stays the
same."""

from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, String, cast, func

from tracker.models import Person
from tracker.rules.frameworks.search import in_lines, known


class NameBlock(NamedTuple):
    """Names, and what stood behind a tab; both also as `plain` gives them, in lines."""

    ids: list[int]
    names: list[str]
    texts: list[str]
    words: str
    other_words: str


def joined(names: SQLColumnExpression[str]) -> ColumnElement[str]:
    return func.aggregate_strings(cast(Person.id, String) + " " + names, "\n")


@lru_cache(2**11)
def block(lines: str) -> NameBlock:
    parted = [line.partition(" ") for line in lines.split("\n")]
    said = [of.partition("\t") for _, _, of in parted]
    names, texts = [name for name, _, _ in said], [text for _, _, text in said]
    ids = [int(key) for key, _, _ in parted]
    return NameBlock(ids, names, texts, in_lines(map(known, names)), in_lines(map(known, texts)))
