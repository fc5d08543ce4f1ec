"""What leaves a gaps page as a file or on paper: the figures of the page, what they stand on, and
nothing more."""

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from pypdf import PageObject, PdfReader
from sqlalchemy import func, select

from tests.administration.rounds.past_rounds import MAY
from tests.client import Client
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.versions import carried, next_version
from tests.factories.world import World
from tests.reading import words
from tests.teams.gaps.pages import GAP, about, file, some_gaps
from tests.teams.gaps.test_views_single_statements import close
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Library, Look, Person
from tracker.record.standings import actions as standings_actions
from tracker.rules.regions import Paper
from tracker.teams.gaps import exports as gaps_exports, views as gaps_views
from tracker.teams.gaps.exports import WIDEST
from tracker.teams.gaps.queries_matrix import GapMatrix

SignIn = Callable[[str], Client]
FOOTER = 50
"""Points from the foot of a page, under which its footer stands."""
SIZES = {Paper.LETTER: (612, 792), Paper.A4: (595, 842)}


def book(client: Client, url: str) -> Workbook:
    return load_workbook(io.BytesIO(client.http.get(url).data))


def sheets(client: Client, url: str) -> dict[str, list[list[str]]]:
    """By title, what is in each row."""
    return {
        sheet.title: [
            ["" if each is None else str(each) for each in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book(client, url).worksheets
    }


def read(client: Client, url: str) -> PdfReader:
    response = client.http.get(url)
    assert response.status_code == 200
    return PdfReader(io.BytesIO(response.data))


def pdf_words(client: Client, url: str) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(client, url).pages).split())


def with_spring(world: World) -> int:
    spring = open_round(world, "Spring 2026", date(2026, 4, 1), date(2026, 5, 31))
    stand(world, "ana", TargetState.AT_TARGET, "communication", by="sue", at=MAY)
    rounds_actions.keep_all_due(world.now)
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
        "Target": "People are measured by their job profile in this team. With two jobs, the "
        "higher target applies.",
        "Rule": "4 of every 5 statements, if at least 2 apply, version 1",
        "Made on": "Nov 24, 2026",
    }
    assert about(cora, f"{url}.csv{query}") == said
    assert dict(sheets(cora, f"{url}.xlsx{query}")["About"][1:]) == said
    paper = pdf_words(cora, f"{url}.pdf{query}")
    page = words(cora.get(f"{url}{query}").text)
    for label, each in said.items():
        assert f"{label} {each}" in page
        assert each in paper
    then = about(cora, f"{url}.csv?round={spring}")
    assert then["Round"] == "Spring 2026. As of May 31, 2026."


@pytest.mark.in_ci
def test_a_workbook_has_the_tables_of_the_other_files(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        spring = with_spring(world)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['city']}/gaps"
    for query in ("", f"?round={spring}", f"?compare={spring}"):
        found = sheets(cora, f"{url}.xlsx{query}")
        titles = ["Domains", "Teams", "People", *(["Statements"] if "round" not in query else [])]
        assert list(found) == [*titles, "About"], "nobody was below target then"
        for title, rows in found.items():
            name = "gaps" if title == "Domains" else f"gaps/{title.lower()}"
            address = f"/teams/{world.teams['city']}/{name}.csv{query}"
            if (title, query) != ("About", ""):  # That of people compares nothing.
                assert rows == file(cora, address), title
    assert file(cora, f"{url}/teams.csv")[1:3] == [
        ["Central", "3", "Technical", "Technical", "0", "0"],
        ["Central", "3", "Durable", "Communication", "1", "2"],
    ]
    head, first, *_rest = file(cora, f"{url}/statements.csv")
    assert (len(head), first[:3], first[4:]) == (6, ["Durable", first[1], first[2]], ["1", "1"])
    assert first[3].startswith(first[1])


def test_a_workbook_can_be_worked_with(app: Flask, world: World, sign_in: SignIn) -> None:
    """Numbers are numbers; head and first column stay; each column filters, and is wide enough."""
    with app.app_context():
        some_gaps(world)
    cora = sign_in(world.email("cora"))
    found = book(cora, f"/teams/{world.teams['city']}/gaps.xlsx")
    for sheet in found.worksheets:
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", sheet.dimensions)
        assert all(cell.font.bold for cell in sheet[1])
        for column in sheet.columns:
            longest = max(len(str(cell.value or "")) for cell in column[1:])
            width = sheet.column_dimensions[column[0].column_letter].width
            assert width >= min(longest, WIDEST)
    numbers = {cell.data_type for row in found["Domains"].iter_rows(2, min_col=3) for cell in row}
    assert numbers == {"n"}


def test_addresses_and_staff_ids_are_for_who_administers_people(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        some_gaps(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["ana"]).staff_id = "S-17"
    cora, url = sign_in(world.email("cora")), f"/teams/{world.teams['central']}/gaps"
    assert file(cora, f"{url}/people.csv")[0][:2] == ["Name", "Team"]
    assert "@" not in str(sheets(cora, f"{url}.xlsx"))
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["cora"]).administrator = True
    head, ana, *_rest = file(cora, f"{url}/people.csv")
    assert head[:4] == ["Name", "Email", "Staff ID", "Team"]
    assert ana[:4] == ["Ana", world.email("ana"), "S-17", "Central"]
    assert sheets(cora, f"{url}.xlsx")["People"][1][:3] == ["Ana", world.email("ana"), "S-17"]


def test_more_people_than_a_workbook_holds_are_a_file_of_their_own(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps_views, "AT_ONCE", 1)
    with app.app_context():
        some_gaps(world)
    found = sheets(sign_in(world.email("cora")), f"/teams/{world.teams['central']}/gaps.xlsx")
    assert "People" not in found
    assert ["People", "Too many for a workbook. Export “People (CSV)” instead."] in found["About"]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-2+3", "@sum(A1)", "＝cmd()"])
def test_a_formula_is_a_text(app: Flask, world: World, sign_in: SignIn, name: str) -> None:
    with app.app_context():
        some_gaps(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["ana"]).name = name
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    found = book(cora, f"{url}.xlsx")
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    (cell,) = (each for each in cells if each.value == name)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert not [each for each in cells if each.data_type == "f"]
    for address in (f"{url}/people.csv", f"{url}/domains/leadership/people.csv"):
        assert f"'{name}" in [row[0] for row in file(cora, address)]


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("people", [0, 60])
def test_a_document_begins_with_its_picture_and_fills_the_page(
    app: Flask, world: World, sign_in: SignIn, paper: Paper, people: int
) -> None:
    """The people follow, their head on each page."""
    with app.app_context():
        some_gaps(world)
        with transaction() as tx:
            tx.get_one(Library, world.libraries["city"]).paper = paper
        for number in range(people):
            join(world, f"a person of a rather long name {number}", "central")
        standings_actions.count_stale(world.now)
    found = read(sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps.pdf")
    first, *rest = found.pages
    assert (round(first.mediabox.width), round(first.mediabox.height)) == SIZES[paper]
    text = first.extract_text()
    assert "Ana" not in text
    assert "1 of 1 below target" in text
    assert "1 not scored" in text
    assert "No level is known here yet" in text, "Technical"
    assert "Leadership 1.1 (Leadership): 1 of 1" in " ".join(text.split())
    assert lowest_words(first) < 0.15 * SIZES[paper][1]
    assert len(rest) == (2 if people else 1)
    assert all("Person" in page.extract_text() for page in rest)
    assert "Ana" in " ".join(page.extract_text() for page in rest)


def lowest_words(page: PageObject) -> float:
    """How far from the foot of a page, in points, its last line above the footer stands."""
    heights: list[float] = []

    def seen(text: str, cm: list[float], tm: list[float], _font: object, _size: object) -> None:
        height = cm[5] + tm[5] * cm[3]
        if text.strip() and height > FOOTER:
            heights.append(height)

    page.extract_text(visitor_text=seen)
    return min(heights)


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
    moved, before = "In between, people moved to another version", cora.get(f"{url}{query}").text
    assert "Two versions" not in before
    assert moved not in before
    with app.app_context():
        carried(world, next_version(world))
    said = (
        "Two versions of the framework are compared: Small framework 2 now, and Small framework 1 "
        "at the end of Spring 2026."
    )
    assert moved in cora.get(f"{url}{query}").text
    assert about(cora, f"{url}.csv{query}")["Versions"].startswith(said)
    assert dict(sheets(cora, f"{url}.xlsx{query}")["About"])["Versions"].startswith(said)
    assert said in pdf_words(cora, f"{url}.pdf{query}")
    page = words(cora.get(f"{url}{query}").text)
    assert page.count(said) == 2  # to read, and for paper
    assert said not in words(cora.get(url).text)


def test_a_list_of_people_says_its_domain_and_on_paper_its_filters(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        some_gaps(world)
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    statement = world.statements["leadership"][0]
    of_all = about(cora, f"{url}.csv")
    del of_all["Compare with"]
    for query, expected in {
        "": {"Show": "Below target"},
        "?show=at": {"Show": "At target"},
        f"?statement={statement}": {
            "Show": "Not reached because of one statement",
            "Statement": "Leadership 1.1",
        },
        f"?person={world.people['ana']}": {"Show": "Only Ana."},
    }.items():
        page = words(cora.get(f"{url}/domains/leadership{query}").text)
        said = {**of_all, "Domain": "Leadership", **expected}
        assert all(f"{label} {each}" in page for label, each in said.items())
        head, *lines = file(cora, f"{url}/domains/leadership/people.csv{query}")
        assert head[3] == "Domain"
        assert {line[3] for line in lines} <= {"Leadership"}


def test_people_are_one_table_however_many_steps_it_takes(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps_exports, "PEOPLE_A_STEP", 2)
    with app.app_context():
        spring = with_spring(world)
    cora = sign_in(world.email("cora"))
    people = file(cora, f"/teams/{world.teams['city']}/gaps/people.csv?compare={spring}")
    assert [line[0] for line in people] == ["Name", "Ana", "Ben", "Lea", "Sue"]


# ---- more people than paper lists

PEOPLE = {"Ana", "Ben", "Lea", "Sue"}
WORKBOOK = "“Workbook (XLSX)” has all figures"
OF_CENTRAL = "Central 3 Communication: 1 of 2 Communication 1.1 (Communication): 1 of 1"


def paper(sign_in: SignIn, world: World, of: str, query: str = "") -> str:
    url = f"/teams/{world.teams[of]}/gaps.pdf{query}"
    return pdf_words(sign_in(world.email("cora")), url)


def names(text: str) -> set[str]:
    return PEOPLE & set(re.findall(r"\w+", text))


def looks() -> int:
    return session().scalar(select(func.count()).select_from(Look)) or 0


@pytest.mark.parametrize("most", [4, 3])
def test_a_list_has_a_bound_and_the_figures_have_none(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(gaps_exports, "LISTED_MOST", most)
    with app.app_context():
        some_gaps(world)
    if most < len(PEOPLE):
        monkeypatch.delattr(GapMatrix, "rows")
    said = paper(sign_in, world, "city")
    for each in ("with the teams below: 4 people", "1 of 2 below target", "1 of 1 below target"):
        assert each in said, "sums and domains"
    assert "Communication 1.1 (Communication): 1 of 1" in said
    is_listed = most >= len(PEOPLE)
    assert names(said) == (PEOPLE if is_listed else set())
    assert (WORKBOOK in said, OF_CENTRAL in said) == (not is_listed, not is_listed)
    assert ("There are more than 3 people" in said) != is_listed
    with app.app_context():
        assert (looks() > 0) == is_listed, "of nobody who is not on it"


def test_a_team_with_none_below_it_has_no_table_of_teams(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps_exports, "LISTED_MOST", 1)
    with app.app_context():
        some_gaps(world)
    said = paper(sign_in, world, "central", "?teams=own")
    assert WORKBOOK in said
    assert "Below target by team" not in said
    assert not names(said)


def test_nobody_who_changed_is_named(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps_exports, "LISTED_MOST", 1)
    with app.app_context():
        spring = with_spring(world)
        stand(world, "ana", GAP, "communication")
    said = paper(sign_in, world, "city", f"?compare={spring}")
    assert "no target was reached, 1 was lost" in said
    assert not names(said)
    with app.app_context():
        assert not looks()


def test_who_gets_no_single_statements_gets_none_of_a_team(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps_exports, "LISTED_MOST", 1)
    with app.app_context():
        some_gaps(world)
    close(app, world)
    said = paper(sign_in, world, "city")
    assert "Central 3 Communication: 1 of 2" in said
    assert "Communication 1.1" not in said
