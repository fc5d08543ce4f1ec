"""Every page in languages that are longer than English, and from right to left: nothing is cut off
or covered."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.atlas import PEOPLE, one_of_each
from tests.browser.checks import misplaced_texts
from tests.browser.conftest import Site
from tests.browser.watch import DRAWN, sideways
from tests.engines import LONG

WIDTHS = (1280, 390)
LANGUAGES = ["accented", "mirrored"]


@pytest.fixture(params=LANGUAGES)
def pseudo(site: Site, browser: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """The site in a pseudo-language. Who signs in does it before: the way in is found by English
    words."""
    for role in PEOPLE:
        site.someone(browser, role).close()
    site.app.config["PSEUDO_LANGUAGE"] = request.param
    yield request.param
    site.app.config["PSEUDO_LANGUAGE"] = ""


def test_every_template_can_be_read(site: Site, browser: Any, pseudo: str) -> None:
    """Each at one of both widths in one language and at the other in the other; in `make test-long`
    at both in both."""
    found = {}
    for role in PEOPLE:
        context = site.someone(browser, role)
        page = context.new_page()
        for turn, place in enumerate(one_of_each(site.places), LANGUAGES.index(pseudo)):
            if place.role == role:
                page.goto(place.path)
                assert page.locator("html").get_attribute("dir") == (
                    "rtl" if pseudo == "mirrored" else "ltr"
                )
                for width in WIDTHS if LONG else [WIDTHS[turn % 2]]:
                    page.set_viewport_size({"width": width, "height": 900})
                    page.evaluate(DRAWN)
                    found[f"{place} at {width}"] = [*sideways(page), *misplaced_texts(page)]
        context.close()
    assert len(found) > 80
    assert {place: faults for place, faults in found.items() if faults} == {}
