"""Which texts that are gone an erasure accounts for: only one that is in its person's chain of
seals."""

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import aliased

from tracker.models import Erasure, EvidenceErasure, ReviewItemEvidence, Seal

_SEAL, _PIECE, _VERSION = aliased(Seal), aliased(ReviewItemEvidence), aliased(EvidenceErasure)


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
