"""All that one reader gets to see on a profile. The page and the document are made of the same."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for

from tracker.queries.assessment.learners import Learner
from tracker.queries.endorsements import exceptions
from tracker.queries.endorsements.exceptions import AgreedException
from tracker.queries.profiles import profiles, statement_status
from tracker.queries.profiles.levels import DomainShape
from tracker.queries.profiles.profiles import EndorsedCount, Profile, SelfSide, TrendPoint
from tracker.queries.reviews import submission_counts
from tracker.queries.reviews.submission_counts import SentCounts
from tracker.web.http import session
from tracker.web.i18n.content_language import mark_language
from tracker.web.profiles import labels, level_table
from tracker.web.profiles.labels import StepLine
from tracker.web.profiles.level_table import ProfileRow, RankHeading


@dataclass(frozen=True)
class ProfilePage:
    """`steps` and `last_change` are for the learner alone: empty for others."""

    profile: Profile
    side: SelfSide
    rows: list[ProfileRow]
    headings: list[RankHeading]
    dots: list[list[ProfileRow]]
    endorsed: EndorsedCount
    trend_points: list[TrendPoint]
    sent: SentCounts
    exceptions: list[AgreedException]
    steps: list[StepLine]
    last_change: dt.datetime | None


def profile_page(learner: Learner, side: SelfSide) -> ProfilePage:
    blind = session.blind_spots()
    profile = mark_language(profiles.profile(learner, side, blind), learner.lang)
    agreed = exceptions.agreed(learner, blind)
    rows = level_table.rows(profile, agreed, lambda domain: _address(learner, side, domain))
    steps, last_change = [], None
    if side is SelfSide.OWN:
        statements = statement_status.voices(learner, side, blind)
        steps = labels.step_lines(statement_status.steps(profile, statements), profile, statements)
        last_change = profiles.last_change(learner)
    return ProfilePage(
        profile=profile,
        side=side,
        rows=rows,
        headings=level_table.headings(profile),
        dots=level_table.dot_strands(rows),
        endorsed=profiles.endorsed_count(learner, blind),
        trend_points=profiles.trend(profile, side, blind, session.today()),
        sent=submission_counts.sent_counts([learner.person_id], [], blind).get(
            (learner.person_id, learner.framework_id), SentCounts()
        ),
        exceptions=agreed,
        steps=steps,
        last_change=last_change,
    )


def _address(learner: Learner, side: SelfSide, domain: DomainShape) -> str:
    if side is SelfSide.OWN:
        return url_for("profiles.explain_own", domain=domain.key)
    return url_for("profiles.explain", person_id=learner.person_id, domain=domain.key)
