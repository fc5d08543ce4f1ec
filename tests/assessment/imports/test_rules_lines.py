"""Reading a list of ratings out of whatever a spreadsheet makes of it."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, strategies as st

from tests.factories.answers import Answer
from tracker.assessment.imports.rules import (
    CHARS_MAX,
    LINES_MAX,
    ImportColumn,
    ImportLine,
    read,
    read_day,
)
from tracker.rules.delimited import decode, is_like_formula, plain
from tracker.rules.errors import Invalid

HEADINGS = {
    "code": ImportColumn.CODE,
    "statement": ImportColumn.TITLE,
    "your answer": ImportColumn.ANSWER,
    "date": ImportColumn.DAY,
    "for myself": ImportColumn.NOTE,
}
ANSWERS = {plain(answer.value): answer for answer in Answer}
EXPORT = "Code,Statement,Level,Your answer,Date\nT-1,Loans,1,Partly,2026-03-12\n"


def lines(text: str) -> list[tuple[int, str, str, str, str, str]]:
    return [
        (line.number, line.code, line.title, line.answer, line.day, line.note)
        for line in read(text, HEADINGS, ANSWERS).lines
    ]


def refusal(text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read(text, HEADINGS, ANSWERS)
    return refused.value


@pytest.mark.parametrize(
    "text",
    [
        EXPORT,
        "\ufeff" + EXPORT,
        EXPORT.replace(",", ";"),
        EXPORT.replace(",", "\t"),
        EXPORT.replace("\n", "\r\n"),
        EXPORT.replace("\n", "\r"),
        EXPORT.rstrip("\n"),
        EXPORT.replace("Code", "  CODE ").replace("Your answer", "your_ANSWER"),
        EXPORT.replace("T-1", '"T-1"'),
        EXPORT.replace("\n", ",,\n"),
    ],
    ids=[
        "commas",
        "mark",
        "semicolons",
        "tabs",
        "CRLF",
        "CR",
        "no last end",
        "case",
        "quotes",
        "empty columns",
    ],
)
def test_what_spreadsheets_make_of_one_list(text: str) -> None:
    assert lines(text) == [(2, "T-1", "Loans", "Partly", "2026-03-12", "")]


def test_columns_that_say_nothing_are_named() -> None:
    assert read(EXPORT, HEADINGS, ANSWERS).ignored == ("Level",)


def test_excels_first_line_names_the_separator() -> None:
    assert lines("sep=;\r\nCode;Your answer\r\nA, B;partly\r\n") == [
        (3, "A, B", "", "partly", "", "")
    ]


def test_without_headings_the_columns_are_read_by_place() -> None:
    assert lines("T-1\tpartly\t2026-03-12\tmine\nT-2\tnot sure") == [
        (1, "T-1", "", "partly", "2026-03-12", "mine"),
        (2, "T-2", "", "not sure", "", ""),
    ]


def test_a_title_with_the_other_separators_in_it() -> None:
    assert lines("Plan, do; check;partly\n".replace("; check", " check")) == [
        (1, "Plan, do check", "", "partly", "", "")
    ]
    assert lines('"Plan, do; check",partly\n') == [(1, "Plan, do; check", "", "partly", "", "")]


def test_lines_are_numbered_as_in_the_text() -> None:
    """Notes go over several lines, and empty lines count."""
    text = 'Code,Your answer,For myself\n\nT-1,partly,"one\r\ntwo, three\n"\n,,\nT-2,partly,\n'
    assert lines(text) == [
        (3, "T-1", "", "partly", "", "one\ntwo, three"),
        (7, "T-2", "", "partly", "", ""),
    ]


def test_the_apostrophe_of_an_export_is_taken_off() -> None:
    text = "Code,Your answer,For myself\nT-1,partly,'=HYPERLINK(1)\nT-2,partly,'tis\nT-3,=1+1,@x\n"
    assert [line[3:] for line in lines(text)] == [
        ("partly", "", "=HYPERLINK(1)"),
        ("partly", "", "'tis"),
        ("=1+1", "", "@x"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "list_empty"),
        (" \n;;\n\t", "list_empty"),
        ("Code,Your answer\n", "list_empty"),
        ("Code,Statement\nT-1,Loans\n", "list_no_answer_column"),
        ("Date,Your answer\n2026-01-01,partly\n", "list_no_statement_column"),
        ("x" * (CHARS_MAX + 1), "list_large"),
        ("T-1,partly\n" * (LINES_MAX + 2), "list_long"),
        ("T-1,partly\n" * 5_000, "list_long"),
    ],
    ids=[
        "nothing",
        "blank",
        "heading alone",
        "no answers",
        "no statements",
        "large",
        "long",
        "5,000",
    ],
)
def test_what_is_no_list(text: str, code: str) -> None:
    assert refusal(text).code == code


def test_a_quotation_mark_that_is_not_closed_is_named_with_its_line() -> None:
    refused = refusal('Code,Your answer\nT-1,partly\nT-2,"partly\nT-3,partly\n')
    assert (refused.code, refused.facts) == ("list_unreadable", {"line": 3})


def test_as_many_lines_as_are_taken() -> None:
    assert len(lines("Code,Your answer\n" + "T-1,partly\n" * LINES_MAX)) == LINES_MAX


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é;ñ".encode(), "é;ñ"),
        ("\ufeffé".encode(), "é"),
        ("é\t".encode("utf-16"), "é\t"),
        ("é–".encode("cp1252"), "é–"),
        (b"", ""),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "Western", "empty"],
)
def test_the_bytes_of_a_file(content: bytes, text: str) -> None:
    assert decode(content) == text


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"\x81\x8d", b"a\0b", b"\xff\xfe\x00\xd8"])
def test_what_is_no_text(content: bytes) -> None:
    with pytest.raises(Invalid, match="list_not_text"):
        decode(content)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-12",
        "2026-03-12T23:30:00",
        "2026-03-12 10:00",
        "2026-03-12T03:30:00+00:00",
        "2026-03-12T03:30:00Z",
        "12.03.2026",
        "12.3.2026",
        "2026/3/12",
        " 2026-03-12 ",
        "'2026-03-12",
    ],
)
def test_days_that_can_be_read(typed: str) -> None:
    assert read_day(typed, "Europe/Berlin") == dt.date(2026, 3, 12)


def test_a_moment_is_the_day_of_the_library() -> None:
    assert read_day("2026-03-12T03:30:00+00:00", "America/Chicago") == dt.date(2026, 3, 11)


@pytest.mark.parametrize(
    ("typed", "day"), [("24/11/2026", 24), ("11/24/2026", 24), ("11/11/2026", 11)]
)
def test_a_day_that_can_be_nothing_else(typed: str, day: int) -> None:
    assert read_day(typed, "UTC") == dt.date(2026, 11, day)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "3/4/2026",
        "12.3.26",
        "46093",
        "2026-02-30",
        "30.02.2026",
        "2026-13-01",
        "2026-03-12Tx",
        "1/2/3/4",
        "٢٠٢٦-٠٣-١٢",
        "2026-W10-1",
        "13/13/2026",
        "9999-12-31T23:59:59-23:00",
        "2026.3-12",
        "123/1/2026",
    ],
)
def test_days_that_cannot_be_read_for_certain(typed: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read_day(typed, "UTC")


def test_words_are_compared_without_their_typing() -> None:
    assert plain("  Not_My-work. ") == plain("‘NOT MY  WORK".replace("‘", "'")) == "not my work"
    assert plain("Ｐartly") == "partly"


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read(text, HEADINGS, ANSWERS)
    except Invalid:
        return
    assert found.lines
    numbers = [line.number for line in found.lines]
    assert numbers == sorted(set(numbers))


@given(
    st.lists(
        st.tuples(CELLS, st.sampled_from(["partly", "Not yet"]), CELLS), min_size=1, max_size=8
    ),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_spreadsheet_writes_is_what_is_read(
    rows: list[tuple[str, str, str]], separator: str, line_end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=line_end)
    writer.writerows([("Code", "Your answer", "For myself"), *rows])

    def kept(cell: str) -> str:
        cell = cell.strip()
        return cell[1:] if cell.startswith("'") and is_like_formula(cell[1:]) else cell

    assert lines(out.getvalue()) == [
        (number, kept(code), "", answer, "", kept(note))
        for number, (code, answer, note) in enumerate(rows, 2)
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    try:
        text = decode(content)
    except Invalid:
        return
    assert "\0" not in text


@given(st.text(max_size=30))
def test_any_day_is_a_day_or_none(typed: str) -> None:
    try:
        read_day(typed, "Europe/Berlin")
    except (ValueError, OverflowError):
        return


def test_a_line_is_named_by_what_it_has() -> None:
    assert ImportLine(1, "", "Loans", "", "", "").statement == "Loans"
