"""A statement of another version of the framework that somebody learns in: what they have of it,
with the way to what takes its place now."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment import learners, rating_history, statement_lines
from tracker.queries.evidence import evidence
from tracker.queries.record import sheets
from tracker.rules.record.words import Side
from tracker.web.http import session
from tracker.web.http.framework_asked import about
from tracker.web.http.redirects import address_here
from tracker.web.i18n.render import render
from tracker.web.reviews.endorsements import pages


def page(statement_id: int) -> ResponseReturnValue | None:
    """For its owner; None where the statement is of no other version of theirs."""
    person_id = session.actor().person_id
    slug = statement_lines.slug_of(statement_id)
    learner = learners.learner(person_id, session.today(), slug) if slug else None
    found = statement_lines.earlier(statement_id, learner) if learner else None
    if learner is None or found is None:
        return None
    about(learner, "assessment.resume")
    if not sheets.of_learner(learner, Side.OWN, NO_BLIND_SPOTS).record.use_statement:
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    before = statement_lines.before(statement_id)
    return render(
        "reviews/endorsements/earlier_statement.html",
        lang=learner.lang,
        **vars(pages.earlier_endorsements(learner, found, before)),
        learner=learner,
        statement=found,
        before=before,
        answers=rating_history.answers(person_id, [found.id, *(each.id for each in before)]),
        evidence=evidence.for_statement(person_id, found.id),
    )
