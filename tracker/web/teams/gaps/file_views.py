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
from tracker.queries.teams.gaps import PeopleAsked
from tracker.rules.operations.jobs import AT_ONCE
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.http.downloads import attachment
from tracker.web.teams import exports, people_file
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps import comparison, taken_along, told
from tracker.web.teams.gaps import pdf as gap_pdf
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.teams.gaps.pdf import PrintedGaps
from tracker.web.ui import pdf as documents
from tracker.web.ui.csv import Table, csv_file, csv_name

bp = Blueprint("gap_files", __name__, url_prefix="/teams")


@bp.get("/<id:team_id>/gaps.xlsx")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def xlsx(team: Subject) -> ResponseReturnValue:
    from tracker.web.teams.gaps import xlsx as gap_xlsx

    scope, chosen, filters = _asked(team)
    sheets = _tables(scope, chosen, filters, with_people=True)
    book = gap_xlsx.workbook(list(sheets.values()))
    name = csv_name(f"gaps {scope.team.name} {session.now():%Y-%m-%d}").removesuffix(".csv")
    return attachment(book, f"{name}.xlsx", gap_xlsx.MEDIA_TYPE)


@bp.get("/<id:team_id>/gaps.csv", defaults={"table": "domains"})
@bp.get("/<id:team_id>/gaps/<table>.csv")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def csv(team: Subject, table: str) -> ResponseReturnValue:
    """One of the tables of the workbook; everyone by name is a file of its own (people_file)."""
    scope, chosen, filters = _asked(team)
    found = _tables(scope, chosen, filters, with_people=False).get(table)
    if found is None:
        abort(404)
    return csv_file(found[1], f"gaps {table} {scope.team.name} {session.now():%Y-%m-%d}")


@bp.get("/<id:team_id>/gaps.pdf")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def pdf(team: Subject) -> ResponseReturnValue:
    scope, chosen, filters = _asked(team)
    if told.is_for(scope, chosen):
        return documents.download(lambda of: told.document(scope, of), chosen, chosen.lang)
    page = team_gaps.page(scope, chosen, PeopleAsked())
    note_looks(page.named, "gaps")
    compared = comparison.words_of(scope, chosen, page)
    facts = taken_along.in_file(
        taken_along.facts(scope, chosen, filters, compared.facts if compared else None)
    )
    library = imprints.imprint(chosen.framework_id, scope.library_id).library
    of = PrintedGaps(scope, page, compared, facts, library)
    return documents.download(gap_pdf.document, of, chosen.lang)


def _asked(team: Subject) -> tuple[GapScope, MatrixFilters, GapFilters]:
    """A file cannot say that something was left out of it, so what cannot be chosen is no file at
    all."""
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    if chosen is None or filters.unknown:
        abort(404)
    return scope, chosen, filters


def _tables(
    scope: GapScope, chosen: MatrixFilters, filters: GapFilters, *, with_people: bool
) -> dict[str, tuple[str, Table]]:
    """By name, with their titles; those of teams and statements only where there are some."""
    if told.is_for(scope, chosen):
        figures, facts = told.gaps_file(scope, chosen)
        return {"domains": (_("Domains"), figures), "about": (_("About"), _with_head(facts))}
    page = team_gaps.page(scope, chosen, PeopleAsked(page=None if with_people else 1))
    compared = comparison.words_of(scope, chosen, page)
    facts = taken_along.in_file(
        taken_along.facts(scope, chosen, filters, compared.facts if compared else None)
    )
    if page.exceptions:
        facts.append([_("Statements that don’t apply here"), page.exceptions])
    found = {
        "domains": (_("Domains"), exports.domains(page, compared)),
        "teams": (_("Teams"), exports.teams(page, _("directly in this team"))),
    }
    if with_people and page.people <= AT_ONCE:
        found["people"] = (_("People"), people_file.table(page))
    elif with_people:
        facts.append([_("People"), _("Too many for a workbook. Export “People (CSV)” instead.")])
    if compared is not None:
        note_looks(page.named, "gaps")
        found["changed"] = (_("Who changed"), compared.names)
    found["statements"] = (_("Statements"), exports.statements(page))
    found["about"] = (_("About"), _with_head(facts))
    return {key: each for key, each in found.items() if key == "domains" or len(each[1]) > 1}


def _with_head(facts: Table) -> Table:
    return [[_("About"), _("In this file")], *facts]
