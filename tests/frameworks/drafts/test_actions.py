"""A next version: taken in as a draft, decided about, published once."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.doors.frameworks import a_draft_with_a_new_domain
from tests.factories.answers import EndorsedAnswer
from tests.factories.frameworks import first_version
from tests.factories.reviews import endorse_all
from tests.factories.world import World
from tests.frameworks.next_files import ADDED, edited, one_of_each, seed
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.db import session, transaction
from tracker.frameworks.changes.queries import changed_levels, targets_that_end
from tracker.frameworks.changes.rules import Kind, VersionChange
from tracker.frameworks.changes.rules_places import empty_levels
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework, start_next_version
from tracker.frameworks.drafts.queries import DraftedVersion, drafted
from tracker.frameworks.versions.queries import file_of
from tracker.frameworks.versions.rules import Change, VersionDecision
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Framework,
    FrameworkDraft,
    FrameworkDraftDecision,
    PersonVersion,
    SkillOrigin,
    Statement,
)
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingScope
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.services.one_transaction import kept_unless

pytestmark = pytest.mark.usefixtures("context")
Edit = Callable[[dict[str, list[dict[str, object]]]], object]
CARRY, ASK = VersionDecision


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        first_version(seed(), NOW)
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


def skills_of(version: str) -> dict[str, int]:
    """By code."""
    rows = session().execute(
        select(Statement.code, Statement.skill_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Framework.version == version)
    )
    return dict(rows.all())


def published(edit: Edit, version: str) -> None:
    draft_id = import_framework(edited(seed(), edit, version=version), NOW).draft_id
    assert draft_id is not None
    drafts_actions.publish(None, draft_id, NOW)


def without_nine(listed: dict[str, list[dict[str, object]]]) -> None:
    del listed["technical"][:9]


@pytest.mark.in_ci
def test_what_comes_back_is_the_skill_that_it_was() -> None:
    """Retired in one version and back in the next, with its uuid and words."""
    published(without_nine, "26.11")
    draft_id = import_framework(edited(seed(), version="27.05"), NOW).draft_id
    assert draft_id is not None
    assert stands(draft_id).comparison.changed == (), "nothing to decide: the words are the same"
    drafts_actions.publish(None, draft_id, NOW)
    assert skills_of("27.05") == skills_of("26.05")
    assert session().scalars(select(SkillOrigin)).all() == []


@pytest.mark.in_ci
def test_a_draft_foretells_a_level_that_is_reached_by_what_comes_back(world: World) -> None:
    """What was reviewed on the version before the one in use counts again."""
    first_version(seed(), NOW)
    rows = session().execute(
        select(Statement.id, Statement.framework_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Framework.slug == seed().slug, Statement.code.startswith("T-1-"))
    )
    ids = dict(rows.all())
    world.framework_id = ids[min(ids)]
    endorse_all(world, "ana", "sue", dict.fromkeys(ids, EndorsedAnswer.CONSISTENTLY))
    published(without_nine, "26.11")
    draft_id = import_framework(edited(seed(), version="27.05"), NOW).draft_id
    assert draft_id is not None
    foretold = changed_levels(stands(draft_id))
    assert (foretold.reached, foretold.lost) == ({("technical", "technical", 1): 1}, {})


@pytest.mark.in_ci
def test_what_comes_back_in_other_words_is_decided_about() -> None:
    published(without_nine, "26.11")

    def reworded(listed: dict[str, list[dict[str, object]]]) -> None:
        listed["technical"][0]["text"] = "does something else."

    draft_id = import_framework(edited(seed(), reworded, version="27.05"), NOW).draft_id
    assert draft_id is not None
    assert [each.kind for each in stands(draft_id).undecided] == [Kind.REWORDED]
    drafts_actions.publish(None, draft_id, NOW)
    again, before = skills_of("27.05")["T-1-01"], skills_of("26.05")["T-1-01"]
    (origin,) = session().scalars(select(SkillOrigin))
    assert (origin.skill_id, origin.origin_id, origin.carries) == (again, before, False)


@pytest.mark.in_ci
def test_a_statement_can_come_of_one_that_was_retired_before() -> None:
    published(without_nine, "26.11")
    gone = one_code("26.05", "T-1-01")

    def made_of_it(listed: dict[str, list[dict[str, object]]]) -> None:
        without_nine(listed)
        listed["technical"].append(
            {
                "code": "T-9-01",
                "rank": 4,
                "uuid": ADDED.format(7),
                "title": "New",
                "text": "is new.",
            }
            | {"from": [gone]}
        )

    draft_id = import_framework(edited(seed(), made_of_it, version="27.05"), NOW).draft_id
    assert draft_id is not None
    (change,) = stands(draft_id).comparison.changed
    drafts_actions.decide(None, draft_id, {change.key: CARRY}, NOW)
    drafts_actions.publish(None, draft_id, NOW)
    assert skills_of("27.05")["T-9-01"] == skills_of("26.05")["T-1-01"], "reworded, and carries"


def test_one_wrong_character_in_where_it_came_from_is_an_error() -> None:
    right = one_code("26.05", "T-1-01")
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")

    def of_nothing(listed: dict[str, list[dict[str, object]]]) -> None:
        listed["technical"][0]["from"] = [wrong]

    with pytest.raises(Conflict, match="framework_origin_unknown") as refused:
        import_framework(edited(seed(), of_nothing), NOW)
    assert refused.value.facts == {"statements": f"T-1-01, “Circulation transactions” ({wrong})"}


def test_targets_go_on_where_the_publisher_says(world: World) -> None:
    """A domain with another key takes the targets of the one that is gone, there and back; without
    a word of it they end there."""
    a_draft_with_a_new_domain(world)
    (draft_id,) = session().scalars(select(FrameworkDraft.id).where(FrameworkDraft.slug == "small"))
    (new,), (gone,) = stands(draft_id).new_domains, stands(draft_id).gone_domains
    today = NOW.date()
    assert targets_that_end(world.framework_id, [gone], today) == {gone: 5}
    with pytest.raises(Invalid, match="place_unknown"):
        drafts_actions.say_place(None, draft_id, gone, new, NOW)
    assert {each.kind for each in stands(draft_id).comparison.changed} == {Kind.MOVED}
    drafts_actions.say_place(None, draft_id, new, gone, NOW)
    assert stands(draft_id).comparison.changed == (), "staying there they aren't moved"
    done = drafts_actions.publish(None, draft_id, NOW)
    ana = world.people["ana"]
    before = expected_by_key(ana)
    with transaction() as tx:
        tx.add(
            PersonVersion(
                person_id=ana,
                slug="small",
                framework_id=done.framework_id,
                moved_at=NOW,
                moved_on=NOW.date(),
            )
        )
    after = expected_by_key(ana)
    assert before.pop(gone) == after.pop(new)
    assert before == after


def expected_by_key(person_id: int) -> dict[str, int]:
    session().rollback()
    found = sheet_queries_learners.learner(person_id, NOW.date())
    assert found is not None
    (job,) = found.role_profile_ids
    basis = standings_queries.basis(StandingScope(found.framework_id, found.library_id), {job})
    keys = {domain.id: f"{domain.strand_key}/{domain.key}" for domain in basis.domains}
    return {keys[domain_id]: rank for domain_id, rank in basis.targets[job].items()}


def test_an_origin_that_a_file_did_not_name_is_added() -> None:
    def renamed(listed: dict[str, list[dict[str, object]]]) -> None:
        listed["technical"][0] |= {"uuid": ADDED.format(8), "code": "T-9-08"}

    published(renamed, "26.11")
    first = one_code("26.05", "T-1-01")
    at = ("library-technicians", "26.11", ADDED.format(8))
    exclusions_actions.add(*at, first, NOW, carries=True)
    (row,) = session().scalars(select(SkillOrigin))
    assert (row.skill_id, row.origin_id, row.carries) == (
        skills_of("26.11")["T-9-08"],
        skills_of("26.05")["T-1-01"],
        True,
    )
    (event,) = session().scalars(select(AuditEvent).where(AuditEvent.kind == "origin_added"))
    assert event.actor_id is None
    facts = session().scalars(
        select(AuditEventDetail.facts)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.kind.in_(("framework_imported", "origin_added")))
    )
    assert len({fact["lineage"] for fact in facts}) == 3, "two versions, and the origin"
    session().rollback()
    assert checks_queries_record.of_own() == []
    for args, why in (
        ((*at, first), "origin_there"),
        ((*at, ADDED.format(8)), "origin_circle"),
        ((*at, ADDED.format(9)), "origin_unknown"),
    ):
        with pytest.raises(Conflict, match=why):
            exclusions_actions.add(*args, NOW, carries=True)
    with pytest.raises(Missing):
        exclusions_actions.add("library-technicians", "99", first, first, NOW, carries=True)


def one_code(version: str, code: str) -> str:
    """Its uuid."""
    query = (
        select(Statement.uuid)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Framework.version == version, Statement.code == code)
    )
    return session().scalars(query).one()


def test_a_version_that_is_published_is_written_as_it_was_read() -> None:
    """Digest for digest."""
    (framework_id,) = session().scalars(select(Framework.id))
    assert file_of(framework_id) == seed()


def test_publishing_writes_what_was_decided_and_asks_again_where_nothing_was() -> None:
    draft_id = draft_of_each()
    split, moved = one(draft_id, Kind.SPLIT), one(draft_id, Kind.MOVED)
    part = f"{CARRY}:{ADDED.format(1)}"
    drafts_actions.decide(None, draft_id, {split.key: part, moved.key: CARRY}, NOW)
    before = session().scalar(select(func.count()).select_from(Statement))
    assert before == 137, "a draft is nobody's framework"
    done = drafts_actions.publish(None, draft_id, NOW)
    assert done.undecided == 3
    first, second = skills_of("26.05"), skills_of("26.11")
    names = {skill: code for code, skill in second.items()}
    rows = session().scalars(select(SkillOrigin)).all()
    found = {(row.change, names[row.skill_id]): row.carries for row in rows}
    assert found == {
        (Change.REWORDED, "T-1-01"): False,
        (Change.REWORDED, "T-1-02"): False,
        (Change.MERGED, "T-1-03"): False,
        (Change.SPLIT, "T-1-05"): False,
        (Change.SPLIT, "T-1-41"): True,
    }
    assert second[moved.after[0].code] == first[moved.before[0].code], "moved, and carries"
    assert len({*first.values()} & {*second.values()}) == 131
    assert sum(row.change == Change.MERGED for row in rows) == 2
    exported = file_of(done.framework_id)
    assert exported.digest == edited(seed(), one_of_each).digest
    assert import_framework(exported, NOW).added is False
    with pytest.raises(Conflict, match="draft_ended"):
        drafts_actions.publish(None, draft_id, NOW)


def test_another_file_keeps_the_decisions_that_still_fit() -> None:
    draft_id = draft_of_each()
    reworded, merged = one(draft_id, Kind.REWORDED), one(draft_id, Kind.MERGED)
    drafts_actions.decide(None, draft_id, {reworded.key: CARRY, merged.key: ASK}, NOW)
    assert not import_framework(edited(seed(), one_of_each), NOW).added

    def once_more(listed: dict[str, list[dict[str, object]]]) -> None:
        one_of_each(listed)
        listed["technical"][0]["text"] = "lends items to nobody."

    other = edited(seed(), once_more, version="26.12")
    with pytest.raises(Conflict, match="framework_draft_open") as refused:
        import_framework(other, NOW)
    assert refused.value.facts["lost"] == 1
    kept = session().scalars(select(FrameworkDraftDecision.change_key)).all()
    assert {*kept} == {reworded.key, merged.key}, "nothing is gone before somebody says so"
    again = import_framework(other, NOW, replaces=stands(draft_id).seen)
    assert (again.draft_id, again.added, again.replaced) == (draft_id, True, "26.11")
    kept = session().scalars(select(FrameworkDraftDecision.change_key)).all()
    assert kept == [merged.key]


@pytest.mark.in_ci
def test_said_by_hand_it_is_a_split_and_a_merge() -> None:
    draft_id = draft_of_each()
    new, retired, same = (one(draft_id, kind) for kind in (Kind.NEW, Kind.RETIRED, Kind.SAME))
    (uuid,) = (each.uuid for each in new.after)
    drafts_actions.say_origins(None, draft_id, uuid, [retired.before[0].uuid], NOW)
    assert stands(draft_id).comparison.of(Kind.NEW, Kind.RETIRED) == ()
    drafts_actions.say_origins(None, draft_id, uuid, [same.before[0].uuid], NOW)
    assert len(stands(draft_id).comparison.of(Kind.SPLIT)) == 2
    drafts_actions.say_origins(None, draft_id, uuid, [], NOW)
    drafts_actions.say_origins(None, draft_id, same.after[0].uuid, [retired.before[0].uuid], NOW)
    assert len(stands(draft_id).comparison.of(Kind.MERGED)) == 2
    with pytest.raises(Invalid, match="origin_unknown"):
        drafts_actions.say_origins(None, draft_id, uuid, [uuid], NOW)


def test_other_answers_are_refused() -> None:
    file = edited(seed())
    with pytest.raises(Conflict, match="framework_scale_differs"):
        import_framework(replace(file, scale=file.scale[1:]), NOW)


def test_what_is_wrong_with_a_draft_is_not_published() -> None:
    def empty(listed: dict[str, list[dict[str, object]]]) -> None:
        listed["technical"][:] = [each for each in listed["technical"] if each["rank"] != 2]

    draft_id = import_framework(edited(seed(), empty), NOW).draft_id
    assert draft_id is not None
    assert empty_levels(stands(draft_id).after) == ("Technical: Developing",)
    with pytest.raises(Conflict, match="draft_unfit"):
        drafts_actions.publish(None, draft_id, NOW)


def test_a_dry_run_says_what_the_run_says_and_keeps_nothing() -> None:
    draft_id = draft_of_each()
    with kept_unless(dry_run=True):
        rehearsed = drafts_actions.publish(None, draft_id, NOW)
    assert stands(draft_id).is_open
    assert session().scalar(select(func.count()).select_from(SkillOrigin)) == 0
    done = drafts_actions.publish(None, draft_id, NOW)
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
    drafts_actions.discard(None, draft_id, NOW)
    with pytest.raises(Conflict, match="framework_version_there"):
        start_next_version("library-technicians", "26.05", NOW)
