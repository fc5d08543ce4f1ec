"""The public page of frameworks of any shape: what is there is shown, and nothing of what is
not."""

import html
import json
import re

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.frameworks.files.test_shapes import SHAPES, SMALLEST, shape
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.files.rules_reading import read_framework


def page_of(app: Flask, client: Client, file: FrameworkFile) -> str:
    with app.app_context():
        first_version(file, NOW)
    response = client.get(f"/frameworks/{file.slug}/")
    assert response.status_code == 200
    return html.unescape(response.text)


def headings(page: str) -> list[str]:
    """What each heading says."""
    found = re.findall(r"<h([1-6])\b[^>]*>(.*?)</h\1>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", words).split()) for _, words in found]


@pytest.mark.parametrize("name", SHAPES)
def test_all_of_it_is_on_the_page(app: Flask, client: Client, name: str) -> None:
    file = shape(name)
    page = page_of(app, client, file)
    answers = [text for one in file.scale for text in (one.label, one.description)]
    texts = [
        text
        for strand in file.strands
        for domain in strand.domains
        for one in domain.statements
        for text in (domain.title, one.title, one.text)
    ]
    asked = [file.about["scale"]["question"], file.about["scale"]["help"]]
    assert [text for text in [file.title, *asked, *answers, *texts] if text not in page] == []


@pytest.mark.parametrize("name", SHAPES)
def test_levels_are_named_once_in_each_domain_and_never_empty(
    app: Flask, client: Client, name: str
) -> None:
    file = shape(name)
    page = page_of(app, client, file)
    assert "" not in headings(page)
    levels = re.findall(r'<h\d class="framework-level"[^>]*><span>(.*?)</span>', page)
    shown = [re.sub(r"<[^>]*>", "", level) for level in levels]
    assert shown == [
        level.name
        for strand in file.strands
        for domain in strand.domains
        for level in strand.levels
        if level.name != strand.title and any(one.rank == level.rank for one in domain.statements)
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_its_words_keep_their_language(app: Flask, client: Client, name: str) -> None:
    file = shape(name)
    page = page_of(app, client, file)
    statement = file.strands[0].domains[0].statements[0]
    direction = ' dir="rtl"' if file.lang == "ar" else ""
    marked = f'<b><span lang="{file.lang}"{direction}>{statement.title}</span></b>'
    assert (marked in page) == (file.lang != "en")
    assert f"<b>{statement.title}</b>" in page or marked in page


def test_nothing_is_shown_of_what_a_file_does_not_have(app: Flask, client: Client) -> None:
    page = page_of(app, client, read_framework(json.dumps(SMALLEST)))
    assert headings(page) == ["Smallest", "One", "The answers", "Versions", "Suggest a correction"]
    assert 'href="#sources"' not in page
    assert "Published by" not in page
    assert "A chip after a statement" not in page
    assert not re.search(r"<(p|span|b|dd|dt|li|ul|ol|dl)(?: [^>]*)?>\s*</\1>", page)


def test_keys_with_dashes_are_places_of_their_own(app: Flask, client: Client) -> None:
    """The client finds an id that stands twice on a page."""
    data = json.loads(json.dumps(SMALLEST))
    first = data["strands"][0] | {"key": "a"}
    for number, (strand, domains) in enumerate({"a": ("b-c", "b"), "a-b": ("c", "d")}.items()):
        made = json.loads(json.dumps(first)) | {"key": strand, "title": strand}
        domain = made["domains"][0]
        made["domains"] = [
            json.loads(json.dumps(domain)) | {"key": key, "title": key} for key in domains
        ]
        for at, each in enumerate(made["domains"]):
            each["statements"][0] |= {
                "code": f"X-{number}-{at}",
                "uuid": f"00000000-0000-4000-8000-0000000000{number}{at}",
            }
        data["strands"] = [made] if number == 0 else [*data["strands"], made]
    page = page_of(app, client, read_framework(json.dumps(data)))
    assert 'id="domain-a--b-c"' in page
    assert 'id="domain-a-b--c"' in page


def test_the_largest_scale_and_the_most_levels(app: Flask, client: Client) -> None:
    data = json.loads(json.dumps(SMALLEST))
    first, *others = data["scale"]["answers"]
    grades = [first | {"key": f"grade_{at}", "label": f"Grade {at}"} for at in range(1, 7)]
    data["scale"]["answers"] = [*grades, *others]
    strand = data["strands"][0]
    strand["levels"] = [{"rank": rank, "name": f"Step {rank}"} for rank in range(1, 10)]
    one = strand["domains"][0]["statements"][0]
    strand["domains"][0]["statements"] = [
        one
        | {"code": f"ONE-{rank}", "rank": rank, "uuid": f"{one['uuid'][:-1]}{rank}"}
        | {"title": f"Title {rank}"}
        for rank in range(1, 10)
    ]
    page = page_of(app, client, read_framework(json.dumps(data)))
    assert [words for words in headings(page) if words.startswith("Step")] == [
        f"Step {rank} 1 statement" for rank in range(1, 10)
    ]
    assert page.count("<dt>Grade ") == 6
