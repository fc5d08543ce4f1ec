"""The answers of a framework file: graded ones of its own in rising order, then the two that every
scale has."""

from collections.abc import Iterator
from itertools import pairwise

from tracker.rules.frameworks.file_checks.parts import Part, keys, twice
from tracker.rules.frameworks.scale import (
    CANNOT_TELL,
    NOT_MY_WORK,
    NOT_SURE,
    NOT_THEIR_WORK,
    Meaning,
)
from tracker.rules.strict_json import Problem, shown

LAST = {NOT_SURE: Meaning.OPEN, NOT_MY_WORK: Meaning.EXCLUDED}
"""The two answers of every scale, in order, and what each counts as."""
OF_REVIEWERS = (NOT_THEIR_WORK, CANNOT_TELL)
"""Keys of what only a reviewer can answer: no scale lists them."""


def scale(found: Part) -> Iterator[Problem]:
    answers = found.parts("answers")
    yield from twice("key", answers)
    yield from twice("label", answers)
    for answer in answers:
        yield from _answer(answer)
    graded = [answer for answer in answers if answer.text("key") not in LAST]
    if answers and len(answers) == len(found.entries("answers")):
        yield from _last_two(found, answers)
        yield from _both_meanings(found, graded)
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


def _last_two(found: Part, answers: list[Part]) -> Iterator[Problem]:
    last = [answer.text("key") for answer in answers[-len(LAST) :]]
    missing = [key for key in LAST if key not in keys(answers)]
    for key in missing:
        yield Problem(found.at("answers"), f"has no answer {shown(key)}, which every scale has")
    if not missing and last != [*LAST]:
        yield Problem(found.at("answers"), f"must end with {' and '.join(map(shown, LAST))}")


def _both_meanings(found: Part, graded: list[Part]) -> Iterator[Problem]:
    counted = {answer.text("counts_as") for answer in graded}
    for meaning in (Meaning.MET, Meaning.NOT_MET):
        if meaning not in counted:
            yield Problem(found.at("answers"), f"has no answer that counts as {meaning}")


def _rising(graded: list[Part]) -> Iterator[Problem]:
    for before, answer in pairwise(graded):
        if (before.text("counts_as"), answer.text("counts_as")) == (Meaning.MET, Meaning.NOT_MET):
            yield Problem(
                answer.at("counts_as"),
                "is not_met, after an answer that counts as met; list the answers in rising order",
            )
