"""What the plan has learners and their supervisors do, done through the services."""

from collections.abc import Mapping

from sqlalchemy import select

from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.sending import NO, NOT_MINE, PART, SURE_NOT, YES, actor, items, respond
from tests.services.frameworks.random_years import REVIEWERS, Deed, Did, Years
from tracker.db import session
from tracker.models import Endorsement, LevelException, Rating, Review, ReviewItem
from tracker.models.record.words import skill_of
from tracker.queries.reviews import submittable
from tracker.rules.errors import Conflict
from tracker.rules.evidence.content import EvidenceContent
from tracker.rules.frameworks.scale import Ground
from tracker.rules.reviews.exceptions import ExceptionStatus
from tracker.rules.reviews.workflow import LIVE, ItemStatus
from tracker.services import evidence
from tracker.services.assessment import ratings
from tracker.services.reviews import differences, endorsements, exceptions, reviews

SAME_ANSWER = {
    YES: ReviewerAnswer.CONSISTENTLY,
    PART: ReviewerAnswer.PARTLY,
    NO: ReviewerAnswer.NOT_YET,
    NOT_MINE: ReviewerAnswer.NOT_THEIR_WORK,
}
SENT = frozenset(Deed) - {Deed.NOTHING, Deed.RATED, Deed.CLEARED}
LEFT_OPEN = frozenset({Deed.WAITING, Deed.DIFFERING})
TO_EXCEPT = frozenset({Deed.PROPOSED, Deed.EXCEPTED})


def done(years: Years, name: str, whats: Mapping[int, Did]) -> None:
    """Somebody rates, notes, shows, and sends that; what is sent is answered and comes to its
    end."""
    for statement_id, did in whats.items():
        _rate(years, name, statement_id, did)
    shown = {key: f"Why {key}." for key, did in whats.items() if did.shown}
    for reasons in (shown, dict(list(shown.items())[:1])):
        if reasons:
            now = years.tick()
            content = EvidenceContent(f"Piece at {now}", "", "", None)
            evidence.create(actor(years.world, name, now), content, now=now, reasons=reasons)
    sent = [key for key, did in whats.items() if did.deed in SENT]
    out = submittable.with_a_reviewer(years.world.people[name], sent, years.now.date())
    free = [key for key in sent if key not in set(out)]
    for wanted in (SENT - LEFT_OPEN, {Deed.DIFFERING}, {Deed.WAITING}):
        _sent(years, name, {key: whats[key] for key in free if whats[key].deed in wanted})
    for statement_id, did in whats.items():
        if did.deed in (Deed.CLEARED, Deed.THEN_CLEARED):
            _clear(years, name, statement_id)


def _version(years: Years, name: str, statement_id: int) -> int:
    session().rollback()
    mine = Rating.person_id == years.world.people[name], Rating.skill_id == skill_of(statement_id)
    return session().scalar(select(Rating.version).where(*mine)) or 0


def _rate(years: Years, name: str, statement_id: int, did: Did) -> None:
    if did.deed is Deed.NOTHING:
        return
    version, now = _version(years, name, statement_id), years.tick()
    notes = {"own_note": f"Mine of {now}.", "reviewer_note": f"Shown of {now}."}
    ratings.rate(
        actor(years.world, name, now),
        statement_id,
        did.answer,
        version,
        now,
        **(notes if did.noted else {}),
    )


def _clear(years: Years, name: str, statement_id: int) -> None:
    version, now = _version(years, name, statement_id), years.tick()
    ratings.rate(actor(years.world, name, now), statement_id, None, version, now, clear=True)


def _theirs(did: Did) -> ReviewerAnswer:
    if did.deed in TO_EXCEPT:
        return ReviewerAnswer.NOT_YET
    if did.deed in (Deed.APART, Deed.AGREED, Deed.DIFFERING) or did.answer is SURE_NOT:
        return ReviewerAnswer.CONSISTENTLY if did.answer is PART else ReviewerAnswer.PARTLY
    return SAME_ANSWER[did.answer]


def _sent(years: Years, name: str, whats: Mapping[int, Did]) -> None:
    if not whats:
        return
    world, by = years.world, REVIEWERS[name]
    now = years.tick()
    review_id = reviews.send(actor(world, name, now), world.people[by], list(whats), now)
    if all(did.deed is Deed.WAITING for did in whats.values()):
        return
    for item in items(review_id):
        said, now = _theirs(whats[item.statement_id]), years.tick()
        respond(actor(world, by, now), item.id, said, Ground.SAW_IT, "", item.version, now)
    now = years.tick()
    reviews.reveal(actor(world, by, now), review_id, now)
    for item in items(review_id):
        did = whats[item.statement_id]
        item_id, statement_id, status = item.id, item.statement_id, item.status
        now = years.tick()
        if status is ItemStatus.DIFFERS and did.deed is Deed.APART:
            differences.keep_apart(actor(world, name, now), item_id, now)
        elif status is ItemStatus.DIFFERS and did.deed is not Deed.DIFFERING:
            said = _theirs(did)
            for who in (name, by):
                differences.confirm(actor(world, who, now), item_id, said.value, "", now)
        _afterwards(years, name, item_id, statement_id, did.deed)


def _afterwards(years: Years, name: str, item_id: int, statement_id: int, deed: Deed) -> None:
    world, by, now = years.world, REVIEWERS[name], years.tick()
    if deed is Deed.REVOKED:
        session().rollback()
        given = select(Endorsement.id).where(Endorsement.item_id == item_id)
        endorsements.revoke(
            actor(world, by, now), session().scalars(given).one(), "By mistake.", now
        )
    if deed in TO_EXCEPT:
        made = _proposed(years, name, item_id)
        if made is not None and deed is Deed.EXCEPTED:
            exceptions.confirm(actor(world, by, now), item_id, made, now)


def _proposed(years: Years, name: str, item_id: int) -> int | None:
    """None where there is one at the level already."""
    now = years.tick()
    try:
        return exceptions.propose(actor(years.world, name, now), item_id, "Not at my desk.", now)
    except Conflict as refused:
        if refused.code != "exception_there":
            raise
        return None


def end_open_reviews(years: Years) -> None:
    """What waits is answered and shown: half of it the same, half of it otherwise; and what was
    proposed to leave out is agreed on."""
    world = years.world
    session().rollback()
    people = {world.people[name]: name for name in REVIEWERS}
    open_ones = session().execute(
        select(Review.id, Review.learner_id)
        .where(Review.status.in_(LIVE), Review.learner_id.in_(people))
        .order_by(Review.id)
    )
    for review_id, learner_id in open_ones.all():
        by = REVIEWERS[people[learner_id]]
        waiting = [item for item in items(review_id) if item.status is ItemStatus.WAITING]
        for at, item in enumerate(waiting):
            own, now = Answer(item.learner_answer), years.tick()
            said = SAME_ANSWER.get(own, ReviewerAnswer.PARTLY)
            if at % 2:
                said = ReviewerAnswer.CONSISTENTLY if own is NO else ReviewerAnswer.NOT_YET
            respond(actor(world, by, now), item.id, said, Ground.SAW_IT, "", item.version, now)
        if waiting:
            now = years.tick()
            reviews.reveal(actor(world, by, now), review_id, now)
    _agree_on_exceptions(years)


def _agree_on_exceptions(years: Years) -> None:
    """On each that is proposed in the version that its review was of."""
    session().rollback()
    proposed = session().execute(
        select(LevelException.id, LevelException.item_id, LevelException.person_id)
        .join(ReviewItem, ReviewItem.id == LevelException.item_id)
        .where(
            LevelException.status == ExceptionStatus.PROPOSED,
            LevelException.statement_id == ReviewItem.statement_id,
        )
    )
    names = {years.world.people[name]: name for name in REVIEWERS}
    for exception_id, item_id, person_id in proposed.all():
        now = years.tick()
        by = actor(years.world, REVIEWERS[names[person_id]], now)
        exceptions.confirm(by, item_id, exception_id, now)
