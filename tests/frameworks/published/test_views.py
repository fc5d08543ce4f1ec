"""The public framework page, from the file to the reader, and a suggestion from the reader to the
administrator."""

import csv
import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.frameworks import first_version
from tests.factories.world import World
from tests.frameworks.published.pages import PAGE, words
from tests.reading import plain
from tracker.administration.library.actions import set_operator
from tracker.frameworks.drafts.actions import import_framework, publish
from tracker.frameworks.files.rules import FrameworkFile, StrandInFile


def item(response: TestResponse, code: str) -> str:
    """The markup of one statement."""
    found = re.search(
        rf'<li class="framework-statement" id="{code}">.*?</li>', response.text, re.DOTALL
    )
    assert found is not None, code
    return html.unescape(found.group())


def test_every_statement_is_there_with_its_level_and_chips(
    client: Client, published: FrameworkFile
) -> None:
    response = client.get(PAGE)
    sources = {source.key: source for source in published.sources}
    assert response.text.count('class="framework-statement"') == 137
    for strand in published.strands:
        for domain in strand.domains:
            for statement in domain.statements:
                shown = item(response, statement.code)
                assert f"<b>{statement.title}</b> — <span>{statement.text}</span>" in shown
                chips = re.findall(
                    r'<summary>(.*?)</summary>\s*<span class="chip-name">(.*?)</span></span>', shown
                )
                assert [(label, plain(name)) for label, name in chips] == [
                    (
                        sources[key].label,
                        f"{sources[key].name} "
                        + ("(opens in a new tab)" if sources[key].url else "(no address given)"),
                    )
                    for key in statement.citations
                ]


def test_statements_stand_in_the_order_of_the_source(
    client: Client, published: FrameworkFile
) -> None:
    shown = re.findall(r'class="framework-statement" id="([^"]+)"', client.get(PAGE).text)
    assert shown == [
        one.code
        for strand in published.strands
        for domain in strand.domains
        for one in domain.statements
    ]


def test_what_else_the_source_shows_is_there(client: Client, published: FrameworkFile) -> None:
    seen = words(client.get(PAGE))
    about = published.about
    expected = [
        "SOC 25-4031.00 · Job Zone 3 · Medium Preparation · v.26.05",
        about["context"]["text"],
        "National Skills Exchange (NSX)",
        *(strand.intro for strand in published.strands),
        *(level.role_label for level in published.strands[0].levels),
        about["coverage"],
        "Task observations: 138",
        "Quadrant: Q2_ai_augmented",
        "human_technology_interaction",
        "47 anchors",
        *(text for group in published.anchors for text in (group.title, *group.items)),
        *about["related_titles"]["items"],
        "RAPIDS apprenticeships: none listed",
        "25.0301",
        about["sources_line"],
        *(source.name for source in published.sources),
        *(attribution["text"] for attribution in about["attributions"]),
        *(answer.description for answer in published.scale),
    ]
    assert [text for text in expected if text not in seen] == []


def test_the_attribution_is_the_one_that_the_licence_asks_for(
    client: Client, published: FrameworkFile
) -> None:
    seen = words(client.get(PAGE))
    assert (
        "This page includes information from the O*NET 30.2 Database by the U.S. Department of "
        "Labor, Employment and "
        "Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET(R) is a "
        "trademark of USDOL/ETA."
    ) in seen
    assert "USDOL/ETA has not approved, endorsed, or tested these modifications." in seen
    assert "© 2026 EBSCOed" in seen


def test_a_heading_that_claims_another_count_is_said_openly(
    client: Client, published: FrameworkFile
) -> None:
    seen = words(client.get(PAGE))
    told = re.findall(r"The source's heading says (\d+) statements; it lists (\d+)\.", seen)
    assert told == [("11", "10"), ("9", "8"), ("8", "7")]


def test_a_source_is_linked_where_the_data_has_a_link(
    app: Flask, client: Client, file: FrameworkFile
) -> None:
    link = "https://example.org/onet?a=1&b=2"
    linked = [replace(one, url=link) if one.key == "onet" else one for one in file.sources]
    with app.app_context():
        first_version(replace(file, sources=tuple(linked)), NOW)
    page = client.get(PAGE)
    begins = f'<a href="{link}" target="_blank" rel="noopener noreferrer">O*NET Resource Center'
    assert begins in item(page, "COM-1-01")
    assert "America Succeeds + CompTIA (no address given)" in words(page)


def test_the_three_sources_that_the_source_gives_an_address_for_are_linked(
    client: Client, published: FrameworkFile
) -> None:
    listed = client.get(PAGE).text.partition('id="sources"')[2]
    assert re.findall(r'<a href="(http[^"]+)"', listed) == [
        "https://skillscrosswalk.com/",
        "https://ler.me/",
        "https://arxiv.org/abs/2604.06906",
    ]


def test_the_anchors_unfold_and_the_page_prints(client: Client, published: FrameworkFile) -> None:
    page = client.get(PAGE)
    assert "Show O*NET source anchors" in words(page)
    assert "data-print hidden>Print</button>" in page.text


def test_the_version_is_the_publishers_and_the_day_is_ours(
    client: Client, published: FrameworkFile
) -> None:
    assert "Version 26.05 , added here on Nov 24, 2026" in words(client.get(PAGE))


@pytest.mark.in_ci
def test_copies_are_handed_out_where_they_are_permitted(
    app: Flask,
    world: World,
    published: FrameworkFile,
    sign_in: Callable[[str], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file to everybody, the table to who is signed in; else to editors of frameworks alone."""
    visitor, ana, adam = Client(app), sign_in(world.email("ana")), sign_in(world.email("adam"))
    files = [f"{PAGE}framework.json", f"{PAGE}statements.csv"]
    monkeypatch.setitem(app.config, "COPY_PERMITTED", frozenset())
    with app.app_context():
        set_operator(world.email("adam"), True, world.now)
    assert [visitor.get(each).status_code for each in files] == [404, 302]
    assert [ana.get(each).status_code for each in files] == [404, 404]
    assert [adam.get(each).status_code for each in files] == [200, 200]
    assert "There is no file to download" in words(ana.get(PAGE))
    assert not any(each in ana.get(PAGE).text for each in files)
    monkeypatch.setitem(app.config, "COPY_PERMITTED", frozenset({"library-technicians"}))
    assert [visitor.get(each).status_code for each in files] == [200, 302]
    assert [ana.get(each).status_code for each in files] == [200, 200]
    assert all(each in ana.get(PAGE).text for each in files)
    assert files[1] not in visitor.get(PAGE).text
    head, first, *rest = csv.reader(ana.get(files[1]).text.removeprefix("\ufeff").splitlines())
    assert (len(rest), len(head)) == (136, 9)
    assert first[:7] == [
        "Library Technicians",
        "26.05",
        "Technical",
        "Technical",
        "Emerging",
        "T-1-01",
        "Circulation transactions",
    ]


def test_markup_in_a_framework_is_text(app: Flask, client: Client, file: FrameworkFile) -> None:
    with app.app_context():
        first_version(replace(file, title="<b onclick=x>'\"&{{7*7}}"), NOW)
    response = client.get(PAGE)
    assert "<b onclick" not in response.text
    assert "49" not in words(response).split("Published by")[0]


def test_a_framework_in_another_language_says_so(
    app: Flask, client: Client, file: FrameworkFile
) -> None:
    with app.app_context():
        first_version(replace(file, lang="de"), NOW)
    assert '<b><span lang="de">Circulation transactions</span></b>' in client.get(PAGE).text


def test_the_list_leads_to_the_page(client: Client, published: FrameworkFile) -> None:
    response = client.get("/frameworks/")
    assert 'href="/frameworks/library-technicians/"' in response.text
    assert "SOC 25-4031.00 · version 26.05 · 137 statements" in words(response)


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "tracker framework import" in words(client.get("/frameworks/"))


def test_an_older_version_stays_readable_and_says_so(
    app: Flask, client: Client, published: FrameworkFile
) -> None:
    technical, *others = published.strands
    first = replace(technical.domains[0].statements[0], title="Lending")
    domain = replace(technical.domains[0], statements=(first, *technical.domains[0].statements[1:]))
    strands: tuple[StrandInFile, ...] = (replace(technical, domains=(domain,)), *others)
    with app.app_context():
        drafted = import_framework(replace(published, version="27.01", strands=strands), NOW)
        assert drafted.draft_id is not None
        publish(None, drafted.draft_id, NOW)
    newest, older = client.get(PAGE), client.get(f"{PAGE}?version=26.05")
    assert "<b>Lending</b>" in newest.text
    assert "<b>Circulation transactions</b>" in older.text
    assert "This is version 26.05. The newest is 27.01." in words(older)
    assert "The newest is" not in words(newest)
    assert f'href="{PAGE}?version=26.05&statement=T-1-01#correct"' in item(older, "T-1-01")
    assert f'href="{PAGE}?statement=T-1-01#correct"' in item(newest, "T-1-01")
    listed = client.get("/frameworks/").text
    assert f'href="{PAGE}"' in listed
    assert f'href="{PAGE}?version=26.05"' in listed


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/frameworks/nothing/", 404),
        (f"{PAGE}?version=1", 404),
        (f"{PAGE}?statement=%22%3E%3Cscript%3E", 200),
    ],
)
def test_an_address_that_is_wrong(
    client: Client, published: FrameworkFile, address: str, status: int
) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert "<script>" not in response.text


def test_the_page_takes_as_many_statements_however_long_it_is(
    app: Flask, client: Client, world: World, published: FrameworkFile, count_sql: Queries
) -> None:
    counts = []
    for slug in ("small", "library-technicians"):
        count_sql.clear()
        assert client.get(f"/frameworks/{slug}/").status_code == 200
        counts.append(len(count_sql))
    assert counts == [10, 10]
