"""Reading a framework file: every problem is named as people look for it, a statement by its code
and title, and one cause is told once."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tracker.frameworks.files.rules import FrameworkFile, framework_of
from tracker.frameworks.files.rules_problems import Known, problems, unfit, unknown_origins
from tracker.rules import strict_json as strict_json_rules
from tracker.rules.core.wording import Wording
from tracker.rules.strict_json import NotStrict, Problem, shown


class FrameworkFileError(Exception):
    """The file cannot be used. `problems` has each thing that is wrong, with its place."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class CountWarning:
    """A heading of the source claims another number than is listed. Nothing is invented to make up
    for it."""

    place: str
    title: str
    claimed: int
    listed: int

    def __str__(self) -> str:
        return (
            f"{self.place}: the heading of “{self.title}” claims {self.claimed}, {self.listed} "
            "are listed"
        )


OTHER = (
    "This is {kind}. Save the framework as JSON, in the format that docs/frameworks.md describes: "
    "see “From a spreadsheet or a CASE file” there"
)


def decode(data: bytes) -> str:
    """The text of a file. Raises FrameworkFileError when it is a file of another kind, or not
    UTF-8; a byte order mark is passed over."""
    if kind := other_kind(data):
        raise FrameworkFileError([Problem("", OTHER.format(kind=kind))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FrameworkFileError(
            [Problem(f"line {line}", "is not UTF-8; save the file as UTF-8")]
        ) from error


def read_framework(text: str, known: Known | None = None) -> FrameworkFile:
    """The framework that the text describes. Raises FrameworkFileError with everything that is
    wrong with it, and all that would be in the way of publishing it."""
    try:
        data = strict_json_rules.parsed(text)
    except NotStrict as error:
        raise FrameworkFileError(error.problems) from error
    if is_case(data):
        raise FrameworkFileError([Problem("", OTHER.format(kind="a CASE file of 1EdTech"))])
    if wrong := [*problems(data), *(unknown_origins(data, known) if known else ())]:
        places = tuple(problem.place for problem in wrong)
        wrong += [problem for problem in unfit(data) if not problem.place.startswith(places)]
        raise FrameworkFileError(messages(wrong, data))
    return framework_of(data)


def warnings(file: FrameworkFile) -> Iterator[CountWarning]:
    """The headings whose count differs from what is listed under them."""
    for strand_at, strand in enumerate(file.strands):
        for domain_at, domain in enumerate(strand.domains):
            if domain.miscounted is not None:
                place = f"strands[{strand_at}].domains[{domain_at}].claimed_count"
                listed = len(domain.statements)
                yield CountWarning(place, domain.title, domain.miscounted, listed)
    anchors = file.about.get("anchors", {"claimed_count": None})
    claimed, listed = anchors["claimed_count"], sum(len(group.items) for group in file.anchors)
    if claimed is not None and claimed != listed:
        yield CountWarning("anchors.claimed_count", anchors["heading"], claimed, listed)


class UnreachableLevels(NamedTuple):
    """So `many` levels no one can reach: each lists fewer statements than `least`. `places`: the
    first domains with their levels."""

    listed: int
    least: int
    many: int
    places: Wording

    def __str__(self) -> str:
        why = f"at least {self.least} statements must apply and each lists {self.listed}"
        return f"no one can reach these levels, as {why}: {self.places}. In all: {self.many}"


def unreachable(file: FrameworkFile) -> Iterator[UnreachableLevels]:
    """Together those that list as many statements."""
    domains = [(domain, strand.levels) for strand in file.strands for domain in strand.domains]
    for listed in range(file.rule.least):
        places = [
            (domain.title, ", ".join(names), len(names))
            for domain, levels in domains
            if (names := [of.name for of in levels if len(domain.at(of.rank)) == listed])
        ]
        many = sum(count for _title, _names, count in places)
        named = [f"{title} ({names})" for title, names, _count in places]
        words = "; ".join([*named[:MANY], *("…" for _more in named[MANY:][:1])])
        if many:
            yield UnreachableLevels(listed, file.rule.least, many, words)


SIGNS = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "a file of an old Excel or Word",
    b"{\\rtf": "a text document (RTF)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
}
IN_A_ZIP = {
    "xl": "an Excel workbook",
    "word": "a Word document",
    "ppt": "a PowerPoint presentation",
    "META-INF": "an OpenDocument file",
}
"""By the name of a folder in it."""
CASE = ("CFDocument", "CFDocuments", "CFItems", "CFPackages")
"""Names of which a file of Competencies and Academic Standards Exchange has one at its top."""


def other_kind(data: bytes) -> str:
    """The kind of file that this is instead, with its article; "" where it may be a framework
    file."""
    for sign, kind in SIGNS.items():
        if data.startswith(sign):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _in_a_zip(data)
    text = data.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("<"):
        return "a web page" if "<html" in text[:1000].lower() else "an XML file"
    return "" if text.startswith(("{", "[")) else _table(text)


def _in_a_zip(data: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        names = []
    folders = {name.partition("/")[0] for name in names}
    return next((kind for sign, kind in IN_A_ZIP.items() if sign in folders), "a compressed file")


def _table(text: str) -> str:
    """Of its first two lines each has the same number of one separator."""
    first, second, *_rest = [*text.splitlines()[:2], "", ""]
    for separator, kind in (("\t", "a table with tabs"), (",", "a CSV file"), (";", "a CSV file")):
        if first.count(separator) and first.count(separator) <= second.count(separator):
            return kind
    return ""


def is_case(data: Any) -> bool:
    """Whether JSON that was read is a framework in another format: CASE of 1EdTech."""
    return isinstance(data, dict) and any(name in data for name in CASE)


MANY = 3
"""So many of one cause are told one by one."""
FIELDS = {"rank": "level", "uuid": "UUID"}
"""What a field of a statement is called, where it is not as in the file."""
SEVERAL = {"code": "codes", "level": "levels", "text": "texts", "title": "titles", "UUID": "UUIDs"}
STEP = re.compile(r"\.?(strands|domains|statements)\[(\d+)\]")
"""Into a section, a domain, or a statement."""
CALLED = {"strands": "section ", "domains": "domain "}


def messages(problems: Sequence[Problem], data: Any) -> list[Problem]:
    """The messages, in the order in which their causes come first."""
    causes: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        kind = re.sub(r"\d+", "", problem.place)
        causes.setdefault((kind, problem.words), []).append(problem)
    told = list[Problem]()
    for alike in causes.values():
        is_many = len(alike) > MANY
        told += [_together(alike, data)] if is_many else [_named(one, data) for one in alike]
    return told


def _together(problems: Sequence[Problem], data: Any) -> Problem:
    """One problem for one cause, with the first places that have it."""
    field = _holder(problems[0].place, data)[1] or re.sub(r".*\.|\[\d+\]", "", problems[0].place)
    some = []
    for problem in problems[:MANY]:
        name = _holder(problem.place, data)[0]
        some.append(f"{name} ({problem.value})" if problem.value and field != "code" else name)
    how = f"{len(problems)} {SEVERAL.get(field, 'entries')} are like this: {'; '.join(some)}; …"
    return Problem("", f"{field} {problems[0].words}. {how}")


def _named(problem: Problem, data: Any) -> Problem:
    name, field = _holder(problem.place, data)
    value = " ".join(filter(None, (field, problem.value)))
    other = _holder(problem.other, data)[0] if problem.other else ""
    return replace(problem, place=name, value=value, other=other)


def _holder(place: str, data: Any) -> tuple[str, str]:
    """The name of what the place is in, and the field. What has no name is called by its place."""
    holder, kind, end = data, "", 0
    while step := STEP.match(place, end):
        kind, end = step[1], step.end()
        entries = holder.get(kind) if isinstance(holder, dict) else None
        at = int(step[2])
        holder = entries[at] if isinstance(entries, list) and at < len(entries) else None
    title = _text(holder, "title")
    names = _text(holder, "code") if kind == "statements" else "", f"“{title}”" if title else ""
    name = ", ".join(filter(None, names))
    if not (kind and name):
        return place, ""
    field = place[end:].removeprefix(".")
    return CALLED.get(kind, "") + name, FIELDS.get(field, field)


def _text(entry: Any, name: str) -> str:
    """Short enough, and on one line that any terminal can print."""
    text = entry.get(name) if isinstance(entry, dict) else None
    return shown(text)[1:-1] if isinstance(text, str) and text.strip() else ""
