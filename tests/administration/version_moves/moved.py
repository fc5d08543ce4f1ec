"""Who is moved to a version and home again, and what is wrong then."""

import datetime as dt

from tracker.db import session
from tracker.operations.checks import (
    queries as checks_queries,
    queries_record as checks_queries_record,
)

MINUTE = dt.timedelta(minutes=1)


def faults() -> list[str]:
    session().rollback()
    connection = session().connection()
    found = [*checks_queries_record.findings(connection)]
    found += checks_queries.broken(connection, checks_queries.contents(connection), ())
    return [f"{each.code} {each.what}" for each in found]
