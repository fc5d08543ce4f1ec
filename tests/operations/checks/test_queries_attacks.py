"""What is done to the record past the program is found, and what is not touched has no finding."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from tests.copies import made_once
from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.sides import NO, YES, actor, answer, answer_all, ask, send
from tests.factories.world import World
from tests.operations.checks.attacks import ATTACKS, Attack
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import db, session, transaction
from tracker.evidence.erasures import actions as erasures_actions
from tracker.frameworks.versions import records as frameworks_versions_records
from tracker.frameworks.versions.rules import Change, Voice
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import (
    CountedOutcome,
    Endorsement,
    Erasure,
    Evidence,
    FigureGroup,
    Look,
    Membership,
    Rating,
    RatingEntry,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMove,
    RoundSnapshot,
    Seal,
    SnapshotPerson,
    Statement,
    UseStatement,
)
from tracker.operations.audit import actions as audit_actions
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import queries as checks_queries
from tracker.records import audit as audit_records, seals as seals_records
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.core.seals import NOTES, SealHead, digest, heads_of, rows_of

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def ids(world: World, engine_name: str, tmp_path: Path) -> dict[str, int | str]:
    """A record with something of everything, noted in the audit. What attacks name, by name."""
    return made_once("record", engine_name, lambda: _recorded(world, tmp_path))


def _recorded(world: World, tmp_path: Path) -> dict[str, int | str]:
    ana, sue, now = actor(world, "ana"), actor(world, "sue"), world.now
    first, free = world.statements["communication"][0], world.statements["communication"][3]
    piece(world, title="Drop-in", text="41 visits", reasons={first: "I ran it"})
    of_ben = piece(world, "ben", title="Names a patron")
    erasures_actions.erase(actor(world, "ben"), of_ben, ErasureReason.PRIVATE, tmp_path, now=now)
    review_id = send(world, YES, YES, YES)
    item_ids = answer_all(
        world, review_id, *[ReviewerAnswer.CONSISTENTLY] * 2, ReviewerAnswer.PARTLY
    )
    answer(world, item_ids[0], ReviewerAnswer.CONSISTENTLY, note="Every week")
    review_actions.reveal(sue, review_id, now)
    for name in ("ana", "sue"):
        sides.confirm(actor(world, name), item_ids[2], EndorsedAnswer.PARTLY, "So.", now)
    given = list(session().scalars(select(Endorsement.id).order_by(Endorsement.id)))
    endorsements_actions.revoke(sue, given[1], "A mistake", now)
    waiting = send(world, NO, NO, skip=3)
    free_item, asked = (item_id for item_id in _items(waiting))
    answer(world, free_item, ReviewerAnswer.PARTLY, note="Sealed")
    ask(sue, asked, "Where?", 1, now)
    rated = world.statements["technical"][0]
    for version, said in enumerate((Answer.NOT_YET, Answer.PARTLY, Answer.CONSISTENTLY)):
        ratings_actions.rate(ana, rated, said, version, now)
    with transaction() as tx:
        tx.add(
            Look(
                owner_id=ana.person_id,
                reader_id=sue.person_id,
                kind="profile",
                looked_on=now.date(),
            )
        )
    one, other, unsaid = world.statements["technical"][-3:]
    with transaction() as tx:
        made, origin = (tx.get_one(Statement, each).skill_id for each in (one, other))
        frameworks_versions_records.add_origin(tx, made, origin, Change.REWORDED, carries=False)
        decided = frameworks_versions_records.digest(tx, "small")
        nobody = dict.fromkeys(("library_id", "actor_id"))
        audit_records.note(tx, "framework_imported", now, **nobody, slug="small", lineage=decided)
    kept = _kept_round(world)
    assert audit_actions.anchor(now)
    entries = select(RatingEntry.id).where(RatingEntry.statement_id == rated)
    moves = select(ReviewMove.id).where(
        ReviewMove.review_id == review_id, ReviewMove.item_id.is_(None)
    )
    move_ids = list(session().scalars(moves.order_by(ReviewMove.id)))
    names = ("first_entry", "middle_entry", "newest_entry")
    seals = select(Seal.sequence).where(Seal.chain == ana.person_id).order_by(Seal.sequence)
    of_ana = list(session().scalars(seals))
    found: dict[str, int | str] = {
        **world.people,
        **kept,
        **dict(zip(names, session().scalars(entries.order_by(RatingEntry.id)), strict=True)),
        "review": review_id,
        "item": item_ids[0],
        "given": given[0],
        "revoked": given[1],
        "next": given[-1] + 1,
        "free_item": free_item,
        "free_statement": free,
        "rated": rated,
        "unsaid": unsaid,
        "move": move_ids[0],
        "last_move": move_ids[-1],
        "version": session().scalars(select(ReviewItemEvidence.version_id)).one(),
        "seal": of_ana[2],
        "last_seal": of_ana[-1],
    }
    session().rollback()
    return found


def _kept_round(world: World) -> dict[str, int]:
    """What a round told and kept of Ana."""
    of_ana = {"round_id": world.rounds["city"], "person_id": world.people["ana"]}
    central, now = world.teams["central"], world.now
    with transaction() as tx:
        group = FigureGroup(**of_ana, team_id=central)
        outcome = CountedOutcome(
            **of_ana,
            team_id=central,
            slug="small",
            domain_key="communication",
            voice=Voice.ENDORSED,
            state=TargetState.GAP,
            reviewed_at=now,
            as_of=now,
        )
        snapshot = RoundSnapshot(
            round_id=world.rounds["city"],
            as_of=now,
            made_at=now,
            reconstructed=False,
            facts={"teams": {10: "Central", 9: "Harbour"}, "part": [1, 2.5]},
        )
        tx.add_all((group, outcome, snapshot))
        tx.flush()
        person = SnapshotPerson(
            snapshot_id=snapshot.id,
            person_id=world.people["ana"],
            framework_id=world.framework_id,
            jobs=[("/1/", world.role_profiles["city"], "Technician")],
            revealed="MU",
            reviewed="MN",
            not_met="",
            excepted="",
        )
        tx.add(person)
        tx.flush()
        learns = select(Membership.id).where(Membership.person_id == world.people["ben"])
        use = select(UseStatement.id).where(UseStatement.library_id == world.libraries["city"])
        return {
            "group": group.id,
            "outcome": outcome.id,
            "snapshot": snapshot.id,
            "kept": person.id,
            "learns": tx.scalars(learns).one(),
            "use": tx.scalars(use).one(),
            "library": world.libraries["city"],
            "other_library": world.libraries["other"],
        }


def _items(review_id: int) -> list[int]:
    wanted = select(ReviewItem.id).where(ReviewItem.review_id == review_id)
    return list(session().scalars(wanted.order_by(ReviewItem.position)))


def findings() -> list[Finding]:
    session().rollback()
    with db.engine.connect() as connection:
        guards = checks_queries.guards_of(connection)
        return checks_queries.broken(connection, checks_queries.contents(connection), guards)


def exit_codes(app: Flask) -> Iterator[int]:
    """Of the commands that look for it, each run when it is asked for."""
    session().rollback()
    for command in (["reviews", "check"], ["audit", "verify"]):
        yield app.test_cli_runner().invoke(args=command).exit_code


def test_what_nobody_touched_has_no_finding(app: Flask, ids: dict[str, int]) -> None:
    """The partner of all below. New work on top of what was noted is none either."""
    assert findings() == []
    assert set(exit_codes(app)) == {0}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda each: f"{each.name[:50]}-{each.guarded}")
def test_an_attack_is_found(app: Flask, ids: dict[str, int], attack: Attack) -> None:
    refused = pytest.raises(DBAPIError, match="history is never changed")
    with (
        nullcontext() if attack.found else refused,
        transaction() if attack.guarded else behind_the_guards() as tx,
    ):
        for query in attack.queries:
            tx.execute(text(query.format(**ids)))
    if attack.found is None:
        assert findings() == []
        return
    code, what = attack.found
    said = {finding.what for finding in findings() if finding.code == code}
    assert any(what.format(**ids) in each for each in said), findings()
    assert 1 in exit_codes(app)


def test_a_record_that_is_rewritten_whole_is_found(ids: dict[str, int]) -> None:
    """The newest answer goes, with its seal; the seals after it are made anew, so that each chain
    fits itself. Only what the audit noted of all of them does not fit."""
    with behind_the_guards() as tx:
        tx.execute(delete(RatingEntry).where(RatingEntry.id == ids["newest_entry"]))
        tx.execute(
            text("UPDATE ratings SET answer = 'partly', version = 2 WHERE statement_id = :rated"),
            {"rated": ids["rated"]},
        )
        of_ana = select(Seal).where(Seal.chain == ids["ana"]).order_by(Seal.sequence)
        *chain, last = tx.scalars(of_ana)
        assert [row.row_id for row in rows_of(last.covered)] == [ids["newest_entry"]]
        tx.delete(last)
        head = SealHead(int(ids["ana"]), 0, b"")
        for seal in chain:
            made = digest(head, seal.covered)
            assert made == seal.digest, "the others stay as they are"
            head = SealHead(seal.chain, seal.sequence, made)
    assert {finding.code for finding in findings()} == {"seals_rewritten"}


def test_what_is_written_after_the_note_is_noted_the_next_time(
    app: Flask, world: World, ids: dict[str, int]
) -> None:
    assert not audit_actions.anchor(world.now), "nothing is new"
    ratings_actions.rate(actor(world, "ben"), int(ids["rated"]), Answer.PARTLY, 0, world.now)
    assert audit_actions.anchor(world.now)
    with db.engine.connect() as connection:
        notes = connection.scalars(
            select(Seal.covered).where(Seal.chain == NOTES).order_by(Seal.sequence)
        )
        first, second = (list(heads_of(covered)) for covered in notes)
    assert (ids["ana"], ids["last_seal"]) in {head[:2] for head in first}
    assert [head.chain for head in second] == [ids["ben"]], "only what is new"
    assert findings() == []


def test_an_erasure_of_the_owner_accounts_for_what_is_gone(
    world: World, ids: dict[str, int], tmp_path: Path
) -> None:
    """The partner of the forged ones: the program's own leaves no finding."""
    evidence_id = (
        session().scalars(select(Evidence.id).where(Evidence.person_id == ids["ana"])).one()
    )
    session().rollback()
    erasures_actions.erase(
        actor(world, "ana"), evidence_id, ErasureReason.PRIVATE, tmp_path, now=world.now
    )
    blank = session().scalar(
        select(ReviewItemText.salt).where(ReviewItemText.item_id == ids["item"])
    )
    assert blank == ""
    assert findings() == []


def test_history_ends_under_an_open_erasure(world: World, ids: dict[str, int]) -> None:
    """Rows, and with them the salts of what their seals say; the erasure's own seal notes each. The
    partner: of others, and once it is over, none goes."""
    owner, other = ids["ana"], ids["ben"]
    ratings_actions.rate(
        actor(world, "ben"), world.statements["technical"][2], Answer.PARTLY, 0, world.now
    )
    looks = Look(owner_id=owner, reader_id=other, kind="profile", looked_on=world.now.date())
    with transaction() as tx:
        erasure = Erasure(person_id=owner, opened_at=world.now)
        tx.add_all([erasure, looks])
        tx.flush()
        gone = seals_records.delete_many(tx, RatingEntry, RatingEntry.person_id == owner)
        seals_records.delete_many(tx, SnapshotPerson, SnapshotPerson.person_id == owner)
        tx.execute(delete(Rating).where(Rating.person_id == owner))
        tx.execute(delete(Look).where(Look.owner_id == owner))
        with pytest.raises(DBAPIError, match="never changed"), tx.begin_nested():
            tx.execute(delete(RatingEntry).where(RatingEntry.person_id == other))
        erasure.closed_at = world.now
    assert gone
    assert findings() == []
    with transaction() as tx:
        tx.add(Look(owner_id=owner, reader_id=other, kind="gaps", looked_on=world.now.date()))
    with pytest.raises(DBAPIError, match="never changed"), transaction() as tx:
        tx.execute(delete(Look).where(Look.owner_id == owner))
