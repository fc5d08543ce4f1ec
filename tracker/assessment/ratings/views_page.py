"""Statements that are saved together by the one button of a page, all of them or none: a list of
cards, or one domain as a table, for people who like a spreadsheet."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.assessment.older import pages as older_pages
from tracker.assessment.ratings import (
    actions as ratings_actions,
    pages as ratings_pages,
    queries_cards as ratings_queries_cards,
)
from tracker.assessment.ratings.forms import SentRow, rows_from_form
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.roles import Permission
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.input_checks import LONG_FORM, typed_count
from tracker.web.http.redirects import address_here, own_address
from tracker.web.i18n.render import render
from tracker.web.ui import page_nav

bp = Blueprint("assessment_page", __name__)
grid = Blueprint("assessment_grid", __name__)

errors.refusal_messages(
    ratings_refused=_l("Nothing was saved yet. Look at the marked statements, then save again.")
)


@bp.post("/assess/ratings")
@door(Permission.RATE, takes=LONG_FORM)
def save() -> ResponseReturnValue:
    sent = sent_rows()
    header = ratings_pages.header_of(sent[0].statement_id) if sent else None
    changed = saved(sent, page_refused)
    may_finish = header is not None and 0 < header.progress.to_finish <= changed
    return redirect(url_for("finish.show", next=_next()) if may_finish else _next(), 303)


@grid.get("/assess/<framework>/<strand>/<domain>/grid")
@door(Permission.RATE)
def show(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    return _grid_page(ratings_pages.header(framework).once_read(), framework, strand, domain)


@grid.post("/assess/<framework>/<strand>/<domain>/grid", endpoint="save")
@door(Permission.RATE, takes=LONG_FORM)
def save_grid(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    sent = sent_rows()
    header = ratings_pages.header(framework)

    def refused(sent: list[SentRow], refusal: Refusal) -> str:
        header = ratings_pages.header(framework)
        return _grid_page(header, framework, strand, domain, sent, refusal)

    if not header.progress.of_domain(strand, domain):
        return _replaced(sent)
    saved(sent, refused)
    return redirect(ratings_pages.way_on(header, _here(framework, strand, domain)), 303)


def sent_rows() -> list[SentRow]:
    """What was touched on a page of their own. Raises Conflict("another_person")."""
    sent, owner = rows_from_form(request.form), request.form.get("person_id")
    if owner is not None and typed_count(owner) != session.actor().person_id:
        raise Conflict("another_person")
    return sent


def saved(sent: list[SentRow], refused: Callable[[list[SentRow], Refusal], str]) -> int:
    """How many were changed, which the next page says too. Where one is refused and so all are, the
    answer is the page that says so."""
    try:
        changed = ratings_actions.rate_many(
            session.actor(), ratings_pages.wanted(sent), session.now()
        )
    except Missing:
        abort(make_response(_replaced(sent)))
    except (Invalid, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        abort(make_response(refused(sent, refusal), status))
    errors.flash_message(
        ngettext("%(num)d statement saved.", "%(num)d statements saved.", changed)
        if changed
        else _("Nothing was changed.")
    )
    return changed


def _replaced(sent: list[SentRow]) -> ResponseReturnValue:
    return older_pages.page({row.statement_id: row.alone for row in sent})


def _next() -> str:
    """Where to go on: `then` of the button that was pressed, if it has one."""
    wanted = request.form.get("then") or request.form.get("next", "")
    return own_address(wanted, url_for("assessment.resume"))


def page_refused(sent: list[SentRow], refusal: Refusal) -> str:
    """What was typed and not saved, each with what is wrong with it."""
    ids = [row.statement_id for row in sent]
    header = ratings_pages.header_of(ids[0]) if ids else None
    if header is None:
        raise refusal
    to_rate = ratings_queries_cards.of_statements(header.sheet, ids)
    rows = ratings_pages.rows(to_rate, header.learner, sent, refusal)
    return render(
        "assessment/not_saved.html",
        lang=header.learner.lang,
        to_rate=to_rate,
        rows=rows,
        problems=[row for row in rows if row.problem] or [refusal],
        known={answer.key for answer in to_rate.scale},
        next=_next(),
        message=errors.message_for(refusal),
        read_first=_read_first(refusal, _next()),
    )


def _grid_page(
    header: ratings_pages.AssessmentHeader,
    framework: str,
    strand: str,
    domain: str,
    sent: Sequence[SentRow] = (),
    refusal: Refusal | None = None,
) -> str:
    levels = header.levels(strand, domain)
    here = levels[0].domain_id, None
    groups = page_nav.page_nav(framework, header.progress, here, in_grids=True)
    to_rate = header.to_rate(levels)
    return render(
        "assessment/grid.html",
        lang=header.learner.lang,
        header=header,
        levels=levels,
        groups=groups,
        following=ratings_pages.following(header, groups),
        to_rate=to_rate,
        rows=ratings_pages.rows(to_rate, header.learner, sent, refusal),
        notes="notes" in request.args,
        here=_here(framework, strand, domain),
        cards_href=page_nav.cards_of(framework, levels),
        message=errors.message_for(refusal) if refusal is not None else "",
        read_first=_read_first(refusal, address_here()),
    )


def _read_first(refusal: Refusal | None, then: str) -> str:
    """Where to read how ratings are used, if that is why nothing was saved."""
    if refusal is None or refusal.code != "use_statement_unread":
        return ""
    return url_for("dashboard.use_statement", next=then)


def _here(framework: str, strand: str, domain: str) -> str:
    """The grid's own address; whether it has notes is remembered there and nowhere else."""
    notes = 1 if "notes" in request.args else None
    return url_for(
        "assessment_grid.show", framework=framework, strand=strand, domain=domain, notes=notes
    )
