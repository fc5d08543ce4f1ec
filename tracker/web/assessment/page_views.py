"""The answers of one page of statements, by its one button: all of them are saved, or none."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from tracker.queries.assessment import statement_cards
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Permission
from tracker.services.assessment import ratings
from tracker.web.assessment import pages as assess_pages
from tracker.web.assessment import replaced_statement, typed_rows
from tracker.web.assessment.page_forms import SentPage, from_form
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.http.redirects import own_address
from tracker.web.i18n.render import render

bp = Blueprint("assessment_page", __name__)

errors.refusal_messages(
    ratings_refused=_l("Nothing was saved yet. Look at the marked statements, then save again.")
)


@bp.post("/assess/ratings")
@door(Permission.RATE, takes=LONG_FORM)
def save() -> ResponseReturnValue:
    sent = from_form(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    header = assess_pages.header_of(sent.touched[0].statement_id) if sent.touched else None
    changed = saved(sent)
    if not isinstance(changed, int):
        return changed
    typed_rows.tell(changed)
    may_finish = header is not None and 0 < header.progress.to_finish <= changed
    return redirect(url_for("finish.show", next=_next()) if may_finish else _next(), 303)


def saved(sent: SentPage) -> int | ResponseReturnValue:
    """How many were changed; or, where one is refused and so all are, the page that says so."""
    try:
        return ratings.rate_many(session.actor(), typed_rows.wanted(sent), session.now())
    except Missing:
        return replaced_statement.page({row.statement_id: row.alone for row in sent.touched})
    except (Invalid, Conflict) as refusal:
        return _refused(sent, refusal)


def _next() -> str:
    """`then`: of the button that was pressed, where that goes on itself."""
    wanted = request.form.get("then") or request.form.get("next", "")
    return own_address(wanted, url_for("assessment.resume"))


def _refused(sent: SentPage, refusal: Invalid | Conflict) -> ResponseReturnValue:
    """What was typed and not saved, each with what is wrong with it."""
    ids = [row.statement_id for row in sent.touched]
    header = assess_pages.header_of(ids[0]) if ids else None
    if header is None:
        raise refusal
    to_rate = statement_cards.of_statements(header.sheet, ids)
    unread = refusal.code == "use_statement_unread"
    return render(
        "assessment/not_saved.html",
        lang=header.learner.lang,
        to_rate=to_rate,
        rows=typed_rows.rows(to_rate, header.learner, sent, refusal),
        known={each.key for each in to_rate.scale},
        next=_next(),
        said=errors.message_for(refusal),
        read_first=url_for("dashboard.use_statement", next=_next()) if unread else "",
    ), 409 if isinstance(refusal, Conflict) else 422
