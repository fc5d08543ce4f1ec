"""All that one reader gets to see on a profile. The page and the document are made of the same."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for

from tracker.queries.assessment.learners import Learner
from tracker.queries.endorsements import exceptions
from tracker.queries.endorsements.exceptions import Agreed
from tracker.queries.profiles import profiles, statement_status
from tracker.queries.profiles.levels import DomainShape
from tracker.queries.profiles.profiles import EndorsedCount, Profile, Side, TrendPoint
from tracker.queries.reviews import submission_counts
from tracker.queries.reviews.submission_counts import Sent
from tracker.web.http import session
from tracker.web.i18n.content_language import told
from tracker.web.profiles import labels, level_table
from tracker.web.profiles.labels import StepLine
from tracker.web.profiles.level_table import Heading, Row


@dataclass(frozen=True)
class Sheet:
    """`steps` and `last_change` are for the learner alone: empty for others."""

    profile: Profile
    side: Side
    rows: list[Row]
    headings: list[Heading]
    dots: list[list[Row]]
    endorsed: EndorsedCount
    trend_points: list[TrendPoint]
    sent: Sent
    exceptions: list[Agreed]
    steps: list[StepLine]
    last_change: dt.datetime | None


def sheet(learner: Learner, side: Side) -> Sheet:
    profile = told(profiles.profile(learner, side), learner.lang)
    agreed = told(exceptions.agreed(learner), learner.lang)
    rows = level_table.rows(profile, agreed, lambda domain: _address(learner, side, domain))
    steps, last_change = [], None
    if side is Side.OWN:
        statements = told(statement_status.voices(learner, side), learner.lang)
        steps = labels.step_lines(statement_status.steps(profile, statements), profile, statements)
        last_change = profiles.last_change(learner)
    return Sheet(
        profile=profile,
        side=side,
        rows=rows,
        headings=level_table.headings(profile),
        dots=level_table.dot_strands(rows),
        endorsed=profiles.endorsed_count(learner),
        trend_points=profiles.trend(profile, side, session.actor().today(session.now())),
        sent=submission_counts.sent_counts([learner.person_id], []).get(
            (learner.person_id, learner.framework_id), Sent()
        ),
        exceptions=agreed,
        steps=steps,
        last_change=last_change,
    )


def _address(learner: Learner, side: Side, domain: DomainShape) -> str:
    if side is Side.OWN:
        return url_for("profiles.explain_own", domain=domain.key)
    return url_for("profiles.explain", person_id=learner.person_id, domain=domain.key)
