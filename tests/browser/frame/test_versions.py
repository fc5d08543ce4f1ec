"""A first version by keyboard alone: its draft, published by one act that asks once, hidden, shown
again, and withdrawn; each page whole at both widths, in light and dark."""

from itertools import product
from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.watch import barriers, sideways
from tests.client import PASSWORD
from tests.conftest import NOW
from tests.frameworks.files.test_shapes import shape
from tracker.administration.library.actions import set_framework_editor
from tracker.db import db
from tracker.frameworks.drafts.actions import import_framework

pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (make test-browser installs it)"
)
LIST = "/system/frameworks"


def test_a_first_version_by_keyboard_alone(live: Live, browser: Any) -> None:
    file, world = shape("spanish"), live.world
    with live.app.app_context():
        set_framework_editor(None, world.email("ana"), True, NOW)
        import_framework(file, NOW)
        db.session.remove()
    context = browser.new_context(
        base_url=live.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    ana, faults = Keyboard(page), list[str]()

    def looked_at() -> None:
        for width, scheme in product((1280, 390), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            faults.extend([*barriers(page), *sideways(page)])
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")

    def press(name: str) -> None:
        ana.follow(page.get_by_role("button", name=name, exact=True))

    ana.sign_in(world.email("ana"), PASSWORD)
    page.goto(LIST)
    looked_at()
    ana.follow(page.get_by_role("link", name=file.title))
    looked_at()
    ana.to(page.locator("summary", has_text=f"Publish {file.version}"))
    ana.press("Enter")
    assert "Publish 13 statements in 1 section?" in page.locator("main").inner_text()
    press("Publish it")
    ana.follow(page.get_by_role("link", name="Hide or withdraw it"))
    looked_at()
    press("Hide this version")
    looked_at()
    press("Show this version again")
    ana.to(page.locator("summary", has_text=f"Withdraw {file.version}"))
    ana.press("Enter")
    press("Withdraw it")
    assert "The version is withdrawn." in page.locator("main").inner_text()
    looked_at()
    assert ana.faults + faults == []
    context.close()
