"""The same person twice: two accounts become one, and no row of the record changes its person."""

import datetime as dt

import pytest
from sqlalchemy import Select, select
from tracker.models.reviews.standing import standing

from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sending import NO, YES, actor, answer_all, item_ids, send
from tests.factories.versions import AFTER, NextVersion, carried, done, next_version, planned
from tests.factories.world import START, World
from tracker.db import session, transaction
from tracker.models import Endorsement, Membership, Person, RatingEntry, UseStatementReading
from tracker.policy.permissions import Actor, current_on
from tracker.queries.administration.accounts import merges
from tracker.queries.administration.roster import ground
from tracker.queries.operations import record_check
from tracker.queries.profiles import earlier_records
from tracker.rules.administration.merges import LASTS
from tracker.rules.errors import Conflict
from tracker.rules.roles import Role
from tracker.services.administration import people
from tracker.services.administration.accounts import merging
from tracker.services.reviews import reviews

DAY = dt.timedelta(days=1)


def teams(person_id: int, on: dt.date) -> list[tuple[int, str]]:
    session().rollback()
    query = select(Membership.team_id, Membership.role).where(
        Membership.person_id == person_id, current_on(Membership, on)
    )
    return sorted((team, role.value) for team, role in session().execute(query))


def asked(world: World, name: str) -> int:
    found = merges.waiting(world.people[name], world.now)
    session().rollback()
    assert found is not None
    return found.id


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


def test_it_takes_both_sign_ins_and_moves_no_row_of_the_record(context: World, adam: Actor) -> None:
    statement = context.statements["technical"][0]
    nina, ana, today = join(context, "nina", "harbour"), context.people["ana"], context.now.date()
    rate(context, "nina", statement, YES)
    rate(context, "ana", statement, NO)
    endorse(context, "nina", "hugo", statement, EndorsedAnswer.PARTLY)
    with transaction() as tx:
        read = tx.scalars(select(UseStatementReading)).first()
        assert read is not None
        tx.add(
            UseStatementReading(
                person_id=nina, use_statement_id=read.use_statement_id, read_at=context.now
            )
        )
    piece(context, "nina", title="Story hour")
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
    shown = merges.waiting(ana, context.now)
    assert shown is not None
    assert merges.rated_in_both(shown) == ["Small framework"]
    session().rollback()
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
    found = earlier_records.record(nina)
    assert [each.answer for each in found.ratings] == ["Consistently"]
    assert [(each.by, each.answer) for each in found.endorsements] == [("Hugo", "Partly")]
    assert [each.title for each in found.evidence] == ["Story hour"]
    session().rollback()
    with pytest.raises(Conflict, match="account_is_earlier"):
        people.enable(adam, nina, context.now)
    known = {each.id for each in ground.ground(adam, today, []).people}
    session().rollback()
    assert ana in known
    assert nina not in known


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
        now += LASTS
    with pytest.raises(Conflict, match="merge_over"):
        merging.confirm(actor(context, "nina"), merge_id, now)
    assert session().get_one(Person, nina).disabled_at is None
    session().rollback()
    assert not merging.propose(adam, ana, nina, now), "it can be asked again"


def test_who_is_in_the_middle_of_something_is_not_ended(context: World, adam: Actor) -> None:
    nina, ana = join(context, "nina", "central"), context.people["ana"]
    with pytest.raises(Conflict, match="merge_own"):
        merging.propose(adam, adam.person_id, nina, context.now)
    merging.propose(adam, ana, nina, context.now)
    merge_id = asked(context, "ana")
    merging.confirm(actor(context, "ana"), merge_id, context.now)
    send(context, YES, learner="nina")
    with pytest.raises(Conflict, match="merge_reviews_open"):
        merging.confirm(actor(context, "nina"), merge_id, context.now)
    unsigned, _token = people.add(adam, "Nina", "n2@example.org", context.now)
    with pytest.raises(Conflict, match="merge_must_sign_in"):
        merging.propose(adam, unsigned, context.people["ben"], context.now)


def test_two_versions_do_not_meet_in_one_account(context: World, adam: Actor) -> None:
    """Their page would be empty: whoever is on the version before is carried first."""
    nina, ana = join(context, "nina", "harbour"), context.people["ana"]
    for name in ("ana", "nina"):
        rate(context, name, context.statements["technical"][0], YES)
    done(planned(context, next_version(context), person="ana"))
    for kept, earlier in ((ana, nina), (nina, ana)):
        with pytest.raises(Conflict, match="merge_other_version"):
            merging.propose(adam, kept, earlier, AFTER)


def test_late_reviews_of_both_parts_of_a_merged_statement_stay_with_their_account(
    context: World, adam: Actor
) -> None:
    """Nina's two count for what they became, as long as that account goes on; Ana, who has one of
    the two, does not get the other by it."""
    nina, ana = join(context, "nina", "central"), context.people["ana"]
    one, other = context.statements["communication"][:2]
    sent = {"nina": send(context, YES, YES, learner="nina"), "ana": send(context, YES)}
    version = next_version(context, merged={(one, other): True})
    merged = version.became[one][0]
    carried(context, version)
    for kept, earlier in ((ana, nina), (nina, ana)):
        with pytest.raises(Conflict, match="merge_reviews_open"):
            merging.propose(acting_later(context, "adam"), kept, earlier, AFTER)
    for name, review_id in sent.items():
        said = [ReviewerAnswer.CONSISTENTLY] * len(item_ids(review_id))
        answer_all(context, review_id, *said)
        reviews.reveal(acting_later(context, "sue"), review_id, AFTER)
        assert session().scalars(counted(context.people[name], version, merged)).all() == (
            [EndorsedAnswer.CONSISTENTLY] if name == "nina" else []
        )
    session().rollback()
    assert not merging.propose(acting_later(context, "adam"), ana, nina, AFTER)
    waiting = merges.waiting(nina, AFTER)
    session().rollback()
    assert waiting is not None
    merging.confirm(acting_later(context, "ana"), waiting.id, AFTER)
    assert merging.confirm(acting_later(context, "nina"), waiting.id, AFTER)
    session().rollback()
    assert session().scalars(counted(ana, version, merged)).all() == []
    found = earlier_records.record(nina)
    assert [each.answer for each in found.endorsements] == ["Consistently"] * 2
    assert record_check.of_own() == []


def acting_later(world: World, name: str) -> Actor:
    return actor(world, name, AFTER)


def counted(person_id: int, version: NextVersion, statement_id: int) -> Select[str]:
    found = standing(lambda column: column == person_id, version.framework_id)
    return select(found.c.answer).where(found.c.statement_id == statement_id)
