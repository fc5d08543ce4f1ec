"""Taking over ratings from a list of one's own: paste, look at what would be stored, confirm."""

from collections import Counter

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.assessment.imports import actions as imports_actions, queries as imports_queries
from tracker.assessment.imports.forms import ListForm, StoreForm, headings
from tracker.assessment.imports.rules import (
    ASKED,
    NOTHING_TO_DO,
    STORED,
    UNCLEAR,
    RatingList,
    Verdict,
    plan,
    read,
)
from tracker.assessment.ratings import pages as ratings_pages
from tracker.assessment.ratings.pages import AssessmentHeader
from tracker.record.sheet.queries_learners import Learner
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import accepted
from tracker.web.http.input_checks import LONG_FORM, UPLOAD
from tracker.web.http.rate_limits import documents, limiter
from tracker.web.i18n.render import render
from tracker.web.ui.csv import Table, csv_file

bp = Blueprint("rating_lists", __name__)

TOO_OFTEN = "30 per minute"
WHY = {
    Verdict.NO_STATEMENT: _l("It names no statement."),
    Verdict.UNKNOWN_STATEMENT: _l("No statement of your framework has this code or title."),
    Verdict.TWO_STATEMENTS: _l("Code and title are of two different statements."),
    Verdict.MANY_STATEMENTS: _l("More than one statement has this title. Write its code."),
    Verdict.UNKNOWN_ANSWER: _l("This is not one of the answers."),
    Verdict.DAY_UNREADABLE: _l("The date cannot be read for certain. Write it like 2026-11-24."),
    Verdict.DAY_IN_FUTURE: _l("The date is in the future."),
    Verdict.DAY_FAR: _l("The date is before 1950."),
    Verdict.NOTE_LONG: _l(
        "With the note that is there already it would be longer than 4000 characters."
    ),
}
"""Why a line is not stored; TWICE names its lines and is put together on the page."""


@bp.get("/assess/list")
@door(Permission.RATE)
def new() -> ResponseReturnValue:
    return _form_page(ListForm())


@bp.get("/assess/list/template.csv")
@door(Permission.RATE)
@documents
def template() -> ResponseReturnValue:
    """A list of the framework's statements to fill in elsewhere, and to bring back."""
    header = _header()
    domains = {domain.id: domain for domain in header.sheet.domains}
    heading: list[str | int] = [
        _("Code"),
        _("Statement"),
        _("Domain"),
        _("Level"),
        _("Your answer"),
        _("Date"),
        _("For myself"),
    ]
    rows: Table = [
        [of.code, of.title, domain.title, domain.level_name(of.rank), "", "", ""]
        for of in (line.statement for line in header.sheet.lines if line.left_out is None)
        for domain in [domains[of.domain_id]]
    ]
    return csv_file([heading, *rows], _("My ratings") + f" {header.learner.framework}")


@bp.post("/assess/list")
@door(Permission.RATE, takes=UPLOAD)
@limiter.limit(TOO_OFTEN)
def check() -> ResponseReturnValue:
    """What would become of each line. Nothing is stored."""
    form = ListForm()
    slug = _header().learner.framework_slug
    text = accepted(form, lambda: form.source(slug))
    page = accepted(form, lambda: _check_page(text[0])) if text else None
    if text and not page:
        # A file's text too: the browser does not send it again, and here it can be mended.
        form.text.data = text[0]
    return page[0] if page else (_form_page(form), 422)


@bp.post("/assess/list/edit")
@door(Permission.RATE, takes=LONG_FORM)
def edit() -> ResponseReturnValue:
    """Back from the check to the list as it was typed."""
    return _form_page(ListForm())


@bp.post("/assess/list/store")
@door(Permission.RATE, takes=LONG_FORM)
@limiter.limit(TOO_OFTEN)
def store() -> ResponseReturnValue:
    form = StoreForm()
    text, seen = form.text.data or "", form.seen.data or ""
    try:
        learner = ratings_pages.header().learner
        listed = _read(text, learner)[0]
        count = imports_actions.take_over(
            session.actor(), learner.framework_id, listed, form.ticked, seen, session.now()
        )
    except Conflict as refusal:
        return _check_page(text, form.ticked, refusal), 409
    flash_message(
        ngettext(
            "%(num)d rating imported from your spreadsheet.",
            "%(num)d ratings imported from your spreadsheet.",
            count,
        )
    )
    return redirect(url_for("finish.show"), 303)


def _header() -> AssessmentHeader:
    return ratings_pages.header(switch="rating_lists.new").once_read()


def _read(text: str, learner: Learner) -> tuple[RatingList, imports_queries.ImportTargets]:
    """Raises Invalid for a text that is no list."""
    known = imports_queries.targets(session.actor(), learner.framework_id)
    return read(text, headings(), known.answers), known


def _form_page(form: ListForm) -> str:
    learner = _header().learner
    known = imports_queries.targets(session.actor(), learner.framework_id)
    return render("assessment/import_new.html", lang=learner.lang, form=form, known=known)


def _check_page(
    text: str, ticked: frozenset[int] = frozenset(), refusal: Refusal | None = None
) -> str:
    """Raises Invalid for a text that is no list."""
    header = _header() if refusal is None else ratings_pages.header(switch="rating_lists.new")
    learner = header.learner
    listed, known = _read(text, learner)
    actor = session.actor()
    planned = plan(
        listed, known.statements, known.answers, actor.today(session.now()), actor.time_zone
    )
    return render(
        "assessment/import_check.html",
        lang=learner.lang,
        form=StoreForm(formdata=None, text=text, seen=planned.digest()),
        lines=len(listed.lines),
        ignored=listed.ignored,
        stored=planned.of(STORED),
        asked=planned.of(ASKED),
        unclear=planned.of(UNCLEAR),
        nothing=Counter(line.verdict for line in planned.of(NOTHING_TO_DO)),
        why=WHY,
        known=known,
        ticked=ticked,
        message=message_for(refusal) if refusal is not None else "",
    )
