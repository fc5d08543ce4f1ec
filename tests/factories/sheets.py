"""A learner's own sheet."""

from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment.learners import Learner
from tracker.queries.record import sheets
from tracker.rules.assessment import progress
from tracker.rules.assessment.progress import Progress
from tracker.rules.record.sheet import Sheet, Side


def own_sheet(learner: Learner) -> Sheet:
    return sheets.of_learner(learner, Side.OWN, NO_BLIND_SPOTS)


def progress_of(learner: Learner) -> Progress:
    return progress.progress(own_sheet(learner), learner.round_starts_on)
