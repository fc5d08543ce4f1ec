"""What the schema of framework files finds wrong, in plain words."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from tracker.rules.strict_json import Problem, shown, step

SCHEMA = Path(__file__).resolve().parents[4] / "seed_data" / "frameworks" / "framework.schema.json"

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


def _place(path: Iterable[str | int]) -> str:
    place = ""
    for part in path:
        place = step(place, part)
    return place


def _in_words(error: ValidationError) -> Iterator[Problem]:
    place, value = _place(error.absolute_path), cast(Any, error.instance)
    validator, rule, schema = (
        str(error.validator),
        cast(Any, error.validator_value),
        cast(Any, error.schema),
    )
    match validator:
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
            yield _problem(place, validator, value, rule, schema)


def _problem(place: str, validator: str, value: Any, rule: Any, schema: Any) -> Problem:
    said = shown(value) if isinstance(value, str) else repr(value)[:60]
    match validator:
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            found = Problem(place, f"must be {' or '.join(_TYPES[kind] for kind in kinds)}")
        case "maxLength":
            found = Problem(place, f"is too long: at most {rule} characters are allowed", said)
        case "pattern" if value:
            found = Problem(place, f"is not {schema['description']}", said)
        case "minLength" | "pattern":
            found = Problem(place, "is empty")
        case "enum":
            found = Problem(place, f"is not one of {', '.join(rule)}", said)
        case "minimum" | "maximum":
            least = "least" if validator == "minimum" else "most"
            found = Problem(place, f"is not possible: it must be at {least} {rule}", said)
        case "minItems" | "maxItems":
            least = "least" if validator == "minItems" else "most"
            found = Problem(place, f"has {len(value)} entries; it must have at {least} {rule}")
        case "uniqueItems":
            found = Problem(place, "has an entry twice")
        case _:
            found = Problem(place, f"breaks the rule {validator}")
    return found
