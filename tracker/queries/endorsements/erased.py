"""Which texts that are gone an erasure accounts for: only one that is in its person's chain of
seals. Copies of before there were seals have only the erasure."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, inspect, select
from sqlalchemy.orm import Session, aliased

from tracker.models import Erasure, EvidenceErasure, ReviewItemEvidence, Seal


def has_seals(source: Session | Connection) -> bool:
    return isinstance(source, Session) or inspect(source).has_table(Seal.__tablename__)


def has_evidence_erasures(source: Session | Connection) -> bool:
    name = EvidenceErasure.__tablename__
    return isinstance(source, Session) or inspect(source).has_table(name)


def is_sealed(table: str, row_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    seal = aliased(Seal)
    return select(seal.id).where(seal.source == table, seal.row_id == row_id).exists()


def item_was_erased(item_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether evidence that went with that item was erased, and its texts with it."""
    piece, version = aliased(ReviewItemEvidence), aliased(EvidenceErasure)
    return (
        select(piece.id)
        .join(version, version.version_id == piece.version_id)
        .where(
            piece.item_id == item_id,
            is_sealed(Erasure.__tablename__, version.erasure_id),
            is_sealed(EvidenceErasure.__tablename__, version.version_id),
        )
        .exists()
    )
