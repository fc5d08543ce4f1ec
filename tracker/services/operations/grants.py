"""The rights of the program's own role on PostgreSQL."""

from sqlalchemy import text

from tracker.db import own_engine, transaction
from tracker.models.triggers import grants
from tracker.rules.errors import Conflict, Missing

ROLE = text(
    "SELECT rolsuper OR pg_has_role(rolname, (SELECT relowner FROM pg_class "
    "WHERE oid = to_regclass('public.seals')), 'MEMBER') AS is_owner "
    "FROM pg_roles WHERE rolname = :role"
)


def statements(role: str) -> list[str]:
    """Raises Conflict("roles_unknown"): SQLite has none."""
    engine = own_engine()
    if engine.dialect.name != "postgresql":
        raise Conflict("roles_unknown")
    return list(grants(engine.dialect.identifier_preparer.quote(role)))


def give(role: str) -> None:
    """Give the role what it needs and take from it what it has beside, in one transaction.

    Raises as `statements` does, Missing: there is no such role, and Conflict("role_owns"): it owns
    the tables or is a superuser, whom rights do not bind.
    """
    wanted = statements(role)
    with transaction() as tx:
        found = tx.execute(ROLE, {"role": role}).one_or_none()
        if found is None:
            raise Missing
        if found.is_owner:
            raise Conflict("role_owns")
        for statement in wanted:
            tx.execute(text(statement))
