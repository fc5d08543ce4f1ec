"""Words of a framework on a page in another language: marked in rows, printed in spans."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, NamedTuple

import pytest
from flask import Flask, render_template_string
from flask_babel import gettext, lazy_gettext
from sqlalchemy import update
from wtforms import Form, SelectField

from tests.client import Client
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Framework, Person
from tracker.rules.core.wording import OF_A_FRAMEWORK, Wording
from tracker.web.i18n.content_language import (
    END,
    START,
    WORDS,
    beginning,
    mark,
    mark_language,
    plain,
)
from tracker.web.ui.fields import choices, grouped


class Short(NamedTuple):
    key: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Inner:
    key: str
    levels: tuple[tuple[int, Wording], ...]


@dataclass(frozen=True, slots=True)
class Row:
    lang: str
    title: Wording
    note: str
    also: Wording | None
    about: Annotated[Mapping[str, Any], OF_A_FRAMEWORK]
    inner: list[Inner]
    short: Short


ROW = Row(
    "de",
    "Titel",
    "a note",
    None,
    {"a": ["b"], "n": 1},
    [Inner("key", ((1, "Stufe"),))],
    Short("k", "St"),
)


def de(words: str) -> str:
    return f"{START}de{WORDS}{words}{END}"


@pytest.fixture
def in_a_request(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def test_only_the_words_of_the_framework_are_marked(in_a_request: None) -> None:
    assert mark_language(ROW, "de") == Row(
        "de",
        de("Titel"),
        "a note",
        None,
        {"a": [de("b")], "n": 1},
        [Inner("key", ((1, de("Stufe")),))],
        Short("k", de("St")),
    )


def test_where_the_languages_are_the_same_nothing_happens(in_a_request: None) -> None:
    english, inner = replace(ROW, lang="en"), ROW.inner
    assert mark_language(english, "en") is english
    assert mark_language(inner, "en") is inner
    assert mark("Title", "en") == "Title"


def test_rows_of_several_frameworks_have_each_its_own(in_a_request: None) -> None:
    english = Row("en", "Title", "", None, {}, [], Short("", ""))
    assert [row.title for row in mark_language([ROW, english])] == [de("Titel"), "Title"]


def test_a_beginning_is_in_the_language_too(in_a_request: None) -> None:
    assert beginning(de("Stufe"), 2) == de("St")
    assert beginning("Level", 2) == "Le"
    assert plain(f"{de('Titel')} of 3") == "Titel of 3"


TITLE = de("Titel & <b>mehr</b>")


@pytest.mark.parametrize(
    ("template", "html"),
    [
        (
            "<p>{{ t | in_lang }}</p>",
            '<p><span lang="de">Titel &amp; &lt;b&gt;mehr&lt;/b&gt;</span></p>',
        ),
        ("<p>{{ _('About %(s)s.', s=s) }}</p>", '<p>About <span lang="de">Stufe</span>.</p>'),
        (
            "<p>{{ said | in_lang }}</p>",
            '<p>On <span lang="de">Titel &amp; &lt;b&gt;mehr&lt;/b&gt;</span></p>',
        ),
        (
            "<p>{{ ['&', s] | join(' ') | in_lang }}</p>",
            '<p>&amp; <span lang="de">Stufe</span></p>',
        ),
        (
            '<a aria-label="{{ t | plain }}: 3">3</a>',
            '<a aria-label="Titel &amp; &lt;b&gt;mehr&lt;/b&gt;: 3">3</a>',
        ),
        (
            "<a aria-label=\"{{ _('About %(t)s.', t=t) | plain }}\">3</a>",
            '<a aria-label="About Titel &amp; &lt;b&gt;mehr&lt;/b&gt;.">3</a>',
        ),
        ("<option{{ s | option_lang | xmlattr }}>", '<option lang="de">'),
        ("<option{{ said | option_lang | xmlattr }}>", "<option>"),
        ("{{ ours | in_lang }}{{ ours | plain }}{{ 3 | in_lang }}", "TodayToday3"),
        ("<p>{{ rtl | in_lang }}</p>", '<p><span lang="he" dir="rtl">רמה</span></p>'),
        ("<p>{{ odd | in_lang }}</p>", '<p><span lang="zz-odd" dir="auto">x</span></p>'),
        ("<p>{{ '&' | in_lang('de') }}</p>", '<p><span lang="de">&amp;</span></p>'),
        (
            "<p>{{ s | in_lang('he') }}{{ 'x' | in_lang('en') }}</p>",
            '<p><span lang="de">Stufe</span>x</p>',
        ),
    ],
)
def test_each_place_gets_what_it_can_hold(in_a_request: None, template: str, html: str) -> None:
    given = {
        "t": TITLE,
        "s": de("Stufe"),
        "said": gettext("On %(title)s", title=TITLE),
        "ours": lazy_gettext("Today"),
        "rtl": mark("רמה", "he"),
        "odd": mark("x", "zz-odd"),
    }
    assert render_template_string(template, **given) == html


def test_an_option_says_the_language_of_its_label(in_a_request: None) -> None:
    class Chosen(Form):
        level = SelectField(
            choices=[
                *choices([("", "All"), (1, de("Stufe"))]),
                *grouped({de("Teil"): [(2, "Two")]}),
            ]
        )

    assert str(Chosen().level()) == (
        '<select id="level" name="level"><option value="">All</option>'
        '<option lang="de" value="1">Stufe</option>'
        '<optgroup label="Teil"><option value="2">Two</option></optgroup></select>'
    )


@pytest.mark.parametrize(
    "typed",
    [
        START,
        f"{END}{WORDS}{START}",
        f"{START}zz{WORDS}x{END}",
        f"{START}de{WORDS}{START}fr{WORDS}x{END}{END}",
        f'{START}"onclick="x{WORDS}x{END}',
        f"{START}de{WORDS}<script>{END}",
    ],
)
def test_marks_that_somebody_typed_break_nothing(
    app: Flask, world: World, sign_in: Callable[[str], Client], typed: str
) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(
            update(Person).where(Person.id == world.people["ana"]).values(name=f"Ana {typed}")
        )
    page = sign_in("ana@example.org").get("/account").text
    assert "onclick=" not in page.replace("&#34;onclick=", "")
    assert "<script>" not in page
    assert page.count("<span") == page.count("</span>")


def test_the_language_of_a_framework_shows_only_where_it_is_another(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    client = sign_in("ana@example.org")
    assert "lang=" not in client.get("/profile").text.replace("<html lang=", "")
    with app.app_context(), transaction() as tx:
        tx.execute(update(Framework).values(lang="de"))
    assert '<span lang="de">Communication</span>' in client.get("/profile").text
