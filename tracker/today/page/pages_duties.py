"""Today for those who coordinate teams, administer a library, or look after the installation."""

import datetime as dt
from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.administration.library import queries as library_settings
from tracker.administration.library.pages import setup_checklist
from tracker.administration.version_moves import queries as version_moves
from tracker.frameworks.corrections.queries import count_open
from tracker.policy.permissions import Actor
from tracker.queries.access import openings
from tracker.queries.core.access_review import last_review
from tracker.reviews.handovers import queries as handovers
from tracker.reviews.handovers.queries import OpenReview
from tracker.teams.team import queries as teams
from tracker.teams.team.queries import OpenRound, TeamLine
from tracker.web.http import session
from tracker.web.ui.panels import Duties, NextUp, PanelEntry, PanelLink, Section
from tracker.web.ui.templating.dates import day

TEAMS_SHOWN = 12


def coordinating(actor: Actor, rounds: tuple[OpenRound, ...], on: dt.date) -> Duties:
    """How far the teams are, the highest first; a section for each team that the actor coordinates.
    Two queries, and one for each of these teams."""
    lines = teams.tree(session.reader(), rounds)
    sections, stuck = [], []
    for place in actor.coordinates:
        below = [line for line in lines if line.path.startswith(place.path)]
        if not below:
            continue
        entries = [_progress(line, bool(rounds)) for line in below[:TEAMS_SHOWN]]
        stranded = handovers.stranded(actor, place.path, on)
        if stranded:
            stuck.append(_reassign(place.team_id, stranded))
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


def _reassign(team_id: int, reviews: Sequence[OpenReview]) -> NextUp:
    entry = _stranded(team_id, len(reviews))
    return NextUp(
        entry.title,
        entry.note,
        entry.href,
        _("Choose a reviewer"),
        due_on=min(review.due_on for review in reviews),
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
        else ngettext("%(num)d has results.", "%(num)d have results.", line.reviewed)
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


def administering(actor: Actor, now: dt.datetime) -> Duties:
    """Who leaves, what waits for a yes, what the library lacks, and what readers suggested. Six
    queries, three more where a supervision ends, and two where a newer version is published."""
    has = library_settings.setup_progress(actor, actor.today(now))
    tasks = setup_checklist(has, operates=actor.operator)
    entries = _new_readers(actor, now)
    entries += _new_versions(actor, actor.today(now))
    entries += [PanelEntry(task.title, task.href, task.note) for task in tasks if not task.done]
    entries += _corrections(actor)
    entries += _access_review(actor, now)
    section = Section(
        _("As administrator"),
        entries,
        [PanelLink(url_for("admin.index"), _("Open administration"))],
        _("Nothing waits for you here."),
    )
    if not entries:
        return Duties([section])
    first = entries[0]
    return Duties([section], [NextUp(first.title, first.note, first.href, _("Go there"))])


def operating(actor: Actor) -> Duties:
    """For an operator who administers no library. One query."""
    section = Section(
        _("As operator"),
        _corrections(actor),
        [PanelLink(url_for("system.index"), _("Open the System page"))],
        _("Nothing waits for you here."),
    )
    return Duties([section])


def _new_readers(actor: Actor, now: dt.datetime) -> list[PanelEntry]:
    """People whom the actor can let read a record sooner. One query."""
    waiting = openings.count_openable(actor, now)
    if not waiting:
        return []
    return [
        PanelEntry(
            ngettext("%(num)s new reader to check", "%(num)s new readers to check", waiting),
            url_for("readers.queue"),
            _("They can see earlier reviews after 7 days, or when you allow it."),
        )
    ]


def _new_versions(actor: Actor, on: dt.date) -> list[PanelEntry]:
    """Of each framework, the newest version if people are on an earlier one, unless a move is
    planned."""
    entries = []
    for framework in version_moves.frameworks(actor.library_id, on):
        if not framework.moves or framework.planned is not None:
            continue
        newest = framework.moves[0].to
        earlier = framework.versions[framework.versions.index(newest) + 1 :]
        people = sum(version.people for version in earlier)
        if people:
            entries.append(
                PanelEntry(
                    _(
                        "%(framework)s: version %(version)s is published",
                        framework=newest.title,
                        version=newest.version,
                    ),
                    url_for("version_moves.index"),
                    ngettext(
                        "%(num)d person is on an earlier version. Choose when they move.",
                        "%(num)d people are on an earlier version. Choose when they move.",
                        people,
                    ),
                )
            )
    return entries


def _access_review(actor: Actor, now: dt.datetime) -> list[PanelEntry]:
    last = last_review(actor.library_id)
    if last.next_on > actor.today(now):
        return []
    return [
        PanelEntry(
            _("Check who can see whose record"),
            url_for("access_review.index"),
            _("Twice a year; last on %(day)s.", day=day(last.at))
            if last.at
            else _("Twice a year; not checked yet."),
        )
    ]


def _corrections(actor: Actor) -> list[PanelEntry]:
    corrections = count_open(actor)
    if not corrections:
        return []
    return [
        PanelEntry(
            ngettext(
                "%(num)s suggested correction is open",
                "%(num)s suggested corrections are open",
                corrections,
            ),
            url_for("corrections.index"),
            _("Readers of the framework pages sent them."),
        )
    ]
