"""One statement of a learner's framework: with all that they have to it, and as a supervisor may
see it."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment import rating_history, statement_cards, statement_lines
from tracker.queries.assessment.learners import learner_of
from tracker.queries.evidence import evidence
from tracker.queries.record import sheets
from tracker.rules.assessment import progress
from tracker.rules.record.words import Side
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.framework_asked import about
from tracker.web.http.redirects import address_here
from tracker.web.i18n.render import render
from tracker.web.reviews.endorsements import earlier_statement, pages
from tracker.web.ui.statement_cards import StatementCards

bp = Blueprint("statements", __name__)


@bp.get("/statements/<id:statement_id>")
@door(Permission.RATE)
def show(statement_id: int) -> ResponseReturnValue:
    """Of a framework in which they do not learn: no such page. Of an earlier version of theirs:
    what they have of it, with the way to what it became."""
    learner = learner_of(session.actor().person_id, statement_id, session.today())
    if learner is None and (found := earlier_statement.page(statement_id)):
        return found
    if learner is None:
        abort(404)
    sheet = sheets.of_learner(learner, Side.OWN, NO_BLIND_SPOTS)
    to_rate = statement_cards.of_statements(sheet, [statement_id])
    if not to_rate.cards:
        abort(404)
    about(learner, "assessment.resume")
    reached = progress.progress(sheet, learner.round_starts_on)
    if not reached.use_statement:
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    card = to_rate.cards[0]
    before = statement_lines.before(statement_id)
    ids = [statement_id, *(each.id for each in before)]
    return render(
        "reviews/endorsements/statement.html",
        lang=learner.lang,
        **vars(pages.own_endorsements(learner, sheet, card, before)),
        learner=learner,
        progress=reached,
        to_rate=to_rate,
        card=card,
        level=next(
            each
            for each in reached.levels
            if (each.domain_id, each.rank) == (card.domain_id, card.rank)
        ),
        before=before,
        answers=rating_history.answers(learner.person_id, ids),
        evidence=evidence.for_statement(learner.person_id, statement_id),
        linkable=evidence.unlinked_to(learner.person_id, statement_id),
        cards=StatementCards(
            to_rate, learner, own_page=True, saved=request.args.get("saved", type=int)
        ),
    )


@bp.get("/people/<id:person_id>/statements/<id:statement_id>")
@door(Permission.PROFILE_REVEALED, subjects.person)
def of_person(person: Subject, statement_id: int) -> ResponseReturnValue:
    """What was revealed and endorsed of it. The learner is sent to their own page."""
    if person.id == session.actor().person_id:
        return redirect(url_for("statements.show", statement_id=statement_id))
    return pages.of_person(person.id, statement_id)
