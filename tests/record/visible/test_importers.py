"""Who reads what hides, leaves out, or leads from one skill to another: each by name, with why.
Everybody else asks `record/visible` and `models/record/words`. And who reads what people said
without asking there: nobody new, without a reason."""

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
    "tracker/administration/exclusions/actions.py": "an operator adds an origin",
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


SAID = {"Endorsement", "Rating", "RatingEntry", "ReviewItem"}
OWN = "the learner's own, for the learner"
WRITES = "writes it, or says what is to be written"
ONE_REVIEW = "an open review, for its sides"
COUNTED_WHOLE = "every row, for nobody's page"
WITHOUT_A_READER = {
    "tracker/accounts/account/": OWN,
    "tracker/accounts/readers/records.py": "whom somebody reviewed, to date a new reader's opening",
    "tracker/assessment/": OWN,
    "tracker/evidence/erasures/": WRITES,
    "tracker/evidence/pieces/queries.py": "what its owner sent, and a file of a review",
    "tracker/frameworks/changes/queries.py": COUNTED_WHOLE,
    "tracker/frameworks/versions/queries.py": COUNTED_WHOLE,
    "tracker/notifications/notices/": "that something waits, and no answer",
    "tracker/operations/backups/actions.py": "for the operator, who hands each their own",
    "tracker/operations/checks/": COUNTED_WHOLE,
    "tracker/policy/reviewers.py": "who may review, and no answer",
    "tracker/queries/access/subjects.py": "whose row it is, for a door",
    "tracker/record/endorsements/queries.py": "what ended, for its learner; one review's outcomes; "
    "and digests, of everybody",
    "tracker/record/ratings/": OWN,
    "tracker/record/sheet/queries_learners.py": OWN,
    "tracker/record/versions/": OWN,
    "tracker/record/workflow/queries.py": "between whom it is, for a door",
    "tracker/reviews/act/records.py": WRITES,
    "tracker/reviews/batch/queries.py": ONE_REVIEW,
    "tracker/reviews/differences/": ONE_REVIEW,
    "tracker/reviews/endorsements/queries.py": "its page asks first, or is the learner’s own",
    "tracker/reviews/endorsements/records.py": WRITES,
    "tracker/reviews/handovers/queries.py": "which reviews are handed on, and no answer",
    "tracker/reviews/queue/queries.py": "how many answers a review waits for",
    "tracker/reviews/review/": ONE_REVIEW,
    "tracker/reviews/second_opinions/queries.py": OWN,
    "tracker/reviews/sending/": OWN,
    "tracker/today/demo/actions.py": "makes the demo",
    "tracker/today/own_record/queries.py": OWN,
}


def reads_without_asking(source: str) -> bool:
    """Whether it imports what people said, and nothing of `record/visible`."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    said = {
        alias.name
        for node in imports
        for alias in node.names
        if (node.module or "").startswith("tracker.models")
    }
    asks = any((node.module or "").startswith("tracker.record.visible") for node in imports)
    return bool(said & SAID) and not asks


def test_who_reads_what_people_said_asks_what_its_reader_may_see() -> None:
    places = [
        place
        for place, source in modules()
        if reads_without_asking(source) and not place.startswith("tracker/record/visible/")
    ]
    assert [place for place in places if not place.startswith(tuple(WITHOUT_A_READER))] == []
    assert [
        to for to in WITHOUT_A_READER if not any(place.startswith(to) for place in places)
    ] == []


def test_who_forgets_to_ask_would_be_found() -> None:
    reads = "from tracker.models import Endorsement\n"
    assert reads_without_asking(reads)
    assert not reads_without_asking(reads + "from tracker.record.visible.queries import is_seen\n")
    assert not reads_without_asking("from tracker.models import Team\n")
