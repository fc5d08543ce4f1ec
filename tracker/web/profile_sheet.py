"""All that one reader gets to see on a profile. The page and the document are made of the same."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for

from tracker.queries import exceptions, profiles, sent, statement_facts
from tracker.queries.exceptions import Agreed
from tracker.queries.learners import Learner
from tracker.queries.profiles import EndorsedCount, Profile, Side, TrendPoint
from tracker.queries.sent import Sent
from tracker.queries.standings import DomainShape
from tracker.web import profile_page, profile_words, session
from tracker.web.profile_page import Heading, Row
from tracker.web.profile_words import StepLine
from tracker.web.wording import told


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
    rows = profile_page.rows(profile, agreed, lambda domain: _address(learner, side, domain))
    steps, last_change = [], None
    if side is Side.OWN:
        statements = told(statement_facts.voices(learner, side), learner.lang)
        steps = profile_words.step_lines(statement_facts.steps(profile, statements), profile, statements)
        last_change = profiles.last_change(learner)
    return Sheet(
        profile=profile,
        side=side,
        rows=rows,
        headings=profile_page.headings(profile),
        dots=profile_page.dot_strands(rows),
        endorsed=profiles.endorsed_count(learner),
        trend_points=profiles.trend(profile, side, session.actor().today(session.now())),
        sent=sent.sent_counts([learner.person_id], []).get((learner.person_id, learner.framework_id), Sent()),
        exceptions=agreed,
        steps=steps,
        last_change=last_change,
    )


def _address(learner: Learner, side: Side, domain: DomainShape) -> str:
    if side is Side.OWN:
        return url_for("profiles.explain_own", domain=domain.key)
    return url_for("profiles.explain", person_id=learner.person_id, domain=domain.key)
