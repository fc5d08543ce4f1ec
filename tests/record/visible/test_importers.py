"""Who reads what hides, leaves out, or leads from one skill to another: each by name, with why.
Everybody else asks `record/visible` and `models/record/words`, which can't be forgotten."""

import ast
from collections.abc import Iterator

import pytest

from config import ROOT

MODELS = "tracker/models/"
LEFT_OUT = {
    "tracker/administration/exclusions/": "a library leaves out, and takes in again",
    "tracker/administration/library/queries.py": "the checklist counts what is left out",
    "tracker/frameworks/exclusions/": "a new version has what is undecided left out",
    "tracker/frameworks/versions/queries.py": "what a version says of what is left out of it",
    "tracker/queries/access/subjects.py": "whose row it is, for a door",
    "tracker/record/visible/": "the row of a sheet",
}
LINEAGE = {
    "tracker/administration/exclusions/actions_origins.py": "an operator adds an origin",
    "tracker/frameworks/": "publishing writes it, and its pages show it",
    "tracker/record/ratings/queries.py": "shows what was answered to an origin",
    "tracker/record/versions/": "reads it with a version, and shows it",
    "tracker/record/visible/": "what is hidden, is in every version",
    "tracker/reviews/review/queries_items.py": "shows that a wording is asked again",
}
WHO_MAY = {
    "Hidden": {},
    "RecordOpening": {
        "tracker/accounts/readers/": "writes who waits, and shows it",
        "tracker/administration/access_review/": "shows it",
        "tracker/notifications/": "tells of it",
        "tracker/policy/": "says what is closed",
        "tracker/queries/access/": "who waits, and until when",
        "tracker/record/visible/": "says what is hidden, once",
    },
    "NotRatedHere": LEFT_OUT,
    "SkillOrigin": LINEAGE,
}


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.glob("tracker/**/*.py")):
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(MODELS):
            yield place, path.read_text()


def importing(name: str, source: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize("name", WHO_MAY)
def test_nobody_else_imports_it(name: str) -> None:
    places = [place for place, source in modules() if importing(name, source)]
    allowed = WHO_MAY[name]
    assert [place for place in places if not place.startswith(tuple(allowed))] == []
    assert [to for to in allowed if not any(place.startswith(to) for place in places)] == []


def test_an_import_of_it_would_be_found() -> None:
    assert importing(
        "SkillOrigin", "from tracker.models import (\n    Review,\n    SkillOrigin,\n)"
    )
    assert not importing("SkillOrigin", "from tracker.models import Skill")
