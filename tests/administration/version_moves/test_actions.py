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
from tests.factories.sending import NO, PART, YES, actor
from tests.factories.versions import AFTER, NextVersion, carried, next_version, scope
from tests.factories.world import World
from tracker.administration.version_moves import actions as moves
from tracker.assessment.ratings import actions as ratings
from tracker.db import session
from tracker.evidence.pieces import queries as evidence
from tracker.frameworks.versions import (
    queries_moves as planned_moves,
    queries_steps as version_steps,
)
from tracker.models import LibraryVersion, PersonVersion, Rating
from tracker.notifications.notices import queries as notices
from tracker.record.sheet import queries_learners as learners
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("all_is_sealed", "app_context")


def answers(world: World, name: str) -> dict[int, tuple[str, str, str]]:
    """What counts for them, with both notes, by statement of the version that they are on."""
    session().rollback()
    found = learners.learner(world.people[name], AFTER.date())
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
    found = learners.learner(world.people[name], AFTER.date())
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
    ratings.rate(actor(world, "ana"), same, None, 1, world.now, own_note="mine", reviewer_note="R")
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
        found = evidence.for_statements(ana, list(statements))
        return {key for key, pieces in found.items() if [each.id for each in pieces] == [shown]}

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
    of_sue, notice = notices.listed(actor(world, "ana", AFTER), AFTER.date()).notices
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
    ratings.rate(ana, new[kept][0], PART, 1, AFTER + MINUTE)
    ratings.rate(ana, new[again][0], NO, 0, AFTER + MINUTE)
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
    past = planned_moves.past_moves(world.libraries["city"])
    assert [(each.before, each.after, each.people, each.by) for each in past] == [
        ("3", "1", 4, "Adam"),
        ("2", "3", 4, "Adam"),
        ("1", "2", 4, "Adam"),
    ]
    assert faults() == []


def test_a_team_with_those_below_or_one_person_moves_ahead(world: World) -> None:
    version = next_version(world)
    assert carried(world, version, team="bookmobile") == 1, "Sue"
    assert carried(world, version, AFTER + MINUTE, team="central") == 2, "Ana and Ben are left"
    assert {name: home(world, name) for name in ("ana", "ben", "sue", "lea")} == {
        **dict.fromkeys(("ana", "ben", "sue"), version.framework_id),
        "lea": world.framework_id,
    }
    assert carried(world, version, AFTER + 2 * MINUTE, person="ben", back=True) == 1
    assert home(world, "ben") == world.framework_id
    session().rollback()
    assert [
        past_move.person for past_move in planned_moves.past_moves(world.libraries["city"])
    ] == ["Ben", "", "Sue"]
    newcomers = select(LibraryVersion.framework_id).where(
        LibraryVersion.library_id == world.libraries["city"]
    )
    assert session().scalars(newcomers).all() == [world.framework_id], "they begin as before"


def test_newcomers_begin_with_the_version_of_the_library(world: World) -> None:
    version = next_version(world)
    join(world, "early", "central")
    carried(world, version)
    join(world, "nina", "central")
    assert home(world, "early") == version.framework_id
    assert home(world, "nina") == version.framework_id
    join(world, "otto", "other", role_profile="other")
    whom = scope(world, version, back=True)
    moves.move(actor(world, "adam", AFTER), whom, AFTER + MINUTE, newcomers=False)
    join(world, "later", "central")
    assert home(world, "nina") == world.framework_id
    assert home(world, "later") == version.framework_id, "nobody said that they begin with it"
    session().rollback()
    found = session().scalar(
        select(PersonVersion.framework_id).where(PersonVersion.person_id == world.people["otto"])
    )
    assert found == world.framework_id, "another library's people stay"


def test_a_library_without_learners_chooses_what_newcomers_begin_with(world: World) -> None:
    version = next_version(world)
    carried(world, version)
    assert carried(world, version, AFTER + MINUTE, back=True) == 4
    with pytest.raises(Invalid, match="move_unknown"):
        carried(world, version, AFTER + 2 * MINUTE, back=True)
    carried(world, version, AFTER + 2 * MINUTE, team="city")
    assert carried(world, version, AFTER + 3 * MINUTE) == 0, "only newcomers are left to it"
    join(world, "nina", "central")
    assert home(world, "nina") == version.framework_id


def test_a_move_is_refused_in_words_of_its_reason(world: World) -> None:
    version = next_version(world)
    with pytest.raises(Invalid) as refused:
        carried(world, version, world.now)
    assert refused.value.code == "move_in_round"
    assert refused.value.facts == {"round": "Autumn 2026", "day": dt.date(2026, 12, 11)}
    adam = actor(world, "adam", AFTER)
    whole = scope(world, version)
    for other, code in (
        ({"to_id": world.framework_id}, "move_unknown"),
        ({"team_id": world.teams["other"]}, "move_unknown"),
        ({"person_id": world.people["otto"]}, "move_unknown"),
        ({"person_id": world.people["hugo"]}, "move_nobody"),
        ({"from_id": version.framework_id, "to_id": world.framework_id}, "move_unknown"),
    ):
        wrong = {name: getattr(whole, name) for name in whole.__slots__} | other
        with pytest.raises(Invalid, match=code):
            moves.move(adam, version_steps.MoveScope(**wrong), AFTER)
    with pytest.raises(Missing):
        moves.move(actor(world, "oda", AFTER), whole, AFTER)
    with pytest.raises(Missing):
        moves.move(actor(world, "cora", AFTER), whole, AFTER)
    assert home(world, "ana") == world.framework_id


def test_what_was_seen_is_what_is_done(world: World) -> None:
    version = next_version(world)
    whom, adam = scope(world, version), actor(world, "adam", AFTER)
    seen = version_steps.digest(whom, version_steps.people(whom, AFTER.date()))
    session().rollback()
    join(world, "nina", "central")
    with pytest.raises(Conflict, match="move_changed"):
        moves.move(adam, whom, AFTER, seen=seen)
    assert home(world, "ana") == world.framework_id
    seen = version_steps.digest(whom, version_steps.people(whom, AFTER.date()))
    session().rollback()
    assert moves.move(adam, whom, AFTER, seen=seen) == 5
