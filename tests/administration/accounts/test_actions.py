"""The same person twice: two accounts become one, and no row of the record changes its person."""

import datetime as dt
from dataclasses import asdict

import pytest
from sqlalchemy import select

from tests.factories.answers import EndorsedAnswer
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sending import NO, YES, actor, send
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import START, World
from tracker.accounts.account.rules import MERGE_LASTS
from tracker.administration.accounts import actions as merging, queries as merges
from tracker.administration.people import actions as people
from tracker.administration.roster import queries as rosters
from tracker.db import session, transaction
from tracker.models import Endorsement, Membership, Person, RatingEntry, UseStatementReading
from tracker.operations.checks import queries_record as record_check
from tracker.policy.permissions import Actor, current_on
from tracker.queries.asking import ask
from tracker.record.sheet import queries_learners as learners
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Conflict
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("all_is_sealed")

DAY = dt.timedelta(days=1)


def teams(person_id: int, on: dt.date) -> list[tuple[int, str]]:
    session().rollback()
    query = select(Membership.team_id, Membership.role).where(
        Membership.person_id == person_id, current_on(Membership, on)
    )
    return sorted((team, role.value) for team, role in session().execute(query))


def asked(world: World, name: str) -> int:
    found = ask(merges.waiting(world.people[name], world.now))
    session().rollback()
    assert found is not None
    return found.id


def has_read(world: World, person_id: int) -> None:
    """How ratings are used."""
    with transaction() as tx:
        read = tx.scalars(select(UseStatementReading)).first()
        assert read is not None
        tx.add(
            UseStatementReading(
                person_id=person_id, use_statement_id=read.use_statement_id, read_at=world.now
            )
        )


def test_an_account_that_was_never_used_goes_at_once(context: World, adam: Actor) -> None:
    ana = context.people["ana"]
    double, _token = people.add(adam, "Ana", "a@example.org", context.now, staff_id="A7")
    with transaction() as tx:
        tx.add(
            Membership(
                person_id=double,
                team_id=context.teams["harbour"],
                role=Role.SUPERVISOR,
                starts_on=START,
            )
        )
    before = teams(ana, START)
    assert merging.propose(adam, ana, double, context.now)
    assert teams(ana, START) == sorted([*before, (context.teams["harbour"], "supervisor")])
    assert teams(double, START) == []
    assert session().get_one(Person, ana).staff_id == "A7"
    assert session().get_one(Person, double).removed_at is not None


def test_days_that_overlap_already_hinder_nothing(context: World, adam: Actor) -> None:
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    has_read(context, nina)
    with transaction() as tx:
        twice = tx.scalars(select(Membership).where(Membership.person_id == nina)).one()
        terms = MembershipTerms.of(twice)
        tx.add(Membership(person_id=nina, **asdict(terms) | {"starts_on": terms.starts_on + DAY}))
    assert not merging.propose(adam, ana, nina, context.now)
    merge_id = asked(context, "nina")
    merging.confirm(actor(context, "ana"), merge_id, context.now)
    assert merging.confirm(actor(context, "nina"), merge_id, context.now)
    today = context.now.date()
    assert teams(nina, today) == []
    assert teams(ana, today).count((context.teams["harbour"], "learner")) == 1


def test_it_takes_both_sign_ins_and_moves_no_row_of_the_record(context: World, adam: Actor) -> None:
    """Nina has reviewed in the account that ends, and has no record of her own in it."""
    statement = context.statements["technical"][0]
    nina, ana, today = join(context, "nina", "harbour"), context.people["ana"], context.now.date()
    rate(context, "ana", statement, NO)
    endorse(context, "lea", "nina", statement, EndorsedAnswer.PARTLY)
    has_read(context, nina)
    session().rollback()
    rows = [
        (model, session().execute(select(model.id, model.person_id)).all())
        for model in (RatingEntry, Endorsement)
    ]
    session().rollback()
    assert not merging.propose(adam, ana, nina, context.now)
    merge_id = asked(context, "nina")
    assert not merging.confirm(actor(context, "ana"), merge_id, context.now)
    assert not merging.confirm(actor(context, "ana"), merge_id, context.now), (
        "once more in the same"
    )
    assert teams(nina, today) == [(context.teams["harbour"], "learner")]
    with pytest.raises(Conflict, match="merge_over"):
        merging.confirm(actor(context, "ben"), merge_id, context.now)
    assert merging.confirm(actor(context, "nina"), merge_id, context.now)
    session().rollback()
    for model, was in rows:
        assert session().execute(select(model.id, model.person_id)).all() == was
    assert teams(nina, today) == []
    assert teams(nina, today - DAY) == [(context.teams["harbour"], "learner")], "no day between"
    assert (context.teams["harbour"], "learner") in teams(ana, today)
    assert (context.teams["harbour"], "learner") not in teams(ana, today - DAY)
    with pytest.raises(Conflict, match="account_is_earlier"):
        people.enable(adam, nina, context.now)
    known = {person.id for person in rosters.ground(adam, today, []).people}
    session().rollback()
    assert ana in known
    assert nina not in known


@pytest.mark.parametrize("what", ["rating", "evidence"])
def test_an_account_with_a_record_does_not_end_and_its_owner_alone_is_told(
    context: World, adam: Actor, what: str
) -> None:
    """Neither the administrator who asks, nor the other account, before it is confirmed there."""
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    if what == "rating":
        rate(context, "nina", context.statements["technical"][0], YES)
    else:
        has_read(context, nina)
        piece(context, "nina", title="Story hour")
    assert not merging.propose(adam, ana, nina, context.now)
    merge_id = asked(context, "nina")
    assert not merging.confirm(actor(context, "ana"), merge_id, context.now)
    with pytest.raises(Conflict) as refused:
        merging.confirm(actor(context, "nina"), merge_id, context.now)
    assert refused.value.code == "merge_has_ratings"
    assert refused.value.facts == {"email": context.email("nina")}
    merging.decline(actor(context, "nina"), merge_id, context.now)
    assert not merging.propose(adam, nina, ana, context.now)
    merge_id = asked(context, "nina")
    for name in ("nina", "ana"):
        is_done = merging.confirm(actor(context, name), merge_id, context.now)
    assert is_done, "the account that has the record is the one to keep"


def test_what_is_rated_after_it_was_confirmed_keeps_it_from_ending(
    context: World, adam: Actor
) -> None:
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    merging.propose(adam, ana, nina, context.now)
    merge_id = asked(context, "nina")
    assert not merging.confirm(actor(context, "nina"), merge_id, context.now)
    rate(context, "nina", context.statements["technical"][0], YES)
    with pytest.raises(Conflict, match="merge_has_ratings"):
        merging.confirm(actor(context, "ana"), merge_id, context.now)


@pytest.mark.parametrize("how", ["declined", "called off", "too late"])
def test_nothing_changes_without_a_yes_in_both(context: World, adam: Actor, how: str) -> None:
    nina, ana, now = join(context, "nina", "harbour"), context.people["ana"], context.now
    merging.propose(adam, ana, nina, now)
    merge_id = asked(context, "ana")
    with pytest.raises(Conflict, match="merge_waits"):
        merging.propose(adam, nina, context.people["ben"], now)
    merging.confirm(actor(context, "ana"), merge_id, now)
    if how == "declined":
        merging.decline(actor(context, "nina"), merge_id, now)
    elif how == "called off":
        merging.call_off(adam, merge_id, now)
    else:
        now += MERGE_LASTS
    with pytest.raises(Conflict, match="merge_over"):
        merging.confirm(actor(context, "nina"), merge_id, now)
    assert session().get_one(Person, nina).disabled_at is None
    session().rollback()
    assert not merging.propose(adam, ana, nina, now), "it can be asked again"


def test_who_is_in_the_middle_of_something_is_not_ended(context: World, adam: Actor) -> None:
    nina, ana = join(context, "nina", "central", Role.SUPERVISOR), context.people["ana"]
    with pytest.raises(Conflict, match="merge_own"):
        merging.propose(adam, adam.person_id, nina, context.now)
    merging.propose(adam, ana, nina, context.now)
    merge_id = asked(context, "ana")
    merging.confirm(actor(context, "ana"), merge_id, context.now)
    send(context, YES, learner="ben", reviewer="nina")
    with pytest.raises(Conflict, match="merge_reviews_open"):
        merging.confirm(actor(context, "nina"), merge_id, context.now)
    unsigned, _token = people.add(adam, "Nina", "n2@example.org", context.now)
    with pytest.raises(Conflict, match="merge_must_sign_in"):
        merging.propose(adam, unsigned, context.people["ben"], context.now)


def test_who_has_no_record_goes_on_with_the_version_of_the_account_that_stays(
    context: World, adam: Actor
) -> None:
    """Memberships that move leave what they are on as it is."""
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    version = next_version(context)
    carried(context, version, person="ana")
    merging.propose(actor(context, "adam", AFTER), ana, nina, AFTER)
    found = ask(merges.waiting(ana, AFTER))
    session().rollback()
    assert found is not None
    for name in ("ana", "nina"):
        is_done = merging.confirm(actor(context, name, AFTER), found.id, AFTER)
    assert is_done
    session().rollback()
    learns = learners.learner(ana, AFTER.date())
    assert learns is not None
    assert learns.framework_id == version.framework_id
    assert record_check.of_own() == []
