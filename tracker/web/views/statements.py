"""One statement of the learner's framework, with all that they have to it."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.queries import assessments, endorsements, evidence, histories, learners, progress
from tracker.rules.roles import Permission
from tracker.web import assessing, session
from tracker.web.access import door
from tracker.web.statement_cards import Cards
from tracker.web.wording import told

bp = Blueprint("statements", __name__)


@bp.get("/statements/<id:statement_id>")
@door(Permission.RATE)
def show(statement_id: int) -> ResponseReturnValue:
    """Of another framework than the learner's: no such page."""
    learner = learners.learner(session.actor().person_id, session.actor().today(session.now()))
    sheet = assessments.of_statements(learner, [statement_id]) if learner else None
    if learner is None or sheet is None or not sheet.cards:
        abort(404)
    reached, sheet = told(progress.progress(learner), learner.lang), told(sheet, learner.lang)
    if not reached.use_statement:
        return redirect(url_for("home.use_statement", next=request.path))
    card = sheet.cards[0]
    return render_template(
        "statements/show.html",
        learner=learner,
        frame=assessing.Frame(learner, reached),
        sheet=sheet,
        card=card,
        level=next(each for each in reached.levels if (each.domain_id, each.rank) == (card.domain_id, card.rank)),
        answers=histories.answers(learner.person_id, statement_id),
        endorsements=told(endorsements.history(learner.person_id, statement_id), learner.lang),
        evidence=evidence.for_statement(learner.person_id, statement_id),
        linkable=evidence.unlinked_to(learner.person_id, statement_id),
        cards=Cards(sheet, learner, "statement", request.args.get("saved", type=int)),
    )
