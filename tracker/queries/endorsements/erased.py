"""Which texts that are gone an erasure accounts for: only one that is in its person's chain of
seals. Copies of before there were seals have only the erasure."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, inspect, select
from sqlalchemy.orm import Session, aliased

from tracker.models import Erasure, EvidenceErasure, ReviewItemEvidence, Seal

_SEAL, _PIECE, _VERSION = aliased(Seal), aliased(ReviewItemEvidence), aliased(EvidenceErasure)


def has_seals(source: Session | Connection) -> bool:
    return isinstance(source, Session) or inspect(source).has_table(Seal.__tablename__)


def has_evidence_erasures(source: Session | Connection) -> bool:
    name = EvidenceErasure.__tablename__
    return isinstance(source, Session) or inspect(source).has_table(name)


def is_sealed(table: str, row_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    return select(_SEAL.id).where(_SEAL.source == table, _SEAL.row_id == row_id).exists()


def item_was_erased(item_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether evidence that went with that item was erased, and its texts with it."""
    return (
        select(_PIECE.id)
        .join(_VERSION, _VERSION.version_id == _PIECE.version_id)
        .where(
            _PIECE.item_id == item_id,
            is_sealed(Erasure.__tablename__, _VERSION.erasure_id),
            is_sealed(EvidenceErasure.__tablename__, _VERSION.version_id),
        )
        .exists()
    )
