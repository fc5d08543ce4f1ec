"""What `make measures` counts, in a house that is made for it."""

from pathlib import Path

import pytest

from config import ROOT
from tests.docs.measures import APART, House, listed, size

FILES = {
    "tracker/teams/team/views.py": '''"""Pages."""

from tracker.models import Person
from tracker.queries.reviews import queue  # what waits


def show() -> object:
    from tracker.queries.teams.rows import Row

    return Row(queue.waiting(), Person)
''',
    "tracker/queries/reviews/queue.py": "import tracker.teams.team.views\n\ndef waiting() -> None: ...\n",
    "tracker/teams/team/views_files.py": "def show(each: object) -> None:\n    found = each\n",
    "tracker/queries/teams/rows.py": "@dataclass\nclass Row:\n    one: int\n\n"
    "class Long(NamedTuple):\n    a: int\n    b: int\n    c: int\n    d: int\n    e: int\n\n"
    "Long(*range(5)), Long(1, 2, 3, 4, e=5)\n",
    "templates/teams/show.html": """{{ _("Jot it down") }} {{ "a" if x else "b c" }}
{{ _("Some longer text") if x }} {{ rows | selectattr("x") }} %s
"""
    % ("-" * 100),
}
FOUND = {
    "subjects-in-a-circle": ["teams", "reviews"],
    "pairs-both-ways": ["reviews 1, teams 1"],
    "against-the-order": ["reviews > teams: queries/reviews/queue:1"],
    "modules-over-500-lines": [],
    "modules-to-join": ["teams/team/views", "teams/team/views_files"],
    "under-another-name": [
        "queries/reviews/queue:1: tracker.teams.team.views, team_views",
        "teams/team/views:4: queue, queue_queries",
    ],
    "names-for-anything": ["teams/team/views_files:1: each", "teams/team/views_files:2: found"],
    "local-imports": ["teams/team/views:8"],
    "called-from-one-place": ["queries/reviews/queue.waiting"],
    "dataclasses-made-once": ["queries/teams/rows.Row"],
    "made-by-position": ["queries/teams/rows:12: Long"],
    "template-lines-over-160": ["templates/teams/show.html:2"],
    "template-lines-over-100": ["templates/teams/show.html:2"],
    "inline-conditionals": ["templates/teams/show.html:2"],
    "selectattr": ["templates/teams/show.html:2"],
    "retired-phrases": ['templates/teams/show.html: "Jot it down"'],
}


NONE = (
    "modules-over-500-lines",
    "modules-to-join",
    "under-another-name",
    "names-for-anything",
    "made-by-position",
    "template-lines-over-100",
    "selectattr",
    "retired-phrases",
)
"""What the house has none of. Of imports against the order: tests/test_architecture.py."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return House(tmp_path)


def test_each_is_found_where_it_stands(house: House) -> None:
    assert {name: list(places()) for name, places in listed(house).items()} == FOUND


def test_a_module_is_called_by_its_topic_or_floor_and_its_file(tmp_path: Path) -> None:
    names = {
        "administration/people/queries": "people_queries",
        "administration/rounds/actions": "rounds_actions",
        "teams/rounds/actions_ending": "teams_rounds_actions_ending",
        "queries/core/people": "core_people_queries",
        "records/audit": "audit_records",
        "web/http/session": "session",
        "storage/files": "storage_files",
        "cli/frameworks/files": "frameworks_files",
        "db": "db",
    }
    for name in names:
        (tmp_path / f"tracker/{name}.py").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"tracker/{name}.py").touch()
    assert House(tmp_path).module_names() == names


def test_lines_of_code_are_no_comments_docstrings_or_empty_lines(house: House) -> None:
    assert size(house.files) == "27 (19)"


def test_what_the_house_has_none_of() -> None:
    """Above: that each is found where there is one."""
    measures = listed(House(ROOT))
    assert {name: list(measures[name]()) for name in NONE} == {name: [] for name in NONE}


def test_what_stands_apart_is_there() -> None:
    assert [name for name in APART if not (ROOT / "tracker" / f"{name}.py").is_file()] == []
