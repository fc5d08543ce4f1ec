"""Today for those who supervise, coordinate or administer: what waits for them, team by team."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.administration import library_settings
from tracker.queries.dashboard import today
from tracker.queries.dashboard.today import TeamBehind
from tracker.queries.frameworks.corrections import count_open
from tracker.queries.reviews import handovers, queues
from tracker.queries.reviews.queues import Queued
from tracker.queries.teams import teams
from tracker.queries.teams.teams import OpenRound, TeamLine
from tracker.web.administration.setup_checklist import setup_checklist
from tracker.web.http import session
from tracker.web.reviews import queue
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink, Section, due, is_soon

TEAMS_SHOWN = 12
NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Duties:
    """Sections in order, and what to go on with. `overdue`: it should have been done already."""

    sections: list[Section]
    next_up: NextUp | None = None
    overdue: bool = False


def supervising(actor: Actor, on: dt.date) -> Duties:
    """A section for each team. Two queries."""
    live = [review for review in queues.inbox(actor, on) if review.is_live]
    by_team: dict[int, list[Queued]] = {}
    for review in live:
        by_team.setdefault(review.team_id, []).append(review)
    sections = [
        _team(team.team_id, team.team, team, by_team.pop(team.team_id, []), on)
        for team in today.behind(actor, on)
    ]
    sections += [
        _team(team_id, reviews[0].team, None, reviews, on) for team_id, reviews in by_team.items()
    ]
    first = queue.next_review(live)
    if first is None:
        return Duties(sections)
    left = ngettext("%(num)s statement left", "%(num)s statements left", first.waiting or 0)
    next_up = NextUp(
        _("Answer what %(name)s sent", name=first.who),
        f"{left} · {due(first.due_on, on)}",
        url_for("reviews.show", review_id=first.id),
        _("Open the review"),
    )
    return Duties(sections, next_up, overdue=first.due_on < on)


def _team(
    team_id: int, name: str, members: TeamBehind | None, reviews: list[Queued], on: dt.date
) -> Section:
    entries = _to_answer(team_id, [each for each in reviews if each.waiting], on)
    entries += _to_check(team_id, [each for each in reviews if each.is_to_check])
    entries += _to_talk(team_id, sum(each.to_confirm for each in reviews))
    if members is not None and members.not_sent:
        entries.append(_not_sent(members))
    return Section(
        _("As supervisor of %(team)s", team=name),
        entries,
        [] if members is None else _links(team_id, name),
        _("Nothing waits for you here."),
    )


def _links(team_id: int, name: str) -> list[PanelLink]:
    return [
        PanelLink(url_for("teams.show", team_id=team_id), _("Members of %(team)s", team=name)),
        PanelLink(url_for("teams.gaps", team_id=team_id), _("Gaps of %(team)s", team=name)),
    ]


def _to_answer(team_id: int, reviews: list[Queued], on: dt.date) -> list[PanelEntry]:
    """Reviews with something that has no answer yet; `reviews` are in the order in which they are
    due. One alone is opened itself."""
    if not reviews:
        return []
    left = sum(each.waiting or 0 for each in reviews)
    statements = ngettext("%(num)s statement left", "%(num)s statements left", left)
    first = reviews[0]
    return [
        PanelEntry(
            ngettext("%(num)s review to answer", "%(num)s reviews to answer", len(reviews)),
            url_for("reviews.index", show="answer", team=team_id)
            if len(reviews) > 1
            else url_for("reviews.show", review_id=first.id),
            _("%(statements)s; the next due from %(name)s", statements=statements, name=first.who)
            if len(reviews) > 1
            else _("%(statements)s, from %(name)s", statements=statements, name=first.who),
            due(first.due_on, on),
            is_soon(first.due_on, on),
        )
    ]


def _to_check(team_id: int, reviews: list[Queued]) -> list[PanelEntry]:
    if not reviews:
        return []
    names = ", ".join(each.who for each in reviews)
    return [
        PanelEntry(
            ngettext("%(num)s review to check", "%(num)s reviews to check", len(reviews)),
            url_for("reviews.index", show="check", team=team_id),
            _("All answered, not revealed yet: %(names)s", names=names),
        )
    ]


def _to_talk(team_id: int, differences: int) -> list[PanelEntry]:
    if not differences:
        return []
    return [
        PanelEntry(
            ngettext(
                "%(num)s difference waits for you", "%(num)s differences wait for you", differences
            ),
            url_for("reviews.index", show="talk", team=team_id),
            _("Agree on an answer, or keep both ratings."),
        )
    ]


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
    sections = []
    for place in actor.coordinates:
        below = [line for line in lines if line.path.startswith(place.path)]
        if not below:
            continue
        entries = [_progress(line, bool(rounds)) for line in below[:TEAMS_SHOWN]]
        stranded = [each for each in handovers.waiting(actor, place.path, on) if not each.may_go_on]
        if stranded:
            entries.insert(0, _stranded(place.team_id, len(stranded)))
        links = [
            PanelLink(
                url_for("teams.gaps", team_id=below[0].id),
                _("Gaps of %(team)s", team=below[0].name),
            )
        ]
        if below[TEAMS_SHOWN:]:
            links.append(PanelLink(url_for("teams.index"), _("All %(num)s teams", num=len(lines))))
        sections.append(
            Section(_("As coordinator of %(team)s", team=below[0].name), entries, links)
        )
    if not sections:
        return Duties(sections)
    top = next(line for line in lines if line.path == actor.coordinates[0].path)
    return Duties(
        sections,
        NextUp(
            _("See where %(team)s falls short", team=top.name),
            _("Levels that its people have not reached, by reviewed ratings."),
            url_for("teams.gaps", team_id=top.id),
            _("Open the gaps"),
        ),
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
    words = (
        _(
            "%(sent)s of %(people)s people have sent something this round; of %(reviewed)s "
            "something is reviewed.",
            sent=line.sent,
            people=line.people,
            reviewed=line.reviewed,
        )
        if in_round
        else _(
            "%(sent)s of %(people)s people have sent something; of %(reviewed)s something is "
            "reviewed.",
            sent=line.sent,
            people=line.people,
            reviewed=line.reviewed,
        )
    )
    return PanelEntry(
        line.name,
        url_for("teams.show", team_id=line.id),
        words if line.people else _("Nobody learns here now."),
    )


def administering(actor: Actor, on: dt.date) -> Duties:
    """What the library lacks, and what readers suggested. Two queries."""
    tasks = [
        task
        for task in setup_checklist(library_settings.setup_progress(actor, on))
        if not task.done
    ]
    entries = [PanelEntry(task.title, task.href, task.note) for task in tasks]
    corrections = count_open()
    if corrections:
        entries.append(
            PanelEntry(
                ngettext(
                    "%(num)s suggested correction is open",
                    "%(num)s suggested corrections are open",
                    corrections,
                ),
                url_for("corrections.index"),
                _("Readers of the public framework page sent them."),
            )
        )
    section = Section(
        _("As administrator"),
        entries,
        [PanelLink(url_for("admin.index"), _("Open administration"))],
        _("Nothing waits for you here."),
    )
    if not entries:
        return Duties([section])
    first = entries[0]
    return Duties([section], NextUp(first.title, first.note, first.href, _("Go there")))
