"""The only writer of recovery codes."""

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tracker.models import RecoveryCode
from tracker.rules.accounts.tokens import new_recovery_code, recovery_hash


def renew(tx: Session, person_id: int, now: dt.datetime) -> str:
    """A new one in the place of any before it; only its digest is kept."""
    end(tx, person_id)
    code = new_recovery_code()
    tx.add(RecoveryCode(person_id=person_id, code_hash=recovery_hash(code), made_at=now))
    return code


def use(tx: Session, person_id: int, code: str) -> bool:
    """Whether it is theirs; it works once."""
    used = tx.scalars(
        delete(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == recovery_hash(code))
        .returning(RecoveryCode.person_id)
        .execution_options(synchronize_session=False)
    )
    return bool(used.all())


def end(tx: Session, person_id: int) -> None:
    tx.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.person_id == person_id)
        .execution_options(synchronize_session=False)
    )
