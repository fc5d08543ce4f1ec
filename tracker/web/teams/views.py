"""Teams for those who supervise or coordinate them: who is in one, and what they have sent."""

from collections import Counter
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.teams import gap_scope, teams
from tracker.queries.teams import gaps as team_gaps
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.rules.frameworks.addresses import address_keys
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, may, note_looks
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render
from tracker.web.teams import exports as gaps_export
from tracker.web.teams import gap_matrix, member_list
from tracker.web.teams.gap_forms import GapFilters
from tracker.web.ui.csv import csv_file

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.get("")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    today = session.actor().today(session.now())
    rounds = teams.open_rounds(session.actor().library_id, today)
    return render(
        "teams/index.html",
        lines=teams.tree(session.actor(), rounds, session.blind_spots(), today),
        rounds=rounds,
    )


@bp.get("/<id:team_id>")
@door(Permission.TEAM_READ, subjects.team)
def show(team: Subject) -> ResponseReturnValue:
    page = teams.page(
        session.actor(), team.id, team.places[0].path, session.blind_spots(), session.today()
    )
    found = member_list.asked(page.members, team.id)
    note_looks([member.person_id for member in (*found.cut.rows, *page.former)], "team")
    return render(
        "teams/show.html",
        framework_links=found.frameworks,
        page=page,
        found=found,
        team=team,
        by_name=page.names_to_coordinators or may(Permission.PROFILE_REVEALED, team),
    )


@bp.get("/<id:team_id>/gaps")
@door(Permission.GAPS_READ, subjects.team)
def gaps(team: Subject) -> ResponseReturnValue:
    scope = _scope(team)
    filters = GapFilters(request.args)
    chosen = _chosen(scope, filters)
    page = team_gaps.page(scope, chosen) if chosen is not None else None
    domains = [column.domain for column in page.columns] if page is not None else []
    rows = gap_matrix.grid(domains, page.rows) if page is not None else []
    note_looks([row.person_id for row in rows], "gaps")
    return render(
        "teams/gaps.html",
        lang=chosen.lang if chosen is not None else "",
        framework_links=_frameworks(scope, filters),
        scope=scope,
        page=page,
        chosen=chosen,
        filters=filters,
        rows=rows,
        kinds=gap_matrix.kinds(rows),
        legend=gap_matrix.legend(domains),
    )


@bp.get("/<id:team_id>/gaps.csv")
@door(Permission.GAPS_READ, subjects.team)
def gaps_csv(team: Subject) -> ResponseReturnValue:
    """A file cannot say that something was left out of it, so what cannot be chosen is no file at
    all."""
    scope = _scope(team)
    filters = GapFilters(request.args)
    chosen = _chosen(scope, filters)
    if chosen is None or filters.unknown:
        abort(404)
    page = team_gaps.page(scope, chosen)
    note_looks([row.person_id for row in page.rows], "gaps")
    compare = chosen.compare.name if chosen.compare is not None else ""
    return csv_file(
        gaps_export.table(page, compare), f"gaps {scope.team.name} {session.now():%Y-%m-%d}"
    )


def _scope(team: Subject) -> gap_scope.GapScope:
    return gap_scope.gap_scope(
        session.actor(), team.id, team.places[0].path, session.blind_spots(), session.now()
    )


def _frameworks(scope: gap_scope.GapScope, filters: GapFilters) -> list[FrameworkLink]:
    """The frameworks of the people here, where there are several. What else was chosen belongs to
    one of them, but for the teams."""
    if not filters.framework or not filters.framework.choices:
        return []
    offered: Any = filters.framework.choices
    people = filters.chosen().get("teams")
    keys = _keys(scope)
    langs = {keys[one.framework_id]: one.lang for one in scope.here}
    return [
        FrameworkLink(
            label,
            langs[value],
            url_for("teams.gaps", team_id=scope.team.id, framework=value, teams=people),
            value == filters.framework.data,
        )
        for value, label in offered
    ]


def _keys(scope: gap_scope.GapScope) -> dict[int, str]:
    """The frameworks of the people here, that of most people first."""
    here = Counter((one.framework_id, one.framework_slug) for one in scope.here)
    return address_keys(each for each, _count in here.most_common())


def _chosen(scope: gap_scope.GapScope, filters: GapFilters) -> MatrixFilters | None:
    """What the filters ask for. None where nobody learns here. The framework of most people comes
    first."""
    keys = _keys(scope)
    if not keys:
        return None
    labels = {one.framework_id: mark(one.framework, one.lang) for one in scope.here}
    asked = filters.offer("framework", [(key, labels[each]) for each, key in keys.items()])
    framework_id = next(each for each, key in keys.items() if key == asked)
    rounds = {str(each.id): each for each in scope.rounds if each.framework_id == framework_id}
    past = [(key, each.name) for key, each in rounds.items()]
    profiles = {
        (one.role_profile, str(one.role_profile_id))
        for one in scope.here
        if one.framework_id == framework_id
    }
    has_below = scope.coordinates and bool(scope.children)
    below = [("all", _("with the teams below")), ("own", _("this team alone"))]
    at = filters.offer(
        "round", [("", _("Now")), *((key, _("End of %(round)s", round=name)) for key, name in past)]
    )
    teams_choice = filters.offer("teams", below if has_below else below[1:])
    profile = filters.offer(
        "profile", [("", _("All")), *((key, name) for name, key in sorted(profiles))]
    )
    same = [(key, _("%(round)s, same people", round=name)) for key, name in past]
    compare = filters.offer("compare", [("", _("Nothing")), *same])
    one = next(one for one in scope.here if one.framework_id == framework_id)
    return MatrixFilters(
        framework_id=framework_id,
        slug=one.framework_slug,
        lang=one.lang,
        round=rounds.get(at),
        compare=rounds.get(compare),
        role_profile_id=int(profile) if profile else None,
        below=teams_choice == "all",
    )
