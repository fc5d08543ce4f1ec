"""What the schema of framework files finds wrong, in plain words."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
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
            yield Problem(place, _sentence(validator, value, rule, schema))


def _sentence(validator: str, value: Any, rule: Any, schema: Any) -> str:
    said = shown(value) if isinstance(value, str) else repr(value)[:60]
    match validator:
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            sentence = f"must be {' or '.join(_TYPES[kind] for kind in kinds)}"
        case "minLength":
            sentence = "is empty"
        case "maxLength":
            sentence = f"is {len(value)} characters long; at most {rule} are allowed: {said}"
        case "pattern":
            sentence = f"{said} is not {schema['description']}" if value else "is empty"
        case "enum":
            sentence = f"{said} is not one of {', '.join(rule)}"
        case "minimum" | "maximum":
            sentence = (
                f"is {said}; it must be at {'least' if validator == 'minimum' else 'most'} {rule}"
            )
        case "minItems" | "maxItems":
            sentence = (
                f"has {len(value)} entries; it must have at "
                f"{'least' if validator == 'minItems' else 'most'} {rule}"
            )
        case "uniqueItems":
            sentence = "has an entry twice"
        case _:
            sentence = f"breaks the rule {validator}"
    return sentence
