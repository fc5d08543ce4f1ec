"""Forms whose text is kept: which they are, and their markup with what was typed. That no form with
a text area is without a draft is asked of every page that any test fetches (tests/client.py)."""

import re
from collections.abc import Iterable

import pytest
from flask import Flask
from markupsafe import Markup

from config import ROOT
from tracker.rules.drafts import RATING
from tracker.web.ui.drafts import DRAFT_FORMS
from tracker.web.ui.filling import filled

NAMED = re.compile(r'draft_of\(["\']([a-z_.]+)["\']')
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def named(templates: Iterable[str]) -> set[str]:
    return {name for text in templates for name in NAMED.findall(text)}


def test_the_forms_with_drafts_are_those_of_the_templates_and_go_where_they_say(
    migrated_app: Flask,
) -> None:
    assert named(path.read_text() for path in TEMPLATES) == DRAFT_FORMS.keys() - {RATING}
    posts = {
        rule.endpoint
        for rule in migrated_app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }
    assert DRAFT_FORMS.keys() <= posts


def test_a_form_that_is_named_otherwise_is_found() -> None:
    assert named(['{% call drafted(draft_of("reviews.other", item.id)) %}']) == {"reviews.other"}


def test_no_form_of_somebody_signed_out_has_drafts() -> None:
    assert not {name for name in DRAFT_FORMS if name.startswith(("accounts.", "invitations."))}


FORM = """<form action="/a" method="post"><input type="hidden" name="version" value="3">
<input class="c" type="text" name="title" value="before &amp; after" maxlength="9">
<input name="day" type="date"/><input type="password" name="secret" value=""><input type="search" name="find" value="x">
<textarea name="text" rows="2">
old &lt;text&gt;</textarea><textarea name="other">stays &amp; stays</textarea>
<input type="checkbox" name="box" value="1" checked><input type="checkbox" name="box" value="2">
<input type="radio" name="answer" value="a" checked="checked"><input type="radio" name="answer" value="b">
<select name="who"><option value="1" selected>One</option><option value="2">Two</option></select>
<select name="left"><option value="1" selected>One</option></select>
<!-- said --><button type="submit" name="do" value="save">Save&nbsp;it</button></form>"""


def test_every_control_gets_what_was_typed_and_nothing_else_changes() -> None:
    fields = (
        ("title", 'a "quoted" <title>'),
        ("day", "2026-03-02"),
        ("text", "line\n</textarea><script>"),
        ("box", "2"),
        ("answer", "b"),
        ("who", "2"),
        ("version", "9"),
        ("secret", "no"),
        ("find", "no"),
        ("do", "no"),
    )
    expected = FORM
    for before, after in (
        (
            ' value="before &amp; after" maxlength="9">',
            ' maxlength="9" value="a &#34;quoted&#34; &lt;title&gt;">',
        ),
        ('type="date"/>', 'type="date" value="2026-03-02">'),
        ("\nold &lt;text&gt;</textarea>", "line\n&lt;/textarea&gt;&lt;script&gt;</textarea>"),
        (
            'value="1" checked><input type="checkbox" name="box" value="2">',
            'value="1"><input type="checkbox" name="box" value="2" checked>',
        ),
        (
            'value="a" checked="checked"><input type="radio" name="answer" value="b">',
            'value="a"><input type="radio" name="answer" value="b" checked>',
        ),
        (
            '<option value="1" selected>One</option><option value="2">',
            '<option value="1">One</option><option value="2" selected>',
        ),
    ):
        assert before in expected
        expected = expected.replace(before, after, 1)
    assert filled(Markup(FORM), fields) == expected


@pytest.mark.parametrize("fields", [(), (("title", "before & after"),)])
def test_what_is_not_typed_stays_but_for_the_boxes(fields: tuple[tuple[str, str], ...]) -> None:
    came = filled(FORM, fields)
    assert 'name="other">stays &amp; stays</textarea>' in came
    assert 'value="before &amp; after"' in came
    assert " checked" not in came
    assert came.count(" selected") == 2
