"""What a page or a file of gaps is asked for: the team, the filters in the address, and of what is
behind one domain, which people."""

from collections import Counter
from dataclasses import dataclass

from flask import abort, request
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import Field, SelectField, StringField

from tracker.frameworks.versions.rules import address_keys
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.policy.permissions import Subject
from tracker.teams.gaps.queries_matrix import GapChoice
from tracker.teams.gaps.queries_reasons import DomainDrill, DrilledPerson, drill as drill_of
from tracker.teams.gaps.queries_scope import GapScope, PastRound, gap_scope, scope_at
from tracker.teams.gaps.rules import StatementReason
from tracker.teams.team.queries_learners import TeamPlace, all_by_name, ways_of, within
from tracker.web.http import session
from tracker.web.i18n.content_language import mark
from tracker.web.ui.filters import Filters


class GapFilters(Filters):
    framework = SelectField(_l("Framework"))
    round = SelectField(_l("Round"))
    teams = SelectField(_l("People"))
    profile = SelectField(_l("Job profile"))
    compare = SelectField(_l("Compare with"))
    targets = SelectField(_l("Measured against"))

    def besides(self, *names: str) -> list[Field]:
        """Its fields but for these."""
        return [field for field in self if field.name not in names]

    def not_comparing(self) -> dict[str, str]:
        """What was chosen, but for a comparison: for pages and files that have none."""
        return {key: of for key, of in self.chosen().items() if key not in ("compare", "targets")}


class PeopleFilters(Filters):
    q = StringField(_l("Find a person"))
    domain = SelectField(_l("Below target first in"))


class DrillFilters(GapFilters):
    show = SelectField(_l("Show"))


SELF_RATINGS, THEN = "self", "then"


def scope_of(team: Subject) -> GapScope:
    return gap_scope(session.reader(), team.id, team.places[0].path)


def frameworks_of(scope: GapScope) -> dict[str, TeamPlace | PastRound]:
    """The frameworks of the people here by what the address calls them, that of most people first;
    where nobody learns here now, those of the rounds that are over. Each by how somebody learns it,
    or by its round."""
    here = Counter[int]()
    of: dict[int, TeamPlace | PastRound] = {period.framework_id: period for period in scope.kept}
    for way, people in ways_of(scope.here).items():
        of[way.framework_id] = way
        here[way.framework_id] += people
    ids = [framework_id for framework_id, _count in here.most_common()] or list(of)
    keys = address_keys((framework_id, of[framework_id].framework_slug) for framework_id in ids)
    return {key: of[framework_id] for framework_id, key in keys.items()}


def chosen_of(scope: GapScope, filters: GapFilters) -> GapChoice | None:
    """What the filters ask for, of the scope as of the end of the round that they ask for. None
    where nobody learns here, or did at the end of a round. Where somebody is there whom the reader
    may not see by name, only whole teams with those below, and rounds, can be chosen."""
    frameworks = frameworks_of(scope)
    if not frameworks:
        return None
    labels = [(key, mark(of.framework, of.lang)) for key, of in frameworks.items()]
    of = frameworks[filters.offer("framework", labels)]
    rounds = {
        str(period.id): period
        for period in scope.kept
        if period.framework_slug == of.framework_slug
    }
    ends = [(key, _("End of %(round)s", round=past.name)) for key, past in rounds.items()]
    at = filters.offer("round", [("", _("Now")), *ends])
    if at:
        of = rounds[at]
        scope = scope_at(scope, of)
    own = within(scope.people, scope.team.path, below=False)
    has_below = scope.coordinates and bool(scope.children)
    below = [("all", _("with the teams below")), ("own", _("this team alone"))]
    if has_below and not (all_by_name(scope.here) or (own and all_by_name(own))):
        below = below[:1]
    teams_choice = filters.offer("teams", below if has_below else below[1:])
    shown = scope.here if teams_choice == "all" else own
    ways = ways_of(shown)
    is_by_name = all(way.by_name for way in ways)
    profiles = {
        (job.role_profile, str(job.role_profile_id))
        for way in (ways if is_by_name else ())
        if way.framework_id == of.framework_id
        for job in way.jobs
    }
    profile = filters.offer(
        "profile", [("", _("All")), *((key, name) for name, key in sorted(profiles))]
    )
    earlier = {
        key: period
        for key, period in rounds.items()
        if is_by_name and (not at or period.ends_on < rounds[at].ends_on)
    }
    # Self-ratings without names are figures of rounds alone: of whole teams, all people, and now.
    is_told = (
        scope.coordinates
        and (teams_choice == "all" or not has_below)
        and not (profile or at or any(one.person_id in scope.reader.closed for one in shown))
    )
    is_beside = bool(shown) and is_by_name and (is_told or all(way.is_revealed for way in ways))
    compare = filters.offer(
        "compare",
        [
            ("", _("Nothing")),
            *((key, _("%(round)s, same people", round=past.name)) for key, past in earlier.items()),
            *([(SELF_RATINGS, _("Self-ratings, same people"))] if is_beside else []),
        ],
    )
    then = earlier.get(compare)
    targets = filters.offer(
        "targets",
        [
            ("", _("Targets at the end of %(round)s", round=rounds[at].name))
            if at
            else ("", _("Today’s targets")),
            *([(THEN, _("Targets at the end of %(round)s", round=then.name))] if then else []),
        ],
    )
    return GapChoice(
        scope=scope,
        of=of,
        compare=then,
        by_targets_then=targets == THEN,
        with_self=compare == SELF_RATINGS,
        role_profile_id=int(profile) if profile else None,
        below=teams_choice == "all",
    )


def asked_of(team: Subject, filters: GapFilters) -> GapChoice | None:
    """For a file, which cannot say that something was left out of it: None also where something is
    asked for that cannot be chosen."""
    chosen = chosen_of(scope_of(team), filters)
    return None if filters.unknown else chosen


SHOWN = {
    "": (_l("Below target"), {TargetState.GAP}),
    "unknown": (_l("Not known yet"), {TargetState.NOT_YET_KNOWN}),
    "at": (_l("At target"), {TargetState.AT_TARGET}),
    "all": (_l("Everyone"), {*TargetState, None}),
}
"""By what the address says the words, and the cells that are shown."""


@dataclass(frozen=True, slots=True)
class DrillList:
    """`people`: those asked for, A to Z. `statement` and `person`: where the address asks for those
    whom one statement holds back, or for one of them. `kept`: the address of all this but for the
    page. `unknown`: the address asked for something that is not there; it was left out."""

    chosen: GapChoice
    filters: DrillFilters
    drill: DomainDrill
    people: tuple[DrilledPerson, ...]
    statement: StatementReason | None
    person: DrilledPerson | None
    kept: dict[str, str | int]
    unknown: bool

    @property
    def has_reasons(self) -> bool:
        return any(one.reasons for one in self.people)


def drill_list(team: Subject, domain: str) -> DrillList:
    """404 where there is no such domain, or nobody learns here."""
    filters = DrillFilters(request.args)
    chosen = chosen_of(scope_of(team), filters)
    drill = drill_of(chosen, domain) if chosen is not None else None
    if chosen is None or drill is None:
        abort(404)
    show = filters.offer("show", [(key, words) for key, (words, _states) in SHOWN.items()])
    unknown = filters.unknown
    kept: dict[str, str | int] = dict(filters.not_comparing())
    statement = person = None
    if wanted := request.args.get("statement"):
        statement = next((one for one in drill.reasons if str(one.statement_id) == wanted), None)
        unknown = unknown or statement is None
    if wanted := request.args.get("person"):
        person = next((one for one in drill.people if str(one.row.person_id) == wanted), None)
        unknown = unknown or person is None
    people = tuple(one for one in drill.people if one.cell.state in SHOWN[show][1])
    if statement is not None:
        kept["statement"] = statement.statement_id
        people = tuple(one for one in drill.people if one.row.person_id in statement.people)
    if person is not None:
        kept["person"] = person.row.person_id
        people = (person,)
    return DrillList(
        chosen=chosen,
        filters=filters,
        drill=drill,
        people=people,
        statement=statement,
        person=person,
        kept=kept,
        unknown=unknown,
    )
