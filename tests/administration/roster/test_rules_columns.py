"""Staff files as payroll and HR systems write them (files/, all made up): which column is what, who
is in them, and of what nothing is kept."""

from pathlib import Path

import pytest

from tests.conftest import NOW
from tracker.administration.roster.rules import (
    READY,
    KnownProfile,
    KnownTeam,
    RosterGround,
    RosterMapping,
    RosterVerdict,
    read_row,
    turned,
)
from tracker.administration.roster.rules_columns import (
    asked,
    column_of,
    guess,
    of_places,
    suggested,
)
from tracker.administration.roster.rules_files import RosterFile, read
from tracker.administration.roster.rules_plan import RosterPlan
from tracker.rules.delimited import plain
from tracker.rules.regions import Region

FILES = Path(__file__).parent / "files"
PROFILES = {
    plain(name): str(number) for number, name in enumerate(("Library Technician", "Clerk"), 1)
}
SETTLED = (*READY, RosterVerdict.UNCHANGED)
EXPECTED = {
    "adp.csv": ("staff_id name email team job weekly_hours starts_on supervisor status", 61, 55),
    "bamboohr.csv": (
        "staff_id first_name last_name email team job starts_on supervisor status",
        61,
        42,
    ),
    "cedar.csv": (
        "staff_id name email team job weekly_hours starts_on supervisor status",
        304,
        298,
    ),
    "county.xlsx": (
        "staff_id name email team - role_profile position fte starts_on supervisor -",
        62,
        44,
    ),
    "google.csv": ("first_name last_name email staff_id team job supervisor", 41, 38),
    "gusto.csv": ("last_name first_name email team job starts_on supervisor weekly_hours", 41, 29),
    "munis.csv": (
        "staff_id last_name first_name email team role_profile starts_on supervisor status",
        61,
        55,
    ),
    "paylocity.csv": (
        "staff_id first_name last_name email team job starts_on supervisor - - -",
        61,
        44,
    ),
    "plain.xlsx": ("name team job supervisor", 26, 0),
    "ukg.csv": ("staff_id first_name last_name email team job starts_on supervisor -", 61, 58),
    "workday.csv": (
        "staff_id - last_name first_name email team job fte starts_on supervisor status",
        61,
        27,
    ),
}
"""What each column is taken for ("-": not used), how many rows there are, and how many are ready
once each job title has its job profile; where people of one name supervise it asks who is meant."""


def file_of(name: str) -> RosterFile:
    return read(name, (FILES / name).read_bytes())


def plan_of(file: RosterFile, meanings: dict[str, dict[str, str]]) -> RosterPlan:
    """In a library with one team, and the job profiles."""
    columns = guess(file.headings, [cells for _number, cells in file.rows], {})
    if "role_profile" in columns:
        titles = {cells[columns["role_profile"]] for _number, cells in file.rows}
        meant = {
            plain(title): suggested(title, PROFILES, "role_profile") or "none"
            for title in titles
            if title
        }
        meanings = {"role_profile": meant} | meanings
    mapping = RosterMapping(columns, meanings, True)
    rows = [read_row(number, cells, mapping, Region.US) for number, cells in file.rows]
    ground = RosterGround(
        actor_id=0,
        today=NOW.date(),
        people=(),
        teams=(KnownTeam(1, None, "Cedar Library", "/1/", None),),
        profiles=tuple(KnownProfile(int(key), name, "lt", False) for name, key in PROFILES.items()),
        elsewhere=frozenset(),
    )
    return RosterPlan(file.rows, rows, ground, mapping)


@pytest.mark.parametrize("name", EXPECTED)
def test_columns_are_told_by_headings_and_by_what_they_hold(name: str) -> None:
    headings, count, ready = EXPECTED[name]
    file = file_of(name)
    columns = guess(file.headings, [cells for _number, cells in file.rows], {})
    of_place = of_places(columns)
    assert " ".join(of_place.get(at, "-") for at in range(len(file.headings))) == headings
    assert len(file.rows) == count
    plan = plan_of(file, {})
    assert sum(row.verdict in SETTLED for row in plan.rows) == ready


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("paylocity.csv", ["SSN", "Birth Date", "Annual Salary"]),
        ("county.xlsx", ["Misc 2"]),
        ("ukg.csv", ["Home Address"]),
        ("workday.csv", ["Legal Name - First Name"]),
        ("cedar.csv", []),
    ],
)
def test_of_what_is_private_nothing_is_kept(name: str, headings: list[str]) -> None:
    """Also behind a heading that hides it; and the legal first name beside a preferred one."""
    file = file_of(name)
    assert [file.headings[place] for place in file.never_stored] == headings
    assert not any(cells[place] for _number, cells in file.rows for place in file.never_stored)


def test_who_is_meant_by_a_name_is_asked_once() -> None:
    """A row waits for the answer, and for nothing else that isn't wrong with it."""
    file = file_of("bamboohr.csv")
    twice = {
        problem.value
        for row in plan_of(file, {}).rows
        for problem in row.problems
        if problem.code == "roster_supervisor_twice"
    }
    assert len(twice) == 1
    (name,) = twice
    meant = next(row.staff_id for row in plan_of(file, {}).rows if row.name == name)
    plan = plan_of(file, {"supervisor": {plain(name): meant}})
    codes = {problem.code for row in plan.rows for problem in row.problems}
    assert codes == {"roster_email_needed", "roster_same_email"}
    left = [row.left_out for row in plan.rows if row.left_out]
    assert sorted(left) == ["roster_left", "roster_left", "roster_on_leave", "roster_vacant"]
    assert sum(row.verdict in SETTLED for row in plan.rows) == 55


def test_only_what_is_not_sure_is_asked() -> None:
    """A department beside a branch, and a position's number where no staff ID stands."""
    headings = ("Name", "Work Email", "Department", "Branch", "Position ID", "Misc")
    columns = guess(headings, [], {})
    assert columns["team"] == 3
    assert asked(headings, columns, {}) == {2: "subteam", 4: "position"}
    assert asked(headings, columns, {"department": "", "position id": "position"}) == {}
    full = ("First name", "Last name", "Name", "Email", "Employee ID", "Position ID")
    assert asked(full, guess(full, [], {}), {}) == {}


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Employe Nmber", "staff_id"),
        ("Employee Numbre", "staff_id"),
        ("E-Mail Addr.", "email"),
        ("Personal Email", "private"),
        ("Cell Phone", "private"),
        ("Work Phone", "private"),
        ("Reason", "private"),
        ("Supervisor E-mail", "supervisor"),
        ("Position #", "position"),
        ("Dept", "team"),
        ("Termination Dt", "ends_on"),
        ("Job Class", "role_profile"),
        ("", ""),
    ],
)
def test_a_heading_is_told_by_its_words(heading: str, column: str) -> None:
    assert column_of(heading) == column


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kim, David", "David Kim"),
        ("Kim, David L.", "David Kim"),
        ("KIM, DAVID L. (Dave)", "Dave Kim"),
        ("O'BRIEN, MARY ANN", "Mary Ann O'Brien"),
        ("Smith, Jr., John", "John Smith Jr."),
        ("Ana María López", "Ana María López"),
        ("Robert (Bob) Haddad", "Bob Haddad"),
        ("J. Park", "Park"),
        ("Lou", "Lou"),
    ],
)
def test_a_name_is_turned_as_it_is_said(typed: str, name: str) -> None:
    assert turned(typed) == name


def test_jobs_that_rate_nothing_are_suggested() -> None:
    at_levels = {"entry / apprentice": "1", "mid-level": "2", "senior / expert": "3", "lead": "4"}
    ranked = ("Library Assistant I", "Technician II", "Sr Technician", "Branch Supervisor")
    assert [suggested(one, at_levels, "role_profile") for one in ranked] == ["1", "2", "3", "4"]
    titles = ("Librarian II", "Page", "Sr Library Technician", "Circulation Clerk", "Dean")
    assert [suggested(title, PROFILES, "role_profile") for title in titles] == [
        "none",
        "none",
        "1",
        "2",
        "",
    ]
