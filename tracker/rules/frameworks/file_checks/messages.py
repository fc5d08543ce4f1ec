"""What is wrong with a framework file, as people look for it: a statement is named by its code and
title, and one cause is told once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracker.rules.strict_json import Problem, shown

MANY = 3
"""So many of one cause are told one by one."""
FIELDS = {"rank": "level", "uuid": "UUID"}
"""What a field of a statement is called, where it is not as in the file."""
SEVERAL = {"code": "codes", "level": "levels", "text": "texts", "title": "titles", "UUID": "UUIDs"}
HOLDER = re.compile(
    r"strands\[(?P<strand>\d+)\](\.domains\[(?P<domain>\d+)\](\.statements\[(?P<statement>\d+)\])?)?"
)


def messages(problems: Sequence[Problem], data: Any) -> list[Problem]:
    """In the order of the first of each cause."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        kind = re.sub(r"\d+", "", problem.place)
        groups.setdefault((kind, problem.words), []).append(problem)
    found = []
    for of in groups.values():
        found += [_together(of, data)] if len(of) > MANY else [_named(each, data) for each in of]
    return found


def in_few_words(named: Sequence[str]) -> str:
    """The first of them, and how many there are."""
    some = "; ".join(named[:MANY])
    return f"{some}; …: {len(named)} in all" if len(named) > MANY else some


def _together(problems: Sequence[Problem], data: Any) -> Problem:
    """One cause, with the first that have it."""
    field = _holder(problems[0].place, data)[1] or re.sub(r".*\.|\[\d+\]", "", problems[0].place)
    some = []
    for each in problems[:MANY]:
        name = _holder(each.place, data)[0]
        some.append(f"{name} ({each.value})" if each.value and field != "code" else name)
    how = f"{len(problems)} {SEVERAL.get(field, 'entries')} are like this: {'; '.join(some)}; …"
    return Problem("", f"{field} {problems[0].words}. {how}")


def _named(problem: Problem, data: Any) -> Problem:
    name, field = _holder(problem.place, data)
    value = " ".join(filter(None, (field, problem.value)))
    other = _holder(problem.other, data)[0] if problem.other else ""
    return replace(problem, place=name, value=value, other=other)


def _holder(place: str, data: Any) -> tuple[str, str]:
    """What it is called that the place is in, and the field. What has no name is called by its
    place."""
    found = HOLDER.match(place)
    if found is None:
        return place, ""
    section = _entry(data, "strands", found["strand"])
    domain = _entry(section, "domains", found["domain"])
    statement = _entry(domain, "statements", found["statement"])
    field = place[found.end() :].removeprefix(".")
    if found["statement"]:
        name = ", ".join(filter(None, (_text(statement, "code"), _title(statement))))
    elif found["domain"]:
        name = f"domain {_title(domain)}" if _title(domain) else ""
    else:
        name = f"section {_title(section)}" if _title(section) else ""
    return (name, FIELDS.get(field, field)) if name else (place, "")


def _entry(holder: Any, name: str, at: str | None) -> Any:
    entries = holder.get(name) if isinstance(holder, dict) else None
    if at is None or not isinstance(entries, list) or int(at) >= len(entries):
        return None
    return entries[int(at)]


def _text(entry: Any, name: str) -> str:
    """Short enough, and on one line that any terminal can print."""
    text = entry.get(name) if isinstance(entry, dict) else None
    return shown(text)[1:-1] if isinstance(text, str) and text.strip() else ""


def _title(entry: Any) -> str:
    title = _text(entry, "title")
    return f"“{title}”" if title else ""
