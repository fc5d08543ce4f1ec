"""The same person twice: two accounts become one, and no row of the record changes its person."""

import datetime as dt
from dataclasses import asdict

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.answers import EndorsedAnswer
from tests.factories.evidence import piece
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, told
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import NO, YES, actor, send
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import START, World
from tracker.accounts.account import actions as account_actions
from tracker.accounts.account.rules import MERGE_LASTS, MERGE_WAITS
from tracker.administration.accounts import actions as accounts_actions
from tracker.administration.accounts.actions import MergeStep
from tracker.administration.people import actions as people_actions
from tracker.administration.roster import queries as roster_queries
from tracker.db import session, transaction
from tracker.models import Endorsement, Membership, Person, RatingEntry, UseStatementReading
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.policy.permissions import Actor, current_on
from tracker.record.sheet import queries_learners as sheet_queries_learners
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


def go(
    actor: Actor, kept_id: int, earlier_id: int, now: dt.datetime, *, dry_run: bool = False
) -> MergeStep:
    session().rollback()
    step, _until = accounts_actions.merge(actor, kept_id, earlier_id, now, dry_run=dry_run)
    session().rollback()
    return step


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
    double, _token = people_actions.add(adam, "Ana", "a@example.org", context.now, staff_id="A7")
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
    assert go(adam, ana, double, context.now, dry_run=True) is MergeStep.DELETE
    assert teams(ana, START) == before, "a dry run stores nothing"
    assert go(adam, ana, double, context.now) is MergeStep.DELETE
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
    go(adam, ana, nina, context.now)
    assert go(adam, ana, nina, context.now + MERGE_WAITS) is MergeStep.MERGE
    today = (context.now + MERGE_WAITS).date()
    assert teams(nina, today) == []
    assert teams(ana, today).count((context.teams["harbour"], "learner")) == 1


def test_both_are_told_it_waits_a_week_and_moves_no_row_of_the_record(
    context: World, adam: Actor
) -> None:
    """Nina has reviewed in the account that ends, and has no record of her own in it."""
    statement = context.statements["technical"][0]
    nina, ana, done = join(context, "nina", "harbour"), context.people["ana"], NOW + MERGE_WAITS
    rate(context, "ana", statement, NO)
    endorse(context, "lea", "nina", statement, EndorsedAnswer.PARTLY)
    has_read(context, nina)
    session().rollback()
    rows = [
        (model, session().execute(select(model.id, model.person_id)).all())
        for model in (RatingEntry, Endorsement)
    ]
    assert go(adam, ana, nina, NOW, dry_run=True) is MergeStep.TELL
    assert told(context, "ana") == []
    assert go(adam, ana, nina, NOW) is MergeStep.TELL
    with mail_server() as inbox:
        while deliver(inbox, NOW):
            pass
    assert sorted(inbox.recipients) == [["ana@example.org"], ["nina@example.org"]]
    assert told(context, "ana") == told(context, "nina") == ["merge_proposed"]
    for early in (NOW, done - DAY):
        assert go(adam, ana, nina, early) is MergeStep.WAIT
    assert go(adam, ana, nina, done, dry_run=True) is MergeStep.MERGE
    assert teams(nina, done.date()) == [(context.teams["harbour"], "learner")]
    assert go(adam, ana, nina, done) is MergeStep.MERGE
    for model, was in rows:
        assert session().execute(select(model.id, model.person_id)).all() == was
    today = done.date()
    assert teams(nina, today) == []
    assert teams(nina, today - DAY) == [(context.teams["harbour"], "learner")], "no day between"
    assert (context.teams["harbour"], "learner") in teams(ana, today)
    assert (context.teams["harbour"], "learner") not in teams(ana, today - DAY)
    with pytest.raises(Conflict, match="account_is_earlier"):
        people_actions.enable(adam, nina, done)
    known = {person.id for person in roster_queries.ground(adam, today, []).people}
    session().rollback()
    assert ana in known
    assert nina not in known


@pytest.mark.parametrize("what", ["rating", "evidence"])
def test_an_account_with_a_record_does_not_end(context: World, adam: Actor, what: str) -> None:
    """What was added while it waited, too."""
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    go(adam, ana, nina, NOW)
    if what == "rating":
        rate(context, "nina", context.statements["technical"][0], YES)
    else:
        has_read(context, nina)
        piece(context, "nina", title="Story hour")
    with pytest.raises(Conflict, match="merge_refused"):
        go(adam, ana, nina, NOW + MERGE_WAITS)
    assert go(adam, nina, ana, NOW) is MergeStep.TELL
    assert go(adam, nina, ana, NOW + MERGE_WAITS) is MergeStep.MERGE, "it is the one to keep"


def test_whoever_is_asked_already_is_asked_of_no_third_account(context: World, adam: Actor) -> None:
    """After an objection too: else it would tell that from ratings."""
    nina, ana, ben = join(context, "nina", "harbour"), context.people["ana"], context.people["ben"]
    go(adam, ana, nina, NOW)
    for objects in (False, True):
        if objects:
            account_actions.object_to_merge(actor(context, "nina"), NOW)
        for pair in ((ben, nina), (ana, ben)):
            with pytest.raises(Conflict, match="merge_pending"):
                go(adam, *pair, NOW)


def test_an_objection_is_to_both_directions(context: World, adam: Actor) -> None:
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    go(adam, ana, nina, NOW)
    go(adam, nina, ana, NOW)
    account_actions.object_to_merge(actor(context, "ana"), NOW)
    for pair in ((ana, nina), (nina, ana)):
        with pytest.raises(Conflict, match="merge_refused"):
            go(adam, *pair, NOW + MERGE_WAITS)


@pytest.mark.parametrize("who", ["ana", "nina"])
def test_either_account_objects(context: World, adam: Actor, who: str) -> None:
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    go(adam, ana, nina, NOW)
    with pytest.raises(Conflict, match="merge_over"):
        account_actions.object_to_merge(actor(context, "ben"), NOW)
    account_actions.object_to_merge(actor(context, who), NOW)
    with pytest.raises(Conflict, match="merge_over"):
        account_actions.object_to_merge(actor(context, who), NOW)
    for at in (NOW, NOW + MERGE_WAITS, NOW + MERGE_LASTS - DAY):
        with pytest.raises(Conflict, match="merge_refused"):
            go(adam, ana, nina, at)
    assert session().get_one(Person, nina).disabled_at is None
    assert go(adam, ana, nina, NOW + MERGE_LASTS) is MergeStep.TELL, "anew"


def test_what_lay_for_long_is_told_anew(context: World, adam: Actor) -> None:
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    go(adam, ana, nina, NOW)
    assert go(adam, ana, nina, NOW + MERGE_LASTS) is MergeStep.TELL
    assert go(adam, ana, nina, NOW + MERGE_LASTS + DAY) is MergeStep.WAIT


def test_who_is_in_the_middle_of_something_is_not_ended(context: World, adam: Actor) -> None:
    nina, ana = join(context, "nina", "central", Role.SUPERVISOR), context.people["ana"]
    with pytest.raises(Conflict, match="merge_own"):
        go(adam, adam.person_id, nina, NOW)
    go(adam, ana, nina, NOW)
    send(context, YES, learner="ben", reviewer="nina")
    with pytest.raises(Conflict, match="merge_reviews_open"):
        go(adam, ana, nina, NOW + MERGE_WAITS)


def test_who_has_no_record_goes_on_with_the_version_of_the_account_that_stays(
    context: World, adam: Actor
) -> None:
    """Memberships that move leave what they are on as it is."""
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    version = next_version(context)
    carried(context, version, person="ana")
    go(adam, ana, nina, AFTER - MERGE_WAITS)
    assert go(actor(context, "adam", AFTER), ana, nina, AFTER) is MergeStep.MERGE
    learns = sheet_queries_learners.learner(ana, AFTER.date())
    assert learns is not None
    assert learns.framework_id == version.framework_id
    assert checks_queries_record.of_own() == []
