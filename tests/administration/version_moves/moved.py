"""Who is moved to a version and home again, and what is wrong then."""

import datetime as dt

from tracker.db import session
from tracker.operations.checks import queries as invariants, queries_record as record_check

MINUTE = dt.timedelta(minutes=1)


def faults() -> list[str]:
    session().rollback()
    connection = session().connection()
    found = [*record_check.findings(connection)]
    found += invariants.broken(connection, invariants.contents(connection), ())
    return [f"{each.code} {each.what}" for each in found]
