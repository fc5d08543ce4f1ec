"""The seals of the record and of what decides about it, and which rows they cover."""

from dataclasses import dataclass

from sqlalchemy import inspect
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from tracker.db import Base
from tracker.models.audit import Erasure
from tracker.models.erasures import EvidenceErasure
from tracker.models.people import Library, Membership, Person
from tracker.models.ratings import RatingEntry
from tracker.models.readers import UseStatement
from tracker.models.record.versions import LibraryVersion, PersonVersion
from tracker.models.reviews.endorsements import Endorsement, EndorsementMove
from tracker.models.reviews.exceptions import LevelException, LevelExceptionMove
from tracker.models.reviews.reviews import (
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMove,
)
from tracker.models.rounds import CountedOutcome, FigureGroup, Round, RoundSnapshot, SnapshotPerson


class Seal(Base):
    """Append-only: what one transaction wrote of what belongs to one person, or to one library
    (rules/core/seals). `chain`: the person's id; of a library its id below zero; 0 notes the
    newest seals of the others. `sequence` counts from 1 without a gap. `covered`: rows with their
    commitments."""

    __tablename__ = "seals"
    __table_args__ = {"sqlite_with_rowid": False}

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    covered: Mapped[bytes]
    digest: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """What is sealed of a table's rows, and the way to whom they belong: each column names the row
    whose table has the next one, the last a person, or a library.

    `number` stands for the table in seals: it stays, and is never another table's. A row that
    `grows` is never written again, so the first of its seals counts, else the newest. A new column
    is added here only if it is empty in the rows that are there, or they are sealed anew.
    """

    number: int
    columns: tuple[str, ...]
    way: tuple[InstrumentedAttribute[int], ...]
    grows: bool = False
    of_library: bool = False


OF_ITEM = (ReviewItem.review_id, Review.learner_id)
SEALED_TABLES: dict[type[Base], SealedTable] = {
    RatingEntry: SealedTable(
        1,
        (
            "person_id",
            "skill_id",
            "statement_id",
            "version",
            "answer",
            "basis",
            "rated_at",
            "given_on",
        ),
        (RatingEntry.person_id,),
        grows=True,
    ),
    Review: SealedTable(
        2,
        (
            "learner_id",
            "reviewer_id",
            "team_id",
            "framework_id",
            "round_id",
            "status",
            "open",
            "sent_at",
            "revealed_at",
            "closed_at",
            "withdrawn_at",
        ),
        (Review.learner_id,),
    ),
    ReviewItem: SealedTable(
        3,
        (
            "review_id",
            "skill_id",
            "statement_id",
            "position",
            "status",
            "version",
            "digest",
            "learner_answer",
            "learner_answer_label",
            "learner_answer_description",
            "rated_at",
            "rating_version",
            "reviewer_answer",
            "ground",
            "answered_at",
            "revealed_at",
        ),
        OF_ITEM,
    ),
    ReviewItemText: SealedTable(
        4, ("learner_note", "reviewer_note"), (ReviewItemText.item_id, *OF_ITEM)
    ),
    ReviewItemEvidence: SealedTable(
        5, ("item_id", "version_id"), (ReviewItemEvidence.item_id, *OF_ITEM), grows=True
    ),
    ReviewMove: SealedTable(
        6,
        ("review_id", "item_id", "move", "actor_id", "before", "after", "moved_at"),
        (ReviewMove.review_id, Review.learner_id),
        grows=True,
    ),
    Endorsement: SealedTable(
        7,
        (
            "person_id",
            "skill_id",
            "statement_id",
            "endorser_id",
            "item_id",
            "answer",
            "digest",
            "rating_version",
            "status",
            "endorsed_at",
            "ended_at",
        ),
        (Endorsement.person_id,),
    ),
    EndorsementMove: SealedTable(
        8,
        ("endorsement_id", "actor_id", "before", "after", "moved_at"),
        (EndorsementMove.endorsement_id, Endorsement.person_id),
        grows=True,
    ),
    LevelException: SealedTable(
        9,
        (
            "person_id",
            "skill_id",
            "statement_id",
            "domain_id",
            "rank",
            "item_id",
            "proposer_id",
            "confirmer_id",
            "status",
            "proposed_at",
            "agreed_at",
            "ended_at",
        ),
        (LevelException.person_id,),
    ),
    LevelExceptionMove: SealedTable(
        10,
        ("exception_id", "actor_id", "before", "after", "moved_at"),
        (LevelExceptionMove.exception_id, LevelException.person_id),
        grows=True,
    ),
    PersonVersion: SealedTable(
        11,
        ("person_id", "slug", "framework_id", "moved_at", "moved_on", "moved_by_id"),
        (PersonVersion.person_id,),
        grows=True,
    ),
    Erasure: SealedTable(12, ("person_id", "opened_at", "closed_at"), (Erasure.person_id,)),
    EvidenceErasure: SealedTable(
        13,
        ("version_id", "erasure_id", "reason", "erased_at"),
        (EvidenceErasure.erasure_id, Erasure.person_id),
        grows=True,
    ),
    Person: SealedTable(
        14,
        (
            "library_id",
            "administrator",
            "operator",
            "framework_editor",
            "gives_second_opinions",
            "password_hash",
            "disabled_at",
            "removed_at",
        ),
        (Person.id,),
    ),
    Membership: SealedTable(
        15,
        ("person_id", "team_id", "role", "role_profile_id", "starts_on", "ends_on"),
        (Membership.person_id,),
    ),
    Library: SealedTable(
        16,
        (
            "time_zone",
            "review_days",
            "differences_days",
            "endorsement_months",
            "names_to_coordinators",
            "names_hidden_at",
            "invitation_days",
            "idle_minutes",
            "hr_email",
        ),
        (Library.id,),
        of_library=True,
    ),
    UseStatement: SealedTable(
        17,
        ("library_id", "version", "text", "published_at", "opens_statements"),
        (UseStatement.library_id,),
        grows=True,
        of_library=True,
    ),
    LibraryVersion: SealedTable(
        18,
        ("library_id", "slug", "framework_id", "set_at", "set_by_id"),
        (LibraryVersion.library_id,),
        grows=True,
        of_library=True,
    ),
    RoundSnapshot: SealedTable(
        19,
        ("round_id", "as_of", "made_at", "reconstructed", "facts"),
        (RoundSnapshot.round_id, Round.library_id),
        grows=True,
        of_library=True,
    ),
    SnapshotPerson: SealedTable(
        20,
        (
            "snapshot_id",
            "person_id",
            "framework_id",
            "jobs",
            "revealed",
            "reviewed",
            "not_met",
            "excepted",
        ),
        (SnapshotPerson.snapshot_id, RoundSnapshot.round_id, Round.library_id),
        grows=True,
        of_library=True,
    ),
    FigureGroup: SealedTable(
        21,
        ("round_id", "person_id", "team_id"),
        (FigureGroup.round_id, Round.library_id),
        grows=True,
        of_library=True,
    ),
    CountedOutcome: SealedTable(
        22,
        (
            "round_id",
            "team_id",
            "person_id",
            "slug",
            "domain_key",
            "voice",
            "state",
            "reviewed_at",
            "as_of",
            "is_implied",
        ),
        (CountedOutcome.round_id, Round.library_id),
        grows=True,
        of_library=True,
    ),
}


def table_with(column: InstrumentedAttribute[int]) -> type[Base]:
    model: type[Base] = inspect(column).parent.class_
    return model
