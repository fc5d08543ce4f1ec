"""`tracker audit`: says whether the trail is whole, and writes down its head."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from config import ROOT
from tests.cli.test_backups import codes
from tests.conftest import NOW
from tests.factories.audit import happened
from tests.factories.world import World
from tracker.cli.audit import WRONG
from tracker.db import db, transaction
from tracker.models import AuditEvent, AuditEventDetail


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *arguments])


@pytest.fixture
def three(app: Flask, world: World) -> None:
    with app.app_context():
        for _each in range(3):
            happened(world, "signed_in", "ana", "ana")


def spoil(app: Flask, *statements: str) -> None:
    with app.app_context(), db.engine.execution_options(tracker_write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for name in (
                "audit_events_no_update",
                "audit_events_no_delete",
                "audit_event_details_no_delete",
                "seals_no_delete",
            ):
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def test_a_whole_trail(app: Flask, three: None) -> None:
    done = run(app, "verify")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("3 events, each as it was written; newest: {")
    assert "shows only with a head that was kept elsewhere" in done.output


def test_people_without_an_event_are_no_beginning(app: Flask, world: World) -> None:
    done = run(app, "verify")
    assert done.exit_code == 1
    assert done.output.startswith("There is not one event, though there are people")


def test_nothing_has_happened_yet(app: Flask) -> None:
    assert run(app, "verify").exit_code == 0
    assert run(app, "verify").output == "There are no events yet.\n"
    assert run(app, "head").exit_code == 1


def test_a_change_fails_and_is_named(app: Flask, three: None) -> None:
    spoil(app, "UPDATE audit_events SET kind = 'signed_out' WHERE sequence = 2")
    done = run(app, "verify")
    assert done.exit_code == 1
    assert (
        done.output
        == "Event 2 was changed after it was written, or was not written by the program.\n"
    )


def test_one_event_that_is_gone_is_one(app: Flask, three: None) -> None:
    spoil(
        app,
        "DELETE FROM audit_event_details WHERE event_id = (SELECT id FROM audit_events WHERE "
        "sequence = 2)",
        "DELETE FROM audit_events WHERE sequence = 2",
    )
    assert run(app, "verify").output == "Event 2 was deleted.\n"


def test_the_head_is_kept_and_leads_to_what_was_cut(
    app: Flask, world: World, three: None, tmp_path: Path
) -> None:
    kept = tmp_path / "heads"
    for _each in range(2):
        done = run(app, "head", "--to", str(kept))
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["sequence"] == 4, (
            "of three, and of the seals there were then"
        )
    assert kept.read_text() == done.output * 2
    whole = run(app, "verify", "--head", str(kept))
    assert (whole.exit_code, "all of the heads that were kept (2)." in whole.output) == (0, True)
    spoil(
        app,
        "DELETE FROM audit_event_details WHERE event_id = (SELECT id FROM audit_events WHERE "
        "sequence = 4)",
        "DELETE FROM audit_events WHERE sequence = 4",
        "DELETE FROM seals WHERE chain = 0",
    )
    assert run(app, "verify").exit_code == 0, "without the head it cannot be seen"
    cut = run(app, "verify", "--head", str(kept))
    assert cut.exit_code == 1
    assert cut.output == "Events 4 to 4 were cut off: the head that was kept is of event 4.\n"


def test_what_is_no_head_looks_at_nothing(app: Flask, three: None, tmp_path: Path) -> None:
    kept = tmp_path / "heads"
    for content in (b"", b"hello", b"\xff\xfe"):
        kept.write_bytes(content)
        done = run(app, "verify", "--head", str(kept))
        assert done.exit_code == 1
        assert "Nothing was looked at." in done.output
    assert run(app, "verify", "--head", str(tmp_path / "none")).exit_code == 2
    assert run(app, "head", "--to", str(tmp_path / "no" / "folder")).exit_code == 1


def test_all_that_can_be_wrong_has_its_words() -> None:
    source = (ROOT / "tracker/rules/core/hash_chain.py").read_text()
    found = codes("ChainFault", source) | {"event_edited"}
    assert found == set(WRONG)


def test_what_somebody_changed_past_the_program_and_is_right_is_accepted(
    app: Flask, world: World
) -> None:
    """By name, and no more: another row that was changed stays found."""
    run = app.test_cli_runner().invoke
    library, ben = world.libraries["city"], world.people["ben"]
    with app.app_context(), transaction() as tx:
        tx.execute(text("UPDATE libraries SET review_days = 9 WHERE id = :id"), {"id": library})
        tx.execute(text("UPDATE people SET operator = TRUE WHERE id = :id"), {"id": ben})
    said = run(args=["check"]).output
    assert "tracker audit accept TABLE ROW --why REASON" in said
    assert ("libraries" in said, f"people {ben} " in said) == (True, True)
    done = run(args=["audit", "accept", "libraries", str(library), "--why", "Decided by the board"])
    assert done.exit_code == 0, done.output
    said = run(args=["check"]).output
    assert ("libraries" in said, f"people {ben} " in said) == (False, True)
    with app.app_context(), transaction() as tx:
        tx.execute(text("UPDATE people SET operator = FALSE WHERE id = :id"), {"id": ben})
    assert run(args=["audit", "verify"]).exit_code == 0, "set back as it was"
    with app.app_context():
        of_kind = select(AuditEventDetail.facts).join(AuditEvent)
        (facts,) = db.session.scalars(of_kind.where(AuditEvent.kind == "row_accepted"))
    assert facts == {"table": "libraries", "row": library, "why": "Decided by the board"}
    for arguments, said in (
        (("people", "999999", "--why", "x"), "There is no row 999999 in people."),
        (("people", str(ben), "--why", "x"), f"people {ben} is as the program wrote it."),
        (("libraries", str(library), "--why", " "), "Say why in one line"),
        (("libraries", str(library), "--why", "a\nb"), "Say why in one line"),
        (("libraries", str(library), "--why", "a" * 301), "Say why in one line"),
    ):
        done = run(args=["audit", "accept", *arguments])
        assert (done.exit_code, done.output.startswith(said)) == (1, True), done.output
        assert done.output.endswith("Nothing was changed.\n")
    assert run(args=["audit", "accept", "people", "9" * 20, "--why", "x"]).exit_code == 2


def test_the_daily_work_compares_the_record_and_says_since_when(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["work", "--daily"]).exit_code == 0
    with app.app_context(), transaction() as tx:
        tx.execute(text("UPDATE rounds SET ends_on = '2027-01-01'"))
    for command in (["audit", "verify"], ["reviews", "check"], ["check"]):
        done = run(args=command)
        said = f"The daily work found all as written on {NOW:%Y-%m-%d at %H:%M} UTC."
        assert (done.exit_code, said in done.output) == (1, True), done.output
    done = run(args=["work", "--daily"])
    assert (done.exit_code, "Failed: record." in done.output) == (1, True)
