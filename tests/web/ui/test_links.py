"""An address from outside is a link only where a browser goes somewhere with it, whatever the
database holds."""

from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

CHIP = '{% from "_macros/statements.html" import chip %}{{ chip(address) }}'


@pytest.mark.parametrize(
    ("href", "is_link"),
    [
        ("https://example.org/a", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt://example.org/%0aalert(1)", False),
        ("data:text/html,x", False),
        ("", False),
        (None, False),
    ],
)
def test_a_source_is_linked_where_it_leads_somewhere(
    migrated_app: Flask, href: str | None, is_link: bool
) -> None:
    address = SimpleNamespace(label="O*NET", name="The name", href=href)
    with migrated_app.test_request_context():
        shown = render_template_string(CHIP, address=address)
    assert "The name" in shown
    assert ("href" in shown) == is_link
    assert "javascript" not in shown.lower()
