"""Every row of the table of moves, made one by one: it leaves its history, its event of the audit
and its notices, and no other; and what is kept of people's levels is right or gone. Over 400 lines, as it is one table."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sides import NO, PART, YES, actor, answer, ask, hand_on, item_ids, send
from tests.factories.world import World
from tests.record.standings.test_actions import count_all, stale
from tests.reviews.act.moves import change, steps
from tracker.db import Base, session, transaction
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Endorsement,
    EndorsementMove,
    LevelExceptionMove,
    Library,
    Membership,
    Notice,
    ReviewItem,
    ReviewMove,
    Seal,
)
from tracker.record.standings import actions as standings_actions
from tracker.record.workflow.rules import ItemStatus, Move
from tracker.reviews.act import records as act_records
from tracker.reviews.act.rules import MOVES, AnyMove, MoveRule, Recipient, Tell, Thing
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import NoticeKind

pytestmark = pytest.mark.usefixtures("app_context")

MET, PARTLY, NOT_YET, UNSEEN = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)


def returned(world: World, item_id: int) -> None:
    session().rollback()
    version = session().get_one(ReviewItem, item_id).version
    ask(actor(world, "sue"), item_id, "Which desk?", version, NOW)


def without_an_answer(world: World) -> Iterator[Callable[[], object]]:
    """Withdrawn; and dropped before anything was answered, which closes it."""
    ana = actor(world, "ana")
    review_id = send(world, YES)
    yield lambda: review_actions.one_more_week(ana, review_id, NOW)
    yield lambda: review_actions.withdraw(ana, review_id, NOW)
    first, second = item_ids(send(world, YES, YES, skip=1))
    yield lambda: returned(world, first)
    yield lambda: review_actions.drop(ana, first, NOW)
    yield lambda: returned(world, second)
    yield lambda: review_actions.reply(ana, second, "The front one.", NOW)
    yield lambda: returned(world, second)
    yield lambda: review_actions.drop(ana, second, NOW)


def answered_again_and_again(world: World) -> Iterator[Callable[[], object]]:
    sue = actor(world, "sue")
    review_id = send(world, YES, YES, skip=3)
    first, second = item_ids(review_id)
    for each in ((MET, ""), (PARTLY, ""), (UNSEEN, ""), (UNSEEN, "Not here"), (NOT_YET, "")):
        yield partial(answer, world, first, each[0], note=each[1])
    yield lambda: returned(world, first)
    yield lambda: review_actions.reply(actor(world, "ana"), first, "The front one.", NOW)
    yield lambda: answer(world, second, UNSEEN)
    yield lambda: returned(world, second)
    yield lambda: review_actions.reply(actor(world, "ana"), second, "The back one.", NOW)
    yield lambda: review_actions.one_more_week(sue, review_id, NOW)
    yield lambda: answer(world, first, MET)
    yield lambda: answer(world, second, MET)
    yield lambda: review_actions.reveal(sue, review_id, NOW)


def differences_talked_over(world: World) -> Iterator[Callable[[], object]]:
    ana, sue = actor(world, "ana"), actor(world, "sue")
    review_id = send(world, YES, YES, YES, YES, skip=5)
    agreed, apart, late, equal = item_ids(review_id)
    yield lambda: answer(world, agreed, NOT_YET)
    yield lambda: answer(world, apart, NOT_YET)
    yield lambda: returned(world, late)
    yield lambda: answer(world, equal, MET)
    yield lambda: review_actions.reveal(sue, review_id, NOW)
    yield lambda: review_actions.reply(ana, late, "The front one.", NOW)
    yield lambda: answer(world, late, NOT_YET)
    yield lambda: review_actions.reveal(sue, review_id, NOW)
    yield lambda: review_actions.one_more_week(sue, review_id, NOW)
    talk = Choice(agreed, ChoiceKind.TALK)
    yield lambda: differences_actions.confirm_all(ana, review_id, [talk], NOW)
    yield lambda: differences_actions.take_back(ana, agreed, NOW)
    yield lambda: sides.confirm(sue, agreed, EndorsedAnswer.PARTLY, "We talked.", NOW)
    yield lambda: sides.confirm(ana, agreed, EndorsedAnswer.PARTLY, "We talked.", NOW)
    yield lambda: sides.keep_apart(ana, apart, NOW)
    yield lambda: differences_actions.undo_keep_apart(ana, apart, NOW)
    yield lambda: sides.keep_apart(sue, apart, NOW)
    yield lambda: sides.keep_apart(sue, late, NOW)


def handed_on(world: World) -> Iterator[Callable[[], object]]:
    with transaction() as tx:
        tx.add(
            Membership(
                person_id=world.people["hugo"],
                team_id=world.teams["central"],
                role="supervisor",
                starts_on=NOW.date(),
            )
        )
    review_id = send(world, YES, YES, YES, YES, learner="ben")
    _waiting, asked, answered, unseen = item_ids(review_id)
    yield lambda: returned(world, asked)
    yield lambda: answer(world, answered, MET)
    yield lambda: answer(world, unseen, UNSEEN)
    yield lambda: hand_on(world, review_id, "hugo", by="cora", note="Left")


def what_comes_of_it(world: World) -> Iterator[Callable[[], object]]:
    """Endorsed, excepted, thanked for; endorsed anew, suspended and back, revoked, and too old."""
    ben, sue = actor(world, "ben"), actor(world, "sue")
    review_id = send(world, YES, PART, NO, learner="ben", skip=4)
    _first, second, third = item_ids(review_id)
    for item_id, said in zip(item_ids(review_id), (MET, PARTLY, MET), strict=True):
        yield partial(answer, world, item_id, said)
    yield lambda: review_actions.reveal(sue, review_id, NOW)
    made: list[int] = []
    yield lambda: made.append(
        endorsements_actions.propose_exception(sue, second, "Done elsewhere.", NOW)
    )
    yield lambda: endorsements_actions.confirm_exception(ben, second, made[0], NOW)
    yield lambda: endorsements_actions.withdraw_exception(ben, second, made[0], "Here again.", NOW)
    yield lambda: made.append(endorsements_actions.propose_exception(ben, second, "Not here.", NOW))
    yield lambda: sides.keep_apart(ben, third, NOW)
    yield lambda: differences_actions.thank(ben, review_id, "Thank you!", NOW)
    yield lambda: differences_actions.withdraw_thanks(ben, review_id, NOW)
    statements = world.statements["communication"][4:7]
    yield lambda: made.append(review_actions.send(ben, world.people["sue"], statements, NOW))
    first, second, third = item_ids(made[2])
    yield lambda: answer(world, first, NOT_YET)
    yield lambda: answer(world, second, PARTLY)
    yield lambda: returned(world, third)
    yield lambda: review_actions.reveal(sue, made[2], NOW)
    yield lambda: sides.keep_apart(sue, first, NOW)
    yield lambda: differences_actions.undo_keep_apart(sue, first, NOW)
    yield lambda: sides.keep_apart(sue, first, NOW)
    yield lambda: review_actions.drop(ben, third, NOW)
    standing = select(Endorsement.id).where(
        Endorsement.person_id == world.people["ben"], Endorsement.status == "standing"
    )
    given = session().scalars(standing.order_by(Endorsement.id)).first() or 0
    yield lambda: endorsements_actions.revoke(sue, given, "Another Ben.", NOW)
    with transaction() as tx:
        tx.execute(update(Library).values(endorsement_months=12))
    yield lambda: endorsements_actions.expire_due(NOW + dt.timedelta(days=400))


def ended_by_its_last_day(world: World) -> Iterator[Callable[[], object]]:
    review_id = send(world, YES, PART, NO, learner="ben", skip=7)
    equal, waits, asked = item_ids(review_id)
    yield lambda: answer(world, equal, MET)
    yield lambda: returned(world, waits)
    yield lambda: returned(world, asked)
    yield lambda: review_actions.reveal(actor(world, "sue"), review_id, NOW)
    yield lambda: review_actions.reply(actor(world, "ben"), waits, "The front one.", NOW)
    yield lambda: differences_actions.end_late(NOW + dt.timedelta(days=40))


WAYS = (
    without_an_answer,
    answered_again_and_again,
    differences_talked_over,
    handed_on,
    what_comes_of_it,
    ended_by_its_last_day,
)
TABLE = dict(MOVES)
"""As it is; a test may change a row of the other."""


@dataclass(frozen=True, slots=True)
class Made:
    """A move that was made, in that transaction."""

    thing: Thing
    move: AnyMove
    review_id: int
    learner_id: int
    reviewer_id: int
    row_id: int
    by: int | None
    before: str
    statement_id: int | None
    within: object

    @property
    def rule(self) -> MoveRule:
        return TABLE[self.thing, self.move]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Made]:
    """The moves since it was emptied."""
    found: list[Made] = []
    remember = act_records._remember

    def listen(tx: Session, rule: MoveRule, move: AnyMove, *rest: Any) -> None:
        review, row, by, before, _now = rest
        of = review.id, review.learner_id, review.reviewer_id
        about = row.id, by, before, getattr(row, "statement_id", None)
        found.append(Made(act_records.THINGS[type(row)], move, *of, *about, tx.get_transaction()))
        remember(tx, rule, move, *rest)

    monkeypatch.setattr(act_records, "_remember", listen)
    return found


def history(after: dict[type[Base], int]) -> Counter[tuple[object, ...]]:
    """What it has beyond those ids."""
    rows: list[tuple[object, ...]] = []
    for each in session().scalars(select(ReviewMove).where(ReviewMove.id > after[ReviewMove])):
        thing, of = (
            (Thing.REVIEW, each.review_id) if each.item_id is None else (Thing.ITEM, each.item_id)
        )
        rows.append((thing, of, str(each.move), each.before, each.after, each.actor_id))
    for model, thing, column in (
        (EndorsementMove, Thing.ENDORSEMENT, EndorsementMove.endorsement_id),
        (LevelExceptionMove, Thing.EXCEPTION, LevelExceptionMove.exception_id),
    ):
        columns = column, model.before, model.after, model.actor_id
        for of, before, status, by in session().execute(
            select(*columns).where(model.id > after[model])
        ):
            rows.append((thing, of, "", before, str(status), by))
    return Counter(rows)


def events(after: dict[type[Base], int]) -> list[tuple[object, ...]]:
    """Kind, facts, who did it, whom it is about, and where. Of a seal only that it is there
    (tests/record/endorsements/test_queries_digests.py)."""
    query = (
        select(AuditEvent, AuditEventDetail.facts)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(AuditEvent.id > after[AuditEvent])
    )
    return [
        (
            event.kind,
            tuple(sorted((facts | {"seal": True} if "seal" in facts else facts).items())),
            event.actor_id,
            event.subject_id,
            event.library_id,
        )
        for event, facts in session().execute(query)
    ]


def newest_seals() -> Counter[int]:
    """By chain, how many it has."""
    newest = select(Seal.chain, func.max(Seal.sequence).label("place"))
    rows = session().execute(newest.group_by(Seal.chain))
    return Counter({row.chain: row.place for row in rows})


def recipients(each: Made) -> set[tuple[object, ...]]:
    tell = each.rule.tells
    if tell is None:
        return set()
    both = {each.learner_id, each.reviewer_id}
    people = {
        Recipient.LEARNER: {each.learner_id},
        Recipient.REVIEWER: {each.reviewer_id},
        Recipient.BOTH: both,
        Recipient.OTHER: both - {each.by},
    }[tell.to]
    return {
        (person, tell.kind, tell.by_mail, each.review_id, (both - {person}).pop())
        for person in people
    }


def facts_of(each: Made) -> tuple[tuple[str, object], ...]:
    facts = {
        "review": each.review_id,
        "statement_id": each.statement_id,
        "endorsement": each.row_id,
        "seal": True,
    }
    return tuple(sorted((name, facts[name]) for name in ("review", *each.rule.facts)))


def is_kept(each: Made) -> bool:
    """Whether it changes what is sealed; thanks, say, are not."""
    return each.rule.history != "" or each.rule.at != ""


def leaves_what_its_row_says(world: World, made: list[Made], move: Callable[[], object]) -> None:
    with transaction() as tx:
        tx.execute(delete(Notice))
    kept = (ReviewMove, EndorsementMove, LevelExceptionMove, AuditEvent)
    after = {model: session().scalar(select(func.max(model.id))) or 0 for model in kept}
    count_all()
    made.clear()
    seals = newest_seals()
    move()
    session().rollback()
    names = {Thing.REVIEW, Thing.ITEM}
    assert history(after) == Counter(
        (
            each.thing,
            each.row_id,
            str(each.rule.history or each.move) if each.thing in names else "",
            each.before,
            str(each.rule.after or each.before),
            each.by,
        )
        for each in made
        if each.rule.history != ""
    )
    found = events(after)
    assert len(found) == len(set(found)), "one act is one event"
    assert set(found) == {
        (each.rule.audit, facts_of(each), each.by, each.learner_id, world.libraries["city"])
        for each in made
    }
    assert len({each.by for each in made if each.thing in names}) <= 1, "what follows is theirs too"
    told = select(Notice.person_id, Notice.kind, Notice.to_mail, Notice.review_id, Notice.about_id)
    assert Counter(map(tuple, session().execute(told))) == Counter(
        set[tuple[object, ...]]().union(*map(recipients, made))
    )
    assert bool(stale(world)) == any(each.rule.counts for each in made)
    acts_kept = {(each.within, each.learner_id) for each in made if is_kept(each)}
    assert newest_seals() - seals == Counter(learner_id for _within, learner_id in acts_kept)


def test_each_row_leaves_its_history_its_event_and_its_notices(
    world: World, made: list[Made]
) -> None:
    rows = set[tuple[Thing, AnyMove]]()
    for way in WAYS:
        for move in way(world):
            leaves_what_its_row_says(world, made, move)
            rows |= {(each.thing, each.move) for each in made}
    assert rows == set(TABLE)


@pytest.mark.parametrize(
    ("move", "otherwise"),
    [
        (Move.RETURN, {"tells": None}),
        (Move.DROP, {"tells": Tell(NoticeKind.ITEM_DROPPED, Recipient.BOTH)}),
        (Move.REPLY, {"tells": Tell(NoticeKind.ITEM_REPLIED, Recipient.REVIEWER, by_mail=False)}),
        (Move.DROP, {"audit": "review_went_on"}),
        (Move.RETURN, {"facts": ("statement_id",)}),
        (Move.DROP, {"after": ItemStatus.NOT_OBSERVED}),
        (Move.REPLY, {"history": ""}),
    ],
)
def test_a_row_that_says_something_else_is_found(
    world: World,
    made: list[Made],
    monkeypatch: pytest.MonkeyPatch,
    move: Move,
    otherwise: dict[str, Any],
) -> None:
    """The partner."""
    change(monkeypatch, Thing.ITEM, move, **otherwise)
    steps_on = without_an_answer(world)
    with pytest.raises(AssertionError):
        all(leaves_what_its_row_says(world, made, step) is None for step in steps_on)


def test_after_each_row_of_the_table_what_is_kept_is_right(world: World) -> None:
    for way in WAYS:
        count_all()
        for move in way(world):
            move()
            session().rollback()
            assert standings_actions.differing(NOW) == []
            count_all()
            assert standings_actions.differing(NOW) == []
    rows = session().execute(select(ReviewMove.item_id, ReviewMove.before, ReviewMove.move))
    made = {(item_id is not None, str(before), move) for item_id, before, move in rows}
    table = {
        (thing is Thing.ITEM, *step)
        for thing in (Thing.ITEM, Thing.REVIEW)
        for step in steps(thing)
    }
    missing = {(of_item, str(before), move) for of_item, before, move in table} - made
    assert missing == set()
