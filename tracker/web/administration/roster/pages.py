"""What the pages of an import are given."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Actor
from tracker.queries.administration import role_profiles, team_tree
from tracker.queries.administration.roster import rosters
from tracker.queries.administration.roster.rosters import StagedRoster
from tracker.rules.administration.roster.columns import RosterColumn, lacking
from tracker.rules.administration.roster.entries import NEW, NOT_HERE, values_of
from tracker.rules.administration.roster.plan import RosterVerdict
from tracker.rules.administration.roster.states import RosterState
from tracker.rules.delimited import plain
from tracker.web.administration.people_forms import ROLES
from tracker.web.administration.roster.labels import TABS

LACKING = {
    "roster_no_person": _l(
        "No column holds an email address or a staff ID. Choose one under Columns."
    ),
    "roster_no_name": _l("No column holds names. Choose one under Columns."),
}
VALUES_MAX = 150
"""More values of one column than this are not listed: those without a meaning go first."""


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A value of the file, in how many rows it is, and what it means here ("" : nothing yet)."""

    name: str
    typed: str
    count: int
    meant: str


@dataclass(frozen=True, slots=True)
class ValueGroup:
    """The values of one column, with what they can mean."""

    column: RosterColumn
    heading: str
    choices: list[tuple[str, str]]
    values: list[ValueChoice]


def tab_asked(roster: StagedRoster, counts: dict[RosterVerdict, int]) -> str:
    """What the address asks for; else what is to be fixed, if anything is, or what is ready."""
    asked = request.args.get("show", "")
    if asked in TABS:
        return asked
    if counts[RosterVerdict.TO_FIX] and roster.state is RosterState.CHECKED:
        return "fix"
    is_ready = counts[RosterVerdict.NEW] or counts[RosterVerdict.CHANGED]
    return "ready" if is_ready else "unchanged"


def tabs(roster: StagedRoster, counts: dict[RosterVerdict, int]) -> list[tuple[str, str, int]]:
    is_checked = roster.state is RosterState.CHECKED
    return [
        (
            name,
            str(label) if is_checked or name != "ready" else _("Imported"),
            sum(counts[verdict] for verdict in verdicts),
        )
        for name, (label, verdicts) in TABS.items()
    ]


def lacks(roster: StagedRoster) -> str:
    """A sentence, where the columns do not say who a row is about."""
    return str(LACKING[code]) if (code := lacking(roster.columns)) else ""


def value_groups(actor: Actor, roster: StagedRoster) -> list[ValueGroup]:
    """Of teams, roles and job profiles: each value with what it means."""
    found = values_of(rosters.cells(roster.id), roster.columns)
    return [_group(actor, roster, column, list(values.items())) for column, values in found.items()]


def anchors(groups: Sequence[ValueGroup]) -> dict[tuple[str, str], str]:
    """Where a value is given its meaning, by its column and what was typed."""
    return {(group.column, each.typed): each.name for group in groups for each in group.values}


def _group(
    actor: Actor,
    roster: StagedRoster,
    column: RosterColumn,
    values: Sequence[tuple[str, tuple[str, int]]],
) -> ValueGroup:
    choices = _choices(actor, column)
    by_name = {plain(label.lstrip("– ")): value for value, label in choices if value}
    meant = roster.meanings.get(column, {})
    listed = [
        ValueChoice(
            f"meaning-{column}-{number}",
            typed,
            count,
            meant.get(words) or (by_name.get(words, "") if words else ""),
        )
        for number, (words, (typed, count)) in enumerate(values)
    ]
    listed.sort(key=lambda each: (bool(each.meant) or not each.typed, each.typed.casefold()))
    return ValueGroup(column, roster.headings[roster.columns[column]], choices, listed[:VALUES_MAX])


def _choices(actor: Actor, column: RosterColumn) -> list[tuple[str, str]]:
    if column is RosterColumn.ROLE:
        return [(role.value, str(label)) for role, label in ROLES.items()]
    if column is RosterColumn.TEAM:
        teams = team_tree.choices(actor)
        return [
            (NEW, _("Make a team with this name")),
            (NOT_HERE, _("Leave it out")),
            *((str(team_id), label) for team_id, label in teams),
        ]
    profiles = role_profiles.choices(actor)
    return [
        (NOT_HERE, _("Leave it out")),
        *((str(profile_id), label) for profile_id, label in profiles),
    ]
