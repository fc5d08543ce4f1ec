"""What learners and their supervisors do, through the services. Every text is one word that was never
written before."""

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import select

from tests.factories import sides
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.levels import all_cards, own_sheet
from tests.factories.sides import NO, NOT_MINE, PART, SURE_NOT, YES, ask, items, respond
from tests.versions import checks
from tests.versions.living import REVIEWERS, Years
from tests.versions.plans import Deed, Did
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session
from tracker.evidence.pieces import actions as pieces_actions
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.frameworks.versions.rules import Ground
from tracker.models import Endorsement, LevelException, Rating, Review
from tracker.models.record.words import skill_of
from tracker.record.endorsements.rules import ExceptionStatus
from tracker.record.sheet.queries_learners import Learner
from tracker.record.workflow.rules import LIVE, ItemStatus
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.reviews.sending import queries as sending_queries
from tracker.rules.errors import Conflict

SAME_ANSWER = {
    YES: ReviewerAnswer.CONSISTENTLY,
    PART: ReviewerAnswer.PARTLY,
    NO: ReviewerAnswer.NOT_YET,
    NOT_MINE: ReviewerAnswer.NOT_THEIR_WORK,
}
KEPT_TO_THEMSELVES = {Deed.NOTHING, Deed.TYPED, Deed.RATED, Deed.CLEARED}
SEALED = {Deed.WAITING, Deed.ANSWERED, Deed.RETURNED}
TO_EXCEPT = {Deed.PROPOSED, Deed.EXCEPTED}
REVIEWS = ({*Deed} - KEPT_TO_THEMSELVES - SEALED - {Deed.DIFFERING}, {Deed.DIFFERING}, SEALED)
"""What is sent together: what comes to an end, what stays open, and what stays sealed."""


def word(years: Years, kind: str, name: str) -> str:
    return f"{kind}-{name}-{years.tick():%y%m%d%H%M%S}"


def done(years: Years, name: str, whats: Mapping[int, Did]) -> None:
    """Somebody rates, notes, shows, and sends that; what is sent is answered as it is dealt."""
    for statement_id, did in whats.items():
        _rate(years, name, statement_id, did)
    shown = [key for key, did in whats.items() if did.shown]
    for linked in (shown, shown[:1]):
        if linked:
            reasons = {key: word(years, "why", name) for key in linked}
            content = EvidenceContent(word(years, "piece", name), "", "", None)
            pieces_actions.create_each(years.by(name), content, [], now=years.now, reasons=reasons)
    session().rollback()
    busy = sending_queries.with_a_reviewer(years.world.people[name], list(whats), years.now.date())
    free = {key: did for key, did in whats.items() if key not in busy}
    for together in REVIEWS:
        _send(years, name, {key: did for key, did in free.items() if did.deed in together})
    for statement_id, did in whats.items():
        if did.deed in (Deed.CLEARED, Deed.THEN_CLEARED):
            save(years, name, statement_id, None, clear=True)


def save(
    years: Years,
    name: str,
    statement_id: int,
    answer: Answer | None,
    *,
    clear: bool = False,
    **notes: str,
) -> None:
    """As from a page opened just before."""
    by = years.by(name)
    mine = Rating.person_id == by.person_id, Rating.skill_id == skill_of(statement_id)
    version = session().scalar(select(Rating.version).where(*mine)) or 0
    ratings_actions.rate(by, statement_id, answer, version, years.now, clear=clear, **notes)


def _rate(years: Years, name: str, statement_id: int, did: Did) -> None:
    if did.deed is Deed.NOTHING:
        return
    notes = {"own_note": word(years, "mine", name), "reviewer_note": word(years, "yours", name)}
    is_noted = did.noted or did.deed is Deed.TYPED
    answer = None if did.deed is Deed.TYPED else did.answer
    save(years, name, statement_id, answer, **(notes if is_noted else {}))


def _theirs(did: Did) -> ReviewerAnswer:
    if did.deed is Deed.UNSEEN:
        return ReviewerAnswer.CANNOT_TELL
    if did.deed in TO_EXCEPT:
        return ReviewerAnswer.NOT_YET
    if did.deed in (Deed.APART, Deed.AGREED, Deed.DIFFERING) or did.answer is SURE_NOT:
        return ReviewerAnswer.CONSISTENTLY if did.answer is PART else ReviewerAnswer.PARTLY
    return SAME_ANSWER[did.answer]


def _send(years: Years, name: str, whats: Mapping[int, Did]) -> None:
    if not whats:
        return
    by, dealt = REVIEWERS[name], [did.deed for did in whats.values()]
    sender, to = years.by(name), years.world.people[by]
    review_id = review_actions.send(sender, to, list(whats), years.now)
    for item in items(review_id):
        did = whats[item.statement_id]
        item_id, version = item.id, item.version
        if did.deed is Deed.RETURNED:
            ask(years.by(by), item_id, word(years, "where", by), version, years.now)
        elif did.deed is not Deed.WAITING:
            said = _theirs(did)
            ground = None if did.deed is Deed.UNSEEN else Ground.SAW_IT
            seen = word(years, "seen", by)
            respond(years.by(by), item_id, said, ground, seen, version, years.now)
    if SEALED & {*dealt}:
        return
    review_actions.reveal(years.by(by), review_id, years.now)
    for item in items(review_id):
        did, item_id, status = whats[item.statement_id], item.id, item.status
        if status is ItemStatus.DIFFERS and did.deed is Deed.APART:
            sides.keep_apart(years.by(name), item_id, years.now)
        elif status is ItemStatus.DIFFERS and did.deed is not Deed.DIFFERING:
            for who in (name, by):
                sides.confirm(years.by(who), item_id, _theirs(did).value, "", years.now)
        _end(years, name, item_id, did.deed)


def _end(years: Years, name: str, item_id: int, deed: Deed) -> None:
    by = REVIEWERS[name]
    try:
        if deed is Deed.REVOKED:
            actor = years.by(by)
            given = select(Endorsement.id).where(Endorsement.item_id == item_id)
            given_id = session().scalars(given).one()
            endorsements_actions.revoke(actor, given_id, "By mistake.", years.now)
        if deed in TO_EXCEPT:
            made = endorsements_actions.propose_exception(
                years.by(name), item_id, "Not at my desk.", years.now
            )
            if deed is Deed.EXCEPTED:
                endorsements_actions.confirm_exception(years.by(by), item_id, made, years.now)
    except Conflict as refused:
        # There is one at the level, or the reviewer is to rate the statement once more.
        if refused.code not in ("exception_there", "statement_hidden"):
            raise


def end_reviews(years: Years) -> None:
    """What waits is answered and shown: half of it the same, half of it otherwise; and what was
    proposed to leave out is agreed on."""
    names = {years.world.people[name]: name for name in REVIEWERS}
    session().rollback()
    open_ones = session().execute(
        select(Review.id, Review.learner_id)
        .where(Review.status.in_(LIVE), Review.learner_id.in_(names))
        .order_by(Review.id)
    )
    for review_id, learner_id in open_ones.all():
        name = names[learner_id]
        by, all_items = REVIEWERS[name], items(review_id)
        for item in [all_item for all_item in all_items if all_item.status is ItemStatus.RETURNED]:
            review_actions.reply(years.by(name), item.id, word(years, "there", name), years.now)
        sealed = {ItemStatus.WAITING, ItemStatus.RETURNED}
        for at, item_id in enumerate(
            [all_item.id for all_item in all_items if all_item.status in sealed]
        ):
            item = next(each for each in items(review_id) if each.id == item_id)
            own, version = Answer(item.learner_answer), item.version
            said = SAME_ANSWER.get(own, ReviewerAnswer.PARTLY)
            if at % 2:
                said = ReviewerAnswer.CONSISTENTLY if own is NO else ReviewerAnswer.NOT_YET
            respond(years.by(by), item_id, said, Ground.SAW_IT, "", version, years.now)
        if {each.status for each in items(review_id)} & {*sealed, ItemStatus.ANSWERED}:
            review_actions.reveal(years.by(by), review_id, years.now)
    _agree_on_exceptions(years, names)


def _agree_on_exceptions(years: Years, names: Mapping[int, str]) -> None:
    session().rollback()
    proposed = session().execute(
        select(LevelException.id, LevelException.item_id, LevelException.person_id)
        .where(LevelException.status == ExceptionStatus.PROPOSED)
        .order_by(LevelException.id)
    )
    for exception_id, item_id, person_id in proposed.all():
        by = years.by(REVIEWERS[names[person_id]])
        with suppress(Conflict):
            endorsements_actions.confirm_exception(by, item_id, exception_id, years.now)


def dealt(years: Years, name: str) -> dict[int, Did]:
    """What the plan has for the year, of what is rated on the newest version."""
    ids, deeds = years.ids(), years.year.deeds
    at = list(REVIEWERS).index(name) * len(ids)
    free = rated_here(checks.read(years, name))
    return {key: deeds[(at + place) % len(deeds)] for place, key in enumerate(ids) if key in free}


def meanwhile(years: Years, name: str) -> None:
    """On the version that they are on: they answer every other statement otherwise, type a note
    where there is no answer, and show something for all of it."""
    cards = all_cards(own_sheet(checks.read(years, name)))
    free = [card for card in cards if card.not_rated_here is None]
    answered = [card for card in free if card.answer][len(years.versions) % 2 :: 2]
    others = {card.id: PART if card.answer == YES else YES for card in answered}
    typed = [card.id for card in free if not card.answer][:1]
    rated = {key: Did(Deed.RATED, answer) for key, answer in others.items()}
    done(years, name, rated | {key: Did(Deed.TYPED, YES) for key in typed})


def rated_here(me: Learner) -> set[int]:
    cards = all_cards(own_sheet(me))
    return {card.id for card in cards if card.not_rated_here is None}
