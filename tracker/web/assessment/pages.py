"""What every page of the self-assessment shows around its statements."""

from dataclasses import dataclass

from flask import abort, redirect, request, url_for

from tracker.queries.assessment import learners
from tracker.queries.assessment import progress as progresses
from tracker.queries.assessment.learners import Learner
from tracker.queries.assessment.progress import LevelProgress, Progress
from tracker.rules.assessment.ratings import minutes_for
from tracker.web.http import session


@dataclass(frozen=True, slots=True)
class AssessmentHeader:
    learner: Learner
    progress: Progress

    @property
    def minutes(self) -> int:
        return minutes_for(self.progress.left)

    def levels(self, framework: str, strand: str, domain: str) -> tuple[LevelProgress, ...]:
        """The levels of a domain as an address names it; 404 when it is not of the learner's
        framework."""
        levels = self.progress.of_domain(strand, domain)
        if framework != self.learner.framework_slug or not levels:
            abort(404)
        return levels


def header() -> AssessmentHeader:
    """404 for somebody who learns nowhere."""
    learner = learners.learner(session.actor().person_id, session.actor().today(session.now()))
    if learner is None:
        abort(404)
    return AssessmentHeader(learner, progresses.progress(learner))


def header_once_read() -> AssessmentHeader:
    """The header; whoever has not read the use statement is sent there first."""
    found = header()
    if not found.progress.use_statement:
        abort(redirect(url_for("dashboard.use_statement", next=request.full_path.rstrip("?"))))
    return found


def saved() -> int | None:
    """Which statement the page before has saved."""
    return request.args.get("saved", type=int)
