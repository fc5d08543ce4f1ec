"""Worlds that differ only in what a second reader may not know: what the first one answered, and what
the learner did."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.notices import wants
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import NO, PART, YES, actor, answer, ask, back_up, hand_on, item_ids
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import session, transaction
from tracker.models import Endorsement, Library, Membership, Person, Rating
from tracker.record.workflow.rules import EndorsementStatus
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import MailChoice
from tracker.rules.roles import Role

CAN_BE_THE_SAME = {
    Answer.NOT_YET: ReviewerAnswer.NOT_YET,
    Answer.PARTLY: ReviewerAnswer.PARTLY,
    Answer.CONSISTENTLY: ReviewerAnswer.CONSISTENTLY,
    Answer.NOT_MY_WORK: ReviewerAnswer.NOT_THEIR_WORK,
}


@dataclass(frozen=True)
class First:
    """What came of the first review of the statement. `own`: what the learner had said there."""

    name: str
    own: Answer
    said: ReviewerAnswer | None
    after: Callable[[World, int], None] = lambda world, item_id: None


def _agree_on_partly(world: World, item_id: int) -> None:
    for who in ("ana", "sue"):
        sides.confirm(actor(world, who), item_id, EndorsedAnswer.PARTLY, "Both", world.now)


def _keep_apart(world: World, item_id: int) -> None:
    sides.keep_apart(actor(world, "sue"), item_id, world.now)


def _revoke(world: World, item_id: int) -> None:
    given = session().scalars(select(Endorsement.id).where(Endorsement.item_id == item_id)).one()
    endorsements_actions.revoke(actor(world, "sue"), given, "By mistake", world.now)


def _except(world: World, item_id: int) -> None:
    proposed = endorsements_actions.propose_exception(
        actor(world, "sue"), item_id, "Done elsewhere", world.now
    )
    endorsements_actions.confirm_exception(actor(world, "ana"), item_id, proposed, world.now)


FIRSTS = (
    First("none", YES, None),
    *(First(f"both {own}", own, said) for own, said in CAN_BE_THE_SAME.items()),
    First("cannot tell", YES, ReviewerAnswer.CANNOT_TELL),
    First("agreed on", YES, ReviewerAnswer.NOT_YET, _agree_on_partly),
    First("kept apart", NO, ReviewerAnswer.CONSISTENTLY, _keep_apart),
    First("revoked", YES, ReviewerAnswer.CONSISTENTLY, _revoke),
    First("left out", PART, ReviewerAnswer.PARTLY, _except),
)
"""With "none" it was dropped: nobody ever answered it."""


def prepared(world: World, first: First) -> None:
    """Sue reviewed two statements of Ana's, the first of them as `first` says. Hugo, who also runs
    the server's users, and Carl could read that one a second time; Cora is Hugo's backup, and
    sees levels by name."""
    for name in ("hugo", "carl"):
        join(world, name, "central", Role.SUPERVISOR)
    wants(world, MailChoice.EACH, "hugo", "carl", "cora")
    with transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=True))
        tx.get_one(Person, world.people["hugo"]).administrator = True
    back_up(world, "hugo", "cora")
    one, two = world.statements["communication"][:2]
    piece(world, title="Drop-in", text="41 visits", reasons={one: "why", two: "why"})
    rate(world, "ana", one, first.own)
    rate(world, "ana", two, YES)
    sue = actor(world, "sue")
    review_id = review_actions.send(actor(world, "ana"), world.people["sue"], [one, two], world.now)
    ids = item_ids(review_id)
    answer(world, ids[1], ReviewerAnswer.CONSISTENTLY)
    if first.said is None:
        ask(sue, ids[0], "Where?", 1, world.now)
        review_actions.drop(actor(world, "ana"), ids[0], world.now)
    else:
        answer(world, ids[0], first.said)
    review_actions.reveal(sue, review_id, world.now)
    first.after(world, ids[0])


def asked(world: World, own: Answer, reader: str) -> int:
    """Ana answers the statement anew and sends it by itself: for a second opinion, where there is a
    first. The review's id."""
    statement_id, ana = world.statements["communication"][0], actor(world, "ana")
    with transaction() as tx:
        tx.execute(
            update(Rating)
            .where(Rating.person_id == ana.person_id, Rating.statement_id == statement_id)
            .values(answer=own.value, reviewer_note=f"NOTE-{own}", version=2)
        )
    session().rollback()
    standing = session().scalar(
        select(Endorsement.id).where(
            Endorsement.person_id == ana.person_id,
            Endorsement.statement_id == statement_id,
            Endorsement.status == EndorsementStatus.IN_FORCE,
        )
    )
    if standing is None:
        return review_actions.send(ana, world.people[reader], [statement_id], world.now)
    return review_actions.send_to_second_reader(
        ana, standing, world.people[reader], world.teams["central"], world.now
    )


def willing(world: World, name: str) -> None:
    """A supervisor of another team, whom anybody of the library may ask."""
    join(world, name, "harbour", Role.SUPERVISOR)
    wants(world, MailChoice.EACH, name)
    account_actions.give_second_opinions(actor(world, name), wanted=True)


def left(world: World, name: str) -> None:
    """They supervise Central no more, since long ago."""
    with transaction() as tx:
        tx.execute(
            update(Membership)
            .where(
                Membership.person_id == world.people[name],
                Membership.team_id == world.teams["central"],
            )
            .values(ends_on=world.now.date() - dt.timedelta(days=60))
        )


def handed_on(world: World, own: Answer, said: ReviewerAnswer) -> int:
    """Ana sends the statement and another to Hugo, who reveals the other and hands the one on to
    Carl, with his answer sealed. The review's id."""
    one, three = world.statements["communication"][0], world.statements["communication"][2]
    ana, hugo = actor(world, "ana"), actor(world, "hugo")
    rate(world, "ana", three, YES)
    with transaction() as tx:
        tx.execute(
            update(Rating)
            .where(Rating.person_id == ana.person_id, Rating.statement_id == one)
            .values(answer=own.value, reviewer_note=f"NOTE-{own}", version=2)
        )
    review_id = review_actions.send(ana, world.people["hugo"], [one, three], world.now)
    ids = item_ids(review_id)
    answer(world, ids[1], ReviewerAnswer.CONSISTENTLY, by="hugo")
    answer(world, ids[0], said, by="hugo")
    ask(hugo, ids[0], "Where?", 2, world.now)
    review_actions.reveal(hugo, review_id, world.now)
    return hand_on(world, review_id, "carl", by="hugo")
