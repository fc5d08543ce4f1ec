"""Frameworks of other shapes by keyboard alone: rated, judged, and looked at in each width."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.assessment.rating import wait_for
from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.watch import barriers, sideways
from tests.client import PASSWORD
from tests.engines import LONG
from tests.factories.frameworks import learn_in, scale_of
from tests.factories.sides import actor
from tests.frameworks.files.test_shapes import SHAPES
from tracker.db import db, session
from tracker.frameworks.versions.rules import shortcut
from tracker.models import Rating, ReviewItem, Statement
from tracker.reviews.review import actions as review_actions

pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (make test-browser installs it)"
)

A_SCREEN = 6
"""So many statements are judged by keyboard."""


def at_length(*shapes: str) -> list[object]:
    """All of them, these in `make test-long` alone: others go the same way."""
    marked = [pytest.param(name, marks=pytest.mark.longest) for name in shapes]
    return [name for name in SHAPES if name not in shapes] + marked


@pytest.mark.parametrize("shape", at_length("five-levels", "no-levels", "spanish"))
def test_it_is_rated_and_judged_by_keyboard_alone(live: Live, browser: Any, shape: str) -> None:
    world = live.world
    with live.app.app_context():
        file = learn_in(world, shape)
        order = (
            session()
            .scalars(
                select(Statement.id)
                .where(Statement.framework_id == world.framework_id)
                .order_by(Statement.position)
            )
            .all()
        )
        db.session.remove()
    scale = scale_of(file)
    keys = {key: shortcut(key, scale.step(key)) for key in scale.own}
    context = browser.new_context(base_url=live.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    ana = Keyboard(page)
    ana.sign_in(world.email("ana"), PASSWORD)
    page.goto("/assess")
    ana.to(page.locator("#first-open"))
    ana.press("Enter")
    for at, statement_id in enumerate(order):
        page.locator(f"#s-{statement_id} input[name^=answer]:focus").wait_for()
        ana.press(keys[scale.own[at % len(scale.own)]])
        wait_for(page, statement_id, "Saved|Saving")
        if page.locator("[data-way-on]:focus").count():
            ana.press("Enter")
    page.get_by_role("heading", name=f"You’ve rated all {len(order)} statements").wait_for()
    with live.app.app_context():
        given = session().execute(select(Rating.statement_id, Rating.answer)).all()
        sue = actor(world, "sue")
        review_id = review_actions.send(
            actor(world, "ana"), sue.person_id, list(order[:A_SCREEN]), world.now
        )
        db.session.remove()
    assert {row.statement_id: row.answer for row in given} == {
        statement_id: scale.own[at % len(scale.own)] for at, statement_id in enumerate(order)
    }
    judged = browser.new_context(
        base_url=live.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = judged.new_page()
    sue_ = Keyboard(page)
    sue_.sign_in(world.email("sue"), PASSWORD)
    page.goto(f"/reviews/{review_id}/screen/1")
    card = page.locator("[data-statement]").first
    first = card.get_attribute("data-statement")
    sue_.to(card.locator("input[type=radio]").first)
    sue_.press(str(len(scale.graded)))
    sue_.press("a")
    for _tenth in range(100):
        if (found := _judged(live, int(str(first)))) != (None, None):
            break
        page.wait_for_timeout(100)
    assert found == (list(scale.graded)[-1], "saw_it")
    assert ana.faults + sue_.faults == []
    context.close()
    judged.close()


@pytest.mark.parametrize("shape", SHAPES)
def test_its_pages_are_whole(live: Live, browser: Any, shape: str) -> None:
    """At one of both widths, in turn; in `make test-long` at both."""
    widths = (1280, 390) if LONG else [(1280, 390)[[*SHAPES].index(shape) % 2]]
    world = live.world
    with live.app.app_context():
        file = learn_in(world, shape)
        db.session.remove()
    strand = file.strands[0]
    domain = strand.domains[0]
    places = {
        "ana": (
            f"/assess/{file.slug}/{strand.key}/{domain.key}",
            f"/assess/{file.slug}/{strand.key}/{domain.key}/grid",
            "/profile",
            f"/profile/{domain.key}",
        ),
        "cora": (f"/teams/{world.teams['central']}/gaps",),
        "adam": ("/admin/role-profiles",),
    }
    found = {}
    for name, addresses in places.items():
        context = browser.new_context(base_url=live.url)
        page = context.new_page()
        Keyboard(page).sign_in(world.email(name), PASSWORD)
        for address, width in product(addresses, widths):
            page.set_viewport_size({"width": width, "height": 900})
            response = page.goto(address)
            assert response.status == 200, address
            found[address, width] = [*barriers(page), *sideways(page)]
        context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def _judged(live: Live, item_id: int) -> tuple[str | None, str | None]:
    with live.app.app_context():
        item = session().get_one(ReviewItem, item_id)
        found = (item.reviewer_answer, item.ground)
        db.session.remove()
    return found
