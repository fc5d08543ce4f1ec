"""What would become of each line of a learner's own list, before anything is stored.

Nothing is guessed in silence: a line is stored, left as it is, or named with its number and its
reason.

A list of ratings that a learner kept elsewhere, in a spreadsheet: how its text is read.
"""

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules import strict_json as strict_json_rules
from tracker.rules.calendar import FIRST_DAY, day_in
from tracker.rules.core.wording import Wording
from tracker.rules.delimited import plain, records_of, separator_of, without_sep_line
from tracker.rules.errors import Invalid
from tracker.rules.texts import NOTE_MAX

RECORD_MAX = strict_json_rules.MAX_CHARS
"""Bytes of a `record.json`."""
LINES_MAX = 1_000
CHARS_MAX = 400_000


class ImportColumn(StrEnum):
    CODE = "code"
    TITLE = "title"
    ANSWER = "answer"
    DAY = "day"
    NOTE = "note"
    REVIEWER_NOTE = "reviewer_note"


BY_PLACE = (ImportColumn.CODE, ImportColumn.ANSWER, ImportColumn.DAY, ImportColumn.NOTE)
"""The columns of a list without a heading; the first holds codes or titles."""


HEADINGS = {
    ImportColumn.CODE: ("Code", "Statement code"),
    ImportColumn.TITLE: ("Statement", "Title", "Skill"),
    ImportColumn.ANSWER: ("Your answer", "Answer", "Rating", "Self-rating", "My answer"),
    ImportColumn.DAY: ("Answered at", "Date", "Day", "When"),
    ImportColumn.NOTE: ("For myself", "Note", "Notes", "Note for myself", "Comment"),
    ImportColumn.REVIEWER_NOTE: ("For my reviewer", "Note for my reviewer"),
}
"""What a column may be called in English, whatever the reader's language is."""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One record as it was typed, its cells in the order of `ImportColumn`. `number` is the line of
    the text on which it begins, from 1."""

    number: int
    code: str
    title: str
    answer: str
    day: str
    note: str
    reviewer_note: str = ""

    @property
    def statement(self) -> str:
        return self.code or self.title


@dataclass(frozen=True, slots=True)
class RatingList:
    """`ignored`: headings of columns that are not read."""

    lines: tuple[ImportLine, ...]
    ignored: tuple[str, ...]


def read(text: str, headings: Mapping[str, ImportColumn], answers: Mapping[str, str]) -> RatingList:
    """The records of a comma, semicolon or tab separated text. `headings` and `answers` are by
    `plain` words.

    Raises Invalid: list_empty, list_long, list_large, list_unreadable (with the line),
    list_no_statement_column, list_no_answer_column.
    """
    if len(text) > CHARS_MAX:
        raise Invalid("list_large", "text", most=CHARS_MAX // 1000)
    text, skipped, separator = without_sep_line(text.removeprefix("\ufeff"))
    known = {*headings, *answers}

    def is_known(cell: str) -> bool:
        return plain(cell) in known

    records = list(records_of(text, separator or separator_of(text, is_known), skipped))
    if not records:
        raise Invalid("list_empty", "text")
    if len(records) > LINES_MAX + 1:
        raise Invalid("list_long", "text", most=LINES_MAX, lines=len(records))
    columns, ignored = _columns(records[0][1], headings)
    if columns is None:
        columns = dict(zip(BY_PLACE, range(len(BY_PLACE)), strict=True))
    else:
        records = records[1:]
    if not records:
        raise Invalid("list_empty", "text")
    return RatingList(tuple(_line(number, cells, columns) for number, cells in records), ignored)


def of_record(text: str, slug: str) -> str:
    """The list that the `record.json` of a downloaded record holds for that framework.

    Raises Invalid: record_unreadable, record_other_framework, list_large.
    """
    size = 0
    try:
        record = strict_json_rules.parsed(text)
        frameworks, statements = record["frameworks"], record["statements"]
        labels = {(one["framework"], one["key"]): one["label"] for one in record["answers"]}
        rows = []
        for rating in record["ratings"]:
            if rating["statement"] < 1:
                raise ValueError(rating["statement"])
            statement = statements[rating["statement"] - 1]
            if frameworks[statement["framework"] - 1]["slug"] == slug and rating["answer"]:
                answer = labels[statement["framework"], rating["answer"]]
                day = rating["given_on"] or rating["rated_at"]
                notes = rating["own_note"], rating["reviewer_note"]
                rows.append((statement["code"], statement["title"], answer, day, *notes))
                # As it is read: a title may be long, and many ratings name it.
                size += sum(map(len, rows[-1]))
                if size > CHARS_MAX:
                    raise Invalid("list_large", "file", most=CHARS_MAX // 1000)
    except (ValueError, LookupError, TypeError) as error:
        raise Invalid("record_unreadable", "file") from error
    if not rows:
        raise Invalid("record_other_framework", "file")
    out = io.StringIO()
    csv.writer(out).writerows([[HEADINGS[column][0] for column in ImportColumn], *rows])
    return out.getvalue()


def read_day(text: str, time_zone: str) -> dt.date:
    """2026-11-24 (with or without a time), 24.11.2026, 2026/11/24, and 24/11/2026 where it can be
    nothing else.

    Raises ValueError for everything else, and for what would be read differently in another
    country.
    """
    text = text.strip().removeprefix("'")
    if re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        moment = dt.datetime.fromisoformat(text)
        return moment.date() if moment.tzinfo is None else day_in(time_zone, moment)
    parts = re.fullmatch(r"(\d{1,4})([./])(\d{1,2})\2(\d{1,4})", text, re.ASCII)
    if parts is None:
        raise ValueError(text)
    first, mark, second, third = parts[1], parts[2], parts[3], parts[4]
    if len(first) == 4 and len(third) <= 2:
        return dt.date(int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        raise ValueError(text)
    day, month = int(first), int(second)
    if mark == "/" and day <= 12 and month <= 12 and day != month:
        raise ValueError(text)
    if mark == "/" and month > 12:
        day, month = month, day
    return dt.date(int(third), month, day)


def _columns(
    cells: Sequence[str], headings: Mapping[str, ImportColumn]
) -> tuple[dict[ImportColumn, int] | None, tuple[str, ...]]:
    """Where each column is, and what is ignored. None when the first record is no heading: it has
    under two of them."""
    columns: dict[ImportColumn, int] = {}
    ignored = []
    for place, cell in enumerate(cells):
        column = headings.get(plain(cell))
        if column is None or column in columns:
            ignored.append(cell)
        else:
            columns[column] = place
    if len(columns) < 2:
        return None, ()
    if ImportColumn.ANSWER not in columns:
        raise Invalid("list_no_answer_column", "text")
    if ImportColumn.CODE not in columns and ImportColumn.TITLE not in columns:
        raise Invalid("list_no_statement_column", "text")
    return columns, tuple(cell for cell in ignored if cell)


def _line(number: int, cells: Sequence[str], columns: Mapping[ImportColumn, int]) -> ImportLine:
    def cell(column: ImportColumn) -> str:
        place = columns.get(column)
        return "" if place is None or place >= len(cells) else cells[place]

    return ImportLine(number, *map(cell, ImportColumn))


class Verdict(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    NEWER = "newer"
    NOTE = "note"
    OLDER = "older"
    SAME = "same"
    EMPTY = "empty"
    LEFT_OUT = "left_out"
    NO_STATEMENT = "no_statement"
    UNKNOWN_STATEMENT = "unknown_statement"
    TWO_STATEMENTS = "two_statements"
    MANY_STATEMENTS = "many_statements"
    TWICE = "twice"
    UNKNOWN_ANSWER = "unknown_answer"
    DAY_UNREADABLE = "day_unreadable"
    DAY_IN_FUTURE = "day_in_future"
    DAY_FAR = "day_far"
    NOTE_LONG = "note_long"


STORED = frozenset({Verdict.NEW, Verdict.NEWER, Verdict.NOTE})
"""Stored without asking."""
ASKED = frozenset({Verdict.OLDER})
"""An answer of one's own stands that is as new, or nobody can say: it stays unless ticked."""
NOTHING_TO_DO = frozenset({Verdict.SAME, Verdict.EMPTY, Verdict.LEFT_OUT})
UNCLEAR = frozenset(Verdict) - STORED - ASKED - NOTHING_TO_DO


@dataclass(frozen=True, slots=True)
class KnownStatement:
    """A statement of the learner's framework, and what stands there. `version` 0: no answer.

    `stored_on` is the day it was stored here; `given_on` the day that its own list said.
    """

    statement_id: int
    skill_id: int
    code: str
    title: Wording
    is_rated_here: bool
    answer: str | None
    version: int
    stored_on: dt.date | None
    given_on: dt.date | None
    own_note: str
    reviewer_note: str = ""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line with its verdict. The notes are as they would stand; None leaves what is there.

    `others` are the numbers of the other lines about the same statement.
    """

    line: ImportLine
    verdict: Verdict
    known: KnownStatement | None = None
    answer: str | None = None
    given_on: dt.date | None = None
    own_note: str | None = None
    reviewer_note: str | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    lines: tuple[PlannedLine, ...]

    def of(self, verdicts: frozenset[Verdict]) -> list[PlannedLine]:
        return [planned for planned in self.lines if planned.verdict in verdicts]

    def to_store(self, ticked: frozenset[int]) -> list[PlannedLine]:
        """What is stored without asking, and what was ticked, by the statement's id."""
        asked = [
            planned
            for planned in self.of(ASKED)
            if planned.known is not None and planned.known.statement_id in ticked
        ]
        return [*self.of(STORED), *asked]

    def digest(self) -> str:
        """A digest of the plan, which changes when other answers are given meanwhile."""
        parts = [
            (
                planned.line.number,
                planned.verdict,
                planned.known and (planned.known.statement_id, planned.known.version),
                planned.answer,
                str(planned.given_on),
                planned.own_note,
                planned.reviewer_note,
            )
            for planned in self.lines
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def plan(
    listed: RatingList,
    statements: Sequence[KnownStatement],
    answers: Mapping[str, str],
    today: dt.date,
    time_zone: str,
) -> ImportPlan:
    """A verdict for every line, in their order. A statement is never stored from two lines."""
    by_code = {plain(known.code): known for known in statements}
    by_title: dict[str, list[KnownStatement]] = {}
    for known in statements:
        by_title.setdefault(plain(known.title), []).append(known)
    planned = []
    for line in listed.lines:
        statement = _statement(line, by_code, by_title)
        if isinstance(statement, Verdict):
            planned.append(PlannedLine(line, statement))
        else:
            planned.append(_judge(line, statement, answers, today, time_zone))
    return ImportPlan(tuple(_apart(planned)))


def _statement(
    line: ImportLine,
    by_code: Mapping[str, KnownStatement],
    by_title: Mapping[str, Sequence[KnownStatement]],
) -> KnownStatement | Verdict:
    """By code or title, whichever of them the cell holds. Where both are given they must be of one
    statement."""
    matches: list[KnownStatement] = []
    for cell in (line.code, line.title):
        words = plain(cell)
        if not words:
            continue
        titled = by_title.get(words, ())
        if words in by_code:
            matches.append(by_code[words])
        elif len(titled) == 1:
            matches.append(titled[0])
        elif titled and not any(known in titled for known in matches):
            return Verdict.MANY_STATEMENTS
    if not matches:
        return (
            Verdict.UNKNOWN_STATEMENT
            if plain(line.code) or plain(line.title)
            else Verdict.NO_STATEMENT
        )
    return matches[0] if all(known is matches[0] for known in matches) else Verdict.TWO_STATEMENTS


def _judge(
    line: ImportLine,
    known: KnownStatement,
    answers: Mapping[str, str],
    today: dt.date,
    time_zone: str,
) -> PlannedLine:
    def is_(verdict: Verdict) -> PlannedLine:
        return PlannedLine(line, verdict, known)

    if not plain(line.answer):
        return is_(Verdict.EMPTY)
    if not known.is_rated_here:
        return is_(Verdict.LEFT_OUT)
    answer = answers.get(plain(line.answer))
    if answer is None:
        return is_(Verdict.UNKNOWN_ANSWER)
    given_on = _day(line.day, today, time_zone)
    if isinstance(given_on, Verdict):
        return is_(given_on)
    note = _joined(known.own_note, line.note)
    reviewer_note = _joined(known.reviewer_note, line.reviewer_note)
    if max(len(note or ""), len(reviewer_note or "")) > NOTE_MAX:
        return is_(Verdict.NOTE_LONG)
    return PlannedLine(
        line=line,
        verdict=_compared(known, answer, given_on, note or reviewer_note),
        known=known,
        answer=answer,
        given_on=given_on,
        own_note=note,
        reviewer_note=reviewer_note,
    )


def _day(typed: str, today: dt.date, time_zone: str) -> dt.date | Verdict | None:
    """None where nothing is typed; a verdict where it is no day on which an answer can have been
    given."""
    if not typed:
        return None
    try:
        given_on = read_day(typed, time_zone)
    except (ValueError, OverflowError):
        return Verdict.DAY_UNREADABLE
    if given_on > today:
        return Verdict.DAY_IN_FUTURE
    return Verdict.DAY_FAR if given_on < FIRST_DAY else given_on


def _compared(
    known: KnownStatement, answer: str, given_on: dt.date | None, note: str | None
) -> Verdict:
    """How the line compares with the current answer. A day that isn’t given is taken for an old
    one."""
    if known.answer is None or known.stored_on is None:
        return Verdict.NEW
    if answer == known.answer:
        if given_on is not None and given_on > known.stored_on:
            return Verdict.NEWER
        return Verdict.SAME if note is None else Verdict.NOTE
    is_newer = given_on is not None and given_on > (known.given_on or known.stored_on)
    return Verdict.NEWER if is_newer else Verdict.OLDER


def _joined(stands: str, listed: str) -> str | None:
    """Both notes, so that none is lost; None when nothing is added."""
    if not listed or f"\n\n{listed}\n\n" in f"\n\n{stands}\n\n":
        return None
    return f"{stands}\n\n{listed}" if stands else listed


def _apart(lines: Sequence[PlannedLine]) -> Iterator[PlannedLine]:
    """The plan with each line marked that answers a statement which another line answers too:
    nobody can say which of them holds."""
    numbers: dict[int, list[int]] = {}
    for planned in lines:
        if planned.known is not None and planned.verdict is not Verdict.EMPTY:
            numbers.setdefault(planned.known.statement_id, []).append(planned.line.number)
    for planned in lines:
        same = [] if planned.known is None else numbers.get(planned.known.statement_id, [])
        if len(same) < 2 or planned.verdict is Verdict.EMPTY:
            yield planned
        else:
            others = tuple(number for number in same if number != planned.line.number)
            yield PlannedLine(planned.line, Verdict.TWICE, planned.known, others=others)
