"""Rosters as files: what is read, and what is refused."""

import datetime as dt
import io
import zipfile

import pytest
from openpyxl import Workbook

from tracker.administration.roster import rules_files as roster_rules_files
from tracker.administration.roster.rules_columns import guess
from tracker.administration.roster.rules_files import RosterColumn, read_day
from tracker.rules.errors import Invalid
from tracker.rules.regions import Region


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Staff"
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(content: bytes, part: str, text: bytes) -> bytes:
    """The workbook with one part in another's place."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_workbook_says_the_same_as_its_csv() -> None:
    found = roster_rules_files.read(
        "staff.xlsx",
        workbook(
            ("Staff ID", "Name", "First day", None),
            (1001, "Elif Kaya", dt.date(2026, 11, 2), None),
            (None, None, None, None),
            (1002.0, "=1+1", "11/3/2026", None),
        ),
    )
    assert found.sheet == "Staff"
    assert found.headings == ("Staff ID", "Name", "First day")
    assert found.rows[0] == (2, ("1001", "Elif Kaya", "2026-11-02"))
    assert found.rows[1][1][1] == "", "a formula that nobody worked out holds nothing"
    text = "Staff ID;Name;First day\n1001;Elif Kaya;2026-11-02\n;;\n1002;'=1+1;11/3/2026\n"
    same = roster_rules_files.read("staff.csv", text.encode("utf-16"))
    assert same.rows == (
        (2, ("1001", "Elif Kaya", "2026-11-02")),
        (4, ("1002", "=1+1", "11/3/2026")),
    )
    assert guess(same.headings, [cells for _row, cells in same.rows], {}) == {
        RosterColumn.STAFF_ID: 0,
        RosterColumn.NAME: 1,
        RosterColumn.STARTS_ON: 2,
    }


def test_what_is_no_roster_is_refused_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bombs, entities and damage too: within the limits, whatever is in it."""
    fine = workbook(("Name", "Email"), ("Ana", "ana@example.org"))
    bomb = rezipped(fine, SHEET, b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>")
    entity = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>"
    )
    monkeypatch.setattr(roster_rules_files, "ROWS_MAX", 3)
    head = b"Name,Email\n"
    for content, code in (
        (b"", "roster_empty"),
        (head, "roster_empty"),
        (head + b"Ana,a\n" * 4, "roster_long"),
        (workbook(("Name", "Email"), *[("Ana", "a")] * 4), "roster_long"),
        (b"Name\nAna\n", "roster_wide"),
        (b",".join([b"c"] * 61) + b"\n1,2\n", "roster_wide"),
        (head + b"Ana," + b"x" * 1_001, "roster_cell_long"),
        (b"\0\1\2", "roster_not_text"),
        (head + b"Ana,a" + b"," * 3_000_000, "roster_cell_long"),
        (head + b'"Ana,a\n', "roster_unreadable"),
        (b"\xd0\xcf\x11\xe0old", "roster_old_workbook"),
        (b"PK\x03\x04nothing", "roster_unreadable_workbook"),
        (fine[:-40], "roster_unreadable_workbook"),
        (rezipped(fine, SHEET, entity), "roster_unreadable_workbook"),
        (rezipped(fine, SHEET, b"<not"), "roster_unreadable_workbook"),
        (bomb, "roster_unpacked_large"),
        (b"x" * (roster_rules_files.BYTES_MAX + 1), "roster_large"),
    ):
        with pytest.raises(Invalid) as refusal:
            roster_rules_files.read("file", content)
        assert refusal.value.code == code, content[:40]


def test_the_sheet_with_the_people_is_read() -> None:
    book = Workbook()
    book.active.append(["Notes", "of the payroll office"])
    book.create_sheet("Staff").append(["Employee ID", "Name", "Work Email"])
    book["Staff"].append(["1001", "Elif Kaya", "elif@example.org"])
    content = io.BytesIO()
    book.save(content)
    found = roster_rules_files.read("staff.xlsx", content.getvalue())
    assert (found.sheet, len(found.rows)) == ("Staff", 1)


def test_a_sheet_with_nothing_for_a_million_rows_is_left_soon() -> None:
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>Name</v></c><c r="XFD1" t="str"><v>far</v></c></row>'
        b'<row r="1048576"><c r="A1048576" t="str"><v>Ana</v></c></row></sheetData></worksheet>'
    )
    content = rezipped(workbook(("Name",)), SHEET, far)
    _sheet, rows = roster_rules_files.read_workbook(content, 10, 5)
    assert [row[0] for row in rows] == [1]


@pytest.mark.parametrize(
    ("text", "region", "day"),
    [
        ("2026-10-03", Region.GB, dt.date(2026, 10, 3)),
        ("2026-10-03T08:00:00", Region.US, dt.date(2026, 10, 3)),
        ("10/3/2026", Region.US, dt.date(2026, 10, 3)),
        ("10/3/2026", Region.GB, dt.date(2026, 3, 10)),
        ("3.10.2026", Region.US, dt.date(2026, 10, 3)),
        ("Oct 3, 2026", Region.US, dt.date(2026, 10, 3)),
        ("3 October 2026", Region.AU, dt.date(2026, 10, 3)),
        ("13/40/2025", Region.US, None),
        ("2026-02-30", Region.US, None),
        ("Foo 3, 2026", Region.US, None),
        ("10/3/26", Region.US, dt.date(2026, 10, 3)),
        ("3-Oct-98", Region.US, dt.date(1998, 10, 3)),
        ("03-OCT-2026", Region.US, dt.date(2026, 10, 3)),
        ("20261003", Region.US, dt.date(2026, 10, 3)),
        ("10/3/2026 12:00:00 AM", Region.US, dt.date(2026, 10, 3)),
        ("10/3/026", Region.US, None),
        ("1066-10-14", Region.GB, None),
        ("soon", Region.US, None),
    ],
)
def test_a_day_is_read_as_the_library_writes_it(
    text: str, region: Region, day: dt.date | None
) -> None:
    if day is None:
        with pytest.raises(ValueError):
            read_day(text, region)
    else:
        assert read_day(text, region) == day
