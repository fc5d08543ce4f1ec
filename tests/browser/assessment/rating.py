"""What the tests of rating ask of the page and of the database."""

import re
from typing import Any

from sqlalchemy import select

from tests.browser.conftest import Live, enter
from tests.client import PASSWORD
from tracker.db import db, session
from tracker.models import Rating, RatingEntry


def answers(live: Live, person: str = "ana") -> dict[int, str | None]:
    with live.app.app_context():
        rows = session().execute(
            select(Rating.statement_id, Rating.answer).where(
                Rating.person_id == live.world.people[person]
            )
        )
        found = {row.statement_id: row.answer for row in rows}
        db.session.remove()
    return found


def entries(live: Live) -> int:
    with live.app.app_context():
        found = len(session().scalars(select(RatingEntry.id)).all())
        db.session.remove()
    return found


def state(page: Any, statement_id: int) -> Any:
    return page.locator(f"#s-{statement_id} [data-save-state]")


def wait_for(page: Any, statement_id: int, words: str) -> None:
    """Where one statement stands alone, also of one that is not shown anymore."""
    said = state(page, statement_id).filter(has_text=re.compile(f"^{words}"))
    said.wait_for(state="attached")


def focused(page: Any) -> str:
    """The id of what has the focus."""
    return str(page.locator(":focus").get_attribute("id"))


def sign_out(page: Any) -> None:
    page.locator("#account-menu summary").click()
    page.locator("#account-menu").get_by_role("button", name="Sign out").click()


def sign_in(page: Any, email: str) -> None:
    enter(page, email, PASSWORD)
