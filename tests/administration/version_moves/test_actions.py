"""Moving people to another version of their framework and back: a pointer, so nothing is lost
either way, and what is asked again is what changed."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.administration.version_moves.moved import MINUTE, faults
from tests.factories.evidence import piece
from tests.factories.levels import all_cards, own_sheet
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import NO, PART, YES, actor
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tracker.administration.version_moves import (
    actions as version_moves_actions,
    queries as version_moves_queries,
)
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.evidence.pieces import queries as pieces_queries
from tracker.models import PersonVersion, Rating
from tracker.notifications.notices import queries as notices_queries
from tracker.queries.asking import ask
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.rules.errors import Conflict, Missing

pytestmark = pytest.mark.usefixtures("all_is_sealed", "app_context")


def answers(world: World, name: str) -> dict[int, tuple[str, str, str]]:
    """What counts for them, with both notes, by statement of the version that they are on."""
    session().rollback()
    found = sheet_queries_learners.learner(world.people[name], AFTER.date())
    assert found is not None
    return {
        card.id: (card.answer, card.own_note, card.reviewer_note)
        for card in all_cards(own_sheet(found))
        if card.answer
    }


def given(world: World, name: str) -> dict[int, str]:
    return {
        statement_id: answer for statement_id, (answer, *_notes) in answers(world, name).items()
    }


def home(world: World, name: str) -> int:
    """The version that somebody learns on."""
    session().rollback()
    found = sheet_queries_learners.learner(world.people[name], AFTER.date())
    assert found is not None
    return found.framework_id


def rows() -> list[tuple[object, ...]]:
    """Every rating that stands, to the byte."""
    session().rollback()
    return [tuple(row) for row in session().execute(select(Rating.__table__).order_by(Rating.id))]


@pytest.mark.in_ci
def test_what_carries_counts_there_and_going_back_loses_nothing(world: World) -> None:
    same, reworded, split, alike, other, gone, differs, unlike = world.statements["communication"][
        :8
    ]
    ana = world.people["ana"]
    before = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)
    for statement_id, answer in (
        (same, YES),
        (reworded, PART),
        (split, YES),
        (alike, PART),
        (other, PART),
        (gone, YES),
        (differs, YES),
        (unlike, NO),
    ):
        rate(world, "ana", statement_id, answer, before)
    ratings_actions.rate(
        actor(world, "ana"), same, None, 1, world.now, own_note="mine", reviewer_note="R"
    )
    shown = piece(world, "ana", reasons={reworded: "shows it", split: "both"})
    version = next_version(
        world,
        reworded={reworded: False},
        split={split: True},
        merged={(alike, other): True, (differs, unlike): True},
        retired={gone},
        added=1,
    )
    was, written = answers(world, "ana"), rows()
    became = version.became

    def linked(*statements: int) -> set[int]:
        found = ask(pieces_queries.for_statements(ana, list(statements)))
        return {key for key, pieces in found.items() if [each["id"] for each in pieces] == [shown]}

    assert carried(world, version) == 4, "Ana, Ben, Lea, and Sue"
    assert home(world, "ana") == version.framework_id
    assert answers(world, "ana") == {
        became[same][0]: (YES, "mine", "R"),
        became[split][0]: (YES, "", ""),
        became[alike][0]: (PART, "", ""),
    }
    there = [became[reworded][0], *became[split]]
    assert linked(*there, became[same][0]) == set(there), "evidence passes all origins"
    session().rollback()
    of_sue, notice = notices_queries.listed(actor(world, "ana", AFTER), AFTER.date()).notices
    assert of_sue.version is not None
    assert notice.version is not None
    assert (of_sue.version.people, notice.version.people) == (1, None)
    assert (notice.version.statements, notice.version.later, notice.version.is_back) == (
        1,
        3,
        False,
    ), "no one answer; reworded, a part, and one that is new"
    assert rows() == written, "nothing is copied"
    assert faults() == []

    assert carried(world, version, AFTER + MINUTE, back=True) == 4
    assert home(world, "ana") == world.framework_id
    assert answers(world, "ana") == was
    assert linked(reworded, split, same) == {reworded, split}
    assert rows() == written
    assert faults() == []

    carried(world, version, AFTER + 2 * MINUTE)
    assert given(world, "ana")[became[alike][0]] == PART
    assert faults() == []


@pytest.mark.in_ci
def test_what_is_answered_there_stays_with_its_skill_on_the_way_back(world: World) -> None:
    kept, again = world.statements["technical"][:2]
    for statement_id in (kept, again):
        rate(world, "ana", statement_id, YES)
    version = next_version(world, reworded={again: False})
    carried(world, version)
    new = version.became
    ana = actor(world, "ana", AFTER)
    ratings_actions.rate(ana, new[kept][0], PART, 1, AFTER + MINUTE)
    ratings_actions.rate(ana, new[again][0], NO, 0, AFTER + MINUTE)
    assert given(world, "ana") == {new[kept][0]: PART, new[again][0]: NO}
    carried(world, version, AFTER + 2 * MINUTE, back=True)
    assert given(world, "ana") == {kept: PART, again: YES}, "another skill, another answer"
    carried(world, version, AFTER + 3 * MINUTE)
    assert given(world, "ana") == {new[kept][0]: PART, new[again][0]: NO}
    assert faults() == []


def test_moved_on_twice_and_home_in_one_step(world: World) -> None:
    """Over a version, what was said two versions ago counts, and is found again."""
    one, other, gone = world.statements["technical"][:3]
    for statement_id in (one, other, gone):
        rate(world, "ana", statement_id, YES)
    second = next_version(world, merged={(one, other): True}, retired={gone})
    third = next_version(
        world, of=second.framework_id, version="3", split={second.became[one][0]: True}
    )
    carried(world, second)
    carried(world, third, AFTER + MINUTE)
    last = third.became[second.became[one][0]]
    assert given(world, "ana") == {last[0]: YES}
    home_again = NextVersion(third.framework_id, world.framework_id)
    assert carried(world, home_again, AFTER + 2 * MINUTE, back=True) == 4
    assert given(world, "ana") == dict.fromkeys((one, other, gone), YES)
    session().rollback()
    past = version_moves_queries.past_moves(world.libraries["city"])
    assert [(each.before, each.after, each.people, each.by) for each in past] == [
        ("3", "1", 4, "Adam"),
        ("2", "3", 4, "Adam"),
        ("1", "2", 4, "Adam"),
    ]
    assert faults() == []


def test_people_on_different_versions_come_together(world: World) -> None:
    """As after an early move of one, or where somebody comes back to their job."""
    second = next_version(world)
    third = next_version(world, of=second.framework_id, version="3")
    carried(world, second, person="ben")
    carried(world, third, AFTER + MINUTE, person="sue")

    def leaving(version: NextVersion) -> list[tuple[str, int]]:
        session().rollback()
        move = version_moves_queries.move_to(
            world.libraries["city"], version.framework_id, AFTER.date()
        )
        return [(left.version, left.people) for left in move.leaving]

    assert leaving(third) == [("2", 1), ("1", 2)]
    assert leaving(second) == [("3", 1), ("1", 2)]
    assert carried(world, third, AFTER + 2 * MINUTE) == 3
    assert {home(world, name) for name in ("ana", "ben", "sue", "lea")} == {third.framework_id}
    session().rollback()
    past = version_moves_queries.past_moves(world.libraries["city"])
    assert [(each.before, each.after, each.people) for each in past] == [
        ("1", "3", 2),
        ("2", "3", 1),
        ("1", "3", 1),
        ("1", "2", 1),
    ]


def test_newcomers_begin_with_the_version_of_the_library(world: World) -> None:
    version = next_version(world)
    join(world, "early", "central")
    carried(world, version)
    join(world, "nina", "central")
    assert home(world, "early") == version.framework_id
    assert home(world, "nina") == version.framework_id
    join(world, "otto", "other", role_profile="other")
    carried(world, version, AFTER + MINUTE, back=True)
    join(world, "later", "central")
    assert home(world, "nina") == world.framework_id
    assert home(world, "later") == world.framework_id
    session().rollback()
    found = session().scalar(
        select(PersonVersion.framework_id).where(PersonVersion.person_id == world.people["otto"])
    )
    assert found == world.framework_id, "another library's people stay"


def test_where_nobody_is_left_to_move_newcomers_alone_are_moved(world: World) -> None:
    version = next_version(world)
    for name in ("ana", "ben", "lea", "sue"):
        carried(world, version, person=name)
    join(world, "early", "central")
    assert home(world, "early") == world.framework_id, "as the library is on it"
    carried(world, version, person="early")
    assert carried(world, version, AFTER + MINUTE) == 0
    join(world, "nina", "central")
    assert home(world, "nina") == version.framework_id


def test_a_move_is_refused_in_words_of_its_reason(world: World) -> None:
    version = next_version(world)
    with pytest.raises(Conflict) as refused:
        carried(world, version, world.now)
    assert refused.value.code == "move_in_round"
    assert refused.value.facts == {"round": "Autumn 2026", "day": dt.date(2026, 12, 11)}
    with pytest.raises(Conflict, match="move_done"):
        carried(world, version, back=True)
    adam, library_id = actor(world, "adam", AFTER), world.libraries["city"]
    with pytest.raises(Missing):
        version_moves_actions.move(adam, library_id, 10_000, AFTER)
    with pytest.raises(Missing):
        version_moves_actions.move(adam, world.libraries["other"], version.framework_id, AFTER)
    for stranger in ("oda", "cora"):
        with pytest.raises(Missing):
            version_moves_actions.move(
                actor(world, stranger, AFTER), library_id, version.framework_id, AFTER
            )
    assert home(world, "ana") == world.framework_id


def test_what_was_seen_is_what_is_done(world: World) -> None:
    version = next_version(world)
    library_id, adam = world.libraries["city"], actor(world, "adam", AFTER)

    def moved(seen: str) -> int:
        return version_moves_actions.move(adam, library_id, version.framework_id, AFTER, seen=seen)

    def seen() -> str:
        to = version_moves_queries.move_to(library_id, version.framework_id, AFTER.date()).to
        digest = version_moves_queries.digest(library_id, to, AFTER.date())
        session().rollback()
        return digest

    before = seen()
    join(world, "nina", "central")
    with pytest.raises(Conflict, match="move_changed"):
        moved(before)
    assert home(world, "ana") == world.framework_id
    assert moved(seen()) == 5
