"""Ratings from before the round: a filter of the pages of statements, on which those that are
ticked are kept together."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.queries.assessment.replaced_statements import replaced
from tracker.rules.assessment.ratings import RatingFilter
from tracker.rules.errors import Conflict, Missing
from tracker.rules.roles import Permission
from tracker.services.assessment import kept_ratings
from tracker.web.assessment import older_forms, page_views, typed_rows
from tracker.web.assessment import pages as assess_pages
from tracker.web.assessment.page_forms import from_form
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message, refusal_messages
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.ui import page_nav

bp = Blueprint("older_ratings", __name__)

refusal_messages(
    older_replaced=_l(
        "You are on version %(version)s of the framework now. Nothing was kept: look at your older "
        "ratings in that version, and keep them there."
    )
)


@bp.get("/assess/older")
@door(Permission.RATE)
def show() -> ResponseReturnValue:
    """On to the first page that has some to keep, else to one with some to decide on; without any,
    on with rating."""
    header = assess_pages.header_once_read(switch="older_ratings.show")
    slug = header.learner.framework_slug
    groups = page_nav.page_nav(slug, header.progress, which=RatingFilter.OLDER)
    items = [item for group in groups for item in group.items]
    places = [(level.domain_id, level.rank) for level in header.progress.levels if level.to_keep]

    def has_none(item: page_nav.PageNavItem) -> bool:
        return not any(item.domain_id == of and item.rank in (None, rank) for of, rank in places)

    first = min(items, key=has_none, default=None)
    return redirect(first.href if first else url_for("assessment.resume"))


@bp.post("/assess/older")
@door(Permission.RATE, takes=LONG_FORM)
def keep() -> ResponseReturnValue:
    """Those that are ticked, once what was changed on the page is saved."""
    sent, seen = from_form(request.form), older_forms.seen(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    if sent.touched:
        changed = page_views.saved(sent)
        if not isinstance(changed, int):
            return changed
        typed_rows.tell(changed)
    now = session.now()
    try:
        kept = kept_ratings.keep(session.actor(), seen, now)
    except Missing:
        found = replaced(session.actor().person_id, seen, session.today())
        if found is None:
            raise
        raise Conflict("older_replaced", version=found.learner.framework_version) from None
    if kept:
        undo = Undo(url_for("older_ratings.undo"), {"kept_at": now.isoformat()})
        flash_message(
            ngettext("%(num)d rating kept.", "%(num)d ratings kept together.", kept), undo=undo
        )
    elif not sent.touched:
        flash_message(_("Nothing was changed."), "info")
    return redirect(url_for("older_ratings.show"), 303)


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
