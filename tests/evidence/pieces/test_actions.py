"""Evidence through its services, on both engines: versions, links, files, and who may do what to
whose."""

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.evidence.pieces.stored import Somebody, linked, refused, rows
from tests.factories.evidence import create, piece
from tests.factories.world import World
from tracker.db import transaction
from tracker.evidence.pieces import actions as pieces_actions, queries as pieces_queries
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.models import Evidence
from tracker.queries.asking import ask
from tracker.rules.errors import Missing

TODAY = dt.date(2026, 11, 24)


def test_a_new_piece(somebody: Somebody, world: World) -> None:
    statement, other = world.statements["technical"][0], world.statements["leadership"][1]
    made = create(
        somebody("ana"),
        EvidenceContent(" Shelf  check ", "All of aisle 4", "https://example.org/plan", TODAY),
        reasons={statement: " I did\nit alone ", other: ""},
        now=world.now,
    )
    found = pieces_queries.piece(made)
    assert found is not None
    assert (found.shown.title, found.kind, found.shown.number) == (
        "Shelf check",
        EvidenceKind.LINK,
        1,
    )
    assert found.shown.done_on == TODAY
    assert [(link.statement_id, link.reason) for link in found.links] == [
        (statement, "I did it alone"),
        (other, ""),
    ]


def test_an_edit_makes_a_version_and_keeps_the_old_one(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    made = piece(world, title="First", text="one")
    later = world.now + dt.timedelta(days=1)
    assert pieces_actions.edit(ana, made, 1, EvidenceContent("Second", "two"), now=later) == 2
    assert pieces_actions.edit(ana, made, 2, EvidenceContent("Second", "two"), now=later) == 2, (
        "nothing changed"
    )
    first, second = pieces_queries.piece(made, 1), pieces_queries.piece(made)
    assert first is not None
    assert second is not None
    assert (first.shown.title, first.shown.text, first.versions, first.is_current) == (
        "First",
        "one",
        2,
        False,
    )
    assert (second.shown.title, second.shown.made_at, second.is_current) == ("Second", later, True)
    assert pieces_queries.piece(made, 3) is None


def test_an_edit_of_an_older_version_is_not_lost_in_silence(
    somebody: Somebody, world: World
) -> None:
    ana = somebody("ana")
    made = piece(world, title="First")
    pieces_actions.edit(ana, made, 1, EvidenceContent("Second"), now=world.now)
    refused(
        "evidence_changed",
        lambda: pieces_actions.edit(ana, made, 1, EvidenceContent("Third"), now=world.now),
    )
    found = pieces_queries.piece(made)
    assert found is not None
    assert found.shown.title == "Second"


@pytest.mark.parametrize("table", ["evidence_versions", "evidence_texts"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_versions_do_not_change(somebody: Somebody, world: World, table: str, act: str) -> None:
    piece(world)
    change = {"evidence_versions": "number = 9", "evidence_texts": "title = 'other'"}[table]
    with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
        tx.execute(text(act.format(table, change)))


def test_the_day_it_was_done_is_a_day_where_the_person_is(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    refused(
        "evidence_done_in_future",
        lambda: create(
            ana, EvidenceContent("x", done_on=TODAY + dt.timedelta(days=1)), now=world.now
        ),
    )
    with transaction() as tx:
        tx.execute(text("UPDATE libraries SET time_zone = 'Pacific/Kiritimati'"))
    assert create(
        somebody("ana"),
        EvidenceContent("x", done_on=TODAY + dt.timedelta(days=1)),
        now=world.now.replace(hour=12),
    )


def test_a_jotted_line_waits_to_be_linked(somebody: Somebody, world: World) -> None:
    made = pieces_actions.jot(somebody("ana"), "  helped a class find maps ", world.now)
    assert [
        row.id
        for row in pieces_queries.mine(
            world.people["ana"], show=pieces_queries.EvidenceFilter.UNLINKED
        ).rows
    ] == [made]
    refused("evidence_jot_empty", lambda: pieces_actions.jot(somebody("ana"), " ", world.now))


def test_links_are_added_changed_and_taken_off(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    one, two = world.statements["technical"][:2]
    made = piece(world, reasons={one: "old"})
    pieces_actions.link(ana, made, {one: "new", two: "too"}, world.now)
    found = ask(pieces_queries.for_statements(ana.person_id, [one]))
    assert [item["reason"] for item in found[one]] == ["new"]
    assert linked(ana.person_id, one, two) == {one: 1, two: 1}
    pieces_actions.unlink(ana, made, one)
    assert linked(ana.person_id, one, two) == {two: 1}
    refused("missing", lambda: pieces_actions.unlink(ana, made, one))
    refused("evidence_links_none", lambda: pieces_actions.link(ana, made, {}, world.now))


def test_statements_of_another_framework_are_not_linked(somebody: Somebody, world: World) -> None:
    ana, adam = somebody("ana"), somebody("adam")
    statement = world.statements["technical"][0]
    made = piece(world)
    for wrong in (999_999, 2**31 - 1):
        refused(
            "evidence_statement_unknown",
            lambda wrong=wrong: pieces_actions.link(ana, made, {wrong: ""}, world.now),
        )
        refused(
            "evidence_statement_unknown",
            lambda wrong=wrong: create(
                ana, EvidenceContent("x"), reasons={statement: "", wrong: ""}, now=world.now
            ),
        )
    refused(
        "evidence_statement_unknown",
        lambda: create(adam, EvidenceContent("x"), reasons={statement: ""}, now=world.now),
    )
    assert rows(Evidence) == [1]


def test_archived_pieces_rest_until_they_are_brought_back(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    statement = world.statements["technical"][0]
    made = piece(world, reasons={statement: ""})
    pieces_actions.archive(ana, made, world.now)
    pieces_actions.archive(ana, made, world.now + dt.timedelta(days=1))
    found = pieces_queries.piece(made)
    assert found is not None
    assert found.archived_at == world.now
    assert linked(ana.person_id, statement) == {}
    assert linked(ana.person_id, statement) == {}
    assert pieces_queries.mine(ana.person_id).rows == []
    refused(
        "evidence_archived",
        lambda: pieces_actions.edit(ana, made, 1, EvidenceContent("x"), now=world.now),
    )
    refused("evidence_archived", lambda: pieces_actions.link(ana, made, {statement: ""}, world.now))
    pieces_actions.bring_back(ana, made)
    assert linked(ana.person_id, statement) == {statement: 1}


def test_nobody_touches_what_is_not_theirs(somebody: Somebody, world: World) -> None:
    made = piece(world, reasons={world.statements["technical"][0]: ""})
    for name in ("ben", "sue", "cora", "adam", "olaf"):
        other = somebody(name)
        for call in (
            lambda other=other: pieces_actions.edit(
                other, made, 1, EvidenceContent("x"), now=world.now
            ),
            lambda other=other: pieces_actions.link(
                other, made, {world.statements["technical"][1]: ""}, world.now
            ),
            lambda other=other: pieces_actions.unlink(
                other, made, world.statements["technical"][0]
            ),
            lambda other=other: pieces_actions.archive(other, made, world.now),
            lambda other=other: pieces_actions.bring_back(other, made),
        ):
            with pytest.raises(Missing):
                call()
