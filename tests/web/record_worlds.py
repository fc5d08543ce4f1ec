"""Worlds that differ only in what was revealed and reviewed of Ana before somebody came to read her."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from tests.administration.rounds.past_rounds import END, MAY
from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.notices import wants
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, send
from tests.factories.sides import NO, PART, YES, actor, answer, item_ids
from tests.factories.world import World
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Endorsement, Library, Rating
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import MailChoice
from tracker.rules.roles import Role

LONG_AGO = dt.datetime(2026, 2, 2, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Record:
    """What came of Ana's reviews with Sue. `stood`: in Leadership, in the round that is kept, in
    which she finished where she reached it; `own` and `said`: of the first five statements of
    Communication, this round."""

    name: str
    stood: TargetState
    own: tuple[Answer, ...]
    said: tuple[ReviewerAnswer, ...]
    after: Callable[[World, list[int]], None] = lambda world, ids: None


def _ended(world: World, ids: list[int]) -> None:
    sides.keep_apart(actor(world, "sue"), ids[2], world.now)


def _talked_through(world: World, ids: list[int]) -> None:
    """Agreed on with a next step, no agreement, revoked, and doesn't apply here."""
    ana, sue = actor(world, "ana"), actor(world, "sue")
    for who in (ana, sue):
        sides.confirm(who, ids[0], EndorsedAnswer.PARTLY, "Both", world.now)
    due = world.now.date() + dt.timedelta(days=20)
    differences_actions.add_next_step(sue, ids[0], ana.person_id, "Shadow the desk", due, world.now)
    sides.keep_apart(sue, ids[1], world.now)
    _ended(world, ids)
    given = session().scalars(select(Endorsement.id).where(Endorsement.item_id == ids[3])).one()
    endorsements_actions.revoke(sue, given, "By mistake", world.now)
    proposed = endorsements_actions.propose_exception(sue, ids[4], "Done elsewhere", world.now)
    endorsements_actions.confirm_exception(ana, ids[4], proposed, world.now)


SAME, PARTLY, NEVER, UNSEEN = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)
RECORDS = (
    Record("reached", TargetState.AT_TARGET, (YES,) * 5, (SAME, UNSEEN, UNSEEN, SAME, SAME)),
    Record(
        "below",
        TargetState.GAP,
        (YES, YES, NO, YES, PART),
        (NEVER, PARTLY, SAME, SAME, PARTLY),
        _talked_through,
    ),
    Record(
        "unlike",
        TargetState.GAP,
        (NO, PART, NO, PART, NO),
        (NEVER, UNSEEN, SAME, PARTLY, NEVER),
        _ended,
    ),
)
"""In each Sue endorses three in the end, so that what comes later has the same numbers."""
SENT_AGAIN = {0: PART, 1: NO, 3: PART}
"""What Ana says in every world of those, by place, that she sends to whoever comes; another is left
open with Sue."""


def recorded(world: World, record: Record, *, names: bool) -> None:
    """Hugo reviewed Ana long ago, and then Sue did, and Ben; Hugo and Adam have come to supervise Central, and Cora coordinates
    it. Ben's record differs in nothing."""
    for name in ("hugo", "adam"):
        join(world, name, "central", Role.SUPERVISOR)
    wants(world, MailChoice.EACH, "hugo", "adam", "cora")
    with transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=names))
    one = world.statements["communication"]
    for statement_id in one[:2]:
        endorse(world, "ana", "hugo", statement_id, EndorsedAnswer.PARTLY, LONG_AGO)
    spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    stand(world, "ben", TargetState.GAP, "communication", by="sue", at=MAY)
    stand(world, "ben", TargetState.AT_TARGET, "leadership", by="sue", at=MAY)
    stand(world, "ana", record.stood, "leadership", by="sue", at=MAY)
    is_done = record.stood is TargetState.AT_TARGET
    send(
        world,
        "ana",
        "sue",
        {
            world.statements["technical"][0]: ItemStatus.KEPT_APART
            if is_done
            else ItemStatus.DIFFERS
        },
        status=ReviewStatus.CLOSED if is_done else ReviewStatus.DIFFERENCES_OPEN,
        at=MAY,
        round_id=spring,
    )
    rounds_actions.keep_all_due(END)
    piece(world, title="Drop-in", text="41 visits", reasons={one[0]: "why", one[1]: "why"})
    for statement_id, own in zip(one, record.own, strict=False):
        rate(world, "ana", statement_id, own)
    review_id = review_actions.send(actor(world, "ana"), world.people["sue"], one[:5], world.now)
    ids = item_ids(review_id)
    for item_id, said in zip(ids, record.said, strict=True):
        answer(world, item_id, said)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    record.after(world, ids)


def sent_to(world: World, reader: str, *, count: int = 3) -> int:
    """Ana answers statements anew, and sends them to the reader. The review's id."""
    ana = actor(world, "ana")
    sent = {world.statements["communication"][at]: own for at, own in SENT_AGAIN.items()}
    with transaction() as tx:
        for statement_id, own in list(sent.items())[:count]:
            tx.execute(
                update(Rating)
                .where(Rating.person_id == ana.person_id, Rating.statement_id == statement_id)
                .values(answer=own.value, reviewer_note=f"NOTE-{own}", version=2)
            )
    session().rollback()
    return review_actions.send(ana, world.people[reader], list(sent)[:count], world.now)
