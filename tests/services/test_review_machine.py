"""Any order of moves by both people, against a model of design.md's table, and two people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from tests.conftest import NOW, empty
from tests.factories.sending import NO, PART, SURE_NOT, YES, actor, answer, answer_all, item_ids, items, review, send
from tests.factories.world import World, make_world
from tracker.db import db, session
from tracker.models import Endorsement, ReviewMove
from tracker.rules.agreement import is_equal
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.scale import EndorsedAnswer, Ground, ReviewerAnswer
from tracker.rules.workflow import ITEM_MOVES, ItemStatus, Move
from tracker.services import differences, reviews

TABLE = {
    "waiting": ("answer", "ask"),
    "answered": ("answer", "ask"),
    "not_observed": ("answer", "ask"),
    "returned": ("reply", "drop"),
}
"""design.md, 4, said once more; the reveal and what comes after it are modelled below."""

OWN = (PART, SURE_NOT)
AGREED = (EndorsedAnswer.PARTLY, EndorsedAnswer.NOT_YET)


class ReviewMachine(RuleBasedStateMachine):
    """One review of two statements; its model is a few words for each item."""

    def __init__(self) -> None:
        super().__init__()
        self.world = make_world(NOW)
        self.review = send(self.world, *OWN)
        self.ids = item_ids(self.review)
        self.status = ["waiting"] * len(OWN)
        self.shown = [False] * len(OWN)
        self.said: list[ReviewerAnswer | None] = [None] * len(OWN)
        self.confirmed: list[dict[str, EndorsedAnswer]] = [{} for _ in OWN]
        self.agreed: dict[int, str] = {}
        self.first_answer = self.withdrawn = False

    def teardown(self) -> None:
        db.session.rollback()
        empty(db.engine)

    def closed(self) -> bool:
        ended = {"dropped", "endorsed", "kept_apart"}
        return all(
            status in ended or (status == "not_observed" and shown)
            for status, shown in zip(self.status, self.shown, strict=True)
        )

    def can(self, at: int, move: str) -> bool:
        over = self.withdrawn or self.closed() or (self.status[at] == "not_observed" and self.shown[at])
        return move in TABLE.get(self.status[at], ()) and not over

    def can_withdraw(self) -> bool:
        return not (self.first_answer or self.withdrawn or self.closed())

    def can_reveal(self) -> bool:
        """Nothing waits, and there is something to compare, or all that is left is a *cannot tell* to show."""
        unseen = any(
            status == "not_observed" and not shown for status, shown in zip(self.status, self.shown, strict=True)
        )
        ready = "answered" in self.status or (unseen and "returned" not in self.status)
        return ready and "waiting" not in self.status

    def expect(self, allowed: bool, call: Callable[[], object]) -> bool:
        """The service does what the model allows and refuses the rest as a conflict."""
        if allowed:
            call()
            return True
        with pytest.raises(Conflict):
            call()
        return False

    @initialize(shown=st.booleans())
    def half_the_walks_start_at_the_reveal(self, shown: bool) -> None:
        if shown:
            for at in range(len(OWN)):
                self.answer(at, ReviewerAnswer.PARTLY)
            self.reveal()

    @rule(data=st.data())
    def make_a_move_that_is_possible(self, data: st.DataObject) -> None:
        possible = [call for can, call in self.moves() if can]
        if possible:
            data.draw(st.sampled_from(possible))()

    @rule(data=st.data())
    def try_any_move(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from([call for _, call in self.moves()]))()

    def moves(self) -> list[tuple[bool, Callable[[], None]]]:
        """Every move, and whether it is possible now."""
        found: list[tuple[bool, Callable[[], None]]] = [
            (self.can_withdraw(), self.withdraw),
            (self.can_reveal(), self.reveal),
            (self.can_reveal(), self.reveal),
        ]
        for at in range(len(OWN)):
            found += [(self.can(at, "answer"), partial(self.answer, at, said)) for said in ReviewerAnswer]
            found += [(self.can(at, move), partial(getattr(self, move), at)) for move in ("ask", "reply")]
            for who in ("ana", "sue"):
                differs = self.status[at] == "differs"
                found += [(self.can(at, "drop"), partial(self.drop, at, who))]
                found += [(differs, partial(self.keep_apart, at, who))]
                found += [(differs, partial(self.confirm, at, who, said)) for said in AGREED]
        return found

    def answer(self, at: int, said: ReviewerAnswer) -> None:
        if self.expect(self.can(at, "answer"), lambda: answer(self.world, self.ids[at], said)):
            cannot = said is ReviewerAnswer.CANNOT_TELL
            self.status[at], self.said[at], self.first_answer = "not_observed" if cannot else "answered", said, True

    def ask(self, at: int) -> None:
        def call() -> None:
            reviews.return_item(actor(self.world, "sue"), self.ids[at], "?", items(self.review)[at].version, NOW)

        if self.expect(self.can(at, "ask"), call):
            self.status[at], self.said[at] = "returned", None

    def reply(self, at: int) -> None:
        if self.expect(self.can(at, "reply"), lambda: reviews.reply(actor(self.world, "ana"), self.ids[at], "!", NOW)):
            self.status[at] = "waiting"

    def drop(self, at: int, who: str) -> None:
        if self.expect(self.can(at, "drop"), lambda: reviews.drop(actor(self.world, who), self.ids[at], NOW)):
            self.status[at] = "dropped"

    def withdraw(self) -> None:
        if self.expect(self.can_withdraw(), lambda: reviews.withdraw(actor(self.world, "ana"), self.review, NOW)):
            self.withdrawn = True

    def reveal(self) -> None:
        if not self.expect(self.can_reveal(), lambda: reviews.reveal(actor(self.world, "sue"), self.review, NOW)):
            return
        for at, status in enumerate(self.status):
            if status in ("answered", "not_observed"):
                self.shown[at] = True
            if status == "answered":
                said = self.said[at]
                assert said is not None
                self.status[at] = "endorsed" if is_equal(OWN[at], said) else "differs"
                if self.status[at] == "endorsed":
                    self.agreed[at] = OWN[at].value

    def confirm(self, at: int, who: str, said: EndorsedAnswer) -> None:
        def call() -> None:
            differences.confirm(actor(self.world, who), self.ids[at], said, "talked", NOW)

        if self.expect(self.status[at] == "differs", call):
            self.confirmed[at][who] = said
            if list(self.confirmed[at].values()) == [said, said]:
                self.status[at], self.agreed[at] = "endorsed", said.value

    def keep_apart(self, at: int, who: str) -> None:
        def call() -> None:
            differences.keep_apart(actor(self.world, who), self.ids[at], NOW)

        if self.expect(self.status[at] == "differs", call):
            self.status[at] = "kept_apart"

    @invariant()
    def stands_as_modelled(self) -> None:
        found = items(self.review)
        assert [item.status for item in found] == self.status
        assert [item.revealed_at is not None for item in found] == self.shown
        if self.withdrawn:
            expected = "withdrawn"
        elif self.closed():
            expected = "closed"
        elif any(status in ("differs", "kept_apart") for status in self.status) or any(
            at in self.agreed and self.agreed[at] != OWN[at].value for at in range(len(OWN))
        ):
            expected = "differences_open"
        else:
            expected = "in_review" if self.first_answer else "sent"
        assert review(self.review).status == expected

    @invariant()
    def every_endorsement_is_agreed_and_one_stands(self) -> None:
        rows = session().execute(select(Endorsement.item_id, Endorsement.answer, Endorsement.status))
        assert {(row.item_id, row.answer, row.status) for row in rows} == {
            (self.ids[at], said, "standing") for at, said in self.agreed.items()
        }

    @invariant()
    def the_trail_leads_from_the_first_status_to_the_last(self) -> None:
        for item in items(self.review):
            trail = session().execute(
                select(ReviewMove.before, ReviewMove.after)
                .where(ReviewMove.item_id == item.id)
                .order_by(ReviewMove.id)
            ).all()  # fmt: skip
            at = "waiting"
            for before, after in trail:
                assert before == at
                at = after
            assert (at, item.version) == (item.status, len(trail) + 1)


def walk(app: Flask, examples: int = 10) -> None:
    with app.app_context():
        run_state_machine_as_test(
            ReviewMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_any_order_of_moves_keeps_to_the_table(app: Flask) -> None:
    walk(app)


@pytest.mark.parametrize("lost", [(ItemStatus.RETURNED, Move.REPLY), (ItemStatus.DIFFERS, Move.AGREE)])
def test_a_lost_move_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch, lost: tuple[ItemStatus, Move]) -> None:
    monkeypatch.delitem(ITEM_MOVES, lost)
    with pytest.raises(Conflict):
        walk(app, examples=40)


def at_once(app: Flask, *calls: Callable[[], object]) -> list[str]:
    """Make the calls at the same moment, each in a thread of its own. How each ended, in order: "" or its code."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        with app.app_context():
            ready.wait()
            try:
                call()
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()
        return ""

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def counted(*where: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(ReviewMove).where(*where)) or 0


class TestAtTheSameMoment:
    def test_two_reveals_make_one(self, app: Flask, world: World) -> None:
        with app.app_context():
            review_id = send(world, YES, NO)
            answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)
            who = actor(world, "sue")

        def call() -> object:
            return reviews.reveal(who, review_id, world.now)

        assert sorted(at_once(app, call, call)) == ["", "review_not_ready"]
        with app.app_context():
            assert counted(ReviewMove.move == "reveal_equal") == 1
            assert session().scalar(select(func.count(Endorsement.id))) == 1

    def test_agree_or_keep_apart_but_not_both(self, app: Flask, world: World) -> None:
        with app.app_context():
            review_id = send(world, YES)
            (item_id,) = answer_all(world, review_id, ReviewerAnswer.PARTLY)
            ana, sue = actor(world, "ana"), actor(world, "sue")
            reviews.reveal(sue, review_id, world.now)
            differences.confirm(ana, item_id, EndorsedAnswer.PARTLY, "talked", world.now)
        ended = at_once(
            app,
            lambda: differences.confirm(sue, item_id, EndorsedAnswer.PARTLY, "talked", world.now),
            lambda: differences.keep_apart(ana, item_id, world.now),
        )
        assert sorted(ended) == ["", "move_not_now"]
        with app.app_context():
            assert items(review_id)[0].status == ("endorsed" if ended[0] == "" else "kept_apart")
            assert session().scalar(select(func.count(Endorsement.id))) == (1 if ended[0] == "" else 0)

    def test_two_answers_from_two_tabs(self, app: Flask, world: World) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
            who = actor(world, "sue")

        def say(said: ReviewerAnswer) -> Callable[[], object]:
            return lambda: reviews.answer(who, item_id, said, Ground.SAW_IT, "", 1, world.now)

        assert sorted(at_once(app, say(ReviewerAnswer.PARTLY), say(ReviewerAnswer.NOT_YET))) == [
            "", "review_item_changed",
        ]  # fmt: skip

    def test_the_same_statement_sent_twice(self, app: Flask, world: World) -> None:
        with app.app_context():
            reviews.withdraw(actor(world, "ana"), send(world, YES), world.now)
            who = actor(world, "ana")

        def call() -> object:
            return reviews.send(who, world.people["sue"], world.statements["communication"][:1], world.now)

        assert sorted(at_once(app, call, call)) == ["", "review_out_already"]

    def test_withdrawn_or_answered_but_not_both(self, app: Flask, world: World) -> None:
        with app.app_context():
            review_id = send(world, YES)
            (item_id,) = item_ids(review_id)
            ana, sue = actor(world, "ana"), actor(world, "sue")
        ended = at_once(
            app,
            lambda: reviews.withdraw(ana, review_id, world.now),
            lambda: reviews.answer(sue, item_id, ReviewerAnswer.NOT_YET, Ground.SAW_IT, "", 1, world.now),
        )
        assert sorted(ended) == ["", "move_not_now"]
