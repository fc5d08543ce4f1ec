"""From the cells of a team's gap matrix to what is behind them: statements, and people to
invite."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.teams import gap_drill
from tracker.queries.teams.gap_matrix import people_chosen
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.i18n.render import render
from tracker.web.teams import exports
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps import drill_list as gap_drill_list
from tracker.web.teams.gaps import taken_along
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.ui.csv import csv_file
from tracker.web.ui.pagination import page_number

bp = Blueprint("gap_drill", __name__, url_prefix="/teams")


@bp.get("/<id:team_id>/gaps/domains/<domain>")
@door(Permission.GAPS_READ, subjects.team)
def show(team: Subject, domain: str) -> ResponseReturnValue:
    asked = gap_drill_list.asked(team, domain)
    cut = table_page(asked.people, page_number())
    note_looks([one.person_id for one in cut.rows], "gaps")
    return render(
        "teams/gap_drill.html",
        lang=asked.chosen.lang,
        asked=asked,
        scope=asked.scope,
        drill=asked.drill,
        cut=cut,
        reached=exports.reached,
        as_of=taken_along.as_of_words(asked.scope),
        measure=taken_along.measure(asked.chosen),
        elsewhere=""
        if asked.scope.round
        else taken_along.measured_elsewhere(
            one
            for one in people_chosen(asked.scope, asked.chosen)
            if one.person_id in {each.person_id for each in cut.rows}
        ),
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
    facts = taken_along.in_file(taken_along.facts_of_list(asked))
    return csv_file(
        [*exports.drilled(asked), [], *facts],
        f"{asked.drill.domain.title} {asked.scope.team.name} {session.now():%Y-%m-%d}",
    )


@bp.get("/<id:team_id>/gaps/not-sent")
@door(Permission.GAPS_READ, subjects.team)
def not_sent(team: Subject) -> ResponseReturnValue:
    """Who has sent nothing is no secret in a team: its page says the same of each member."""
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    if chosen is None or scope.round is not None:
        abort(404)
    return render(
        "teams/not_sent.html",
        lang=chosen.lang,
        scope=scope,
        period=scope.open_round(chosen.framework_id),
        cut=table_page(gap_drill.not_sent(scope, chosen), page_number()),
        kept=filters.not_comparing(),
        unknown=filters.unknown,
    )
