"""Whatever a use case here wrote is sealed, also what it wrote past the session's own objects."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tracker.db import session
from tracker.operations.checks import queries_record as record_check


@pytest.fixture(autouse=True)
def _all_is_sealed(app: Flask) -> Iterator[None]:
    yield
    with app.app_context():
        session().rollback()
        assert [str(found) for found in record_check.of_own()] == []
