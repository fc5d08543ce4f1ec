"""On every page of the demo each word is a translated one, somebody's data, or a framework's and in
its language.

No browser is asked; these stand here because the demo and the addresses of all its pages do.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from flask import Flask
from sqlalchemy import JSON, String, func, literal, select, text, update
from sqlalchemy.types import TypeDecorator

from tests.browser.atlas import PEOPLE, Place
from tests.browser.conftest import Site
from tests.client import Client
from tests.copies import PAGES, copy_pages, keep_pages
from tests.demo.people import load_cast
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.db import db
from tracker.models import Domain, Framework, Level, ScaleAnswer, Source, Statement, Strand
from tracker.record.versions import queries as versions_queries
from tracker.rules.names import first_name, short_name
from tracker.web.i18n import content_language
from tracker.web.i18n.content_language import START

VOID = {"meta", "link", "input", "br", "hr", "img", "rect", "line", "circle", "path", "use"}
SPEAKING = {"title", "alt", "aria-label", "aria-description", "placeholder", "data-words"}
OF_FRAMEWORKS = {
    Strand: ("title", "intro"),
    Level: ("name", "role_label"),
    Domain: ("title",),
    Statement: ("title", "text"),
    ScaleAnswer: ("label", "description"),
    Source: ("label", "name"),
    Framework: ("title",),
}


class Texts(HTMLParser):
    """What a page shows and says: text nodes with the language they stand in, and attributes that
    are read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.nodes: list[tuple[str, str, str]] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[tuple[str, str]] = [("", "")]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes += [(name, value) for name, value in attrs if value]
        if tag not in VOID:
            self.open.append((tag, given.get("lang") or self.open[-1][1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value) for name, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop()[0] == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        tag, lang = self.open[-1]
        if data.strip():
            self.nodes.append((tag, lang, " ".join(data.split())))


def pages(site: Site) -> Iterator[tuple[Place, str]]:
    """Every page but the style guide, whose people and statements are examples for developers."""
    for role, email in PEOPLE.items():
        client = Client(site.app)
        if email is not None:
            client.sign_in(email, load_cast().password)
        for place in site.places:
            if place.role == role and place.template != "styleguide.html":
                yield place, client.get(place.path).text


NO_TEXT = re.compile(r"[a-z_]*|[0-9a-f]{64}")
"""What the database calls a state or a kind ("sent") is a word of the program's, and no excuse for
one on a page; thousands of digests are on none."""


def texts(value: object) -> Iterator[str]:
    """Of a column, however deep they stand."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def stored(app: Flask) -> tuple[set[str], set[str]]:
    """Every text in the database: what people wrote (and what pages make of names), and what
    frameworks say."""
    written: set[str] = set()
    of_frameworks: set[str] = set()
    with app.app_context(), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            of = (
                of_frameworks
                if any(table is model.__table__ for model in OF_FRAMEWORKS)
                else written
            )
            for column in table.columns:
                kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
                if isinstance(kind, String | JSON):
                    for value in connection.scalars(select(column)):
                        of.update(
                            part
                            for text_of_it in texts(value)
                            for part in text_of_it.split("\n")
                            if not NO_TEXT.fullmatch(part)
                        )
        people = list(connection.scalars(text("select name from people")))
        profiles = list(connection.scalars(text("select name from role_profiles")))
    written |= {short for name in people for short in (first_name(name), short_name(name))}
    written |= {name.partition(" / ")[0] for name in profiles}
    return {" ".join(each.split()) for each in written}, {
        " ".join(of_framework.split()) for of_framework in of_frameworks
    }


NO_WORDS = re.compile(
    r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(January|February|March|April|May|June|July|August|September|October"
    r"|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
    r"|\b(AM|am|PM|pm)\b"  # dates stay English in the pseudo-languages
    r"|\b[A-Z]{1,3}-\d-\d\d\b"  # codes of statements
    r"|\b[0-9a-f]{12}\b|\b[0-9a-f]{16}\b"  # the beginning of a digest, and references of requests
    r"|\b[KMG]iB\b"  # units
    r"|\b(Chrome|Linux)\b"  # what somebody signed in with
    r"|\bskills-tracker@example\.org\b"  # the sender that a setting names
)
PLAIN = re.compile(r"[A-Za-z]{2,}")


class Data:
    """Takes out of a text what is in the database; what is left in plain letters was never
    translated."""

    def __init__(self, values: set[str]) -> None:
        self.values = values | {zone.replace("_", " ") for zone in available_timezones()}
        names = sorted(
            (value for value in values if len(value) < 120 and PLAIN.search(value)),
            key=len,
            reverse=True,
        )
        self.names = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))
        self.prose = "\n".join(values)
        self.known: dict[str, list[str]] = {}

    def left(self, shown: str) -> list[str]:
        if shown not in self.known:
            self.known[shown] = [] if shown in self.values else self._left(shown)
        return self.known[shown]

    def _left(self, shown: str) -> list[str]:
        """A beginning of a text, of four words or more, is known by the text that it is from."""
        rest = NO_WORDS.sub("", self.names.sub("", shown))
        runs = re.findall(r"[A-Za-z][^\W\d_’',.-]*(?:[\s’',.-]+[A-Za-z]+)*", rest)
        return [
            run
            for run in runs
            if PLAIN.search(run) and not (len(run.split()) > 3 and run in self.prose)
        ]


def untranslated(html: str, data: Data, everything: Data) -> list[str]:
    """Titles and attributes cannot say which of their words are a framework's. `pre` is typed as it
    is."""
    page = Texts(html)
    found = [
        (shown, data.left(shown))
        for tag, lang, shown in page.nodes
        if lang != "en" and tag not in ("title", "textarea", "pre")
    ]
    spoken = [shown for tag, _lang, shown in page.nodes if tag == "title"]
    for name, value in page.attributes:
        spoken += (
            [
                words
                for load in json.loads(value).values()
                for words in (load if isinstance(load, list) else [load])
            ]
            if name == "data-words"
            else [value]
            if name in SPEAKING
            else []
        )
    found += [(value, everything.left(re.sub(r"\{\w+\}", "", value))) for value in spoken]
    return [f"{shown!r}: {left}" for shown, left in found if left]


@pytest.fixture
def pseudo(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(site.app.config, "PSEUDO_LANGUAGE", "accented")


def test_every_word_goes_through_gettext(site: Site, pseudo: None) -> None:
    written, of_frameworks = stored(site.app)
    data, everything = Data(written), Data(written | of_frameworks)
    found = {str(place): untranslated(html, data, everything) for place, html in pages(site)}
    assert len(found) > 100
    assert {place: slips for place, slips in found.items() if slips} == {}


@pytest.mark.parametrize(
    "slip",
    [
        "<p>[Ŕááţééđ] by Ana Ruiz</p>",
        "<p title='late'>12</p>",
        "<title>Today – [Ťŕá]</title>",
        "<b>sent</b>",
    ],
)
def test_a_word_past_gettext_is_found(slip: str) -> None:
    data = Data({"Ana Ruiz", "Central Branch"})
    assert untranslated(slip, data, data) != []


def test_data_and_words_of_frameworks_are_left_alone() -> None:
    data, everything = (
        Data({"Ana Ruiz", "Kept the desk open on my own."}),
        Data({"Ana Ruiz", "Circulation"}),
    )
    page = """<title>[Ana Ruiz: þŕööƒîîļéé]</title><p>[ĝîîṽééñ by Mar 12]: Kept the desk open …</p>
      <p><span lang="en">Circulation</span> T-1-01</p><a aria-label="Circulation">1</a>"""
    assert untranslated(page.replace("by ", ""), data, everything) == []


MARKED = "\u0416"
"""A letter that no text of ours has: every word of the German framework begins with it."""


@pytest.fixture
def german(site: Site) -> Iterator[None]:
    """The framework of the demo as if it were in German; put back afterwards."""
    with site.app.app_context():
        keep_pages("demo", db.engine)
        with behind_the_guards() as tx:
            tx.execute(update(Framework).values(lang="de"))
            for model, columns in OF_FRAMEWORKS.items():
                for name in columns:
                    column = getattr(model, name)
                    words = literal(MARKED) + func.replace(column, " ", f" {MARKED}")
                    tx.execute(update(model).where(column != "").values({name: words}))
    versions_queries.READ.clear()
    yield
    with site.app.app_context():
        copy_pages("demo", db.engine)
        PAGES.pop("demo").close()
    versions_queries.READ.clear()


def astray(html: str) -> list[str]:
    """Words of the framework outside its language; marks and elements where no element can be."""
    page = Texts(html)
    found = [
        f"<{tag}> {shown!r}"
        for tag, lang, shown in page.nodes
        if MARKED in shown and lang != "de" and tag != "title"
    ]
    found += [f"<{tag}> {shown!r}" for tag, _lang, shown in page.nodes if "<span" in shown]
    found += [f"{name}={value!r}" for name, value in page.attributes if "<span" in value]
    return found + ["a mark is left"] * (START in html)


def test_words_of_a_framework_stand_in_its_language(site: Site, german: None) -> None:
    found, templates = {}, set()
    for place, html in pages(site):
        found[str(place)] = astray(html)
        if f'lang="de">{MARKED}' in html:
            templates.add(place.template)
    assert {place: faults for place, faults in found.items() if faults} == {}
    assert len(templates) > 20


def test_words_that_are_not_told_of_are_found(
    site: Site, german: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(site.app)
    client.sign_in(str(PEOPLE["learner"]), load_cast().password)
    with monkeypatch.context() as patch:
        patch.setattr(content_language, "mark", lambda words, *_of: words)
        assert len(astray(client.get("/profile").text)) > 20
    with monkeypatch.context() as patch:
        patch.setitem(site.app.jinja_env.filters, "in_lang", lambda words: words)
        assert len(astray(client.get("/profile").text)) > 20
