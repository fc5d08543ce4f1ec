"""What a page or a file of gaps is asked for: the team, and the filters in the address."""

from collections import Counter

from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.teams import gap_scope, kept_scope
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope, PastRound
from tracker.queries.teams.team_learners import TeamLearner, within
from tracker.rules.frameworks.addresses import address_keys
from tracker.web.http import session
from tracker.web.i18n.content_language import mark
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.ui.filters import Filters

SELF_RATINGS, THEN = "self", "then"


def scope_of(team: Subject) -> GapScope:
    return gap_scope.gap_scope(
        session.actor(), team.id, team.places[0].path, session.blind_spots(), session.now()
    )


def frameworks_of(scope: GapScope) -> dict[str, TeamLearner | PastRound]:
    """The frameworks of the people here by what the address calls them, that of most people first;
    where nobody learns here now, those of the rounds that are over. Each by somebody who learns it,
    or by its round."""
    here: Counter[int] = Counter(one.framework_id for one in scope.here)
    of: dict[int, TeamLearner | PastRound] = {each.framework_id: each for each in scope.kept}
    of |= {one.framework_id: one for one in scope.here}
    ids = [each for each, _count in here.most_common()] or list(of)
    keys = address_keys((each, of[each].framework_slug) for each in ids)
    return {key: of[each] for each, key in keys.items()}


def framework_of(scope: GapScope, filters: Filters) -> TeamLearner | PastRound | None:
    """That which the filters ask for. None where nobody learns here, or did at the end of a
    round."""
    frameworks = frameworks_of(scope)
    if not frameworks:
        return None
    labels = [(key, mark(of.framework, of.lang)) for key, of in frameworks.items()]
    return frameworks[filters.offer("framework", labels)]


def chosen_of(scope: GapScope, filters: GapFilters) -> tuple[GapScope, MatrixFilters | None]:
    """What the filters ask for, and the scope as of the end of the round that they ask for. None
    where nobody learns here, or did at the end of a round. Where somebody is there whom the reader
    may not see by name, only whole teams with those below, and rounds, can be chosen."""
    of = framework_of(scope, filters)
    if of is None:
        return scope, None
    framework_id = of.framework_id
    rounds = {str(each.id): each for each in scope.kept if each.framework_slug == of.framework_slug}
    past = [(key, each.name) for key, each in rounds.items()]
    at = filters.offer(
        "round", [("", _("Now")), *((key, _("End of %(round)s", round=name)) for key, name in past)]
    )
    if at:
        scope = kept_scope.scope_at(scope, rounds[at])
        framework_id = rounds[at].framework_id
    own = within(scope.people, scope.team.path, below=False)
    has_below = scope.coordinates and bool(scope.children)
    below = [("all", _("with the teams below")), ("own", _("this team alone"))]
    if has_below and not (scope.all_by_name or (own and all(one.by_name for one in own))):
        below = below[:1]
    teams_choice = filters.offer("teams", below if has_below else below[1:])
    shown = scope.here if teams_choice == "all" else own
    is_by_name = all(one.by_name for one in shown)
    profiles = {
        (job.role_profile, str(job.role_profile_id))
        for one in (shown if is_by_name else ())
        if one.framework_id == framework_id
        for job in one.jobs
    }
    profile = filters.offer(
        "profile", [("", _("All")), *((key, name) for name, key in sorted(profiles))]
    )
    earlier = {
        key: each
        for key, each in rounds.items()
        if is_by_name and (not at or each.ends_on < rounds[at].ends_on)
    }
    is_told = (
        scope.coordinates
        and (teams_choice == "all" or not has_below)
        and not (profile or at or {one.person_id for one in shown} & scope.blind.closed)
    )
    is_beside = bool(shown) and is_by_name and (is_told or all(one.is_revealed for one in shown))
    compare = filters.offer(
        "compare",
        [
            ("", _("Nothing")),
            *((key, _("%(round)s, same people", round=of.name)) for key, of in earlier.items()),
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
    return scope, MatrixFilters(
        framework_id=framework_id,
        slug=of.framework_slug,
        lang=of.lang,
        compare=then,
        by_targets_then=targets == THEN,
        beside=compare == SELF_RATINGS,
        role_profile_id=int(profile) if profile else None,
        below=teams_choice == "all",
        framework=rounds[at].framework if at else of.framework,
    )
