"""What a framework file must be: its schema in plain words, and what a schema cannot say."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
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


def problems(data: Any) -> list[Problem]:
    """Everything that is wrong with the parsed file, in the file's order; nothing when it can be
    read."""
    found = [problem for error in _validator().iter_errors(data) for problem in _in_words(error)]
    return list(dict.fromkeys(found or _beyond_the_schema(data)))


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
                Problem(step(place, name), "is not known here")
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


def _beyond_the_schema(data: Any) -> Iterator[Problem]:
    sources = {source["key"] for source in data["sources"]}
    strands = list(enumerate(data["strands"]))
    yield from _twice(
        "key", ((f"sources[{at}]", source) for at, source in enumerate(data["sources"]))
    )
    yield from _scale(data["scale"]["answers"])
    yield from _twice("key", ((f"strands[{at}]", strand) for at, strand in strands))
    for at, strand in strands:
        yield from _strand(f"strands[{at}]", strand)
    statements = list(_statements(data))
    yield from _twice("code", statements)
    yield from _twice("uuid", statements)
    for place, statement in statements:
        yield from _citations(place, statement["citations"], sources)
    yield from _evidence_pack(
        data["evidence_pack"], sources, {strand["key"] for _, strand in strands}
    )
    groups = data["anchors"]["groups"]
    yield from _twice("kind", ((f"anchors.groups[{at}]", group) for at, group in enumerate(groups)))


def _scale(answers: list[Any]) -> Iterator[Problem]:
    yield from _twice(
        "key", ((f"scale.answers[{at}]", answer) for at, answer in enumerate(answers))
    )


def _strand(place: str, strand: Any) -> Iterator[Problem]:
    ranks = [level["rank"] for level in strand["levels"]]
    if ranks != [1, 2, 3, 4]:
        yield Problem(
            f"{place}.levels",
            f"has the ranks {', '.join(map(str, ranks))}; they must be 1, 2, 3, 4 in order",
        )
    domains = [(f"{place}.domains[{at}]", domain) for at, domain in enumerate(strand["domains"])]
    yield from _twice("key", domains)
    for number, (where, domain) in enumerate(domains, 1):
        if domain["position"] != number:
            yield Problem(
                f"{where}.position",
                f"is {domain['position']}, but it is number {number} in the list",
            )
        ranks = [statement["rank"] for statement in domain["statements"]]
        for at, (before, rank) in enumerate(pairwise(ranks), 1):
            if rank < before:
                yield Problem(
                    f"{where}.statements[{at}].rank", f"is {rank}, after one of rank {before}"
                )


def _statements(data: Any) -> Iterator[tuple[str, Any]]:
    for strand_at, strand in enumerate(data["strands"]):
        for domain_at, domain in enumerate(strand["domains"]):
            for at, statement in enumerate(domain["statements"]):
                yield f"strands[{strand_at}].domains[{domain_at}].statements[{at}]", statement


def _citations(place: str, citations: list[str], sources: set[str]) -> Iterator[Problem]:
    for at, key in enumerate(citations):
        if key not in sources:
            yield Problem(f"{place}.citations[{at}]", f"{shown(key)} is not the key of a source")
        if key in citations[:at]:
            yield Problem(f"{place}.citations[{at}]", f"{shown(key)} is cited twice")


def _evidence_pack(pack: Any, sources: set[str], strands: set[str]) -> Iterator[Problem]:
    if pack["strand"] not in strands:
        yield Problem("evidence_pack.strand", f"{shown(pack['strand'])} is not the key of a strand")
    for at, group in enumerate(pack["groups"]):
        if group["source"] is not None and group["source"] not in sources:
            yield Problem(
                f"evidence_pack.groups[{at}].source",
                f"{shown(group['source'])} is not the key of a source",
            )


def _twice(name: str, records: Iterable[tuple[str, Any]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for place, record in records:
        value = record[name]
        if value in first:
            yield Problem(f"{place}.{name}", f"{shown(value)} is used already, at {first[value]}")
        first.setdefault(value, place)
