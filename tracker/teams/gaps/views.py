"""A team's gaps, what is behind one domain of them, and both as files: what the page shows to the
same reader, and what it stands on."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import imprints as imprints_queries
from tracker.rules.core.jobs import AT_ONCE
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.teams.comparison import pages as comparison_pages
from tracker.teams.comparison.pages import ComparedWords
from tracker.teams.figures import pages as figures_pages
from tracker.teams.gaps import exports as gaps_exports, pages as gaps_pages, queries as gaps_queries
from tracker.teams.gaps.exports import PrintedGaps
from tracker.teams.gaps.pages import (
    cell_mark,
    nothing_known,
    people_asked,
    people_listed,
    uncounted,
)
from tracker.teams.gaps.pages_filters import (
    GapFilters,
    PeopleFilters,
    asked_of,
    chosen_of,
    drill_list,
    frameworks_of,
    scope_of,
)
from tracker.teams.gaps.queries import GapPage, PeopleAsked
from tracker.teams.gaps.queries_matrix import GapChoice
from tracker.teams.gaps.queries_scope import GapScope
from tracker.teams.team.views import bp as teams
from tracker.web.http import background, rate_limits, session
from tracker.web.http.access import door, may, note_looks
from tracker.web.http.downloads import attachment
from tracker.web.http.form_actions import pressed
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.render import render
from tracker.web.ui.csv import Table, csv_file, csv_name
from tracker.web.ui.filters import page_number
from tracker.web.ui.pdf import download

# By the name of its blueprint the audit says what was looked at.
files = Blueprint("gap_files", __name__, url_prefix="/teams")
drill = Blueprint("gap_drill", __name__, url_prefix="/teams")


@teams.get("/<id:team_id>/gaps")
@door(Permission.GAPS_READ, subjects_queries.team)
def gaps(team: Subject) -> ResponseReturnValue:
    today = scope_of(team)
    filters = GapFilters(request.args)
    chosen = chosen_of(today, filters)
    frameworks = _frameworks(today, filters)
    if chosen is None:
        return render(
            "teams/gaps.html",
            team=team,
            lang="",
            framework_links=frameworks,
            scope=today,
            page=None,
            people=None,
            filters=filters,
        )
    if not chosen.is_by_name:
        return figures_pages.show(team, chosen, filters, frameworks)
    scope, form = chosen.scope, PeopleFilters(request.args)
    page = gaps_queries.page(chosen, people_asked(form))
    people = people_listed(page, form, chosen.of.lang) if page.is_known else None
    who_has_not_sent = _who_has_not_sent(team, chosen)
    shown = [row.of.person_id for row in people.rows] if people else []
    teachers = {one.person_id for one in page.teachers}
    note_looks(page.named | teachers if people else (), "gaps")
    compared = comparison_pages.words_of(chosen, page)
    by_name = today.in_reach() if scope.round else today.people
    return render(
        "teams/gaps.html",
        team=team,
        lang=chosen.of.lang,
        framework_links=frameworks,
        scope=scope,
        linked={one.person_id for one in by_name if one.place.by_name},
        linked_teams={child.id for child in today.children},
        page=page,
        uncounted=uncounted,
        people=people,
        filters=filters,
        in_time=chosen.compare is not None,
        in_round=scope.open_round(chosen.of.framework_id),
        as_of=gaps_pages.as_of_words(scope),
        measure=gaps_pages.measure(chosen),
        versions=gaps_pages.versions(chosen),
        elsewhere=gaps_pages.measured_elsewhere(chosen, shown),
        who_has_not_sent=who_has_not_sent,
        nothing_known=None if people else nothing_known(scope, page, who_has_not_sent),
        compared=compared,
        facts=gaps_pages.facts(chosen, filters, page, compared.facts if compared else None),
        at_once=AT_ONCE,
    )


def _who_has_not_sent(team: Subject, chosen: GapChoice) -> str:
    """The list of them: of the open round, else of the team; nothing where no list has just the
    people of this page."""
    scope = chosen.scope
    period = scope.open_round(chosen.of.framework_id)
    if chosen.role_profile_id or scope.round or (scope.children and not chosen.below):
        return ""
    if period is not None and may(Permission.ROUND_READ, team):
        return url_for(
            "team_rounds.show", team_id=team.id, round=period.id, show="not-sent", _anchor="people"
        )
    if scope.children:
        return ""
    return url_for(
        "teams.show", team_id=team.id, show="not-sent", framework=chosen.of.framework_slug
    )


def _frameworks(scope: GapScope, filters: GapFilters) -> list[FrameworkLink]:
    """The frameworks of the people here, where there are several. What else was chosen belongs to
    one of them, but for the teams."""
    offered, people = frameworks_of(scope), filters.chosen().get("teams")
    return [
        FrameworkLink(
            of.framework,
            of.lang,
            url_for("teams.gaps", team_id=scope.team.id, framework=key, teams=people),
            key == filters["framework"].data,
        )
        for key, of in offered.items()
        if len(offered) > 1
    ]


@teams.get("/<id:team_id>/gaps/people.csv")
@door(Permission.GAPS_READ, subjects_queries.team)
@rate_limits.documents
def people_csv(team: Subject) -> ResponseReturnValue:
    """At once, where they are few enough; else the page has a button for it."""
    plan = gaps_exports.plan(team)
    if len(plan.people) > AT_ONCE:
        asked = gaps_exports.query(team)
        return redirect(f"{url_for('teams.gaps', team_id=team.id)}?{asked}", 303)
    steps = [gaps_exports.step(team, plan.people, number) for number in range(plan.steps)]
    note_looks(plan.people, gaps_exports.FILE.look)
    return attachment(b"".join(steps), plan.file_name, gaps_exports.FILE.media_type)


@teams.post("/<id:team_id>/gaps/people")
@door(Permission.GAPS_READ, subjects_queries.team)
def make_people_file(team: Subject) -> ResponseReturnValue:
    gaps_exports.plan(team)
    name, asked = gaps_exports.asked(team).scope.team.name, gaps_exports.query(team)
    return pressed(
        lambda: background.ask(gaps_exports.NAME, team, name, asked),
        _("Your file is being made. It appears here when it is ready; you can go on working."),
        url_for("jobs.index"),
    )


@files.get("/<id:team_id>/gaps.xlsx")
@door(Permission.GAPS_READ, subjects_queries.team)
@rate_limits.documents
def xlsx(team: Subject) -> ResponseReturnValue:
    from tracker.teams.gaps import exports_xlsx as gaps_exports_xlsx

    chosen, filters = _asked(team)
    sheets = _tables(chosen, filters, with_people=True)
    book = gaps_exports_xlsx.workbook(list(sheets.values()))
    name = csv_name(f"gaps {chosen.scope.team.name} {session.now():%Y-%m-%d}").removesuffix(".csv")
    return attachment(book, f"{name}.xlsx", gaps_exports_xlsx.MEDIA_TYPE)


@files.get("/<id:team_id>/gaps.csv", defaults={"table": "domains"})
@files.get("/<id:team_id>/gaps/<table>.csv")
@door(Permission.GAPS_READ, subjects_queries.team)
@rate_limits.documents
def csv(team: Subject, table: str) -> ResponseReturnValue:
    """One of the tables of the workbook; everyone by name is a file of its own (people_csv)."""
    chosen, filters = _asked(team)
    _title, rows = _tables(chosen, filters, with_people=False).get(table) or abort(404)
    return csv_file(rows, f"gaps {table} {chosen.scope.team.name} {session.now():%Y-%m-%d}")


@files.get("/<id:team_id>/gaps.pdf")
@door(Permission.GAPS_READ, subjects_queries.team)
@rate_limits.documents
def pdf(team: Subject) -> ResponseReturnValue:
    chosen, filters = _asked(team)
    if not chosen.is_by_name:
        return download(lambda of: figures_pages.document(chosen), chosen.of, chosen.of.lang)
    by_team = len(chosen.people) > gaps_exports.LISTED_MOST
    page = gaps_queries.page(chosen, PeopleAsked(by_team=by_team))
    note_looks(() if by_team else page.named, "gaps")
    compared, facts = _said(chosen, filters, page)
    library = imprints_queries.imprint(chosen.of.framework_id, chosen.scope.library_id).library
    of = PrintedGaps(
        team=chosen.scope.team.name, page=page, compared=compared, facts=facts, library=library
    )
    return download(gaps_exports.document, of, chosen.of.lang)


def _asked(team: Subject) -> tuple[GapChoice, GapFilters]:
    filters = GapFilters(request.args)
    return asked_of(team, filters) or abort(404), filters


def _said(
    chosen: GapChoice, filters: GapFilters, page: GapPage
) -> tuple[ComparedWords | None, Table]:
    """What a file says of a comparison, and what its figures stand on."""
    compared = comparison_pages.words_of(chosen, page)
    facts = gaps_pages.facts(chosen, filters, page, compared.facts if compared else None)
    return compared, gaps_pages.in_file(facts)


def _tables(
    chosen: GapChoice, filters: GapFilters, *, with_people: bool
) -> dict[str, tuple[str, Table]]:
    """By name, with their titles; those of teams and statements only where there are some."""
    if not chosen.is_by_name:
        figures, facts = figures_pages.gaps_file(chosen)
        return {"domains": (_("Domains"), figures), "about": (_("About"), _with_head(facts))}
    page = gaps_queries.page(chosen, PeopleAsked(page=None if with_people else 1))
    compared, facts = _said(chosen, filters, page)
    if page.exceptions:
        facts.append([_("Statements that don’t apply here"), page.exceptions])
    tables = {
        "domains": (_("Domains"), gaps_exports.domains(page, compared)),
        "teams": (_("Teams"), gaps_exports.teams(page, _("directly in this team"))),
    }
    if with_people and page.people <= AT_ONCE:
        tables["people"] = (_("People"), gaps_exports.people_table(page))
    elif with_people:
        facts.append([_("People"), _("Too many for a workbook. Export “People (CSV)” instead.")])
    if compared is not None:
        note_looks(page.named, "gaps")
        tables["changed"] = (_("Who changed"), compared.names)
    tables["statements"] = (_("Statements"), gaps_exports.statements(page))
    tables["about"] = (_("About"), _with_head(facts))
    return {key: of for key, of in tables.items() if key == "domains" or len(of[1]) > 1}


def _with_head(facts: Table) -> Table:
    return [[_("About"), _("In this file")], *facts]


@drill.get("/<id:team_id>/gaps/domains/<domain>")
@door(Permission.GAPS_READ, subjects_queries.team)
def show(team: Subject, domain: str) -> ResponseReturnValue:
    asked = drill_list(team, domain)
    cut = table_page(asked.people, page_number())
    shown, scope = [one.row.person_id for one in cut.rows], asked.chosen.scope
    note_looks(shown, "gaps")
    return render(
        "teams/gap_drill.html",
        lang=asked.chosen.of.lang,
        asked=asked,
        scope=scope,
        drill=asked.drill,
        cut=cut,
        cell_mark=cell_mark,
        as_of=gaps_pages.as_of_words(scope),
        measure=gaps_pages.measure(asked.chosen),
        elsewhere=gaps_pages.measured_elsewhere(asked.chosen, shown),
        facts=gaps_pages.facts_of_list(asked),
    )


@drill.get("/<id:team_id>/gaps/domains/<domain>/people.csv", endpoint="people_csv")
@door(Permission.GAPS_READ, subjects_queries.team)
@rate_limits.documents
def drilled_csv(team: Subject, domain: str) -> ResponseReturnValue:
    """Of any number of people."""
    asked = drill_list(team, domain)
    if asked.unknown:
        abort(404)
    note_looks([one.row.person_id for one in asked.people], "gaps_people")
    return csv_file(
        gaps_exports.drilled(asked),
        f"{asked.drill.domain.title} {asked.chosen.scope.team.name} {session.now():%Y-%m-%d}",
    )
