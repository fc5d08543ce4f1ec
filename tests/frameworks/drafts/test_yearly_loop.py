"""Next year's version is made from this year's export: what that says of where statements came from
is known, and no news."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.administration.version_moves.moved import faults
from tests.administration.version_moves.test_actions import given
from tests.conftest import NOW
from tests.factories.answers import EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse_all
from tests.factories.sides import YES
from tests.factories.versions import NextVersion, carried
from tests.factories.world import World
from tests.frameworks.versions.test_back_again import reviewed
from tracker.db import session
from tracker.frameworks.changes.rules import Kind, VersionChange
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.drafts.queries import DraftedVersion, drafted
from tracker.frameworks.files.rules import FrameworkFile, framework_of, text_of
from tracker.frameworks.versions.queries import file_of
from tracker.frameworks.versions.rules import VersionDecision
from tracker.models import SkillOrigin

pytestmark = pytest.mark.usefixtures("app_context")
NEW = "10000000-0000-0000-0000-00000000000{}"
Listed = dict[str, list[dict[str, Any]]]


def split_and_merged(listed: Listed) -> None:
    """Each in both ways: one keeps its UUID, or all have new ones. The part that keeps it is merged
    into by nothing; the codes are new where the UUIDs are."""
    first, second, third, fourth, fifth, sixth = listed["technical"][:6]
    third |= {"title": "Both", "from": [third["uuid"], fourth["uuid"]]}
    listed["technical"][:6] = [
        {**first, "title": "First part"},
        {**first, "title": "Second part", "code": "S-2", "uuid": NEW.format(1)}
        | {"from": [first["uuid"]]},
        {**second, "title": "One part", "code": "S-3", "uuid": NEW.format(2)}
        | {"from": [second["uuid"]]},
        {**second, "title": "Other part", "code": "S-4", "uuid": NEW.format(3)}
        | {"from": [second["uuid"]]},
        third,
        {**fifth, "title": "Both too", "code": "M-1", "uuid": NEW.format(4)}
        | {"from": [fifth["uuid"], sixth["uuid"]]},
    ]


def retitled(title: str) -> Callable[[Listed], object]:
    """Of what nothing ever led to."""
    return lambda listed: listed["communication"][0].update(title=title)


def next_file(text: str, edit: Callable[[Listed], object], version: str) -> FrameworkFile:
    data = json.loads(text)
    listed = {each["key"]: each["statements"] for of in data["strands"] for each in of["domains"]}
    edit(listed)
    return framework_of(data | {"version": version})


def exported(framework_id: int) -> str:
    """As the page and the command write it, the only format that says where statements came
    from."""
    return text_of(file_of(framework_id))


def draft_of(file: FrameworkFile) -> DraftedVersion:
    draft_id = import_framework(file, NOW).draft_id
    assert draft_id is not None
    found = drafted(draft_id)
    assert found is not None
    return found


def published(draft: DraftedVersion) -> int:
    def carry(change: VersionChange) -> str:
        part = f":{change.after[0].uuid}" if change.kind == Kind.SPLIT else ""
        return f"{VersionDecision.CARRY}{part}"

    decided = {each.key: carry(each) for each in draft.comparison.to_decide}
    drafts_actions.decide(None, draft.id, decided, NOW)
    return drafts_actions.publish(None, draft.id, NOW).framework_id


def lineage() -> set[tuple[Any, ...]]:
    session().rollback()
    return {tuple(row) for row in session().execute(select(SkillOrigin.__table__))}


def kinds(draft: DraftedVersion) -> list[Kind]:
    return [each.kind for each in draft.comparison.changed]


@pytest.mark.in_ci
def test_an_exported_version_with_one_title_changed_is_one_change_year_after_year(
    world: World,
) -> None:
    first = world.framework_id
    ids = [*world.statements["technical"], *world.statements["communication"]]
    for each in ids:
        rate(world, "ana", each, YES)
    endorse_all(world, "ana", "sue", dict.fromkeys(ids, EndorsedAnswer.CONSISTENTLY))
    second = published(draft_of(next_file(exported(first), split_and_merged, "2")))
    made_of = lineage()
    assert len(made_of) == 8
    carried(world, NextVersion(second, first))
    said, held = sorted(given(world, "ana").values()), reviewed(world)
    before, old_file = second, exported(second)
    for version in ("3", "4"):
        draft = draft_of(next_file(exported(before), retitled(f"Title {version}"), version))
        assert kinds(draft) == [Kind.REWORDED]
        assert draft.can_be_published
        after = published(draft)
        assert lineage() == made_of, "no origin is written twice"
        carried(world, NextVersion(after, before))
        assert (sorted(given(world, "ana").values()), reviewed(world)) == (said, held)
        before = after
    assert faults() == []
    draft = draft_of(next_file(old_file, retitled("Title 4"), "5"))
    assert kinds(draft) == [], "a file of two versions ago says nothing that is news"


def test_what_leads_to_a_known_statement_for_the_first_time_is_news(world: World) -> None:
    second = published(draft_of(next_file(exported(world.framework_id), split_and_merged, "2")))
    gone = ""

    def merged_into(listed: Listed) -> None:
        nonlocal gone
        gone = listed["communication"].pop()["uuid"]
        (both,) = (each for each in listed["technical"] if each["title"] == "Both")
        both["from"].append(gone)

    draft = draft_of(next_file(exported(second), merged_into, "3"))
    (change,) = draft.comparison.changed
    assert change.kind == Kind.MERGED
    assert {each.uuid for each in change.before} == {change.after[0].uuid, gone}


def test_what_is_left_out_is_retired_or_kept_whatever_came_of_it(world: World) -> None:
    """The file still says that the other part came of it."""
    second = published(draft_of(next_file(exported(world.framework_id), split_and_merged, "2")))
    draft = draft_of(next_file(exported(second), lambda listed: listed["technical"].pop(0), "3"))
    (change,) = draft.comparison.changed
    assert change.kind == Kind.RETIRED
    assert draft.keepable == {change.before[0].uuid}
