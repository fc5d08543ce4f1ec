"""A team's gaps as files: what the page shows to the same reader, and what it stands on."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import imprints
from tracker.queries.teams import gaps as team_gaps
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.http.downloads import attachment
from tracker.web.teams import exports
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps import pdf as gap_pdf
from tracker.web.teams.gaps import taken_along
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

    of = _printed(team)
    compare = of.chosen.compare.name if of.chosen.compare else ""
    figures = exports.table(of.page, compare, of.scope.round)
    book = gap_xlsx.workbook(
        [(_("Gaps"), [*figures, *exports.reasons(of.page)]), (_("About"), of.facts)]
    )
    name = csv_name(f"gaps {of.scope.team.name} {session.now():%Y-%m-%d}").removesuffix(".csv")
    return attachment(book, f"{name}.xlsx", gap_xlsx.MEDIA_TYPE)


@bp.get("/<id:team_id>/gaps.pdf")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def pdf(team: Subject) -> ResponseReturnValue:
    of = _printed(team)
    return documents.download(gap_pdf.document, of, of.chosen.lang)


def _printed(team: Subject) -> PrintedGaps:
    """A file cannot say that something was left out of it, so what cannot be chosen is no file at
    all."""
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    if chosen is None or filters.unknown:
        abort(404)
    page = team_gaps.page(scope, chosen)
    note_looks([row.person_id for row in page.rows], "gaps")
    facts = taken_along.in_file(taken_along.facts(scope, chosen, filters))
    library = imprints.imprint(chosen.framework_id, scope.library_id).library
    return PrintedGaps(scope, chosen, page, facts, library)
