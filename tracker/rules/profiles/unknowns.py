"""Why a statement counts as open: what is lacking, as far as a reader may know it."""

from enum import StrEnum

from tracker.rules.frameworks.scale import Meaning, Voice
from tracker.rules.reviews.workflow import ItemStatus


class LearnerReviewState(StrEnum):
    """Where a statement is in a review, as the learner may know it. *Ended*: it was in one, and
    nothing of it is open."""

    NOT_SENT = "not_sent"
    ENDED = "ended"
    WITH_REVIEWER = "with_reviewer"
    RETURNED = "returned"
    DIFFERS = "differs"
    KEPT_APART = "kept_apart"


class Unknown(StrEnum):
    """In the order in which they are named. What others have not been shown is *not revealed*; what
    was not sent is the learner's own business, so to them it is *not reviewed* as well."""

    NOT_RATED = "not_rated"
    NOT_SURE = "not_sure"
    NOT_REVEALED = "not_revealed"
    NOT_SENT = "not_sent"
    NOT_REVIEWED = "not_reviewed"
    DIFFERS = "differs"
    KEPT_APART = "kept_apart"


def unknown_of(
    voice: Voice, means: Meaning | None, review: LearnerReviewState, *, is_own: bool
) -> Unknown | None:
    """None for a statement that is not open. `means`: what its answer in this voice counts as, None
    without one."""
    if means not in (None, Meaning.OPEN):
        return None
    if voice is Voice.SELF:
        unanswered = Unknown.NOT_RATED if is_own else Unknown.NOT_REVEALED
        return unanswered if means is None else Unknown.NOT_SURE
    never_sent = review is LearnerReviewState.NOT_SENT and is_own
    return IN_REVIEW.get(review, Unknown.NOT_SENT if never_sent else Unknown.NOT_REVIEWED)


IN_REVIEW = {
    LearnerReviewState.DIFFERS: Unknown.DIFFERS,
    LearnerReviewState.KEPT_APART: Unknown.KEPT_APART,
}


def learner_side(status: ItemStatus | None, revealed: bool) -> LearnerReviewState:
    """What a learner may know of an item. Before the reveal of its review an answered item, and one
    that the supervisor could not tell, look like one that waits."""
    match status:
        case ItemStatus.RETURNED:
            return LearnerReviewState.RETURNED
        case ItemStatus.DIFFERS:
            return LearnerReviewState.DIFFERS
        case ItemStatus.KEPT_APART:
            return LearnerReviewState.KEPT_APART
        case ItemStatus.WAITING | ItemStatus.ANSWERED:
            return LearnerReviewState.WITH_REVIEWER
        case ItemStatus.NOT_OBSERVED if not revealed:
            return LearnerReviewState.WITH_REVIEWER
        case _:
            return LearnerReviewState.ENDED if status else LearnerReviewState.NOT_SENT
