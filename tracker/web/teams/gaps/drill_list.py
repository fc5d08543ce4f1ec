"""What is behind one domain of a gap matrix, as its page and its file show it: which of its people,
and why."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, request
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.teams import gap_drill
from tracker.queries.teams.gap_drill import DomainDrill, DrilledPerson, StatementReason
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope
from tracker.rules.profiles.levels import TargetState
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps.forms import DrillFilters

SHOWN: dict[str, Callable[[DrilledPerson], bool]] = {
    "": lambda one: one.cell.state is TargetState.GAP,
    "unknown": lambda one: one.cell.state is TargetState.NOT_YET_KNOWN,
    "at": lambda one: one.cell.state is TargetState.AT_TARGET,
    "all": lambda one: True,
}


@dataclass(frozen=True, slots=True)
class DrillList:
    """`people`: those asked for, A to Z. `statement` and `person`: where the address asks for those
    whom one statement holds back, or for one of them. `kept`: the address of all this but for the
    page. `unknown`: the address asked for something that is not there; it was left out."""

    scope: GapScope
    chosen: MatrixFilters
    filters: DrillFilters
    drill: DomainDrill
    people: tuple[DrilledPerson, ...]
    statement: StatementReason | None
    person: DrilledPerson | None
    kept: dict[str, str | int]
    unknown: bool


def asked(team: Subject, domain: str) -> DrillList:
    """404 where there is no such domain, or nobody learns here."""
    filters = DrillFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    drill = gap_drill.drill(scope, chosen, domain) if chosen is not None else None
    if chosen is None or drill is None:
        abort(404)
    words = [_("Below target"), _("Not known yet"), _("At target"), _("Everyone")]
    show = filters.offer("show", list(zip(SHOWN, words, strict=True)))
    unknown = filters.unknown
    kept: dict[str, str | int] = dict(filters.not_comparing())
    statement = person = None
    if wanted := request.args.get("statement"):
        statement = next((x for x in drill.reasons if str(x.statement_id) == wanted), None)
        unknown = unknown or statement is None
    if wanted := request.args.get("person"):
        person = next((x for x in drill.people if str(x.person_id) == wanted), None)
        unknown = unknown or person is None
    people = tuple(one for one in drill.people if SHOWN[show](one))
    if statement is not None:
        kept["statement"] = statement.statement_id
        people = tuple(one for one in drill.people if one.person_id in statement.people)
    if person is not None:
        kept["person"] = person.person_id
        people = (person,)
    return DrillList(scope, chosen, filters, drill, people, statement, person, kept, unknown)
