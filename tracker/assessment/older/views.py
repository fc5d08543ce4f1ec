"""Ratings from before the round: a filter of the pages of statements, on which those that are
ticked are kept together."""

import datetime as dt
import re

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from werkzeug.datastructures import MultiDict

from tracker.assessment.older import actions as older_actions
from tracker.assessment.older.queries import replaced
from tracker.assessment.ratings import pages as ratings_pages, views_page as ratings_views_page
from tracker.record.ratings.rules import RatingFilter
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message, refusal_messages
from tracker.web.http.input_checks import LONG_FORM, by_id
from tracker.web.ui import page_nav

bp = Blueprint("older_ratings", __name__)
SEEN = re.compile(r"(seen)-([1-9][0-9]{0,9})")

refusal_messages(
    older_replaced=_l(
        "You are on version %(version)s of the framework now. Nothing was kept: look at your older "
        "ratings in that version, and keep them there."
    )
)


@bp.get("/assess/older")
@door(Permission.RATE)
def show() -> ResponseReturnValue:
    """To the first page that has ratings to keep, else to one that has some to decide on; without
    any, to rating."""
    header = ratings_pages.header(switch="older_ratings.show").once_read()
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
    """Keep those that are ticked, after what was changed on the page is saved."""
    sent, seen = ratings_views_page.sent_rows(), _ticked(request.form)
    if sent:
        ratings_views_page.saved(sent, ratings_views_page.page_refused)
    now = session.now()
    try:
        kept = older_actions.keep(session.actor(), seen, now)
    except Missing:
        held = replaced(session.actor().person_id, seen, session.today())
        if held is None:
            raise
        raise Conflict("older_replaced", version=held.learner.framework_version) from None
    if kept:
        undo = Undo(url_for("older_ratings.undo"), {"kept_at": now.isoformat()})
        flash_message(
            ngettext("%(num)d rating kept.", "%(num)d ratings kept together.", kept), undo=undo
        )
    elif not sent:
        flash_message(_("Nothing was changed."), "info")
    return redirect(url_for("older_ratings.show"), 303)


@bp.post("/assess/older/undo")
@door(Permission.RATE)
def undo() -> ResponseReturnValue:
    undone = older_actions.undo(session.actor(), _moment(request.form), session.now())
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


def _ticked(form: MultiDict[str, str]) -> dict[int, str]:
    """The ticked answers as they were shown, by statement. Raises Invalid("rating_malformed"): a
    field twice, a statement that is none."""
    return {statement: sent["seen"] for statement, sent in by_id(form, SEEN).items()}


def _moment(form: MultiDict[str, str]) -> dt.datetime:
    """When the ratings were kept that are to be undone. Raises Invalid("rating_malformed") for what
    is no moment of a known time zone."""
    try:
        kept_at = dt.datetime.fromisoformat(form.get("kept_at", ""))
        if kept_at.tzinfo is not None:
            return kept_at.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid("rating_malformed")
