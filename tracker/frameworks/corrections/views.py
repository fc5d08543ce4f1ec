"""What readers suggest to correct: the list of who closes it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.frameworks.corrections.actions import close_correction
from tracker.frameworks.corrections.forms import CloseCorrectionForm
from tracker.frameworks.corrections.queries import SHOWN_AT_MOST, corrections, count_open
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.errors import Invalid
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, put_on, refusal_messages
from tracker.web.i18n.render import render

bp = Blueprint("corrections", __name__)

refusal_messages(
    correction_closed=_l(
        "Somebody closed this suggestion before you. Nothing was changed; look at the list again."
    )
)


@bp.get("/admin/corrections")
@door(Permission.CORRECTIONS_READ)
def index() -> ResponseReturnValue:
    return _list()


@bp.post("/admin/corrections/<id:correction_id>/close")
@door(Permission.CORRECTION_CLOSE, subjects_queries.correction)
def close(correction: Subject) -> ResponseReturnValue:
    form = CloseCorrectionForm()
    if form.validate_on_submit():
        try:
            close_correction(session.actor(), correction.id, form.outcome.data or "", session.now())
        except Invalid as refusal:
            put_on(form, refusal)
        else:
            flash_message(_("The suggestion is closed."))
            return redirect(url_for("corrections.index"), 303)
    return _list({correction.id: form}), 422


def _list(rejected: dict[int, CloseCorrectionForm] | None = None) -> str:
    """The page; `rejected` is the form that came back with something wrong, by the suggestion it
    closes."""
    actor = session.actor()
    waiting = corrections(actor, is_open=True)
    forms = {row.id: CloseCorrectionForm(formdata=None) for row in waiting} | (rejected or {})
    for correction_id, form in forms.items():
        form.outcome.id = f"outcome-{correction_id}"
    return render(
        "frameworks/corrections.html",
        waiting=waiting,
        closed=corrections(actor, is_open=False),
        count=count_open(actor),
        forms=forms,
        rejected=list((rejected or {}).values()),
        most=SHOWN_AT_MOST,
    )
