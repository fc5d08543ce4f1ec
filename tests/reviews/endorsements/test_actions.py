"""What ends an endorsement: a newer one, keeping apart, its endorser, time. Every change is
kept."""

import datetime as dt

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tests.conftest import NOW
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.people import supervises_no_more
from tests.factories.reviews import endorse
from tests.factories.sides import NO, PART, YES, actor, answer_all, item_ids, send, send_again
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.models import Endorsement, EndorsementMove, EndorsementText, Library
from tracker.queries.asking import ask
from tracker.record.endorsements import queries as record_endorsements_queries
from tracker.record.endorsements.queries import Expiring
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.workflow.rules import EndorsementStatus
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.endorsements.queries import history
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")

LATER = NOW + dt.timedelta(days=1)
YEAR = dt.timedelta(days=365)


def reviewed(world: World) -> int:
    """Ana's first statement, endorsed by Sue in a review. The endorsement's id."""
    review_id = send(world, PART)
    answer_all(world, review_id, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return session().scalars(select(Endorsement.id)).one()


def moves(endorsement_id: int) -> list[tuple[str, str, int | None]]:
    session().rollback()
    rows = session().execute(
        select(EndorsementMove.before, EndorsementMove.after, EndorsementMove.actor_id)
        .where(EndorsementMove.endorsement_id == endorsement_id)
        .order_by(EndorsementMove.id)
    )
    return [tuple(row) for row in rows]


def expires(months: int | None) -> None:
    with transaction() as tx:
        tx.execute(update(Library).values(endorsement_months=months))


def status_of(endorsement_id: int) -> tuple[str, dt.datetime | None]:
    session().rollback()
    of = session().get_one(Endorsement, endorsement_id)
    return of.status, of.ended_at


def test_every_change_of_status_is_kept(world: World) -> None:
    sue = world.people["sue"]
    first = reviewed(world)
    assert moves(first) == [("", "standing", sue)]
    review_id = send_again(world, YES)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
    review_actions.reveal(actor(world, "sue"), review_id, LATER)
    assert moves(first) == [("", "standing", sue), ("standing", "superseded", sue)]
    review_id = send_again(world, NO)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
    review_actions.reveal(actor(world, "sue"), review_id, LATER)
    sides.keep_apart(actor(world, "ana"), item_ids(review_id)[0], LATER)
    second = session().scalars(select(Endorsement.id).where(Endorsement.id != first)).one()
    assert moves(second) == [("", "standing", sue), ("standing", "suspended", None)]


@pytest.mark.parametrize(
    "act", ["UPDATE endorsement_moves SET after = 'standing'", "DELETE FROM endorsement_moves"]
)
def test_what_was_kept_stays(world: World, act: str) -> None:
    reviewed(world)
    with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
        tx.execute(text(act))


class TestRevoke:
    def test_its_endorser_takes_it_back(self, world: World) -> None:
        endorsement_id = reviewed(world)
        assert ask(record_endorsements_queries.ended(world.people["ana"], NOW, NOW.date())) == []
        endorsements_actions.revoke(actor(world, "sue"), endorsement_id, " Another Ana ", LATER)
        assert status_of(endorsement_id) == ("revoked", LATER)
        assert moves(endorsement_id)[1:] == [("standing", "revoked", world.people["sue"])]
        assert session().get_one(EndorsementText, endorsement_id).reason == "Another Ana"
        statement_id = world.statements["communication"][0]
        learner = sheet_queries_learners.learner(world.people["ana"], NOW.date())
        assert learner is not None
        (one,) = ask(history(learner, [statement_id], [statement_id]))
        assert not one.counts
        assert (one.status, one.reason, one.version) == (
            EndorsementStatus.REVOKED,
            "Another Ana",
            "1",
        )
        (told,) = ask(record_endorsements_queries.ended(world.people["ana"], NOW, NOW.date()))
        assert (told.statement_id, told.who, told.reason, told.at) == (
            statement_id,
            "Sue",
            "Another Ana",
            LATER,
        )
        assert (
            ask(
                record_endorsements_queries.ended(
                    world.people["ana"], LATER + dt.timedelta(seconds=1), NOW.date()
                )
            )
            == []
        )

    @pytest.mark.parametrize("name", ["ana", "ben", "hugo", "cora", "adam", "olaf"])
    def test_nobody_else_does(self, world: World, name: str) -> None:
        endorsement_id = reviewed(world)
        with pytest.raises(Missing):
            endorsements_actions.revoke(actor(world, name), endorsement_id, "x", LATER)

    def test_nor_its_endorser_once_they_supervise_no_more(self, world: World) -> None:
        endorsement_id = reviewed(world)
        sue = actor(world, "sue")
        supervises_no_more(world)
        with pytest.raises(Missing):
            endorsements_actions.revoke(sue, endorsement_id, "x", NOW)

    @pytest.mark.parametrize("reason", ["", " ", "x" * 4001])
    def test_a_reason_is_needed(self, world: World, reason: str) -> None:
        endorsement_id = reviewed(world)
        with pytest.raises(Invalid, match="review_text"):
            endorsements_actions.revoke(actor(world, "sue"), endorsement_id, reason, LATER)

    def test_once(self, world: World) -> None:
        endorsement_id = reviewed(world)
        endorsements_actions.revoke(actor(world, "sue"), endorsement_id, "x", LATER)
        with pytest.raises(Conflict, match="endorsement_ended"):
            endorsements_actions.revoke(actor(world, "sue"), endorsement_id, "y", LATER)

    def test_what_stands_again_is_not_told_of_as_revoked(self, world: World) -> None:
        endorsements_actions.revoke(actor(world, "sue"), reviewed(world), "x", LATER)
        review_id = send_again(world, YES)
        answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(actor(world, "sue"), review_id, LATER)
        session().rollback()
        assert ask(record_endorsements_queries.ended(world.people["ana"], NOW, NOW.date())) == []


class TestExpire:
    """Given on Nov 24, 2025: with twelve months the last day is Nov 24, 2026."""

    @pytest.fixture(autouse=True)
    def _given(self, app_context: None, world: World) -> None:
        self.item_id = endorse(
            world,
            "ana",
            "sue",
            world.statements["communication"][0],
            EndorsedAnswer.PARTLY,
            NOW - YEAR,
        )
        self.id = session().scalars(select(Endorsement.id)).one()

    def test_never_without_a_setting(self) -> None:
        assert endorsements_actions.expire_due(NOW + 50 * YEAR) == 0
        assert status_of(self.id)[0] == "standing"

    def test_the_last_day_still_counts(self) -> None:
        expires(12)
        assert endorsements_actions.expire_due(NOW) == 0
        assert endorsements_actions.expire_due(LATER) == 1
        assert status_of(self.id) == ("expired", LATER)
        assert moves(self.id)[1:] == [("standing", "expired", None)]
        assert endorsements_actions.expire_due(LATER) == 0

    def test_the_day_is_that_of_the_library(self) -> None:
        expires(12)
        with transaction() as tx:
            tx.execute(update(Library).values(time_zone="Pacific/Kiritimati"))
        assert endorsements_actions.expire_due(NOW) == 0, "there it was given on the 25th"
        assert endorsements_actions.expire_due(NOW + dt.timedelta(hours=1)) == 0
        assert endorsements_actions.expire_due(LATER) == 1

    def test_those_of_other_libraries_stay(self, world: World) -> None:
        with transaction() as tx:
            tx.get_one(Library, world.libraries["other"]).endorsement_months = 1
        assert endorsements_actions.expire_due(LATER) == 0

    def test_who_is_reminded_and_when(self, world: World) -> None:
        expires(12)
        library, last = world.libraries["city"], NOW.date()

        def due(day: dt.date, **more: int) -> list[Expiring]:
            return ask(record_endorsements_queries.expiring(library, day, **more))

        (one,) = due(last - dt.timedelta(days=30))
        assert (one.person_id, one.last_day, one.title) == (
            world.people["ana"],
            last,
            "Communication 1.1",
        )
        assert due(last - dt.timedelta(days=31)) == due(last + dt.timedelta(days=1)) == []
        assert due(last - dt.timedelta(days=31), days=31) == due(last) == [one]
        assert due(last, person_id=world.people["ana"]) == [one]
        assert due(last, person_id=world.people["ben"]) == []
        assert ask(record_endorsements_queries.expiring(world.libraries["other"], last)) == []
        expires(None)
        session().rollback()
        assert due(last) == []
