"""Teams for those who supervise or coordinate them: who is in one, and what they have sent."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.asking import ask
from tracker.queries.teams import gap_scope, team_page, teams
from tracker.queries.teams import gaps as team_gaps
from tracker.queries.teams.gap_matrix import people_chosen
from tracker.rules.operations.jobs import AT_ONCE
from tracker.rules.roles import Permission
from tracker.web.http import background, rate_limits, session
from tracker.web.http.access import door, may, note_looks
from tracker.web.http.downloads import attachment
from tracker.web.http.form_actions import pressed
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.render import render
from tracker.web.teams import exports as gaps_export
from tracker.web.teams import member_list, people_file
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps import matrix as gap_matrix
from tracker.web.teams.gaps import taken_along, told
from tracker.web.teams.gaps.forms import GapFilters, SelfRatingFilters
from tracker.web.ui import team_lists
from tracker.web.ui.csv import csv_file
from tracker.web.ui.filters import Filters

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.get("")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    today = session.actor().today(session.now())
    rounds = ask(teams.open_rounds(session.actor().library_id, today))
    lines = teams.tree(session.actor(), rounds, session.blind_spots(), today)
    return render(
        "teams/index.html",
        found=team_lists.asked(lines),
        is_some_closed=any(line.closed_records for line in lines),
        is_none=not lines,
        rounds=rounds,
    )


@bp.get("/<id:team_id>")
@door(Permission.TEAM_READ, subjects.team)
def show(team: Subject) -> ResponseReturnValue:
    page = team_page.page(
        session.actor(), team.id, team.places[0].path, session.blind_spots(), session.today()
    )
    supervises = may(Permission.PROFILE_REVEALED, team)
    found = member_list.asked(page.members, team.id, is_supervisor=supervises)
    note_looks([member.person_id for member in (*found.cut.rows, *page.former)], "team")
    return render(
        "teams/show.html",
        framework_links=found.frameworks,
        page=page,
        found=found,
        team=team,
        by_name=page.names_to_coordinators or supervises,
    )


@bp.get("/<id:team_id>/gaps")
@door(Permission.GAPS_READ, subjects.team)
def gaps(team: Subject) -> ResponseReturnValue:
    today = gap_asked.scope_of(team)
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(today, filters)
    if chosen is not None and told.is_for(scope, chosen):
        return told.show(team, scope, chosen, filters, _frameworks(today, filters))
    page = team_gaps.page(scope, chosen) if chosen is not None else None
    domains = [column.domain for column in page.columns] if page is not None else []
    rows = gap_matrix.grid(domains, page.rows) if page is not None else []
    note_looks([row.person_id for row in rows], "gaps")
    return render(
        "teams/gaps.html",
        team=team,
        lang=chosen.lang if chosen is not None else "",
        framework_links=_frameworks(today, filters),
        scope=scope,
        linked={
            one.person_id
            for one in (today.in_reach() if scope.round else today.people)
            if one.by_name
        },
        linked_teams={each.id for each in today.children},
        page=page,
        chosen=chosen,
        filters=filters,
        as_of=taken_along.as_of_words(scope),
        measure=taken_along.measure(chosen) if chosen and page else "",
        versions=taken_along.versions(scope, chosen) if chosen else "",
        elsewhere=taken_along.measured_elsewhere(people_chosen(scope, chosen))
        if chosen and rows and not scope.round
        else "",
        facts=taken_along.facts(scope, chosen, filters) if chosen and page else [],
        rows=rows,
        kinds=gap_matrix.kinds(rows),
        legend=gap_matrix.legend(domains),
        below_unknown=gap_matrix.has_unknown_gap(rows),
        at_once=AT_ONCE,
    )


@bp.get("/<id:team_id>/gaps.csv")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def gaps_csv(team: Subject) -> ResponseReturnValue:
    """A file cannot say that something was left out of it, so what cannot be chosen is no file at
    all."""
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    if chosen is None or filters.unknown:
        abort(404)
    if told.is_for(scope, chosen):
        figures, facts = told.gaps_file(scope, chosen)
        return csv_file([*figures, [], *facts], f"gaps {scope.team.name} {session.now():%Y-%m-%d}")
    page = team_gaps.page(scope, chosen)
    note_looks([row.person_id for row in page.rows], "gaps")
    compare = chosen.compare.name if chosen.compare is not None else ""
    facts = taken_along.in_file(taken_along.facts(scope, chosen, filters))
    return csv_file(
        [*gaps_export.table(page, compare, scope.round), *gaps_export.reasons(page), [], *facts],
        f"gaps {scope.team.name} {session.now():%Y-%m-%d}",
    )


@bp.get("/<id:team_id>/gaps/people.csv")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def people_csv(team: Subject) -> ResponseReturnValue:
    """At once, where they are few enough; else the page has a button for it."""
    plan = people_file.plan(team)
    if len(plan.people) > AT_ONCE:
        return redirect(f"{url_for('teams.gaps', team_id=team.id)}?{people_file.query(team)}", 303)
    steps = [people_file.step(team, plan.people, number) for number in range(plan.steps)]
    note_looks(plan.people, people_file.FILE.look)
    return attachment(b"".join(steps), plan.file_name, people_file.FILE.media_type)


@bp.post("/<id:team_id>/gaps/people")
@door(Permission.GAPS_READ, subjects.team)
def make_people_file(team: Subject) -> ResponseReturnValue:
    scope, *_choices = people_file.asked(team)
    people_file.plan(team)
    return pressed(
        lambda: background.ask(people_file.NAME, team, scope.team.name, people_file.query(team)),
        _("Your file is being made. It appears here when it is ready; you can go on working."),
        url_for("jobs.index"),
    )


@bp.get("/<id:team_id>/self-ratings")
@door(Permission.SELF_COUNTS_READ, subjects.team)
def self_ratings(team: Subject) -> ResponseReturnValue:
    scope, filters = gap_asked.scope_of(team), SelfRatingFilters(request.args)
    of = gap_asked.framework_of(scope, filters)
    links = _frameworks(scope, filters, "teams.self_ratings")
    return told.show_self_ratings(team, scope, of, filters, links)


@bp.get("/<id:team_id>/self-ratings.csv")
@door(Permission.SELF_COUNTS_READ, subjects.team)
@rate_limits.documents
def self_ratings_csv(team: Subject) -> ResponseReturnValue:
    scope, filters = gap_asked.scope_of(team), SelfRatingFilters(request.args)
    of = gap_asked.framework_of(scope, filters)
    if of is None or filters.unknown:
        abort(404)
    return told.self_ratings_file(scope, of)


def _frameworks(
    scope: gap_scope.GapScope, filters: Filters, endpoint: str = "teams.gaps"
) -> list[FrameworkLink]:
    """The frameworks of the people here, where there are several. What else was chosen belongs to
    one of them, but for the teams."""
    if "framework" not in filters or not filters["framework"].choices:
        return []
    offered: Any = filters["framework"].choices
    people = filters.chosen().get("teams")
    langs = {key: of.lang for key, of in gap_asked.frameworks_of(scope).items()}
    return [
        FrameworkLink(
            label,
            langs[value],
            url_for(endpoint, team_id=scope.team.id, framework=value, teams=people),
            value == filters["framework"].data,
        )
        for value, label in offered
    ]
