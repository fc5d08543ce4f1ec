"""Which versions can be chosen: withdrawing one while nobody uses it, hiding one, and showing it
again."""

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import ForeignKeyConstraint, func, select

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.evidence import piece
from tests.factories.frameworks import first_version, open_round
from tests.factories.ratings import rate
from tests.factories.sides import YES, actor
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tests.frameworks.next_files import ADDED, edited, seed
from tests.frameworks.versions.offered import (
    HIDDEN,
    SHOWN_AGAIN,
    WITHDRAWN,
    Listed,
    choices,
    draft_of,
    new_statement,
    reworded,
    set_to,
    ways,
)
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.administration.library.queries import setup_progress
from tracker.administration.rounds import actions as rounds_actions
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.administration.version_moves.queries import past_moves
from tracker.db import Base, session
from tracker.frameworks.changes.rules import Kind
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework, start_next_version
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.published.pages import framework_page
from tracker.frameworks.versions import queries as frameworks_versions_queries
from tracker.frameworks.versions.queries import SAID, between, version_use
from tracker.frameworks.versions.rules import Decision
from tracker.models import AuditEvent, Framework, PersonVersion, Statement
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")


def test_a_version_that_nobody_uses_is_withdrawn_for_good(world: World) -> None:
    version = next_version(world, added=1).framework_id
    assert version in choices(world)
    assert set_to(WITHDRAWN, version) == 1
    assert [each.id for each in frameworks_versions_queries.published(slug="small")] == [
        world.framework_id
    ]
    assert choices(world) == [world.framework_id]
    assert ways(world) == []
    adam = actor(world, "adam", AFTER)
    with pytest.raises(Invalid, match="framework_unknown"):
        rounds_actions.create(
            adam, "Spring", [version], dt.date(2027, 3, 1), dt.date(2027, 3, 9), AFTER
        )
    with pytest.raises(Missing):
        version_moves_actions.move(adam, world.libraries["city"], version, AFTER)
    kinds = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
    assert kinds[-1] == "framework_version_withdrawn"
    assert set_to(WITHDRAWN, version) == 0, "again it says that it was done"
    for status in (HIDDEN, SHOWN_AGAIN):
        with pytest.raises(Conflict, match="version_withdrawn"):
            set_to(status, version)
    with pytest.raises(Missing):
        set_to(HIDDEN, 10_000)


def on_it(world: World, version: NextVersion) -> None:
    carried(world, version, person="ana")


def newcomers(world: World, version: NextVersion) -> None:
    """Those who were there were moved back since, one by one."""
    carried(world, version)
    for name in ("ana", "ben", "lea", "sue"):
        carried(world, version, person=name, back=True)


def planned(world: World, version: NextVersion) -> None:
    version_moves_actions.plan(
        actor(world, "adam"), world.libraries["city"], version.framework_id, world.now
    )


def in_a_round(world: World, version: NextVersion) -> None:
    old, world.framework_id = world.framework_id, version.framework_id
    open_round(world, "Spring 2027", dt.date(2027, 3, 1), dt.date(2027, 3, 9))
    world.framework_id = old


def there_and_back(act: Callable[[World, int], object]) -> Callable[[World, NextVersion], None]:
    """Ana does it on the version, and is on the one before again."""

    def use(world: World, version: NextVersion) -> None:
        carried(world, version, person="ana")
        act(world, version.became[world.statements["communication"][0]][0])
        carried(world, version, person="ana", back=True)

    return use


def linked(world: World, statement_id: int) -> None:
    piece(world, reasons={statement_id: "It shows it."})


def sent(world: World, statement_id: int) -> None:
    rate(world, "ana", statement_id, YES)
    review_actions.send(actor(world, "ana"), world.people["sue"], [statement_id], world.now)


def decided(world: World, version: NextVersion) -> None:
    exclusions_actions.leave_out(acting(world, "adam"), [version.added[0]], "Not here.", AFTER)


USES: dict[str, Callable[[World, NextVersion], object]] = {
    "somebody is on it": on_it,
    "newcomers begin with it": newcomers,
    "a round is for it": in_a_round,
    "a move to it is planned": planned,
    "something was rated": there_and_back(lambda world, each: rate(world, "ana", each, YES)),
    "evidence was linked": there_and_back(linked),
    "something was sent": there_and_back(sent),
    "a library left out what it alone has": decided,
}


@pytest.mark.parametrize("use", USES)
def test_a_version_that_is_used_or_spoken_of_is_only_hidden(world: World, use: str) -> None:
    version = next_version(world, added=1)
    assert not any(version_use(version.framework_id))
    USES[use](world, version)
    assert any(version_use(version.framework_id))
    with pytest.raises(Conflict, match="version_in_use"):
        set_to(WITHDRAWN, version.framework_id)
    if use == "a move to it is planned":
        return
    assert set_to(HIDDEN, version.framework_id) == 1
    with pytest.raises(Conflict, match="version_in_use"):
        set_to(WITHDRAWN, version.framework_id)


def test_a_version_to_which_a_move_is_planned_is_not_hidden(world: World) -> None:
    """Else the move would be over on its day without a word. That of whoever leaves it stays."""
    version = next_version(world)
    planned(world, version)
    for ids in ([version.framework_id], [world.framework_id, version.framework_id]):
        with pytest.raises(Conflict, match="version_awaited") as refused:
            set_to(HIDDEN, *ids)
        assert refused.value.facts == {"library": "City Library", "version": "2"}
        session().rollback()
        assert len(frameworks_versions_queries.published(slug="small")) == 2, "all or none"
    assert set_to(HIDDEN, world.framework_id) == 1
    assert version_moves_actions.move_due(AFTER) == 4
    assert set_to(HIDDEN, version.framework_id) == 1


def test_one_that_somebody_was_on_in_silence_is_withdrawn(world: World) -> None:
    version = next_version(world)
    carried(world, version)
    carried(world, version, back=True)
    assert set_to(WITHDRAWN, version.framework_id) == 1
    told = {
        (past_move.before, past_move.after) for past_move in past_moves(world.libraries["city"])
    }
    assert told == {("1", "2"), ("2", "1")}, "that is still told"


OF_ITSELF = {"anchors", "scale_answers", "sources", "strands", "statements", "domains", "levels"}
OF_ITSELF |= {"citations", "skill_origins"}
ASKED = {
    "person_versions": "people",
    "library_versions": "libraries",
    "round_frameworks": "rounds",
    "planned_moves": "planned",
    "snapshot_people": "rounds",
    "reviews": "is_spoken_of, by its items",
    "not_rated_here": "is_spoken_of",
    "sensitive_decisions": "is_spoken_of",
    **{each.__tablename__: "is_spoken_of" for each in SAID},
}
ALLOWED = {
    "corrections": "readers of its page suggest them; they stay where they are listed",
    "standings": "levels kept for teams: taken away with what changes them, and counted anew",
    "framework_drafts": "a draft that follows it is compared with the one before",
}


def test_whatever_points_to_a_version_was_thought_of() -> None:
    """A new table that names a version, a statement, or a skill is asked before withdrawing, or
    said to be no hindrance."""
    named = {"frameworks", "strands", "domains", "statements", "skills"}
    tables = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.constraints
        if isinstance(key, ForeignKeyConstraint) and key.referred_table.name in named
    }
    assert tables == OF_ITSELF | ASKED.keys() | ALLOWED.keys()


def test_what_waits_in_libraries_about_it_goes_with_it(world: World) -> None:
    def delicate(listed: Listed) -> None:
        listed["technical"][0]["sensitive"] = True
        listed["technical"].append(new_statement(sensitive=True))

    def waiting() -> tuple[int, int]:
        found = setup_progress(acting(world, "adam"), AFTER.date())
        session().rollback()
        return found.undecided, found.not_rated

    first_version(seed(), NOW)
    undecided, not_rated = waiting()
    done = drafts_actions.publish(None, draft_of(edited(seed(), delicate)), AFTER)
    assert waiting() == (2 * undecided + 2, not_rated + 2)
    assert set_to(WITHDRAWN, done.framework_id) == 1
    assert waiting() == (undecided, not_rated)


def test_a_library_that_decided_about_what_it_alone_has_keeps_it(world: World) -> None:
    first_version(seed(), NOW)
    edit = edited(seed(), lambda listed: listed["technical"].append(new_statement(sensitive=True)))
    done = drafts_actions.publish(None, draft_of(edit), AFTER)
    of = select(Statement.id).where(Statement.code == "T-4-41")
    exclusions_actions.decide(
        acting(world, "adam"), {session().scalars(of).one(): Decision.RATE}, {}, AFTER
    )
    with pytest.raises(Conflict, match="version_in_use"):
        set_to(WITHDRAWN, done.framework_id)


def skills_of(version: str) -> dict[str, int]:
    rows = session().execute(
        select(Statement.code, Statement.skill_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Framework.version == version)
    )
    return dict(rows.all())


@pytest.mark.in_ci
def test_the_next_version_follows_the_one_before_a_withdrawn_one() -> None:
    """Its uuids are as if they had never been."""
    first_version(seed(), NOW)
    withdrawn = drafts_actions.publish(None, draft_of(edited(seed(), reworded)), AFTER).framework_id
    set_to(WITHDRAWN, withdrawn)
    with pytest.raises(Conflict, match="framework_version_withdrawn"):
        import_framework(edited(seed(), reworded), AFTER)
    with pytest.raises(Conflict, match="framework_version_there"):
        start_next_version(seed().slug, "26.11", AFTER)

    def from_the_withdrawn(listed: Listed) -> None:
        listed["technical"][1]["from"] = [ADDED.format(8)]

    with pytest.raises(Conflict, match="framework_origin_unknown"):
        import_framework(edited(seed(), from_the_withdrawn, version="27.05"), AFTER)
    draft_id = draft_of(edited(seed(), reworded, version="27.05"))
    draft = drafted(draft_id)
    assert draft is not None
    assert draft.before.version == "26.05"
    assert [each.kind for each in draft.comparison.changed] == [Kind.REWORDED, Kind.NEW]
    after = drafts_actions.publish(None, draft_id, AFTER).framework_id
    first, gone, last = (skills_of(each) for each in ("26.05", "26.11", "27.05"))
    assert {code for code in first if last[code] != first[code]} == {"T-1-01"}
    assert not {last["T-1-01"], last["T-4-41"]} & {gone["T-1-01"], gone["T-4-41"]}
    (line,) = [
        each for each in versions_queries_lines.of_framework(after).values() for each in each
    ][:1]
    assert line.version == "26.05", "the withdrawn wording is nobody's earlier one"
    page = framework_page(seed().slug)
    assert page is not None
    assert page.before is not None
    assert (page.row.version, page.before.version) == ("27.05", "26.05")
    assert [each.kind for each in between(page.before.id, page.row.id).changed] == [
        Kind.REWORDED,
        Kind.NEW,
    ]


@pytest.mark.in_ci
def test_a_draft_of_a_version_that_is_withdrawn_is_compared_anew() -> None:
    first_version(seed(), NOW)
    second = drafts_actions.publish(None, draft_of(edited(seed(), reworded)), AFTER).framework_id
    file = edited(seed(), reworded, version="27.05")
    draft_id = draft_of(file)
    set_to(WITHDRAWN, second)
    with pytest.raises(Conflict, match="draft_outdated"):
        drafts_actions.publish(None, draft_id, AFTER)
    again = import_framework(file, AFTER)
    assert (again.draft_id, again.added) == (draft_id, True)
    found = drafted(draft_id)
    assert found is not None
    assert (found.before.version, len(found.undecided)) == ("26.05", 1)
    drafts_actions.publish(None, draft_id, AFTER)


def test_a_first_version_by_mistake_can_be_withdrawn_and_another_one_is_the_first() -> None:
    wrong = first_version(seed(), NOW)
    set_to(WITHDRAWN, wrong)
    assert frameworks_versions_queries.published() == ()
    draft_id = draft_of(edited(seed(), reworded, version="26.06"))
    found = drafted(draft_id)
    assert found is not None
    assert found.row.base_framework_id is None
    drafts_actions.publish(None, draft_id, AFTER)
    assert not set(skills_of("26.05").values()) & set(skills_of("26.06").values())


@pytest.mark.in_ci
@pytest.mark.parametrize("first", ["the move", "withdrawing"])
def test_a_version_is_not_withdrawn_under_whoever_is_moved_to_it(
    app: Flask, world: World, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both at once: who holds the version is done before the other looks at it, and that one is
    refused. The first one waits, the version in its hands, until the other is under way."""
    version = next_version(world)
    adam = actor(world, "adam", AFTER)
    holds, both = Event(), Event()

    def pause() -> None:
        holds.set()
        assert both.wait(5)
        time.sleep(0.3)

    def moved() -> str:
        with app.app_context():
            try:
                version_moves_actions.move(
                    adam, world.libraries["city"], version.framework_id, AFTER
                )
            except Missing as refusal:
                return refusal.code
            return "moved"

    def withdrawn() -> str:
        with app.app_context():
            try:
                set_to(WITHDRAWN, version.framework_id)
            except Conflict as refusal:
                return refusal.code
            return "withdrawn"

    where, acts, said = {
        "the move": (
            "tracker.administration.version_moves.actions.teams_rounds_records.keep_due",
            (moved, withdrawn),
            ["moved", "version_in_use"],
        ),
        "withdrawing": (
            "tracker.frameworks.versions.actions.frameworks_exclusions_records.forget_undecided",
            (withdrawn, moved),
            ["withdrawn", "missing"],
        ),
    }[first]
    monkeypatch.setattr(where, lambda *_facts: pause())
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(acts[0])
        assert holds.wait(5)
        other = pool.submit(acts[1])
        both.set()
        assert [one.result(), other.result()] == said
    on = PersonVersion.framework_id == version.framework_id
    session().rollback()
    count = session().scalar(select(func.count(PersonVersion.id)).where(on))
    assert (count == 0) is (first == "withdrawing")
