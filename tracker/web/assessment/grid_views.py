"""One domain as a table, for people who like a spreadsheet. Without script one button saves all of
it, or nothing."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.queries.assessment import statement_cards
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.roles import Permission
from tracker.services.assessment import ratings
from tracker.web.assessment import pages as assess_pages
from tracker.web.assessment import replaced_statement, typed_rows
from tracker.web.assessment.page_forms import SentPage, from_form
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.input_checks import LONG_FORM
from tracker.web.http.redirects import address_here
from tracker.web.i18n.render import render
from tracker.web.ui import page_nav

bp = Blueprint("assessment_grid", __name__)


@bp.get("/assess/<framework>/<strand>/<domain>/grid")
@door(Permission.RATE)
def show(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    return _page(assess_pages.header_once_read(framework), framework, strand, domain)


@bp.post("/assess/<framework>/<strand>/<domain>/grid")
@door(Permission.RATE, takes=LONG_FORM)
def save(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    sent = from_form(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    try:
        header = assess_pages.header(framework)
        if not header.progress.of_domain(strand, domain):
            raise Missing
        changed = ratings.rate_many(session.actor(), typed_rows.wanted(sent), session.now())
    except Missing:
        return replaced_statement.page({row.statement_id: row.alone for row in sent.touched})
    except (Invalid, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _page(
            assess_pages.header(framework), framework, strand, domain, sent, refusal
        ), status
    typed_rows.tell(changed)
    return redirect(assess_pages.way_on(header, _here(framework, strand, domain)), 303)


def _page(
    header: assess_pages.AssessmentHeader,
    framework: str,
    strand: str,
    domain: str,
    sent: SentPage | None = None,
    refusal: Refusal | None = None,
) -> str:
    levels = header.levels(strand, domain)
    domain_id = levels[0].domain_id
    groups = page_nav.page_nav(framework, header.progress, (domain_id, None), in_grids=True)
    to_rate = statement_cards.of_domain(header.sheet, domain_id)
    unread = refusal is not None and refusal.code == "use_statement_unread"
    return render(
        "assessment/grid.html",
        lang=header.learner.lang,
        header=header,
        levels=levels,
        groups=groups,
        following=assess_pages.following(header, groups),
        to_rate=to_rate,
        rows=typed_rows.rows(to_rate, header.learner, sent, refusal),
        notes="notes" in request.args,
        here=_here(framework, strand, domain),
        cards_href=page_nav.cards_of(framework, levels),
        said=errors.message_for(refusal) if refusal is not None else "",
        read_first=url_for("dashboard.use_statement", next=address_here()) if unread else "",
    )


def _here(framework: str, strand: str, domain: str) -> str:
    """The grid's own address; whether it has notes is remembered there and nowhere else."""
    notes = 1 if "notes" in request.args else None
    return url_for(
        "assessment_grid.show", framework=framework, strand=strand, domain=domain, notes=notes
    )
