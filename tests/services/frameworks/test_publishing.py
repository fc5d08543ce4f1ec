"""A next version: taken in as a draft, decided about, published once."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.rules.frameworks.next_files import ADDED, edited, one_of_each, seed
from tracker.db import session
from tracker.models import Framework, FrameworkDraftDecision, Statement, StatementSuccessor
from tracker.queries.frameworks.contents import file_of
from tracker.queries.frameworks.drafts import Decided, DraftedVersion, drafted
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.frameworks.changes.comparison import Kind, VersionChange
from tracker.rules.frameworks.versions import Change, VersionDecision
from tracker.services.frameworks import publishing
from tracker.services.frameworks.importing import import_framework, start_next_version
from tracker.services.one_transaction import kept_unless

pytestmark = pytest.mark.usefixtures("context")
CARRY, ASK = (Decided(decision, None) for decision in VersionDecision)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        import_framework(seed(), NOW)
        yield


def draft_of_each() -> int:
    draft_id = import_framework(edited(seed(), one_of_each), NOW).draft_id
    assert draft_id is not None
    return draft_id


def stands(draft_id: int) -> DraftedVersion:
    found = drafted(draft_id)
    assert found is not None
    return found


def one(draft_id: int, kind: Kind) -> VersionChange:
    return stands(draft_id).comparison.of(kind)[0]


def test_a_version_that_is_published_is_written_as_it_was_read() -> None:
    """Digest for digest."""
    (framework_id,) = session().scalars(select(Framework.id))
    assert file_of(framework_id) == seed()


def test_publishing_writes_what_was_decided_and_asks_again_where_nothing_was() -> None:
    draft_id = draft_of_each()
    split, moved = one(draft_id, Kind.SPLIT), one(draft_id, Kind.MOVED)
    second = Decided(VersionDecision.CARRY, ADDED.format(1))
    publishing.decide(None, draft_id, {split.key: second, moved.key: CARRY}, NOW)
    before = session().scalar(select(func.count()).select_from(Statement))
    assert before == 137, "a draft is nobody's framework"
    done = publishing.publish(None, draft_id, NOW)
    assert done.undecided == 3
    new = session().scalars(select(Statement).where(Statement.framework_id == done.framework_id))
    codes = {each.id: each.code for each in new}
    rows = session().scalars(select(StatementSuccessor)).all()
    found = {
        (row.change, codes[row.successor_id]): row.carries
        for row in rows
        if row.change != Change.SAME
    }
    assert found == {
        (Change.REWORDED, "T-1-01"): False,
        (Change.REWORDED, "T-1-02"): False,
        (Change.MERGED, "T-1-03"): False,
        (Change.SPLIT, "T-1-05"): False,
        (Change.SPLIT, "T-1-41"): True,
        (Change.MOVED, moved.after[0].code): True,
    }
    assert sum(row.change == Change.SAME for row in rows) == 130
    assert sum(row.change == Change.MERGED for row in rows) == 2
    exported = file_of(done.framework_id)
    assert exported.digest == edited(seed(), one_of_each).digest
    assert import_framework(exported, NOW).added is False
    with pytest.raises(Conflict, match="draft_ended"):
        publishing.publish(None, draft_id, NOW)


def test_another_file_keeps_the_decisions_that_still_fit() -> None:
    draft_id = draft_of_each()
    reworded, merged = one(draft_id, Kind.REWORDED), one(draft_id, Kind.MERGED)
    publishing.decide(None, draft_id, {reworded.key: CARRY, merged.key: ASK}, NOW)
    assert not import_framework(edited(seed(), one_of_each), NOW).added

    def once_more(listed: dict[str, list[dict[str, object]]]) -> None:
        one_of_each(listed)
        listed["technical"][0]["text"] = "lends items to nobody."

    again = import_framework(edited(seed(), once_more, version="26.12"), NOW)
    assert (again.draft_id, again.added) == (draft_id, True)
    kept = session().scalars(select(FrameworkDraftDecision.change_key)).all()
    assert kept == [merged.key]


def test_said_by_hand_it_is_a_split_and_a_merge() -> None:
    draft_id = draft_of_each()
    new, retired, same = (one(draft_id, kind) for kind in (Kind.NEW, Kind.RETIRED, Kind.SAME))
    (uuid,) = (each.uuid for each in new.after)
    publishing.say_origins(None, draft_id, uuid, [retired.before[0].uuid], NOW)
    assert stands(draft_id).comparison.of(Kind.NEW, Kind.RETIRED) == ()
    publishing.say_origins(None, draft_id, uuid, [same.before[0].uuid], NOW)
    assert len(stands(draft_id).comparison.of(Kind.SPLIT)) == 2
    publishing.say_origins(None, draft_id, uuid, [], NOW)
    publishing.say_origins(None, draft_id, same.after[0].uuid, [retired.before[0].uuid], NOW)
    assert len(stands(draft_id).comparison.of(Kind.MERGED)) == 2
    with pytest.raises(Invalid, match="origin_unknown"):
        publishing.say_origins(None, draft_id, uuid, [uuid], NOW)


def test_other_answers_are_refused() -> None:
    file = edited(seed())
    with pytest.raises(Conflict, match="framework_scale_differs"):
        import_framework(replace(file, scale=file.scale[1:]), NOW)


def test_what_is_wrong_with_a_draft_is_not_published() -> None:
    def empty(listed: dict[str, list[dict[str, object]]]) -> None:
        listed["technical"][:] = [each for each in listed["technical"] if each["rank"] != 2]

    draft_id = import_framework(edited(seed(), empty), NOW).draft_id
    assert draft_id is not None
    assert stands(draft_id).empty_levels == ("Technical: Developing",)
    with pytest.raises(Conflict, match="draft_unfit"):
        publishing.publish(None, draft_id, NOW)


def test_a_dry_run_says_what_the_run_says_and_keeps_nothing() -> None:
    draft_id = draft_of_each()
    with kept_unless(dry_run=True):
        rehearsed = publishing.publish(None, draft_id, NOW)
    assert stands(draft_id).is_open
    assert session().scalar(select(func.count()).select_from(StatementSuccessor)) == 0
    done = publishing.publish(None, draft_id, NOW)
    assert (done.slug, done.version, done.undecided) == (
        rehearsed.slug,
        rehearsed.version,
        rehearsed.undecided,
    )


def test_the_next_version_starts_as_a_copy_and_one_at_a_time() -> None:
    draft_id = start_next_version("library-technicians", "26.11", NOW)
    assert stands(draft_id).comparison.changed == ()
    with pytest.raises(Conflict, match="draft_there"):
        start_next_version("library-technicians", "26.12", NOW)
    publishing.discard(None, draft_id, NOW)
    with pytest.raises(Conflict, match="framework_version_there"):
        start_next_version("library-technicians", "26.05", NOW)
