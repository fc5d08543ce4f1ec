"""What leaves a gaps page as a file or on paper: the figures of the page, what they stand on, and
nothing more."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.client import Client
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.versions import carried, next_version
from tests.factories.world import World
from tests.services.administration.past_rounds import MAY
from tests.web.reviews.test_reviews import words
from tests.web.teams.test_gaps import about, file, parts, some_gaps
from tracker.db import transaction
from tracker.models import Library, Person
from tracker.rules.profiles.levels import TargetState
from tracker.rules.regions import Paper
from tracker.services.administration import rounds
from tracker.services.reviews import standings
from tracker.web.teams import people_file

SignIn = Callable[[str], Client]
SIZES = {Paper.LETTER: (612, 792), Paper.A4: (595, 842)}


def sheets(client: Client, url: str) -> dict[str, list[list[object]]]:
    """By title, what is in each row, without the empty cells at its end."""
    book = load_workbook(io.BytesIO(client.http.get(url).data))
    found = {}
    for sheet in book.worksheets:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        found[sheet.title] = [[each for each in row if each is not None] for row in rows]
    return found


def read(client: Client, url: str) -> PdfReader:
    response = client.http.get(url)
    assert response.status_code == 200
    return PdfReader(io.BytesIO(response.data))


def pdf_words(client: Client, url: str) -> str:
    return " ".join(read(client, url).pages[0].extract_text().split())


def with_spring(world: World) -> int:
    spring = open_round(world, "Spring 2026", date(2026, 4, 1), date(2026, 5, 31))
    stand(world, "ana", TargetState.AT_TARGET, "communication", by="sue", at=MAY)
    rounds.keep_all_due(world.now)
    some_gaps(world)
    return spring


@pytest.mark.in_ci
def test_each_says_every_choice_rule_voice_version_and_day(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        spring = with_spring(world)
    cora = sign_in(world.email("cora"))
    of = world.role_profiles["city"]
    with app.app_context():
        add_role_profile(world, "Entry", 1)
        join(world, "cleo", "central", role_profile="Entry")
    url = f"/teams/{world.teams['central']}/gaps"
    query = f"?teams=own&profile={of}&compare={spring}"
    said = {
        "In short": "Unchanged since Spring 2026: nobody reached a target or fell below one.",
        "Compared": "Of 1 levels known both times, below target: 0 in Spring 2026, 0 now. "
        "Both are measured against today’s targets.",
        "Team": "Central",
        "Framework": "Small framework 1",
        "Round": "Now",
        "People": "this team alone: 2 people",
        "Job profile": "Mid-level",
        "Compare with": "Spring 2026, same people",
        "Ratings": "Reviewed ratings. Self-ratings are not in these figures.",
        "Target": "People are measured by their job profile in this team; with several, by the "
        "higher target of each domain.",
        "Rule": "4 of every 5 statements, version 1",
        "Made on": "Nov 24, 2026",
    }
    assert about(cora, f"{url}.csv{query}") == said
    assert dict(sheets(cora, f"{url}.xlsx{query}")["About"]) == said
    paper = pdf_words(cora, f"{url}.pdf{query}")
    page = words(cora.get(f"{url}{query}").text)
    for label, each in said.items():
        assert f"{label} {each}" in page
        assert each in paper
    then = about(cora, f"{url}.csv?round={spring}")
    assert then["Round"] == "Spring 2026. As of May 31, 2026."


@pytest.mark.in_ci
def test_a_workbook_has_the_rows_of_the_other_file(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        spring = with_spring(world)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['city']}/gaps"
    for query in ("", f"?compare={spring}", f"?round={spring}"):
        text = [[str(each) for each in row] for row in sheets(cora, f"{url}.xlsx{query}")["Gaps"]]
        figures, *reasons, _facts = parts(cora, f"{url}.csv{query}")
        expected = [[each for each in row if each] for row in figures]
        for part in reasons:
            expected += [[], *part]
        assert text == expected


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-2+3", "@sum(A1)", "＝cmd()"])
def test_a_formula_is_a_text(app: Flask, world: World, sign_in: SignIn, name: str) -> None:
    with app.app_context():
        some_gaps(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["ana"]).name = name
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    book = load_workbook(io.BytesIO(cora.http.get(f"{url}.xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    (cell,) = (each for each in cells if each.value == name)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert not [each for each in cells if each.data_type == "f"]
    for address in (f"{url}.csv", f"{url}/domains/leadership/people.csv"):
        assert f"'{name}" in [row[0] for row in file(cora, address)]


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("people", [0, 27, 60])
def test_a_document_is_one_sheet_of_the_librarys_paper(
    app: Flask, world: World, sign_in: SignIn, paper: Paper, people: int
) -> None:
    """A row for each of up to 30, else a row for each domain."""
    with app.app_context():
        some_gaps(world)
        with transaction() as tx:
            tx.get_one(Library, world.libraries["city"]).paper = paper
        for number in range(people):
            join(world, f"a person of a rather long name {number}", "central")
        standings.count_stale(world.now)
    found = read(sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps.pdf")
    (page,) = found.pages
    size = (round(page.mediabox.width), round(page.mediabox.height))
    assert size == (SIZES[paper] if people == 60 else SIZES[paper][::-1])
    text = page.extract_text()
    assert ("Ana" in text) == (people < 60)
    assert "Communication" in text
    assert "1 of 1 haven" in text


def test_what_cannot_be_chosen_is_no_file(world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    for kind in ("csv", "xlsx", "pdf"):
        url = f"/teams/{world.teams['central']}/gaps.{kind}?profile=999"
        assert cora.http.get(url).status_code == 404


@pytest.mark.in_ci
def test_two_versions_are_both_named(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        spring = with_spring(world)
    cora = sign_in(world.email("cora"))
    url, query = f"/teams/{world.teams['central']}/gaps", f"?compare={spring}"
    assert "Versions" not in about(cora, f"{url}.csv{query}")
    assert "Two versions" not in cora.get(f"{url}{query}").text
    with app.app_context():
        carried(world, next_version(world))
    said = (
        "Two versions of the framework are compared: Small framework 2 now, and Small framework 1 "
        "at the end of Spring 2026."
    )
    assert about(cora, f"{url}.csv{query}")["Versions"].startswith(said)
    assert dict(sheets(cora, f"{url}.xlsx{query}")["About"])["Versions"].startswith(said)
    assert said in pdf_words(cora, f"{url}.pdf{query}")
    page = words(cora.get(f"{url}{query}").text)
    assert page.count(said) == 2  # to read, and for paper
    assert said not in words(cora.get(url).text)


def test_a_list_of_people_says_its_domain_and_filters(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        some_gaps(world)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    statement = world.statements["leadership"][0]
    of_all = list(about(cora, f"{url}.csv"))
    for query, expected in {
        "": {"Show": "Below target"},
        "?show=at": {"Show": "At target"},
        f"?statement={statement}": {
            "Show": "Not reached because of one statement",
            "Statement": "Leadership 1.1",
        },
        f"?person={world.people['ana']}": {"Show": "Only Ana."},
    }.items():
        said = about(cora, f"{url}/domains/leadership/people.csv{query}")
        assert said["Domain"] == "Leadership"
        assert {key: said.get(key) for key in expected} == expected
        assert {*of_all} - {*said} == {"Compare with"}
        assert ("Statement" in said) == ("statement" in query)
        page = words(cora.get(f"{url}/domains/leadership{query}").text)
        assert all(f"{label} {each}" in page for label, each in said.items())


def test_everyone_by_name_says_what_it_stands_on(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, after the last people, and nothing of a comparison that is not in it."""
    monkeypatch.setattr(people_file, "PEOPLE_A_STEP", 2)
    with app.app_context():
        spring = with_spring(world)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['city']}/gaps"
    people, said = parts(cora, f"{url}/people.csv?compare={spring}")
    assert [line[0] for line in people] == ["Name", "Ana", "Ben", "Lea", "Sue"]
    facts = dict(map(tuple, said))
    assert facts["Compare with"] == "Nothing"
    assert facts == about(cora, f"{url}.csv")
