"""What is stored of evidence: rows, and files on the disk."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tracker.db import db
from tracker.evidence.pieces import queries as pieces_queries
from tracker.policy.permissions import Actor
from tracker.queries.asking import ask
from tracker.rules.errors import Refusal

Somebody = Callable[[str], Actor]


def rows(*models: type) -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code


def linked(person_id: int, *statement_ids: int) -> dict[int, int]:
    """How many pieces count for each of these statements, for those that have any."""
    found = ask(pieces_queries.for_statements(person_id, statement_ids))
    return {statement_id: len(pieces) for statement_id, pieces in found.items()}
