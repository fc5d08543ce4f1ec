"""Standings that are kept are what sheets say, whatever happened, and whoever wrote it.
Over 400 lines, as it is one list of moves."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest
from flask import Flask
from sqlalchemy import Table, select, text, update
from sqlalchemy.sql.util import find_tables

from tests.client import Client
from tests.conftest import NOW
from tests.factories import sides
from tests.factories.actors import acting
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.reviews import endorse
from tests.factories.sides import PART, YES, actor, answer_all, item_ids, send
from tests.factories.versions import carried, next_version
from tests.factories.world import World
from tests.reviews.review.state import statuses
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.models import Endorsement, Library, NotRatedHere, Person, Review, Standing
from tracker.models.triggers import FORGETTING
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.rules import Side
from tracker.record.standings import actions as standings_actions, queries as standings_queries
from tracker.record.standings.queries import StandingScope
from tracker.reviews.act.records import act, lock_person
from tracker.reviews.act.rules import EndorsementChange
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.endorsements.records import review_of
from tracker.reviews.review import actions as review_actions
from tracker.row_locks import held
from tracker.rules.errors import Uncounted

pytestmark = pytest.mark.usefixtures("app_context")

LATER = NOW + dt.timedelta(days=1)
TODAY = NOW.date()


def count_all() -> int:
    session().rollback()
    found = 0
    while counted := standings_actions.count_stale(NOW):
        found += counted
    return found


def place(world: World) -> StandingScope:
    return StandingScope(world.framework_id, world.libraries["city"])


def stale(world: World, now: dt.datetime = NOW) -> set[str]:
    """Who of the library, by name."""
    session().rollback()
    found = set[int]()
    for where, _zone in standings_queries.places():
        found |= set(
            standings_queries.stale(where, standings_queries.basis(where).digest, now.date(), 100)
        )
    return {name for name, person_id in world.people.items() if person_id in found}


def sent(world: World, *said: ReviewerAnswer) -> int:
    review_id = send(world, *(YES for _each in said))
    answer_all(world, review_id, *said)
    return review_id


def revealed(world: World, said: ReviewerAnswer) -> int:
    """The item's id."""
    review_id = sent(world, said)
    review_actions.reveal(actor(world, "sue"), review_id, NOW)
    return item_ids(review_id)[0]


def endorsed_before(world: World) -> None:
    first = world.statements["communication"][0]
    endorse(world, "ana", "sue", first, EndorsedAnswer.PARTLY, NOW - dt.timedelta(days=400))


def reveal(world: World) -> Callable[[], object]:
    review_id = sent(world, ReviewerAnswer.CONSISTENTLY)
    return lambda: review_actions.reveal(actor(world, "sue"), review_id, NOW)


def agreement(world: World) -> Callable[[], object]:
    item_id = revealed(world, ReviewerAnswer.NOT_YET)
    answer = EndorsedAnswer.NOT_YET
    sides.confirm(actor(world, "sue"), item_id, answer, "We talked.", NOW)
    return lambda: sides.confirm(actor(world, "ana"), item_id, answer, "We talked.", NOW)


def suspension(world: World) -> Callable[[], object]:
    endorsed_before(world)
    item_id = revealed(world, ReviewerAnswer.NOT_YET)
    return lambda: sides.keep_apart(actor(world, "ana"), item_id, NOW)


def last_day(world: World) -> Callable[[], object]:
    endorsed_before(world)
    revealed(world, ReviewerAnswer.NOT_YET)
    return lambda: differences_actions.end_late(NOW + dt.timedelta(days=20))


def end_with_an_exception(world: World) -> Callable[[], object]:
    item_id = revealed(world, ReviewerAnswer.NOT_YET)
    exception_id = endorsements_actions.propose_exception(
        actor(world, "sue"), item_id, "Elsewhere", NOW
    )
    endorsements_actions.confirm_exception(actor(world, "ana"), item_id, exception_id, NOW)
    return lambda: sides.keep_apart(actor(world, "ana"), item_id, NOW)


def revocation(world: World) -> Callable[[], object]:
    endorsed_before(world)
    given = session().scalars(select(Endorsement.id)).one()
    return lambda: endorsements_actions.revoke(actor(world, "sue"), given, "Another Ana", NOW)


def expiry(world: World) -> Callable[[], object]:
    endorsed_before(world)
    with transaction() as tx:
        tx.execute(update(Library).values(endorsement_months=12))
    return lambda: endorsements_actions.expire_due(NOW)


def proposed(world: World) -> tuple[int, int]:
    review_id = send(world, PART)
    answer_all(world, review_id, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, NOW)
    (item_id,) = item_ids(review_id)
    return item_id, endorsements_actions.propose_exception(
        actor(world, "sue"), item_id, "Done elsewhere", NOW
    )


def exception(world: World) -> Callable[[], object]:
    item_id, exception_id = proposed(world)
    return lambda: endorsements_actions.confirm_exception(
        actor(world, "ana"), item_id, exception_id, NOW
    )


def end_of_an_exception(world: World) -> Callable[[], object]:
    item_id, exception_id = proposed(world)
    endorsements_actions.confirm_exception(actor(world, "ana"), item_id, exception_id, NOW)
    sue = actor(world, "sue")
    return lambda: endorsements_actions.withdraw_exception(
        sue, item_id, exception_id, "Done here again", NOW
    )


def move_of_version(world: World) -> Callable[[], object]:
    made = next_version(world, retired=world.statements["communication"][:1], added=1)
    return lambda: carried(world, made, person="ana")


def and_back(world: World) -> Callable[[], object]:
    made = next_version(world, retired=world.statements["communication"][:1], added=1)
    carried(world, made, person="ana")
    return lambda: carried(world, made, LATER, person="ana", back=True)


MOVES = (
    reveal,
    agreement,
    suspension,
    last_day,
    end_with_an_exception,
    revocation,
    expiry,
    exception,
    end_of_an_exception,
    move_of_version,
    and_back,
)


@pytest.mark.parametrize("move", MOVES)
def test_a_move_takes_away_what_was_counted_before_and_nobody_elses(
    world: World, move: Callable[[World], Callable[[], object]]
) -> None:
    act = move(world)
    count_all()
    act()
    assert stale(world) == {"ana"}
    assert standings_actions.differing(NOW) == []
    assert count_all() == 1
    assert standings_actions.differing(NOW) == []


@pytest.mark.parametrize("move", [revocation, expiry])
def test_without_the_triggers_it_is_found(
    world: World, move: Callable[[World], Callable[[], object]], engine_name: str
) -> None:
    act = move(world)
    count_all()
    on = "" if engine_name == "sqlite" else " ON endorsements"
    with transaction() as tx:
        tx.execute(text(f"DROP TRIGGER endorsements_forgets_update{on}"))
    try:
        act()
        assert stale(world) == set()
        assert standings_actions.differing(NOW) == [world.people["ana"]]
    finally:
        restore = {
            "sqlite": "BEGIN DELETE FROM standings WHERE person_id = NEW.person_id; END",
            "postgresql": "EXECUTE FUNCTION forget_standings('person_id')",
        }
        with transaction() as tx:
            tx.execute(
                text(
                    "CREATE TRIGGER endorsements_forgets_update AFTER UPDATE ON endorsements "
                    f"FOR EACH ROW {restore[engine_name]}"
                )
            )


def test_what_is_revealed_counts_for_nobody_else_until_the_review_ends(world: World) -> None:
    """Also what was the same at the reveal."""
    endorsed_before(world)
    said = ReviewerAnswer.NOT_YET, ReviewerAnswer.NOT_YET
    review_id = sent(world, ReviewerAnswer.CONSISTENTLY, *said)
    _equal, differs, apart = item_ids(review_id)
    count_all()
    sue, ana = actor(world, "sue"), actor(world, "ana")
    review_actions.reveal(sue, review_id, NOW)
    exception_id = endorsements_actions.propose_exception(sue, differs, "Done elsewhere", NOW)
    endorsements_actions.confirm_exception(ana, differs, exception_id, NOW)
    count_all()
    sides.keep_apart(ana, differs, NOW)
    differences_actions.undo_keep_apart(ana, differs, NOW)
    sides.keep_apart(sue, apart, NOW)
    sides.confirm(sue, differs, EndorsedAnswer.NOT_YET, "We talked.", NOW)
    assert stale(world) == set()
    assert standings_actions.differing(NOW) == []
    sides.confirm(ana, differs, EndorsedAnswer.NOT_YET, "We talked.", NOW)
    assert statuses(review_id) == ["endorsed", "endorsed", "kept_apart"]
    assert stale(world) == {"ana"}


def test_the_end_of_a_review_alone_forgets(world: World, engine_name: str) -> None:
    """An exception of it counts from then, and no other row is written."""
    review_id = send(world, YES)
    count_all()
    with transaction() as tx:
        tx.execute(update(Review).where(Review.id == review_id).values(status="in_review"))
    assert stale(world) == set()
    with transaction() as tx:
        done = update(Review).where(Review.id == review_id)
        tx.execute(done.values(status="closed", closed_at=NOW))
    assert stale(world) == {"ana"}


def test_every_table_that_levels_come_from_forgets_or_is_in_the_basis() -> None:
    """What a sheet of the revealed side reads of people."""
    read = {
        find_table.name
        for find_table in find_tables(
            sheet_queries.rows_of_people(
                Side.REVEALED, None, is_past=False, revealed=True, reads_open=False
            ),
            include_joins=True,
            include_aliases=True,
            include_selects=True,
            include_crud=True,
        )
        if isinstance(find_table, Table) and "person_id" in find_table.c
    }
    assert read == set(FORGETTING)


def test_a_rating_and_what_is_sent_change_nothing(world: World) -> None:
    count_all()
    sent(world, ReviewerAnswer.CONSISTENTLY)
    assert stale(world) == set()
    assert standings_actions.differing(NOW) == []


class TestWhatHoldsForAll:
    """Whoever's library or version it is is stale, and others are not."""

    @pytest.fixture(autouse=True)
    def _counted(self, app_context: None, world: World) -> None:
        assert count_all() == len(self.learners(world)) + 1
        assert count_all() == 0

    def learners(self, world: World) -> set[str]:
        return {"ana", "ben", "sue", "lea"}

    def test_not_rated_here_and_again(self, world: World) -> None:
        adam = acting(world, "adam")
        first = world.statements["communication"][0]
        exclusions_actions.leave_out(adam, [first], "No such tool here.", NOW)
        assert stale(world) == self.learners(world)
        count_all()
        row = session().scalars(select(NotRatedHere)).one()
        exclusions_actions.lift(adam, row.id, NOW)
        assert stale(world) == self.learners(world)
        count_all()
        assert standings_actions.differing(NOW) == []

    def test_a_round_that_is_planned(self, world: World) -> None:
        begins = TODAY + dt.timedelta(days=90)
        ends = begins + dt.timedelta(days=9)
        rounds_actions.create(
            acting(world, "adam"), "Winter", [world.framework_id], begins, ends, NOW
        )
        assert stale(world) == self.learners(world)

    def test_another_level_rule(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(standings_queries, "RULE_VERSION", 2)
        assert stale(world) == {*self.learners(world), "otto"}


def test_from_the_day_on_which_something_counts_it_is_stale(world: World) -> None:
    made = next_version(world, added=1)
    carried(world, made, person="ana")
    count_all()
    row = session().scalars(select(Standing).where(Standing.person_id == world.people["ana"])).one()
    assert row.changes_on is not None
    before = dt.datetime.combine(row.changes_on, dt.time(12), dt.UTC) - dt.timedelta(days=1)
    assert stale(world, before) == set()
    assert standings_actions.differing(before) == []
    assert stale(world, before + dt.timedelta(days=1)) == {"ana"}


def test_whoever_is_stale_is_counted_by_the_page_and_many_wait_for_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = [world.people[each] for each in ("ana", "ben", "lea")]
    revealed(world, ReviewerAnswer.CONSISTENTLY)
    on = standings_queries.basis(place(world)).digest
    of_people = partial(standings_queries.of_people, of, place(world), on, TODAY)
    by_page = of_people()
    monkeypatch.setattr(standings_queries, "COUNTED_AT_ONCE", 2)
    with pytest.raises(Uncounted) as refused:
        of_people()
    assert refused.value.facts == {"people": 3}
    count_all()
    assert of_people() == by_page
    monkeypatch.setattr(standings_queries, "NAMED_ONE_BY_ONE", 1)
    assert of_people() == by_page


def test_a_page_that_meets_too_many_counts_on_where_no_worker_runs(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings_queries, "COUNTED_AT_ONCE", 2)
    client = Client(app)
    client.enter(world.email("cora"))
    gaps = f"/teams/{world.teams['city']}/gaps"
    with monkeypatch.context() as none_counts:
        none_counts.setattr(standings_actions, "SECONDS_OF_A_PAGE", 0)
        assert [client.get(gaps).status_code for _time in range(2)] == [503, 503]
    first = client.get(gaps)
    assert (first.status_code, client.get(gaps).status_code) == (503, 200)
    assert "The levels of 4 people are being counted anew" in first.text
    session().rollback()
    assert standings_actions.differing(NOW) == []


def test_a_page_that_meets_too_many_does_not_wait_for_who_writes(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings_queries, "COUNTED_AT_ONCE", 2)
    client = Client(app)
    client.enter(world.email("cora"))
    session().rollback()
    with ThreadPoolExecutor(1) as pool, app.app_context(), transaction() as tx:
        tx.execute(held(select(Person.id).order_by(Person.id)))
        page = pool.submit(client.get, f"/teams/{world.teams['city']}/gaps").result()
    assert page.status_code == 503
    assert stale(world) >= {"ana", "ben"}


def test_who_cannot_sign_in_is_not_counted(world: World) -> None:
    with transaction() as tx:
        tx.get_one(Person, world.people["ana"]).disabled_at = NOW
    count_all()
    assert session().get(Standing, (world.people["ana"], world.framework_id)) is None


def test_a_reveal_an_expiry_and_the_count_at_once(app: Flask, world: World) -> None:
    """None waits for the other in a circle, and what is kept is what stands in the end."""
    expire = expiry(world)
    review_id = send(world, YES, skip=1)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
    sue = actor(world, "sue")
    session().rollback()
    together = Barrier(3)

    def at_once(act: Callable[[], object]) -> object:
        with app.app_context():
            together.wait()
            return act()

    with ThreadPoolExecutor(3) as pool:
        for done in [
            pool.submit(at_once, expire),
            pool.submit(at_once, lambda: review_actions.reveal(sue, review_id, NOW)),
            pool.submit(at_once, lambda: standings_actions.count_stale(NOW)),
        ]:
            done.result()
    assert standings_actions.differing(NOW) == []
    count_all()
    assert standings_actions.differing(NOW) == []


def test_what_is_being_counted_waits_for_who_is_writing(app: Flask, world: World) -> None:
    """Else what was read before the expiry would be kept after it."""
    endorsed_before(world)
    written, read = Event(), Event()
    session().rollback()

    def expires() -> None:
        with app.app_context(), transaction() as tx:
            given = tx.scalars(select(Endorsement)).one()
            lock_person(tx, given.person_id)
            act(tx, EndorsementChange.EXPIRE, review_of(tx, given), given, None, NOW)
            tx.flush()
            written.set()
            read.wait(0.5)

    def counts() -> None:
        with app.app_context():
            written.wait()
            standings_actions.count_stale(NOW)
            read.set()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(expires), pool.submit(counts)]:
            done.result()
    assert standings_actions.differing(NOW) == []
    count_all()
    of_ana = session().get_one(Standing, (world.people["ana"], world.framework_id))
    assert "N" not in of_ana.reviewed
