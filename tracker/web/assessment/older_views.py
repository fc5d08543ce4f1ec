"""Ratings from before the round: all of them with their answers, kept a domain at a time."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries.assessment import statement_cards
from tracker.queries.assessment.replaced_statements import replaced
from tracker.rules.errors import Conflict, Missing, Refusal
from tracker.rules.roles import Permission
from tracker.services.assessment import kept_ratings
from tracker.web.assessment import older_forms, older_pages
from tracker.web.assessment import pages as assess_pages
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message, message_for, refusal_messages
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.i18n.render import render

bp = Blueprint("older_ratings", __name__)

refusal_messages(
    older_replaced=_l(
        "You are on version %(version)s of the framework now. Your older ratings in that version "
        "are below: check them, and keep them again."
    )
)


@bp.get("/assess/older")
@door(Permission.RATE)
def show() -> ResponseReturnValue:
    header = assess_pages.header_once_read(switch="older_ratings.show")
    if "next" in request.args and not header.progress.dated and header.progress.is_finished:
        return redirect(url_for("finish.show"))
    return _page(header)


def _page(header: assess_pages.AssessmentHeader, refusal: Refusal | None = None) -> str:
    to_rate = statement_cards.of_framework(header.sheet)
    return render(
        "assessment/older.html",
        lang=header.learner.lang,
        header=header,
        to_rate=to_rate,
        scale={each.key: each for each in to_rate.scale},
        older=older_pages.older(header, to_rate),
        said=message_for(refusal) if refusal is not None else "",
    )


@bp.post("/assess/older")
@door(Permission.RATE, takes=LONG_FORM)
def keep() -> ResponseReturnValue:
    sent = older_forms.seen(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    now = session.now()
    try:
        kept = kept_ratings.keep(session.actor(), sent.answers, now)
    except Missing:
        found = replaced(session.actor().person_id, sent.answers, session.today())
        if found is None:
            raise
        refusal = Conflict("older_replaced", version=found.learner.framework_version)
        header = assess_pages.header_once_read(switch="older_ratings.show")
        return _page(header, refusal), 409
    if kept:
        undo = Undo(url_for("older_ratings.undo"), {"kept_at": now.isoformat()})
        flash_message(
            ngettext("%(num)d rating kept.", "%(num)d ratings kept together.", kept), undo=undo
        )
    else:
        flash_message(_("Nothing was changed."), "info")
    return redirect(url_for("older_ratings.show", next=1), 303)


@bp.post("/assess/older/undo")
@door(Permission.RATE)
def undo() -> ResponseReturnValue:
    undone = kept_ratings.undo(session.actor(), older_forms.moment(request.form), session.now())
    if undone:
        flash_message(
            ngettext(
                "Undone. %(num)d rating has its earlier date again.",
                "Undone. %(num)d ratings have their earlier dates again.",
                undone,
            )
        )
    else:
        flash_message(_("These ratings were changed since, so nothing was undone."), "info")
    return redirect(url_for("older_ratings.show"), 303)
