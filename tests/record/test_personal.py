"""Every column from which a way leads to a person has its line, and the page is made of the lines."""

from dataclasses import replace

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table

from tests.record import personal_data
from tracker.db import Base
from tracker.models.record.personal import PERSONAL, Left, parent_of


def without_a_line(metadata: MetaData) -> set[str]:
    """Columns of tables with a way to a person that have none, and lines without a column."""
    leads = {"people"}
    while more := {
        table.name
        for table in metadata.tables.values()
        for column in table.columns
        if getattr(parent_of(column), "name", "") in leads and table.name not in leads
    }:
        leads |= more
    missing = set()
    for name in leads | PERSONAL.keys():
        kept = PERSONAL.get(name)
        columns = set(metadata.tables[name].columns.keys())
        lines = set[str]() if kept is None else {*kept.taken, *(kept.left.keys() - {"id", "salt"})}
        missing |= {f"{name}.{column}" for column in columns - {"id", "salt"} ^ lines}
    return missing


def test_each_column_has_its_line() -> None:
    assert without_a_line(Base.metadata) - {"people.id"} == set()


def test_a_new_table_and_a_new_column_are_found() -> None:
    planted = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(planted)
    planted.tables["drafts"].append_column(Column("mood", String))
    Table("wishes", planted, Column("evidence_id", Integer, ForeignKey("evidence.id")))
    assert without_a_line(planted) - {"people.id"} == {"drafts.mood", "wishes.evidence_id"}


def test_no_column_is_downloaded_and_not() -> None:
    for name, kept in PERSONAL.items():
        assert kept.left.keys().isdisjoint(kept.taken), name
        assert all(way.split()[0] in Base.metadata.tables[name].columns for way in kept.ways), name


def test_a_digest_is_never_downloaded() -> None:
    """What could be tried out against a password, a link, or a card number."""
    for name, kept in PERSONAL.items():
        for column in kept.taken:
            assert not column.endswith(("_hash", "token", "salt", "key_sha256")), (name, column)


def test_the_page_is_what_the_lines_say(monkeypatch: pytest.MonkeyPatch) -> None:
    page = personal_data.PAGE.read_text(encoding="utf-8")
    assert page == personal_data.page(), "run `make diagrams`"
    kept = personal_data.SCHEMA.read_text(encoding="utf-8")
    assert kept == personal_data.schema(), "run `make diagrams`"
    ratings = PERSONAL["ratings"]
    monkeypatch.setitem(
        PERSONAL, "ratings", replace(ratings, left={**ratings.left, "version": Left.WORK})
    )
    assert page != personal_data.page(), "a changed line is found"
