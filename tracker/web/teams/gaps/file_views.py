"""A team's gaps as files: what the page shows to the same reader, and what it stands on."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import imprints
from tracker.queries.teams import gaps as team_gaps
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.http.downloads import attachment
from tracker.web.teams import exports
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps import comparison, taken_along, told
from tracker.web.teams.gaps import pdf as gap_pdf
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.teams.gaps.pdf import PrintedGaps
from tracker.web.ui import pdf as documents
from tracker.web.ui.csv import csv_name

bp = Blueprint("gap_files", __name__, url_prefix="/teams")


@bp.get("/<id:team_id>/gaps.xlsx")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def xlsx(team: Subject) -> ResponseReturnValue:
    from tracker.web.teams.gaps import xlsx as gap_xlsx

    scope, chosen, filters = _asked(team)
    if told.is_for(scope, chosen):
        figures, facts = told.gaps_file(scope, chosen)
    else:
        of = _printed(scope, chosen, filters)
        figures = [*exports.table(of.page, of.compared, scope.round), *exports.reasons(of.page)]
        facts = of.facts
    book = gap_xlsx.workbook([(_("Gaps"), figures), (_("About"), facts)])
    name = csv_name(f"gaps {scope.team.name} {session.now():%Y-%m-%d}").removesuffix(".csv")
    return attachment(book, f"{name}.xlsx", gap_xlsx.MEDIA_TYPE)


@bp.get("/<id:team_id>/gaps.pdf")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def pdf(team: Subject) -> ResponseReturnValue:
    scope, chosen, filters = _asked(team)
    if told.is_for(scope, chosen):
        return documents.download(lambda of: told.document(scope, of), chosen, chosen.lang)
    return documents.download(gap_pdf.document, _printed(scope, chosen, filters), chosen.lang)


def _asked(team: Subject) -> tuple[GapScope, MatrixFilters, GapFilters]:
    """A file cannot say that something was left out of it, so what cannot be chosen is no file at
    all."""
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    if chosen is None or filters.unknown:
        abort(404)
    return scope, chosen, filters


def _printed(scope: GapScope, chosen: MatrixFilters, filters: GapFilters) -> PrintedGaps:
    page = team_gaps.page(scope, chosen)
    note_looks(page.named, "gaps")
    compared = comparison.words_of(scope, chosen, page)
    facts = taken_along.in_file(
        taken_along.facts(scope, chosen, filters, compared.facts if compared else None)
    )
    library = imprints.imprint(chosen.framework_id, scope.library_id).library
    return PrintedGaps(scope, page, compared, facts, library)
