"""Everything that is wrong with a framework file: what its schema says, and what a schema cannot
say.

All of it is told at once, so what a schema cannot say is looked for in data that may be wrong in
any other way too: what is not of its kind is passed over, for the schema tells of it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, parse_locale
from babel.core import get_global

from tracker.frameworks.files.rules import Part, keys, twice
from tracker.frameworks.versions.rules import (
    CANNOT_TELL,
    NOT_MY_WORK,
    NOT_SURE,
    NOT_THEIR_WORK,
    Meaning,
)
from tracker.rules.delimited import plain
from tracker.rules.strict_json import Problem, faults, shown, step

Known = Callable[[str, str], Collection[str]]
"""By slug and version of a file, the uuids that its framework had; none where nothing can be said
of them."""


def problems(data: Any) -> list[Problem]:
    """Every mistake in the parsed file, by its place; nothing when it can be read. What a text
    cannot hold is told once, not again by the schema."""

    from tracker.frameworks.files.rules_schema import against_the_schema, unseen

    told = faults(data)
    places = {problem.place for problem in told}
    others = {*against_the_schema(data), *_beyond_the_schema(data), *unseen(data)}
    told += [problem for problem in others if problem.place not in places]
    return sorted(told, key=lambda problem: (_in_order(problem.place), problem.words))


def unknown_origins(data: Any, known: Known) -> Iterator[Problem]:
    """The uuids in `from` that no version had."""
    file = Part("", data if isinstance(data, dict) else {})
    uuids_known = known(file.text("slug") or "", file.text("version") or "")
    for statement in _listed_in(file.parts("strands")) if uuids_known else ():
        for uuid in statement.entries("from"):
            if isinstance(uuid, str) and uuid not in uuids_known:
                yield Problem(statement.at("from"), "is the UUID of no statement", shown(uuid))


def unfit(data: Any) -> Iterator[Problem]:
    """What a draft may have and a version may not, for a file that can't become a draft either."""
    file = Part("", data if isinstance(data, dict) else {})
    for strand in file.parts("strands"):
        ranks = [statement.number("rank") for statement in _listed_in([strand])]
        for level in strand.parts("levels") if None not in ranks else ():
            if level.number("rank") not in ranks:
                yield Problem(level.place, "has no statement", shown(level.text("name") or ""))
        for domain in strand.parts("domains"):
            yield from twice("title", domain.parts("statements"))


def _in_order(place: str) -> str:
    """The place with its numbers padded, so that [10] comes after [9]."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(6), place)


def _beyond_the_schema(data: Any) -> Iterator[Problem]:
    file = Part("", data if isinstance(data, dict) else {})
    yield from language(file)
    sources, strands = file.parts("sources"), file.parts("strands")
    yield from twice("key", sources)
    for source in sources:
        yield from _address(source)
    yield from scale(file.part("scale"))
    needs = re.fullmatch(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})", file.text("needs") or "")
    if needs and int(needs[1]) > int(needs[2]):
        yield Problem(file.at("needs"), "is more than all of them", shown(needs[0]))
    yield from twice("key", strands)
    yield from twice("title", strands)
    for strand in strands:
        yield from _strand(strand)
    yield from _statements(strands, _known(file, "sources"))
    yield from _evidence_pack(
        file.part("evidence_pack"), _known(file, "sources"), _known(file, "strands")
    )
    yield from twice("kind", file.part("anchors").parts("groups"))


def _known(file: Part, name: str) -> set[str] | None:
    """The keys of a list; None where it is no list, so that nothing can be said of them."""
    return keys(file.parts(name)) if file.is_list(name) else None


def _strand(strand: Part) -> Iterator[Problem]:
    levels, domains = strand.parts("levels"), strand.parts("domains")
    yield from _levels(strand.at("levels"), [level.number("rank") for level in levels])
    yield from twice("name", levels)
    yield from twice("key", domains)
    yield from twice("title", domains)
    for domain in domains:
        yield from _position(domain)
        if strand.is_list("levels"):
            yield from _ranks(domain.parts("statements"), len(strand.entries("levels")))


def _address(source: Part) -> Iterator[Problem]:
    """An address that looks like one, and that nothing can open."""
    url = source.text("url")
    if url is not None and url.startswith(("http://", "https://")) and not _has_a_host(url):
        yield Problem(source.at("url"), "is not a web address that can be opened", shown(url))


def _has_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _levels(place: str, ranks: list[int | None]) -> Iterator[Problem]:
    in_order = list(range(1, len(ranks) + 1))
    if None not in ranks and ranks != in_order:
        yield Problem(
            place, f"has the ranks {_listed(ranks)}; they must be {_listed(in_order)} in order"
        )


def _position(domain: Part) -> Iterator[Problem]:
    position = domain.number("position")
    if position not in (None, domain.number_in_list):
        yield Problem(
            domain.at("position"),
            f"is {position}, but it is number {domain.number_in_list} in the list",
        )


def _ranks(statements: list[Part], highest: int) -> Iterator[Problem]:
    before = 0
    for statement in statements:
        rank, place = statement.number("rank"), statement.at("rank")
        if rank is None:
            if highest and statement.data.get("rank") is None:
                yield Problem(place, "is missing")
            continue
        if not highest:
            yield Problem(place, "is given, but the section has no levels: leave it out", str(rank))
        elif rank > highest:
            words = f"is too high: the highest level of the section is {highest}"
            yield Problem(place, words, str(rank))
        if highest and rank < before:
            yield Problem(place, f"comes after one at level {before}", str(rank))
        before = rank


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _statements(strands: list[Part], sources: set[str] | None) -> Iterator[Problem]:
    statements = _listed_in(strands)
    # So do ratings that somebody imports from a spreadsheet find their statement.
    yield from twice("code", statements, lambda code: plain(code) or code)
    yield from twice("uuid", statements)
    for statement in statements:
        yield from _citations(statement, sources)


def _listed_in(strands: Iterable[Part]) -> list[Part]:
    return [
        statement
        for strand in strands
        for domain in strand.parts("domains")
        for statement in domain.parts("statements")
    ]


def _citations(statement: Part, sources: set[str] | None) -> Iterator[Problem]:
    cited = statement.entries("citations")
    for at, key in enumerate(cited):
        if isinstance(key, str):
            place = step(statement.at("citations"), at)
            yield from _known_key(place, key, sources, "source")
            if key in cited[:at]:
                yield Problem(place, "is cited twice", shown(key))


def _evidence_pack(
    pack: Part, sources: set[str] | None, strands: set[str] | None
) -> Iterator[Problem]:
    yield from _known_key(pack.at("strand"), pack.text("strand"), strands, "section")
    for group in pack.parts("groups"):
        yield from _known_key(group.at("source"), group.text("source"), sources, "source")


def _known_key(place: str, key: str | None, known: set[str] | None, of: str) -> Iterator[Problem]:
    if key is not None and known is not None and key not in known:
        yield Problem(place, f"is not the key of a {of}", shown(key))


TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""As the schema has it, which tells of what is no tag at all."""


def language(file: Part) -> Iterator[Problem]:
    """Whether the language tag is known: the Unicode CLDR has a name for it. Any script and
    direction will do."""
    tag = file.text("lang")
    if tag is not None and TAG.fullmatch(tag) and not _is_known(tag):
        shorter = get_global("language_aliases").get(tag.split("-")[0])
        hint = f"; write {shorter}" if shorter else ""
        yield Problem(file.at("lang"), f"is not a language tag that is known{hint}", shown(tag))


def _is_known(tag: str) -> bool:
    names = Locale("en")
    try:
        spoken, place, script = parse_locale(tag, sep="-")[:3]
    except ValueError:
        return False
    return (
        spoken in names.languages
        and (place is None or place in names.territories)
        and (script is None or script in names.scripts)
    )


LAST = {NOT_SURE: Meaning.OPEN, NOT_MY_WORK: Meaning.EXCLUDED}
"""The two answers of every scale, in order, and what each counts as."""
OF_REVIEWERS = (NOT_THEIR_WORK, CANNOT_TELL)
"""Keys of what only a reviewer can answer: no scale lists them."""


def scale(part: Part) -> Iterator[Problem]:
    answers = part.parts("answers")
    yield from twice("key", answers)
    yield from twice("label", answers)
    for answer in answers:
        yield from _answer(answer)
    graded = [answer for answer in answers if answer.text("key") not in LAST]
    if answers and len(answers) == len(part.entries("answers")):
        yield from _last_two(part, answers)
        yield from _both_meanings(part, graded)
    yield from _rising(graded)


def _answer(answer: Part) -> Iterator[Problem]:
    key, counts_as = answer.text("key"), answer.text("counts_as")
    if key in OF_REVIEWERS:
        yield Problem(answer.at("key"), "is an answer that only reviewers have", shown(key))
    elif key in LAST:
        if counts_as is not None and counts_as != LAST[key]:
            yield Problem(answer.at("counts_as"), f"{shown(key)} always counts as {LAST[key]}")
    elif key is not None and counts_as in LAST.values():
        yield Problem(answer.at("counts_as"), f"{shown(key)} must count as met or as not_met")


def _last_two(part: Part, answers: list[Part]) -> Iterator[Problem]:
    last = [answer.text("key") for answer in answers[-len(LAST) :]]
    missing = [key for key in LAST if key not in keys(answers)]
    for key in missing:
        yield Problem(part.at("answers"), f"has no answer {shown(key)}, which every scale has")
    if not missing and last != [*LAST]:
        yield Problem(part.at("answers"), f"must end with {' and '.join(map(shown, LAST))}")


def _both_meanings(part: Part, graded: list[Part]) -> Iterator[Problem]:
    counted = {answer.text("counts_as") for answer in graded}
    for meaning in (Meaning.MET, Meaning.NOT_MET):
        if meaning not in counted:
            yield Problem(part.at("answers"), f"has no answer that counts as {meaning}")


def _rising(graded: list[Part]) -> Iterator[Problem]:
    for before, answer in pairwise(graded):
        if (before.text("counts_as"), answer.text("counts_as")) == (Meaning.MET, Meaning.NOT_MET):
            yield Problem(
                answer.at("counts_as"),
                "is not_met, after an answer that counts as met; list the answers in rising order",
            )
