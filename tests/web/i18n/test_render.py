"""What a template is given: rows with the words of frameworks marked, and nothing else changed."""

import ast
import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask_babel import lazy_gettext
from wtforms import Form, StringField

import tracker
from tracker.rules.core.wording import Wording
from tracker.web.i18n import content_language
from tracker.web.i18n.content_language import END, START, WORDS, mark, mark_language
from tracker.web.i18n.render import render

PROGRAM = Path(tracker.__file__).parent


class Level(NamedTuple):
    rank: int
    name: Wording


@dataclass(frozen=True, slots=True)
class Domain:
    key: str
    title: Wording
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    lang: str
    title: Wording
    domains: list[Domain] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """A piece that counts for statements of several frameworks."""

    lang: str | None
    title: Wording


@dataclass(frozen=True, slots=True)
class Shelf:
    domain: Domain
    other: Framework


class Picker:
    """No row."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain


def de(words: str) -> str:
    return f"{START}de{WORDS}{words}{END}"


@pytest.fixture
def given(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[str, Any]]]:
    """What the template gets of the values that a page hands over. The page is in English."""

    def values(lang: str = "", **of_page: object) -> dict[str, Any]:
        found: dict[str, Any] = {}
        monkeypatch.setattr(
            "tracker.web.i18n.render.render_template", lambda _name, **its: found.update(its)
        )
        render("page.html", lang=lang, **of_page)
        return found

    with app.test_request_context("/"):
        yield values


Given = Callable[..., dict[str, Any]]


def test_a_row_is_in_its_own_language_with_all_that_it_holds(given: Given) -> None:
    german = Framework("de", "Titel", [Domain("a", "Gebiet", (Level(1, "Stufe"),))])
    marked = Framework("de", de("Titel"), [Domain("a", de("Gebiet"), (Level(1, de("Stufe")),))])
    assert given(one=german)["one"] == marked
    assert given("fr", one=german)["one"] == marked
    assert given(some=[german, Framework("en", "Title")])["some"][0] == marked


def test_another_row_is_in_the_language_of_the_page(given: Given) -> None:
    domain = Domain("a", "Gebiet")
    shown = given("de", one=domain, some={1: [domain]}, pair=("Gebiet", domain))
    assert shown["one"] == Domain("a", de("Gebiet"))
    assert shown["some"] == {1: [Domain("a", de("Gebiet"))]}
    assert shown["pair"] == ("Gebiet", Domain("a", de("Gebiet")))
    assert given(one=domain)["one"] is domain


def test_a_row_within_another_keeps_its_own(given: Given) -> None:
    english = Framework("en", "Title")
    shown = given("de", shelf=Shelf(Domain("a", "Gebiet"), english))["shelf"]
    assert shown == Shelf(Domain("a", de("Gebiet")), english)
    assert shown.other is english


def test_a_row_that_names_no_language_is_in_that_of_the_page(given: Given) -> None:
    assert given("de", link=Link(None, "Titel"))["link"].title == de("Titel")
    assert given("de", link=Link("", "Titel"))["link"].title == de("Titel")
    assert given(link=Link("", "Titel"))["link"].title == "Titel"


def test_what_is_marked_stays(given: Given) -> None:
    once = given("de", one=Domain("a", "Gebiet"))["one"]
    assert given("de", one=once)["one"] is once
    assert given("fr", one=once)["one"] is once
    assert mark(f"{de('Gebiet')}, {de('Stufe')}", "de") == f"{de('Gebiet')}, {de('Stufe')}"


def test_what_is_no_row_of_a_framework_is_left_alone(given: Given) -> None:
    class Typed(Form):
        title = StringField()

    values = {
        "form": Typed(data={"title": "Gebiet"}),
        "picker": Picker(Domain("a", "Gebiet")),
        "words": lazy_gettext("Today"),
        "sentence": "Gebiet",
        "counts": Counter({"Gebiet": 1}),
        "named": {"Gebiet": lazy_gettext("Today")},
        "call": lambda: Domain("a", "Gebiet"),
        "kind": Domain,
        "nothing": None,
        "link": [Link("en", "Title")],
        "empty": Domain("a", ""),
    }
    for lang in ("", "en", "de"):
        shown = given(lang, **values)
        assert [name for name in values if shown[name] is not values[name]] == []


def test_in_the_language_of_the_page_nothing_is_copied_and_no_row_is_looked_into(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "one": Domain("a", "Domain", (Level(1, "Level"),)),
        "some": [Framework("en", "Title", [Domain("a", "Domain")])],
        "by_id": {1: [Domain("a", "Domain")]},
    }
    monkeypatch.setattr(content_language, "mark", lambda *_: pytest.fail("looked into a row"))
    shown = given("en", **values)
    assert all(shown[name] is value for name, value in values.items())
    assert mark_language(values["some"]) is values["some"]


def modules() -> Iterator[Any]:
    for walk_package in pkgutil.walk_packages(tracker.__path__, "tracker."):
        if not walk_package.name.startswith("tracker.models"):
            yield importlib.import_module(walk_package.name)


def test_the_fields_of_every_row_can_be_read() -> None:
    """A name that is imported for type checkers alone would stop a page in another language."""
    rows = {
        kind
        for module in modules()
        for _name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
        and (is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields")))
    }
    shapes = [content_language._shape(kind) for kind in rows]
    assert None not in shapes
    assert len([shape for shape in shapes if shape is not None and shape.wordings]) > 40


def called(tree: ast.AST) -> list[str]:
    """The names of the functions that are called there."""
    found = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    return [each.id for each in found if isinstance(each, ast.Name)]


COMPOSED = {
    "administration/exclusions/views.py": "a message names the statement",
    "administration/role_profiles/views.py": "labels of a form: domains, and levels to choose",
    "administration/rounds/views.py": "labels of a form: frameworks to choose",
    "assessment/ratings/pages.py": "a sentence names the answer saved elsewhere",
    "today/page/views.py": "sentences of the levels so far",
    "today/front/views.py": "labels of several frameworks, joined in one line",
    "today/page/pages.py": "sentences of Today",
    "evidence/pieces/views.py": "a message names the statement",
    "frameworks/changes/pages.py": "two versions side by side, each in its own language",
    "frameworks/drafts/pages.py": "sentences, figures, and labels of forms to choose from",
    "frameworks/drafts/views_preview.py": "a sentence names the framework",
    "web/http/framework_asked.py": "links in the frame of a page, which is given to no template",
    "notifications/notices/pages.py": "sentences about levels that fell",
    "profiles/profile/pages.py": "sentences of bars, of changes and of next steps",
    "reviews/batch/pages.py": "sentences name what stands on a screen, or can't be taken",
    "reviews/endorsements/pages.py": "sentences of the comparison",
    "reviews/endorsements/views.py": "a message names the statement",
    "reviews/differences/pages.py": "what can be chosen is named in sentences",
    "reviews/result/pages.py": "sentences about levels that moved",
    "teams/comparison/pages.py": "sentences name domains and levels",
    "teams/gaps/pages_filters.py": "labels of a filter: frameworks to choose",
    "teams/gaps/pages.py": "domains to sort by; rows of labels, for pages and files alike",
    "web/ui/drafts.py": "sentences name what was chosen",
    "web/ui/pdf.py": "rows of a document: there is no template to render",
    "teams/figures/pages.py": "sentences of what figures are of name the framework",
    "web/ui/statement_cards.py": "cards are put together without a template",
    "web/ui/statement_picker.py": "a picker is no row: it searches for words in what is not marked",
}
"""Where words of a framework are marked besides, and why: where Python puts them
into something before a template sees them."""


def test_templates_are_rendered_in_one_place() -> None:
    naming = [
        str(path.relative_to(PROGRAM))
        for path in sorted(PROGRAM.rglob("*.py"))
        if "render_template" in path.read_text()
    ]
    assert naming == ["web/i18n/render.py"]


def test_words_are_marked_by_hand_only_where_python_composes() -> None:
    found = {
        str(path.relative_to(PROGRAM))
        for path in sorted(PROGRAM.rglob("*.py"))
        if path.parent.name != "i18n"
        for name in called(ast.parse(path.read_text()))
        if name in ("mark", "mark_language")
    }
    assert found == COMPOSED.keys()


def test_a_call_is_found_however_it_stands() -> None:
    assert called(ast.parse("a(mark_language(b, c)).d\nx = {e: mark(f) for e in g}")) == [
        "a",
        "mark",
        "mark_language",
    ]
