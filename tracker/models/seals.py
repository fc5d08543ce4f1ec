"""The seals of the record's rows, and which rows are sealed."""

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Index, String, inspect
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.audit import Erasure
from tracker.models.columns import Id, parent
from tracker.models.erasures import EvidenceErasure
from tracker.models.ratings import RatingEntry
from tracker.models.record.versions import PersonVersion
from tracker.models.reviews.endorsements import Endorsement, EndorsementMove
from tracker.models.reviews.exceptions import LevelException, LevelExceptionMove
from tracker.models.reviews.reviews import (
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMove,
)


class Seal(Base):
    """Append-only: what a row of `source` said when it was last written (rules/operations/seals).
    It stands in the chain of a person or of a review, in the order of `id`."""

    __tablename__ = "seals"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (review_id IS NULL)", name="of_one_chain"),
        Index("ix_seals_person", "person_id", "id"),
        Index("ix_seals_review", "review_id", "id"),
        Index("ix_seals_row", "source", "row_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(parent("people.id"))
    review_id: Mapped[int | None] = mapped_column(parent("reviews.id"))
    source: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int]
    commitment: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class SealedTable:
    """What is sealed of a table's rows, and the column that leads to their chain: a person's, a
    review's, or that of the row of `through` which it names.

    A row that `grows` is never written again, so the first of its seals counts, else the newest. A
    new column is added here only if it is empty in the rows that are there, or they are sealed
    anew.
    """

    columns: tuple[str, ...]
    by: str
    through: type[Base] | None = None
    of_review: bool = False
    grows: bool = False


SEALED_TABLES: dict[type[Base], SealedTable] = {
    RatingEntry: SealedTable(
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
        "person_id",
        grows=True,
    ),
    Review: SealedTable(
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
        "id",
        of_review=True,
    ),
    ReviewItem: SealedTable(
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
        "review_id",
        of_review=True,
    ),
    ReviewItemText: SealedTable(("learner_note", "reviewer_note"), "item_id", ReviewItem),
    ReviewItemEvidence: SealedTable(("item_id", "version_id"), "item_id", ReviewItem, grows=True),
    ReviewMove: SealedTable(
        ("review_id", "item_id", "move", "actor_id", "before", "after", "moved_at"),
        "review_id",
        of_review=True,
        grows=True,
    ),
    Endorsement: SealedTable(
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
        "person_id",
    ),
    EndorsementMove: SealedTable(
        ("endorsement_id", "actor_id", "before", "after", "moved_at"),
        "endorsement_id",
        Endorsement,
        grows=True,
    ),
    LevelException: SealedTable(
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
        "person_id",
    ),
    LevelExceptionMove: SealedTable(
        ("exception_id", "actor_id", "before", "after", "moved_at"),
        "exception_id",
        LevelException,
        grows=True,
    ),
    PersonVersion: SealedTable(
        ("person_id", "slug", "framework_id", "moved_at", "moved_on", "moved_by_id"),
        "person_id",
        grows=True,
    ),
    Erasure: SealedTable(("person_id", "opened_at", "closed_at"), "person_id"),
    EvidenceErasure: SealedTable(
        ("version_id", "erasure_id", "reason", "erased_at"), "erasure_id", Erasure, grows=True
    ),
}


def key_of(model: type[Base]) -> str:
    """The column that numbers the rows of a sealed table."""
    (key,) = inspect(model).primary_key
    return str(key.key)
