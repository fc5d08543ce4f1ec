"""An empty database."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def emptied(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
