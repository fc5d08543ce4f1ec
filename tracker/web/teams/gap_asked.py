"""What a page or a file of gaps is asked for: the team, and the filters in the address."""

from collections import Counter

from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.teams import gap_scope, kept_scope
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope
from tracker.rules.frameworks.addresses import address_keys
from tracker.web.http import session
from tracker.web.i18n.content_language import mark
from tracker.web.teams.gap_forms import GapFilters


def scope_of(team: Subject) -> GapScope:
    return gap_scope.gap_scope(
        session.actor(), team.id, team.places[0].path, session.blind_spots(), session.now()
    )


def keys_of(scope: GapScope) -> dict[int, str]:
    """The frameworks of the people here, that of most people first."""
    here = Counter((one.framework_id, one.framework_slug) for one in scope.here)
    return address_keys(each for each, _count in here.most_common())


def chosen_of(scope: GapScope, filters: GapFilters) -> tuple[GapScope, MatrixFilters | None]:
    """What the filters ask for, and the scope as of the end of the round that they ask for. None
    where nobody learns here. The framework of most people comes first."""
    keys = keys_of(scope)
    if not keys:
        return scope, None
    labels = {one.framework_id: mark(one.framework, one.lang) for one in scope.here}
    asked = filters.offer("framework", [(key, labels[each]) for each, key in keys.items()])
    framework_id = next(each for each, key in keys.items() if key == asked)
    one = next(one for one in scope.here if one.framework_id == framework_id)
    rounds = {
        str(each.id): each
        for each in scope.rounds
        if each.framework_slug == one.framework_slug and each.snapshot_id is not None
    }
    past = [(key, each.name) for key, each in rounds.items()]
    at = filters.offer(
        "round", [("", _("Now")), *((key, _("End of %(round)s", round=name)) for key, name in past)]
    )
    if at:
        scope = kept_scope.scope_at(scope, rounds[at])
        framework_id = rounds[at].framework_id
    profiles = {
        (one.role_profile, str(one.role_profile_id))
        for one in scope.here
        if one.framework_id == framework_id
    }
    has_below = scope.coordinates and bool(scope.children)
    below = [("all", _("with the teams below")), ("own", _("this team alone"))]
    teams_choice = filters.offer("teams", below if has_below else below[1:])
    profile = filters.offer(
        "profile", [("", _("All")), *((key, name) for name, key in sorted(profiles))]
    )
    same = [(key, _("%(round)s, same people", round=name)) for key, name in past]
    compare = filters.offer("compare", [("", _("Nothing")), *same])
    return scope, MatrixFilters(
        framework_id=framework_id,
        slug=one.framework_slug,
        lang=one.lang,
        compare=rounds.get(compare),
        role_profile_id=int(profile) if profile else None,
        below=teams_choice == "all",
    )
