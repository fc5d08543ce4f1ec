"""A batch of thirty statements in a browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.conftest import Live
from tracker.db import db, session
from tracker.models import ReviewItem, Statement

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")


expect = sync_api.expect


Visit = Callable[..., Any]


EACH = 10


LEVELS = 3


def said(live: Live, review_id: int) -> list[tuple[str, str | None, str | None]]:
    """Status, answer and ground, in the order of the screens."""
    with live.app.app_context():
        rows = session().execute(
            select(ReviewItem.status, ReviewItem.reviewer_answer, ReviewItem.ground)
            .join(Statement, Statement.id == ReviewItem.statement_id)
            .where(ReviewItem.review_id == review_id)
            .order_by(Statement.rank, ReviewItem.position)
        )
        found = [(row.status, row.reviewer_answer, row.ground) for row in rows]
        db.session.remove()
    return found


def first_card(page: Any) -> Any:
    return page.locator("[data-statement]").first


def state(page: Any, words: str) -> Any:
    return page.locator("[data-save-state]").filter(has_text=re.compile(f"^{words}")).first


def footer(page: Any, words: str) -> Any:
    return page.locator("[data-page-state]").filter(has_text=re.compile(f"^{words}$"))
