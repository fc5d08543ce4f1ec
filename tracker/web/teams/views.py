"""Teams for those who supervise or coordinate them: who is in one, and what they have sent."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.asking import ask
from tracker.queries.teams import gap_scope, team_page, teams
from tracker.queries.teams import gaps as team_gaps
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.rules.operations.jobs import AT_ONCE
from tracker.rules.roles import Permission
from tracker.web.http import background, rate_limits, session
from tracker.web.http.access import door, may, note_looks
from tracker.web.http.downloads import attachment
from tracker.web.http.form_actions import pressed
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.render import render
from tracker.web.teams import member_list, people_file
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps import comparison, nothing_known, taken_along, told
from tracker.web.teams.gaps import people_list as gap_people
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.ui import team_lists

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
    asked = gap_people.asked()
    page = team_gaps.page(scope, chosen, asked) if chosen is not None else None
    people = (
        gap_people.listed(page, asked, chosen.lang) if chosen and page and page.is_known else None
    )
    who_has_not_sent = _who_has_not_sent(team, scope, chosen) if chosen else ""
    shown = [row.person_id for row in people.rows] if people else []
    note_looks(page.named if page and people else (), "gaps")
    compared = comparison.words_of(scope, chosen, page) if chosen and page else None
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
        people=people,
        chosen=chosen,
        filters=filters,
        as_of=taken_along.as_of_words(scope),
        measure=taken_along.measure(chosen) if chosen and page else "",
        versions=taken_along.versions(scope, chosen) if chosen else "",
        elsewhere=taken_along.measured_elsewhere(scope, chosen, shown) if chosen else "",
        who_has_not_sent=who_has_not_sent,
        nothing_known=nothing_known.words(scope, page, who_has_not_sent)
        if page and page.people and not people
        else None,
        compared=compared,
        facts=taken_along.facts(scope, chosen, filters, compared.facts if compared else None)
        if chosen and page
        else [],
        at_once=AT_ONCE,
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


def _who_has_not_sent(team: Subject, scope: gap_scope.GapScope, chosen: MatrixFilters) -> str:
    """The list of them: of the open round, else of the team; nothing where no list has just the
    people of this page."""
    period = scope.open_round(chosen.framework_id)
    if chosen.role_profile_id or scope.round or (scope.children and not chosen.below):
        return ""
    if period is not None and may(Permission.ROUND_READ, team):
        return url_for(
            "team_rounds.show", team_id=team.id, round=period.id, show="not-sent", _anchor="people"
        )
    if scope.children:
        return ""
    return url_for("teams.show", team_id=team.id, show="not-sent", framework=chosen.slug)


def _frameworks(scope: gap_scope.GapScope, filters: GapFilters) -> list[FrameworkLink]:
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
            url_for("teams.gaps", team_id=scope.team.id, framework=value, teams=people),
            value == filters["framework"].data,
        )
        for value, label in offered
    ]
