"""Carrying people to a later version and back: nothing is lost, and what is asked again is what
changed."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from tracker.models.frameworks.carrying import CARRIED, KEPT, RECOMPUTED
from tracker.rules.frameworks.carrying import CarryingStatus

from tests.factories.answers import ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.sending import NO, PART, YES, actor, answer_all, item_ids, send
from tests.factories.versions import AFTER, carried, done, next_version, planned, undone
from tests.factories.world import World
from tests.web.reviews.endorsements.test_exceptions import agreed
from tracker.db import Base, session, transaction
from tracker.models import (
    CarriedPerson,
    EvidenceLink,
    LevelException,
    Membership,
    NotRatedHere,
    Rating,
    RatingEntry,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
    Target,
)
from tracker.queries.administration.bulk_edits import plans
from tracker.queries.operations import invariants, record_check
from tracker.rules.administration.bulk_edits import BulkChange, BulkEdit
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.frameworks.scale import Basis
from tracker.rules.roles import Role
from tracker.services.administration import bulk_edits, memberships, role_profiles
from tracker.services.administration.roster import planning
from tracker.services.assessment import ratings
from tracker.services.frameworks import carrying
from tracker.services.reviews import exceptions, reviews

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def answers(person_id: int, framework_id: int) -> dict[int, str]:
    """What stands now, by statement."""
    session().rollback()
    rows = session().execute(
        select(Rating.statement_id, Rating.answer)
        .join(Statement, Statement.id == Rating.statement_id)
        .where(
            Rating.person_id == person_id,
            Rating.answer.is_not(None),
            Statement.framework_id == framework_id,
        )
    )
    return {statement_id: str(answer) for statement_id, answer in rows}


def home(person_id: int) -> set[int]:
    """The versions that somebody learns on."""
    session().rollback()
    return set(
        session().scalars(
            select(RoleProfile.framework_id)
            .join(Membership, Membership.role_profile_id == RoleProfile.id)
            .where(Membership.person_id == person_id)
        )
    )


def faults() -> list[str]:
    session().rollback()
    connection = session().connection()
    found = [*record_check.findings(connection)]
    found += invariants.broken(connection, invariants.contents(connection), ())
    return [f"{each.code} {each.what}" for each in found]


def leading_to_versions(tables: dict[str, set[str]]) -> set[str]:
    """Tables with a way of foreign keys to what a version consists of."""
    reached = {"frameworks"}
    while more := {name for name, to in tables.items() if to & reached} - reached:
        reached |= more
    return reached - {"frameworks"}


def test_every_table_of_a_version_is_declared() -> None:
    tables = {
        table.name: {key.column.table.name for key in table.foreign_keys}
        for table in Base.metadata.sorted_tables
    }
    declared = (CARRIED, KEPT, RECOMPUTED)
    assert leading_to_versions(tables) == frozenset().union(*declared)
    assert sum(map(len, declared)) == len(frozenset().union(*declared)), "each once"
    assert "news" in leading_to_versions({**tables, "news": {"ratings"}}), "a new one is found"


def test_what_carries_comes_along_and_the_rest_is_asked_again(world: World) -> None:
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
    was = answers(ana, world.framework_id)
    carrying_id = carried(world, version)

    became = version.became
    assert answers(ana, version.framework_id) == {
        became[same][0]: YES,
        became[split][0]: YES,
        became[alike][0]: PART,
    }
    assert answers(ana, world.framework_id) == was, "the version before stands as it was"
    assert home(ana) == {version.framework_id}
    mine = select(Rating).where(Rating.person_id == ana, Rating.statement_id == became[same][0])
    row = session().scalars(mine).one()
    assert (row.basis, row.rated_at, row.own_note, row.reviewer_note) == (
        Basis.CARRIED,
        before,
        "mine",
        "R",
    )
    who = select(CarriedPerson).where(CarriedPerson.person_id == ana)
    assert session().scalars(who).one().asked_again == 3, "reworded, a part, and no one answer"
    links = select(EvidenceLink.statement_id, EvidenceLink.reason).where(
        EvidenceLink.evidence_id == shown
    )
    assert dict(session().execute(links).all()) == {
        reworded: "shows it",
        split: "both",
        became[reworded][0]: "shows it",
        became[split][0]: "both",
        became[split][1]: "both",
    }
    assert faults() == []

    assert undone(world, carrying_id).stayed == 0
    assert answers(ana, version.framework_id) == {}
    assert answers(ana, world.framework_id) == was
    assert home(ana) == {world.framework_id}
    assert dict(session().execute(links).all()) == {reworded: "shows it", split: "both"}
    assert faults() == []

    carried(world, version)
    assert answers(ana, version.framework_id)[became[alike][0]] == PART
    assert faults() == []


def test_who_did_something_there_stays(world: World) -> None:
    statement = world.statements["technical"][0]
    for name in ("ana", "ben"):
        rate(world, name, statement, YES)
    version = next_version(world)
    carrying_id = carried(world, version)
    new = version.became[statement][0]
    ratings.rate(actor(world, "ana", AFTER), new, PART, 1, AFTER + dt.timedelta(minutes=1))
    outcome = undone(world, carrying_id)
    assert (outcome.status, outcome.stayed) == (CarryingStatus.UNDONE, 1)
    assert answers(world.people["ana"], version.framework_id) == {new: PART}
    assert home(world.people["ana"]) == {version.framework_id}
    assert answers(world.people["ben"], version.framework_id) == {}
    assert faults() == []


def test_cut_short_it_goes_on_and_doubles_nothing(world: World) -> None:
    for name in ("ana", "ben", "lea"):
        rate(world, name, world.statements["technical"][0], YES)
    version = next_version(world)
    carrying_id = planned(world, version)
    assert done(carrying_id, at_most=2).status is CarryingStatus.RUNNING
    assert done(carrying_id).status is CarryingStatus.DONE
    assert done(carrying_id).done == 4
    session().rollback()
    entries = select(RatingEntry).where(RatingEntry.basis == Basis.CARRIED)
    assert len(session().scalars(entries).all()) == 3
    assert faults() == []


def test_nobody_gets_a_job_profile_away_from_their_ratings(world: World) -> None:
    """By hand, with many, and from a file; once they are carried it is the other way around."""
    rate(world, "ana", world.statements["technical"][0], YES)
    version = next_version(world)
    adam = actor(world, "adam", AFTER)
    role_profiles.create(adam, version.framework_id, "Newer", {}, AFTER)
    here = select(RoleProfile.framework_id, RoleProfile.id).where(
        RoleProfile.library_id == world.libraries["city"]
    )
    profiles = dict(session().execute(here).all())
    old, new = profiles[world.framework_id], profiles[version.framework_id]

    def refused(profile_id: int) -> list[str]:
        harbour = world.teams["harbour"]
        terms = MembershipTerms(harbour, Role.LEARNER, AFTER.date(), None, profile_id)
        edit = BulkEdit(BulkChange.ROLE_PROFILE, Role.LEARNER, dt.date(2026, 12, 20), profile_id)
        ana = [world.people["ana"]]
        found = []
        for act in (
            lambda: memberships.add(adam, ana[0], terms, AFTER),
            lambda: bulk_edits.edit_all(
                adam, ana, edit, plans.digest(plans.planned(adam, ana, edit, AFTER.date())), AFTER
            ),
        ):
            with pytest.raises((Invalid, Conflict)) as error:
                act()
            found.append(error.value.code)
        ground = planning.ground_of(adam, [], AFTER)
        known = next(each for each in ground.profiles if each.id == profile_id)
        return [*found, str(ground.leaves_ratings(ana[0], known))]

    by_hand = ["ratings_in_other_version", "bulk_other_version", "True"]
    assert refused(new) == by_hand
    carried(world, version)
    assert refused(old)[-1] == "True"
    ground = planning.ground_of(adam, [], AFTER)
    known = next(each for each in ground.profiles if each.id == new)
    assert not ground.leaves_ratings(world.people["ana"], known)
    terms = MembershipTerms(world.teams["harbour"], Role.LEARNER, AFTER.date(), None, new)
    assert memberships.add(adam, world.people["ana"], terms, AFTER)


def test_a_round_that_is_open_ends_first(world: World) -> None:
    version = next_version(world)
    with pytest.raises(Invalid) as refused:
        planned(world, version, now=world.now)
    assert refused.value.code == "carrying_in_round"
    later = planned(world, version, now=world.now, starts_on=dt.date(2026, 12, 12))
    assert carrying.begin(later, world.now) == [], "not yet"
    with pytest.raises(Conflict) as again:
        planned(world, version)
    assert again.value.code == "carrying_open"
    carrying.call_off(actor(world, "adam"), later, world.now)
    assert carrying.begin(later, AFTER) == [], "called off"
    carried(world, version)
    with pytest.raises(Conflict) as begun:
        carrying.call_off(actor(world, "adam", AFTER), later, AFTER)
    assert begun.value.code == "carrying_begun"


def test_what_both_agreed_on_comes_along_and_goes_with_the_undo(world: World) -> None:
    agreed(world)
    statement = world.statements["communication"][4]
    version = next_version(world)
    became = version.became[statement][0]

    def statuses() -> dict[int, str]:
        session().rollback()
        rows = session().execute(
            select(LevelException.statement_id, LevelException.status).order_by(LevelException.id)
        )
        return {statement_id: str(status) for statement_id, status in rows}

    carrying_id = carried(world, version)
    assert statuses() == {statement: "agreed", became: "agreed"}
    assert faults() == []
    undone(world, carrying_id)
    assert statuses() == {statement: "agreed", became: "ended"}
    carried(world, version)
    assert statuses() == {statement: "agreed", became: "agreed"}
    (item_id,) = set(session().scalars(select(LevelException.item_id)))
    exception_id = session().scalars(select(func.min(LevelException.id))).one()
    exceptions.withdraw(actor(world, "ana", AFTER), item_id, exception_id, "Now I do.", AFTER)
    assert statuses() == {statement: "withdrawn", became: "withdrawn"}
    assert faults() == []


def statuses(person_id: int) -> list[tuple[int, str]]:
    session().rollback()
    rows = session().execute(
        select(LevelException.statement_id, LevelException.status)
        .where(LevelException.person_id == person_id)
        .order_by(LevelException.id)
    )
    return [(statement_id, status.value) for statement_id, status in rows]


def test_what_is_proposed_comes_along_and_both_agree_on_it_there(world: World) -> None:
    """Before the carrying, and after it at a review of the version before that ended late."""
    early, late = world.statements["communication"][0], world.statements["communication"][2]
    ana, people = actor(world, "ana"), world.people["ana"]
    review_id = send(world, YES)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET)
    reviews.reveal(actor(world, "sue"), review_id, world.now)
    open_id = send(world, YES, skip=2)
    (item_id,) = item_ids(review_id)
    first = exceptions.propose(ana, item_id, "Not at my desk.", world.now)
    version = next_version(world)
    carried(world, version)
    there = version.became[early][0]
    assert statuses(people) == [(early, "proposed"), (there, "proposed")]
    exceptions.confirm(actor(world, "sue", AFTER), item_id, first, AFTER)
    assert statuses(people) == [(early, "agreed"), (there, "agreed")]
    answer_all(world, open_id, ReviewerAnswer.NOT_YET)
    reviews.reveal(actor(world, "sue", AFTER), open_id, AFTER)
    (late_item,) = item_ids(open_id)
    second = exceptions.propose(actor(world, "ana", AFTER), late_item, "Nor this.", AFTER)
    exceptions.confirm(actor(world, "sue", AFTER), late_item, second, AFTER)
    assert statuses(people)[2:] == [(late, "agreed"), (version.became[late][0], "agreed")]
    exceptions.withdraw(actor(world, "sue", AFTER), item_id, first, "It does.", AFTER)
    assert statuses(people)[:2] == [(early, "withdrawn"), (there, "withdrawn")]
    assert faults() == []


def test_rounds_to_come_are_for_the_version_of_then(world: World) -> None:
    with transaction() as tx:
        spring = Round(
            library_id=world.libraries["city"],
            name="Spring 2027",
            starts_on=dt.date(2027, 3, 1),
            ends_on=dt.date(2027, 4, 1),
        )
        tx.add(spring)
        tx.flush()
        tx.add(RoundFramework(round_id=spring.id, framework_id=world.framework_id))
        round_id = spring.id
    version = next_version(world)
    pins = select(RoundFramework.framework_id).where(RoundFramework.round_id == round_id)
    carrying_id = carried(world, version)
    assert session().scalars(pins).all() == [version.framework_id]
    undone(world, carrying_id)
    session().rollback()
    assert session().scalars(pins).all() == [world.framework_id]


def test_the_library_goes_along(world: World) -> None:
    """Job profiles with their targets, what is not rated here, and rounds to come: once."""
    out, asked = world.statements["technical"][:2]
    with transaction() as tx:
        for statement_id in (out, asked):
            tx.add(
                NotRatedHere(
                    library_id=world.libraries["city"],
                    statement_id=statement_id,
                    reason="Not here.",
                    set_at=world.now,
                    set_by_id=world.people["adam"],
                )
            )
    version = next_version(world, split={asked: False})
    carrying_id = carried(world, version, now=AFTER)
    profile = select(RoleProfile).where(RoleProfile.carried_from_id == world.role_profiles["city"])
    made = session().scalars(profile).one()
    assert (made.name, made.framework_id) == ("Mid-level", version.framework_id)
    targets = select(Target.domain_id, Target.rank).where(Target.role_profile_id == made.id)
    assert dict(session().execute(targets).all()) == dict.fromkeys(version.domains.values(), 2)
    left_out = select(NotRatedHere.statement_id).where(
        NotRatedHere.library_id == world.libraries["city"]
    )
    assert set(session().scalars(left_out)) == {out, asked, version.became[out][0]}
    old = session().get_one(RoleProfile, world.role_profiles["city"])
    assert old.retired_at is not None, "nobody gets it any more"
    pins = select(RoundFramework.framework_id).where(
        RoundFramework.round_id == world.rounds["city"]
    )
    assert set(session().scalars(pins)) == {world.framework_id}, "what is over stays"
    undone(world, carrying_id)
    session().rollback()
    assert session().get_one(RoleProfile, world.role_profiles["city"]).retired_at is None
    carried(world, version)
    session().rollback()
    assert len(session().scalars(profile).all()) == 1
