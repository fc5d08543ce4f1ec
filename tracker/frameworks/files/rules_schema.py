"""What the schema of framework files finds wrong, in plain words, and texts in which nothing can be
seen."""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache, reduce
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from tracker.rules.strict_json import Problem, shown, step

SCHEMA = Path(__file__).resolve().parents[3] / "seed_data" / "frameworks" / "framework.schema.json"

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "boolean": "true or false",
}


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def against_the_schema(data: Any) -> Iterator[Problem]:
    """What the schema finds wrong with the parsed file."""
    for error in _validator().iter_errors(data):
        yield from _in_words(error)


def _in_words(error: ValidationError) -> Iterator[Problem]:
    place, value = reduce(step, error.absolute_path, ""), cast(Any, error.instance)
    rule, schema = cast(Any, error.validator_value), cast(Any, error.schema)
    match error.validator:
        case "anyOf":
            branches = error.context or []
            told = [branch for branch in branches if branch.validator != "type"] or branches[-1:]
            for branch in told:
                yield from _in_words(branch)
        case "required":
            yield from (
                Problem(step(place, name), "is missing") for name in rule if name not in value
            )
        case "additionalProperties":
            known = schema["properties"]
            yield from (
                Problem(
                    step(place, name if name.isprintable() else shown(name)), "is not known here"
                )
                for name in value
                if name not in known
            )
        case _:
            yield _problem(place, str(error.validator), value, rule, schema)


def _problem(place: str, validator: str, value: Any, rule: Any, schema: Any) -> Problem:
    told = shown(value) if isinstance(value, str) else repr(value)[:60]
    match validator:
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            problem = Problem(place, f"must be {' or '.join(_TYPES[kind] for kind in kinds)}")
        case "maxLength":
            problem = Problem(place, f"is too long: at most {rule} characters are allowed", told)
        case "pattern" if value:
            problem = Problem(place, f"is not {schema['description']}", told)
        case "minLength" | "pattern":
            problem = Problem(place, "is empty")
        case "enum":
            problem = Problem(place, f"is not one of {', '.join(rule)}", told)
        case "minimum" | "maximum":
            least = "least" if validator == "minimum" else "most"
            problem = Problem(place, f"is not possible: it must be at {least} {rule}", told)
        case "minItems" | "maxItems":
            least = "least" if validator == "minItems" else "most"
            problem = Problem(place, f"has {len(value)} entries; it must have at {least} {rule}")
        case "uniqueItems":
            problem = Problem(place, "has an entry twice")
        case _:
            problem = Problem(place, f"breaks the rule {validator}")
    return problem


BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs without ink: fillers of Hangul, the empty braille pattern."""


def unseen(value: Any, place: str = "") -> Iterator[Problem]:
    """Each such text of the parsed file, by its place."""
    if isinstance(value, str):
        if value.strip() and not any(map(_can_be_seen, value)):
            yield Problem(place, "holds nothing that can be seen", shown(value))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from unseen(item, step(place, at))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unseen(item, step(place, key))


def _can_be_seen(char: str) -> bool:
    """Format characters (zero width, directions), separators, combining marks alone and unassigned
    code points cannot."""
    return char not in BLANK and unicodedata.category(char)[0] in "LNPS"
