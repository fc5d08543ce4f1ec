"""One statement left out of a level, because both sides of a review agreed on it. Over 400 lines, as
all that comes of one is told together."""

import datetime as dt

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.conftest import NOW
from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.frameworks import leave_out
from tests.factories.levels import own_sheet, revealed_sheet
from tests.factories.people import supervises_no_more
from tests.factories.reviews import endorse
from tests.factories.sides import NOT_MINE, PART, YES, actor, answer_all, item_ids, send, send_again
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import LevelState
from tracker.models import LevelException, LevelExceptionMove, LevelExceptionText
from tracker.models.record.words import skill_of
from tracker.record.endorsements.rules import AgreedException, agreed as agreed_on
from tracker.record.sheet.queries_learners import Learner, learner
from tracker.record.standings.rules import short
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")

LATER = NOW + dt.timedelta(days=1)
SAID = {
    YES: ReviewerAnswer.CONSISTENTLY,
    PART: ReviewerAnswer.PARTLY,
    NOT_MINE: ReviewerAnswer.NOT_THEIR_WORK,
}


def equal(world: World, *own: Answer, skip: int = 0) -> list[int]:
    """A revealed review in which both said the same. Its items' ids."""
    review_id = send(world, *own, skip=skip)
    answer_all(world, review_id, *(SAID[each] for each in own))
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return item_ids(review_id)


def again(world: World, own: Answer) -> int:
    """The first statement sent once more, and both say the same. The item's id."""
    review_id = send_again(world, own)
    answer_all(world, review_id, SAID[own])
    review_actions.reveal(actor(world, "sue"), review_id, world.now + dt.timedelta(minutes=1))
    return item_ids(review_id)[0]


def differing(world: World, skip: int = 0) -> int:
    review_id = send(world, YES, skip=skip)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return item_ids(review_id)[0]


def propose(world: World, item_id: int, by: str = "sue") -> int:
    return endorsements_actions.propose_exception(
        actor(world, by), item_id, "Done by the central office", world.now
    )


def agree(world: World, item_id: int) -> int:
    exception_id = propose(world, item_id)
    endorsements_actions.confirm_exception(actor(world, "ana"), item_id, exception_id, world.now)
    return exception_id


def ana(world: World) -> Learner:
    session().rollback()
    of = learner(world.people["ana"], world.now.date())
    assert of is not None
    return of


def level(world: World, rank: int, at: dt.datetime | None = None) -> tuple[LevelState, int, int]:
    """State, applicable and excluded of Ana's level in Communication, in the endorsed voice."""
    of = ana(world)
    standings = revealed_sheet(of, at).standings(Voice.ENDORSED)
    view = standings[world.domains["communication"]].levels[rank - 1]
    return view.state, view.tally.applicable, view.tally.excluded


def agreed_of(world: World) -> list[AgreedException]:
    learner = ana(world)
    return agreed_on(own_sheet(learner), learner.name)


@pytest.mark.parametrize(("first", "second"), [("ana", "sue"), ("sue", "ana")])
def test_one_proposes_and_the_other_agrees(world: World, first: str, second: str) -> None:
    item_id = differing(world)
    exception_id = propose(world, item_id, first)
    assert agreed_of(world) == []
    endorsements_actions.confirm_exception(actor(world, second), item_id, exception_id, LATER)
    (one,) = agreed_of(world)
    assert (one.title, one.reason, one.names, one.on) == (
        "Communication 1.1",
        "Done by the central office",
        ("Ana", "Sue"),
        LATER,
    )
    moves = session().execute(
        select(
            LevelExceptionMove.before, LevelExceptionMove.after, LevelExceptionMove.actor_id
        ).order_by(LevelExceptionMove.id)
    )
    assert [tuple(move) for move in moves] == [
        ("", "proposed", world.people[first]),
        ("proposed", "agreed", world.people[second]),
    ]


@pytest.mark.parametrize("name", ["ana", "sue"])
def test_nobody_agrees_with_themselves(world: World, name: str) -> None:
    item_id = differing(world)
    exception_id = propose(world, item_id, name)
    with pytest.raises(Conflict, match="exception_needs_other"):
        endorsements_actions.confirm_exception(actor(world, name), item_id, exception_id, world.now)


@pytest.mark.parametrize("name", ["ben", "hugo", "cora", "adam", "olaf"])
def test_others_have_no_say(world: World, name: str) -> None:
    item_id = differing(world)
    with pytest.raises(Missing):
        propose(world, item_id, name)
    exception_id = propose(world, item_id)
    with pytest.raises(Missing):
        endorsements_actions.confirm_exception(actor(world, name), item_id, exception_id, world.now)
    with pytest.raises(Missing):
        endorsements_actions.withdraw_exception(
            actor(world, name), item_id, exception_id, "x", world.now
        )


def test_a_supervisor_who_left_has_none_either(world: World) -> None:
    item_id = differing(world)
    exception_id = propose(world, item_id, "ana")
    sue = actor(world, "sue")
    supervises_no_more(world)
    with pytest.raises(Missing):
        endorsements_actions.confirm_exception(sue, item_id, exception_id, world.now)
    endorsements_actions.withdraw_exception(
        actor(world, "ana"), item_id, exception_id, "alone", world.now
    )


@pytest.mark.parametrize("reason", ["", "  ", "x" * 4001])
def test_reasons_are_needed(world: World, reason: str) -> None:
    item_id = differing(world)
    with pytest.raises(Invalid, match="review_text"):
        endorsements_actions.propose_exception(actor(world, "sue"), item_id, reason, world.now)
    exception_id = propose(world, item_id)
    with pytest.raises(Invalid, match="review_text"):
        endorsements_actions.withdraw_exception(
            actor(world, "sue"), item_id, exception_id, reason, world.now
        )


class TestWhereItCanBe:
    def test_endorsed_below_met(self, world: World) -> None:
        assert propose(world, equal(world, PART)[0])

    def test_kept_apart(self, world: World) -> None:
        item_id = differing(world)
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        assert propose(world, item_id)

    @pytest.mark.parametrize("own", [YES, NOT_MINE])
    def test_not_where_it_is_met_or_not_part_of_the_job(self, world: World, own: Answer) -> None:
        with pytest.raises(Conflict, match="exception_not_here"):
            propose(world, equal(world, own)[0])

    def test_not_before_the_reveal(self, world: World) -> None:
        with pytest.raises(Conflict, match="exception_not_here"):
            propose(world, item_ids(send(world, PART))[0])

    def test_not_where_it_was_reviewed_again(self, world: World) -> None:
        old = equal(world, PART)[0]
        newer = again(world, PART)
        with pytest.raises(Conflict, match="exception_not_here"):
            propose(world, old)
        assert propose(world, newer)

    def test_not_where_the_library_does_not_rate_it(self, world: World) -> None:
        item_id = equal(world, PART)[0]
        leave_out(world, world.statements["communication"][0], "No such tool")
        with pytest.raises(Conflict, match="exception_not_here"):
            propose(world, item_id)

    def test_one_of_a_level_and_another_of_the_next(self, world: World) -> None:
        first, second, other_level = equal(world, PART, PART, PART)
        propose(world, first)
        with pytest.raises(Conflict, match="exception_there"):
            propose(world, second)
        assert propose(world, other_level)


class TestWhatItDoes:
    def test_the_statement_is_left_out_of_the_endorsed_voice_alone(self, world: World) -> None:
        statements = world.statements["communication"][2:5]
        for statement_id in statements[:2]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
        item_id = equal(world, PART, skip=4)[0]
        assert level(world, 2) == (LevelState.NOT_MET, 3, 0)
        of = ana(world)
        own = own_sheet(of).standings(Voice.SELF)
        revealed = revealed_sheet(of).standings(Voice.SELF)
        exception_id = propose(world, item_id)
        assert level(world, 2) == (LevelState.NOT_MET, 3, 0)
        endorsements_actions.confirm_exception(actor(world, "ana"), item_id, exception_id, LATER)
        assert level(world, 2) == (LevelState.MET, 2, 1)
        assert own_sheet(of).standings(Voice.SELF) == own
        assert revealed_sheet(of).standings(Voice.SELF) == revealed
        assert level(world, 2, NOW) == (LevelState.NOT_MET, 3, 0)
        assert level(world, 2, LATER) == (LevelState.MET, 2, 1)
        endorsements_actions.withdraw_exception(
            actor(world, "sue"), item_id, exception_id, "She does it now", LATER
        )
        assert level(world, 2) == (LevelState.NOT_MET, 3, 0)

    def test_what_has_no_endorsement_is_left_out_too_once_the_review_ended(
        self, world: World
    ) -> None:
        item_id = differing(world)
        agree(world, item_id)
        own = own_sheet(ana(world)).standing(Voice.ENDORSED, world.domains["communication"])
        assert own.levels[0].state is LevelState.LIMITED
        assert level(world, 1) == (LevelState.NOT_YET_KNOWN, 2, 0)
        sides.keep_apart(actor(world, "sue"), item_id, LATER)
        assert level(world, 1) == (LevelState.LIMITED, 1, 1)
        assert level(world, 1, NOW) == (LevelState.NOT_YET_KNOWN, 2, 0)

    def test_an_endorsement_of_its_own_review_does_not_end_it(self, world: World) -> None:
        item_id = differing(world)
        agree(world, item_id)
        for name in ("ana", "sue"):
            sides.confirm(actor(world, name), item_id, EndorsedAnswer.NOT_YET, "talked", LATER)
        assert level(world, 1) == (LevelState.LIMITED, 1, 1)
        assert [one.title for one in agreed_of(world)] == ["Communication 1.1"]

    def test_it_is_not_counted_twice_where_the_library_leaves_it_out(self, world: World) -> None:
        item_id = differing(world)
        agree(world, item_id)
        sides.keep_apart(actor(world, "sue"), item_id, LATER)
        leave_out(world, world.statements["communication"][0], "No such tool")
        assert level(world, 1) == (LevelState.LIMITED, 1, 0)
        assert agreed_of(world) == []
        assert short(revealed_sheet(ana(world))).excepted == ""


class TestHowItEnds:
    @pytest.mark.parametrize("name", ["ana", "sue"])
    def test_either_withdraws_it_with_a_reason(self, world: World, name: str) -> None:
        item_id = differing(world)
        exception_id = agree(world, item_id)
        endorsements_actions.withdraw_exception(
            actor(world, name), item_id, exception_id, "She does it now", LATER
        )
        ended = session().get_one(LevelException, exception_id)
        assert (ended.status, ended.ended_at) == ("withdrawn", LATER)
        assert session().get_one(LevelExceptionText, exception_id).end_reason == "She does it now"
        with pytest.raises(Conflict, match="exception_over"):
            endorsements_actions.withdraw_exception(
                actor(world, name), item_id, exception_id, "again", LATER
            )
        assert propose(world, item_id), "another can be agreed"

    def test_a_newer_endorsement_ends_it(self, world: World) -> None:
        exception_id = agree(world, equal(world, PART)[0])
        again(world, YES)
        session().rollback()
        assert session().get_one(LevelException, exception_id).status == "ended"
        assert level(world, 1) == (LevelState.NOT_YET_KNOWN, 2, 0)

    def test_and_a_proposal_of_one(self, world: World) -> None:
        item_id = equal(world, PART)[0]
        exception_id = propose(world, item_id)
        again(world, PART)
        with pytest.raises(Conflict, match="exception_over"):
            endorsements_actions.confirm_exception(
                actor(world, "ana"), item_id, exception_id, LATER
            )

    def test_an_exception_of_another_item_is_not_there(self, world: World) -> None:
        first, second = equal(world, PART, PART)
        exception_id = propose(world, first)
        with pytest.raises(Missing):
            endorsements_actions.confirm_exception(actor(world, "ana"), second, exception_id, LATER)


def raw(world: World, item_id: int, **values: object) -> None:
    """Straight into the table."""
    people = {"proposer_id": world.people["sue"], "confirmer_id": world.people["ana"]}
    facts = {"status": "agreed", "proposed_at": NOW, "agreed_at": NOW, "ended_at": None, "rank": 1}
    with transaction() as tx:
        tx.execute(
            insert(LevelException).values(
                **{
                    "person_id": world.people["ana"],
                    "skill_id": skill_of(world.statements["communication"][0]),
                    "statement_id": world.statements["communication"][0],
                    "domain_id": world.domains["communication"],
                    "item_id": item_id,
                    **people,
                    **facts,
                    **values,
                }
            )
        )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("takes_two", {"proposer_id": "ana"}),
        ("learner_is_one", {"confirmer_id": "hugo"}),
        ("agreed_has_a_time", {"agreed_at": None, "status": "withdrawn", "ended_at": NOW}),
        ("agreed_by_both", {"agreed_at": None, "confirmer_id": None}),
        ("proposed_by_one", {"status": "proposed"}),
        ("ended_has_a_time", {"ended_at": NOW}),
        ("status_known", {"status": "forced", "ended_at": NOW}),
    ],
)
def test_the_database_holds_the_rules(world: World, name: str, values: dict[str, object]) -> None:
    item_id = differing(world)
    spoiled = {key: world.people.get(str(value), value) for key, value in values.items()}
    with pytest.raises(IntegrityError, match=name):
        raw(world, item_id, **spoiled)
    raw(world, item_id)


def test_the_database_keeps_one_open_at_a_level(world: World) -> None:
    item_id = differing(world)
    raw(world, item_id)
    with pytest.raises(IntegrityError):
        raw(world, item_id, status="proposed", confirmer_id=None, agreed_at=None)
    raw(world, item_id, status="withdrawn", ended_at=NOW)
    raw(world, item_id, rank=2)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE level_exceptions SET statement_id = statement_id + 1",
        "UPDATE level_exceptions SET person_id = proposer_id",
        "DELETE FROM level_exceptions",
        "UPDATE level_exception_moves SET after = 'agreed'",
        "DELETE FROM level_exception_moves",
    ],
)
def test_the_past_stays(world: World, act: str) -> None:
    propose(world, differing(world))
    with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
        tx.execute(text(act))


def test_an_erased_reason_is_told_as_erased(world: World) -> None:
    exception_id = agree(world, differing(world))
    with behind_the_guards() as tx:
        tx.delete(tx.get_one(LevelExceptionText, exception_id))
        tx.flush()
    assert [each.reason for each in agreed_of(world)] == [""]
