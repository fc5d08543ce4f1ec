"""What every page of the self-assessment shows around its statements."""

from dataclasses import dataclass

from flask import abort, redirect, request, url_for

from tracker.queries.assessment import pace
from tracker.queries.assessment import progress as progresses
from tracker.queries.assessment.learners import Learner, learner_of
from tracker.queries.assessment.progress import LevelProgress, Progress
from tracker.rules.assessment.ratings import FIVE
from tracker.rules.pace import minutes_for
from tracker.web.http import session
from tracker.web.http.framework_asked import about, learner_asked


@dataclass(frozen=True, slots=True)
class AssessmentHeader:
    learner: Learner
    progress: Progress
    pace: int
    """Seconds for a statement."""

    @property
    def minutes(self) -> int:
        return minutes_for(self.progress.left, self.pace)

    @property
    def minutes_for_five(self) -> int:
        return minutes_for(FIVE, self.pace)

    def levels(self, strand: str, domain: str) -> tuple[LevelProgress, ...]:
        """The levels of a domain as an address names it; 404 when it is not of the framework."""
        return self.progress.of_domain(strand, domain) or abort(404)


def header(framework: str | None = None, switch: str = "assessment.resume") -> AssessmentHeader:
    """In the framework of that slug, else that of the address; 404 for somebody who does not learn
    in it. `switch`: the page of another framework of theirs."""
    learner = learner_asked(session.actor().person_id, switch, framework) or abort(404)
    return _header(learner)


def header_of(statement_id: int, switch: str = "assessment.resume") -> AssessmentHeader | None:
    """In the framework of the statement, where they learn in it."""
    learner = learner_of(session.actor().person_id, statement_id, session.today())
    if learner is None:
        return None
    return _header(about(learner, switch))


def _header(learner: Learner) -> AssessmentHeader:
    return AssessmentHeader(
        learner, progresses.progress(learner), pace.seconds_of(learner.person_id)
    )


def header_once_read(
    framework: str | None = None, switch: str = "assessment.resume"
) -> AssessmentHeader:
    """The header; whoever has not read the use statement is sent there first."""
    return once_read(header(framework, switch))


def once_read(found: AssessmentHeader) -> AssessmentHeader:
    if not found.progress.use_statement:
        abort(redirect(url_for("dashboard.use_statement", next=request.full_path.rstrip("?"))))
    return found


def saved() -> int | None:
    """Which statement the page before has saved."""
    return request.args.get("saved", type=int)
