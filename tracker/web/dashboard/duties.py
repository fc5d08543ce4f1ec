"""Today for those who supervise or coordinate: what waits for them, team by team."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.dashboard import today
from tracker.queries.dashboard.today import TeamBehind
from tracker.queries.reviews import handovers
from tracker.queries.reviews.handovers import WaitingReview
from tracker.queries.teams import teams
from tracker.queries.teams.teams import OpenRound, TeamLine
from tracker.web.dashboard import reviewing
from tracker.web.http import session
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink, Section

TEAMS_SHOWN = 12
NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Duties:
    """Sections in order, and what to go on with, the first first."""

    sections: list[Section]
    next_ups: list[NextUp] = field(default_factory=list)


def supervising(actor: Actor, on: dt.date) -> Duties:
    """The reviews of this week and the next, then a section for each team. Three queries.

    A coordinator who supervises nobody reviews as a backup: the reviews that ended. One query."""
    if not actor.supervises:
        ended = reviewing.finished(reviewing.inbox(actor, on), on) if actor.coordinates else []
        return Duties(ended)
    plan = reviewing.week_plan(actor, on)
    teams_behind = [
        Section(
            _("As supervisor of %(team)s", team=team.team),
            [_not_sent(team)] if team.not_sent else [],
            _links(team.team_id, team.team),
            _all_sent(team),
        )
        for team in today.behind(actor, on)
    ]
    return Duties([*plan.sections, *teams_behind], plan.next_ups)


def _links(team_id: int, name: str) -> list[PanelLink]:
    return [
        PanelLink(url_for("teams.show", team_id=team_id), _("Members of %(team)s", team=name)),
        PanelLink(url_for("teams.gaps", team_id=team_id), _("Gaps of %(team)s", team=name)),
    ]


def _all_sent(members: TeamBehind) -> str:
    if not members.people:
        return str(_("Nobody learns here now."))
    return str(
        _("Everyone has sent ratings this round.")
        if members.in_round
        else _("Everyone has sent ratings for review.")
    )


def _not_sent(members: TeamBehind) -> PanelEntry:
    count = len(members.not_sent)
    named = ", ".join(members.not_sent[:NAMES_SHOWN])
    more = count - NAMES_SHOWN
    return PanelEntry(
        ngettext(
            "%(num)s of %(total)s has not sent anything this round",
            "%(num)s of %(total)s have not sent anything this round",
            count,
            total=members.people,
        )
        if members.in_round
        else ngettext(
            "%(num)s of %(total)s has not sent anything yet",
            "%(num)s of %(total)s have not sent anything yet",
            count,
            total=members.people,
        ),
        url_for("teams.show", team_id=members.team_id, show="not-sent"),
        named
        if more <= 0
        else ngettext(
            "%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=named
        ),
    )


def coordinating(actor: Actor, rounds: tuple[OpenRound, ...], on: dt.date) -> Duties:
    """How far the teams are, the highest first; a section for each team that the actor coordinates.
    Two queries, and one for each of these teams."""
    lines = teams.tree(actor, rounds, session.blind_spots(), on)
    sections, stuck = [], []
    for place in actor.coordinates:
        below = [line for line in lines if line.path.startswith(place.path)]
        if not below:
            continue
        entries = [_progress(line, bool(rounds)) for line in below[:TEAMS_SHOWN]]
        stranded = [each for each in handovers.queue(actor, place.path, on) if not each.may_go_on]
        if stranded:
            stuck.append(_reassign(place.team_id, handovers.waiting(stranded, on)))
            entries.insert(0, _stranded(place.team_id, len(stranded)))
        links = [
            PanelLink(
                url_for("teams.gaps", team_id=below[0].id),
                _("Gaps of %(team)s", team=below[0].name),
            )
        ]
        if rounds:
            who = PanelLink(
                url_for("team_rounds.show", team_id=below[0].id, show="not-sent", _anchor="people"),
                _("Who has not sent"),
            )
            links.append(who)
        if below[TEAMS_SHOWN:]:
            links.append(PanelLink(url_for("teams.index"), _("All %(num)s teams", num=len(lines))))
        sections.append(
            Section(_("As coordinator of %(team)s", team=below[0].name), entries, links)
        )
    if not sections:
        return Duties(sections)
    top = next(line for line in lines if line.path == actor.coordinates[0].path)
    gaps = NextUp(
        _("See training needs of %(team)s", team=top.name),
        _("Levels that its people have not reached, by reviewed ratings."),
        url_for("teams.gaps", team_id=top.id),
        _("Open the gaps"),
    )
    return Duties(sections, [*stuck, gaps])


def _reassign(team_id: int, reviews: Sequence[WaitingReview]) -> NextUp:
    entry = _stranded(team_id, len(reviews))
    return NextUp(
        entry.title,
        entry.note,
        entry.href,
        _("Choose a reviewer"),
        due_on=min(each.due_on for each in reviews),
    )


def _stranded(team_id: int, reviews: int) -> PanelEntry:
    return PanelEntry(
        ngettext(
            "%(num)s review needs another reviewer",
            "%(num)s reviews need another reviewer",
            reviews,
        ),
        url_for("handovers.index", team_id=team_id),
        _("The reviewer can’t do these anymore. Choose someone else."),
        urgent=True,
    )


def _progress(line: TeamLine, in_round: bool) -> PanelEntry:
    sent = (
        ngettext(
            "%(sent)s of %(num)d person has sent something this round.",
            "%(sent)s of %(num)d people have sent something this round.",
            line.people,
            sent=line.sent,
        )
        if in_round
        else ngettext(
            "%(sent)s of %(num)d person has sent something.",
            "%(sent)s of %(num)d people have sent something.",
            line.people,
            sent=line.sent,
        )
    )
    more = (
        ngettext(
            "%(num)d record isn’t open to you yet.",
            "%(num)d records aren’t open to you yet.",
            line.closed_records,
        )
        if line.closed_records
        else ngettext("%(num)d has results.", "%(num)d have results.", line.revealed)
    )
    words = f"{sent} {more}"
    return PanelEntry(
        line.name,
        url_for("teams.show", team_id=line.id),
        words
        if line.people
        else _("Nobody here is in this round.")
        if in_round
        else _("Nobody learns here now."),
    )
