"""Who is told what, in the transaction of the act, and what is called back."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.notices import tell, told
from tests.factories.people import join
from tests.factories.sides import (
    NO,
    PART,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    hand_on,
    item_ids,
    send,
)
from tests.factories.world import World
from tests.notifications.notices.happenings import CANNOT, HOUR, OTHER, SAME, differing, leave
from tests.reviews.act.moves import change
from tracker.db import session, transaction
from tracker.models import Endorsement, Notice, Review, ReviewItem
from tracker.notifications.notices import actions as notices_actions, queries as notices_queries
from tracker.queries import asking as asking_queries
from tracker.record.workflow.rules import Move
from tracker.records.core import notices as notices_records
from tracker.reviews.act import records as act_records, rules as act_rules
from tracker.reviews.act.rules import MOVES, Recipient, Tell, Thing
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import NoticeKind
from tracker.rules.errors import Conflict
from tracker.rules.roles import Role


def test_the_reviewer_is_told_of_what_was_sent(context: World) -> None:
    send(context, YES, NO)
    assert (told(context, "sue"), told(context, "ana")) == (["review_sent"], [])


def test_what_is_taken_back_was_never_there(context: World) -> None:
    review_actions.withdraw(actor(context, "ana"), send(context, YES), context.now)
    assert told(context, "sue") == []


def test_answers_tell_nobody(context: World) -> None:
    review_id = send(context, YES, NO, PART)
    first, *_ = answer_all(context, review_id, SAME, OTHER, CANNOT)
    answer(context, first, OTHER)
    assert (told(context, "ana"), told(context, "sue")) == ([], ["review_sent"])


def test_a_question_and_its_reply(context: World) -> None:
    (item_id,) = item_ids(send(context, YES))
    ask(actor(context, "sue"), item_id, "Where?", 1, context.now)
    assert told(context, "ana") == ["item_returned"]
    review_actions.reply(actor(context, "ana"), item_id, "There.", context.now)
    assert told(context, "sue") == ["review_sent", "item_replied"]


@pytest.mark.parametrize(("by", "to"), [("ana", "sue"), ("sue", "ana")])
def test_who_drops_is_not_told_of_it(context: World, by: str, to: str) -> None:
    (item_id,) = item_ids(send(context, YES))
    ask(actor(context, "sue"), item_id, "Where?", 1, context.now)
    review_actions.drop(actor(context, by), item_id, context.now + HOUR)
    assert "item_dropped" in told(context, to)
    assert "item_dropped" not in told(context, by)
    assert told(context, "ana")[-1] == told(context, "sue")[-1] == "review_closed"


@pytest.mark.parametrize(
    "said", [(SAME, SAME), (OTHER, OTHER), (SAME, OTHER), (CANNOT, CANNOT), (SAME, CANNOT)]
)
def test_every_reveal_is_told_alike(context: World, said: tuple[ReviewerAnswer, ...]) -> None:
    review_id = send(context, YES, YES)
    answer_all(context, review_id, *said)
    review_actions.reveal(actor(context, "sue"), review_id, context.now)
    assert (told(context, "ana"), told(context, "sue")) == (["review_revealed"], ["review_sent"])


def test_a_second_reveal_is_told_again(context: World) -> None:
    first, second = item_ids(review_id := send(context, YES, YES))
    answer(context, first, OTHER)
    ask(actor(context, "sue"), second, "Where?", 1, context.now)
    review_actions.reveal(actor(context, "sue"), review_id, context.now)
    review_actions.reply(actor(context, "ana"), second, "There.", context.now)
    answer(context, second, OTHER)
    review_actions.reveal(actor(context, "sue"), review_id, context.now + HOUR)
    assert told(context, "ana") == ["item_returned", "review_revealed", "review_revealed"]


def test_the_other_is_told_what_happens_to_a_difference(context: World) -> None:
    first, second = differing(context)
    later = context.now + HOUR
    sides.confirm(actor(context, "ana"), first, EndorsedAnswer.PARTLY, "Seen.", later)
    assert told(context, "sue") == ["review_sent", "difference_confirmed"]
    sides.confirm(actor(context, "sue"), first, EndorsedAnswer.PARTLY, "Yes.", later)
    sides.keep_apart(actor(context, "sue"), second, later + HOUR)
    assert told(context, "ana") == [
        "review_revealed",
        "difference_confirmed",
        "difference_kept_apart",
        "review_closed",
    ]
    assert told(context, "sue") == ["review_sent", "difference_confirmed", "review_closed"]


def test_what_nobody_settled_in_time_is_told_to_both_once(context: World) -> None:
    differing(context)
    differences_actions.end_late(context.now + dt.timedelta(days=15))
    for name in ("ana", "sue"):
        assert told(context, name)[-2:] == ["difference_kept_apart", "review_closed"]


@pytest.mark.parametrize(("owner", "expected"), [("ana", ["next_step_given"]), ("sue", [])])
def test_a_next_step_is_told_to_whoever_has_it(
    context: World, owner: str, expected: list[str]
) -> None:
    first, _ = differing(context)
    day = context.now.date()
    differences_actions.add_next_step(
        actor(context, "sue"), first, context.people[owner], "Shadow", day, context.now + HOUR
    )
    assert told(context, "ana")[1:] == expected
    assert "next_step_given" not in told(context, "sue")


@pytest.mark.parametrize(("by", "sue_too"), [("sue", False), ("cora", True)])
def test_who_gets_a_review_handed_on_is_told_and_so_are_the_others(
    context: World, by: str, sue_too: bool
) -> None:
    join(context, "hugo", "central", Role.SUPERVISOR)
    review_id = send(context, YES, NO)
    answer_all(context, review_id, SAME, CANNOT)
    later = context.now + HOUR
    hand_on(context, review_id, "hugo", by=by, note="On leave.", now=later)
    assert told(context, "hugo") == ["review_sent"]
    assert told(context, "ana") == ["review_handed_on"], (
        "that the review thereby closed is not told besides"
    )
    assert ("review_handed_on" in told(context, "sue")) is sue_too


def test_nothing_is_told_of_what_was_not_done(context: World) -> None:
    send(context, YES)
    again = context.statements["communication"][:1]
    with pytest.raises(Conflict):
        review_actions.send(actor(context, "ana"), context.people["sue"], again, context.now + HOUR)
    assert told(context, "sue") == ["review_sent"]


def test_a_move_without_its_row_stops_the_act(
    context: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {of: rule for of, rule in MOVES.items() if of != (Thing.REVIEW, Move.SEND)}
    # Not one key taken out and put back: it would come back as the last, and the table's order is told.
    monkeypatch.setattr(act_rules, "MOVES", rows)
    with pytest.raises(Conflict):
        send(context, YES)
    assert session().scalar(select(func.count()).select_from(Review)) == 0


def test_the_same_happening_makes_one_notice(context: World) -> None:
    with transaction() as tx:
        new = [
            notices_records.note(
                tx, context.people["ana"], NoticeKind.ENDORSEMENT_EXPIRING, key, context.now
            )
            for key in ("a", "a", "b")
        ]
    assert [each is not None for each in new] == [True, False, True]
    assert len(told(context, "ana")) == 2


def test_the_history_and_its_notice_are_one_act(
    context: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: a notice that fails takes the move with it."""

    def fail(*_arguments: object, **_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(act_records.notices_records, "note", fail)
    with pytest.raises(RuntimeError):
        send(context, YES)
    assert session().scalar(select(func.count()).select_from(Review)) == 0


def test_the_learner_is_told_of_a_revoked_endorsement(context: World) -> None:
    review_id = send(context, YES)
    answer_all(context, review_id, SAME)
    review_actions.reveal(actor(context, "sue"), review_id, context.now)
    endorsement_id = session().scalars(select(Endorsement.id)).one()
    endorsements_actions.revoke(
        actor(context, "sue"), endorsement_id, "Seen again", context.now + HOUR
    )
    assert told(context, "ana")[-1] == "endorsement_revoked"
    assert "endorsement_revoked" not in told(context, "sue")


def test_two_things_of_one_moment_are_told_each(context: World) -> None:
    """Two reviews that come, and two endorsements of one review that end."""
    first, _other = send(context, YES, YES), send(context, YES, skip=2)
    assert told(context, "sue") == ["review_sent"] * 2
    answer_all(context, first, SAME, SAME)
    review_actions.reveal(actor(context, "sue"), first, context.now)
    for endorsement_id in session().scalars(select(Endorsement.id)).all():
        endorsements_actions.revoke(
            actor(context, "sue"), endorsement_id, "Seen again", context.now + HOUR
        )
    assert told(context, "ana").count("endorsement_revoked") == 2


def test_a_withdrawal_takes_back_what_the_reviewer_was_told_alone(context: World) -> None:
    review_id = send(context, YES)
    review_actions.one_more_week(actor(context, "sue"), review_id, context.now)
    assert (told(context, "ana"), told(context, "sue")) == (["review_longer"], ["review_sent"])
    review_actions.withdraw(actor(context, "ana"), review_id, context.now + HOUR)
    assert (told(context, "ana"), told(context, "sue")) == (["review_longer"], [])


def test_thanks_are_told_once_and_taken_back_alone(context: World) -> None:
    review_id = send(context, YES)
    answer_all(context, review_id, SAME)
    review_actions.reveal(actor(context, "sue"), review_id, context.now)
    ana, sue = actor(context, "ana"), actor(context, "sue")
    differences_actions.thank(sue, review_id, "Thank you too.", context.now + HOUR)
    for hours in (1, 2):
        differences_actions.thank(ana, review_id, "Thank you.", context.now + hours * HOUR)
    assert told(context, "sue") == ["review_sent", "review_thanked"]
    differences_actions.withdraw_thanks(ana, review_id, context.now + 3 * HOUR)
    assert told(context, "sue") == ["review_sent"]
    assert told(context, "ana") == ["review_revealed", "review_thanked"]


def test_what_is_over_or_shown_moves_no_more(context: World) -> None:
    first, second = item_ids(send(context, YES, YES))
    answer(context, first, CANNOT)
    answer(context, second, SAME)
    with transaction() as tx:
        review = tx.scalars(select(Review)).one()
        shown = tx.get_one(ReviewItem, first)
        shown.revealed_at = context.now
        with pytest.raises(Conflict) as refused:
            act_records.act(tx, Move.ANSWER, review, shown, context.people["sue"], context.now)
    assert refused.value.code == "move_not_now"
    assert refused.value.facts == {"move": Move.ANSWER, "status": "not_observed"}


@pytest.mark.parametrize(("by", "to"), [("ana", "sue"), ("sue", "ana")])
def test_a_proposed_exception_is_told_to_the_other(context: World, by: str, to: str) -> None:
    first, _ = differing(context)
    sides.keep_apart(actor(context, "ana"), first, context.now)
    endorsements_actions.propose_exception(
        actor(context, by), first, "Another branch does it", context.now + HOUR
    )
    assert told(context, to)[-1] == "exception_proposed"
    assert "exception_proposed" not in told(context, by)


def test_who_supervises_no_more_sees_nothing_of_it(context: World) -> None:
    send(context, YES)
    sue = actor(context, "sue")
    assert (
        asking_queries.ask(notices_queries.unread(sue, context.now.date()))
        == notices_queries.listed(sue, context.now.date()).count
        == 1
    )
    leave(context)
    assert (
        asking_queries.ask(notices_queries.unread(sue, context.now.date()))
        == notices_queries.listed(sue, context.now.date()).count
        == 0
    )


def test_marking_leaves_what_came_after_the_page(context: World) -> None:
    tell(context, "ana", key="a")
    newest = notices_queries.listed(actor(context, "ana"), context.now.date()).newest
    tell(context, "ana", key="b")
    assert notices_actions.read_all(actor(context, "ana"), newest, context.now) == 1
    assert (
        asking_queries.ask(notices_queries.unread(actor(context, "ana"), context.now.date())) == 1
    )


def test_nobody_marks_what_is_anothers(context: World) -> None:
    tell(context, "ana")
    assert notices_actions.read_all(actor(context, "ben"), 2**31 - 1, context.now) == 0
    assert session().scalar(select(Notice.read_at)) is None


def test_a_world_in_which_the_reveal_tells_more_would_be_found(
    context: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner of `test_every_reveal_is_told_alike`."""
    tells = Tell(NoticeKind.REVIEW_CLOSED, Recipient.BOTH)
    change(monkeypatch, Thing.ITEM, Move.REVEAL_EQUAL, tells=tells)
    with pytest.raises(AssertionError):
        test_every_reveal_is_told_alike(context, (SAME, SAME))
