"""From the cells of a team's gap matrix to what is behind them: statements, and people to
invite."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.i18n.render import render
from tracker.web.teams import exports
from tracker.web.teams.gaps import drill_list as gap_drill_list
from tracker.web.teams.gaps import taken_along
from tracker.web.teams.gaps.matrix import cell_mark
from tracker.web.ui.csv import csv_file
from tracker.web.ui.pagination import page_number

bp = Blueprint("gap_drill", __name__, url_prefix="/teams")


@bp.get("/<id:team_id>/gaps/domains/<domain>")
@door(Permission.GAPS_READ, subjects.team)
def show(team: Subject, domain: str) -> ResponseReturnValue:
    asked = gap_drill_list.asked(team, domain)
    cut = table_page(asked.people, page_number())
    shown = [one.person_id for one in cut.rows]
    note_looks(shown, "gaps")
    return render(
        "teams/gap_drill.html",
        lang=asked.chosen.lang,
        asked=asked,
        scope=asked.scope,
        drill=asked.drill,
        cut=cut,
        cell_mark=cell_mark,
        as_of=taken_along.as_of_words(asked.scope),
        measure=taken_along.measure(asked.chosen),
        elsewhere=taken_along.measured_elsewhere(asked.scope, asked.chosen, shown),
        facts=taken_along.facts_of_list(asked),
    )


@bp.get("/<id:team_id>/gaps/domains/<domain>/people.csv")
@door(Permission.GAPS_READ, subjects.team)
@rate_limits.documents
def people_csv(team: Subject, domain: str) -> ResponseReturnValue:
    """Of any number of people."""
    asked = gap_drill_list.asked(team, domain)
    if asked.unknown:
        abort(404)
    note_looks([one.person_id for one in asked.people], "gaps_people")
    return csv_file(
        exports.drilled(asked),
        f"{asked.drill.domain.title} {asked.scope.team.name} {session.now():%Y-%m-%d}",
    )
