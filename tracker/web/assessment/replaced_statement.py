"""An answer from a page that was loaded before its owner was moved to another version: what they
typed, with what takes the statement's place now."""

from flask.typing import ResponseReturnValue

from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment import learners, statement_cards, statement_lines
from tracker.queries.record import sheets
from tracker.rules.errors import Conflict, Missing
from tracker.rules.record.sheet import Side
from tracker.web.assessment.forms import SentRating
from tracker.web.http import errors, session
from tracker.web.i18n.render import render


def page(statement_id: int, sent: SentRating) -> ResponseReturnValue:
    """Raises Missing where the statement is of no other version of theirs; to the script,
    Conflict: statement_replaced or statement_retired."""
    slug = statement_lines.slug_of(statement_id)
    learner = learners.learner(session.actor().person_id, session.today(), slug) if slug else None
    found = statement_lines.earlier(statement_id, learner) if learner else None
    if learner is None or found is None:
        raise Missing
    refusal = Conflict(
        "statement_replaced" if found.became else "statement_retired",
        version=learner.framework_version,
    )
    if errors.wants_json():
        raise refusal
    sheet = sheets.of_learner(learner, Side.OWN, NO_BLIND_SPOTS)
    return render(
        "assessment/replaced.html",
        lang=learner.lang,
        statement=found,
        to_rate=statement_cards.of_statements(sheet, [each.id for each in found.became]),
        sent=sent,
        said=errors.message_for(refusal),
    ), 409
