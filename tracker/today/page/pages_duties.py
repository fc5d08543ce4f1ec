"""Today for those who coordinate teams, administer a library, or look after the installation.

Today for those who supervise: the reviews that are due this week and the next, how long they
take, and who has sent nothing.
"""

import datetime as dt
from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.administration.library import queries as library_queries
from tracker.administration.library.pages import setup_checklist
from tracker.administration.version_moves import queries as version_moves_queries
from tracker.frameworks.corrections.queries import count_open
from tracker.policy.permissions import Actor
from tracker.queries.access import openings as openings_queries
from tracker.queries.core.access_review import last_review
from tracker.record.endorsements.queries import FRESH
from tracker.reviews.handovers import queries as handovers_queries
from tracker.reviews.handovers.queries import OpenReview
from tracker.reviews.queue import pages as queue_pages, queries as queue_queries
from tracker.reviews.queue.queries import Queued
from tracker.reviews.queue.rules import DueWeek, due_week
from tracker.reviews.review import pages_screens as review_pages_screens
from tracker.reviews.review.pages_screens import result_words
from tracker.teams.team import queries as team_queries
from tracker.teams.team.queries import OpenRound, TeamLine
from tracker.today.page.queries import TeamBehind, behind
from tracker.web.http import session
from tracker.web.ui.panels import Duties, NextUp, PanelEntry, PanelLink, Section, due, is_soon
from tracker.web.ui.templating.dates import ago, day

TEAMS_SHOWN = 12


def coordinating(actor: Actor, rounds: tuple[OpenRound, ...], on: dt.date) -> Duties:
    """How far the teams are, the highest first; a section for each team that the actor coordinates.
    Two queries, and one for each of these teams."""
    lines = team_queries.tree(session.reader(), rounds)
    sections, stuck = [], []
    for place in actor.coordinates:
        below = [line for line in lines if line.path.startswith(place.path)]
        if not below:
            continue
        entries = [_progress(line, bool(rounds)) for line in below[:TEAMS_SHOWN]]
        stranded = handovers_queries.stranded(actor, place.path, on)
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
    has = library_queries.setup_progress(actor, actor.today(now))
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
    waiting = openings_queries.count_openable(actor, now)
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
    for framework in version_moves_queries.frameworks(actor.library_id, on):
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


ROWS_SHOWN = 12
FINISHED_SHOWN = 3
NAMES_SHOWN = 5


def supervising(actor: Actor, on: dt.date) -> Duties:
    """The reviews of this week and the next, then a section for each team. Three queries.

    A coordinator who supervises nobody reviews as a backup: the reviews that ended. One query."""
    if not (actor.supervises or actor.coordinates):
        return Duties([])
    reviews = queue_queries.inbox(actor, on, ended_since=on - FRESH)
    if not actor.supervises:
        return Duties(_finished(reviews, on))
    plan = _week_plan(reviews, on)
    teams_behind = [
        Section(
            _("As supervisor of %(team)s", team=team.team),
            [_not_sent(team)] if team.not_sent else [],
            [
                PanelLink(
                    url_for("teams.show", team_id=team.team_id),
                    _("Members of %(team)s", team=team.team),
                ),
                PanelLink(
                    url_for("teams.gaps", team_id=team.team_id),
                    _("Gaps of %(team)s", team=team.team),
                ),
            ],
            _all_sent(team),
        )
        for team in behind(actor, on)
    ]
    return Duties([*plan.sections, *teams_behind], plan.next_ups)


def _week_plan(reviews: list[Queued], on: dt.date) -> Duties:
    """Made of what was sent to the actor and of their own answers alone. One query."""
    seconds = review_pages_screens.my_pace()
    waiting = sorted(
        (review for review in reviews if queue_pages.waits(review)), key=queue_pages.by_date
    )
    by_week = {
        week: [review for review in waiting if due_week(queue_pages.due_on(review), on) is week]
        for week in DueWeek
    }
    later = len(by_week[DueWeek.LATER])
    several = len({review.team_id for review in waiting}) > 1
    titles = {DueWeek.THIS: _("Reviews due this week"), DueWeek.NEXT: _("Reviews due next week")}
    sections = [
        _week(title, by_week[week], week, seconds, on, several=several)
        for week, title in titles.items()
        if by_week[week] or week is DueWeek.THIS
    ]
    if later:
        sections[-1].links.append(_link(DueWeek.LATER, later))
    sections += _finished(reviews, on)
    return Duties(sections, [_next_up(review, seconds) for review in waiting[:1]])


def _finished(reviews: list[Queued], on: dt.date) -> list[Section]:
    """Reviews that ended lately, the newest first, each with its result."""
    ended = [
        PanelEntry(
            _("Your review of %(name)s is finished", name=review.who),
            url_for("differences.result", review_id=review.id),
            result_words(review.same, review.agreed, review.apart),
            ago(review.ended_at),
        )
        for review in reviews
        if review.revealed_at is not None
        and review.ended_at is not None
        and on - review.ended_at.date() < FRESH
    ]
    all_of_them = PanelLink(url_for("reviews.index"), _("All reviews"))
    return [Section(_("Finished reviews"), ended[:FINISHED_SHOWN], [all_of_them])] if ended else []


def _week(
    title: str, reviews: list[Queued], week: DueWeek, seconds: int, on: dt.date, *, several: bool
) -> Section:
    left = sum(review.waiting or 0 for review in reviews)
    return Section(
        title,
        [_row(review, seconds, on, several=several) for review in reviews[:ROWS_SHOWN]],
        [_link(week, len(reviews))] if reviews else [],
        _("Nothing is due this week."),
        note=f"{_to_answer(left)}, {review_pages_screens.time_left(left, seconds)}" if left else "",
    )


def _link(week: DueWeek, count: int) -> PanelLink:
    return PanelLink(url_for("reviews.index", show=str(week)), queue_pages.words(week, count))


def _row(review: Queued, seconds: int, on: dt.date, *, several: bool) -> PanelEntry:
    notes = [review_pages_screens.time_left(review.waiting, seconds)] if review.waiting else []
    if several:
        notes.append(review.team)
    due_on = queue_pages.due_on(review)
    return PanelEntry(
        title=_("%(name)s: %(what)s", name=review.who, what=_what(review)),
        href=_href(review),
        note=", ".join(notes),
        when=due(due_on, on),
        urgent=is_soon(due_on, on),
    )


def _next_up(review: Queued, seconds: int) -> NextUp:
    if review.waiting:
        title, label = _("Answer what %(name)s sent", name=review.who), _("Open the review")
        text = f"{_what(review)}, {review_pages_screens.time_left(review.waiting, seconds)}"
    elif review.is_to_check:
        title = _("Check your answers for %(name)s", name=review.who)
        label, text = _("Check and reveal"), _("All is answered. Nothing is shown before that.")
    else:
        title = ngettext(
            "Settle %(num)s difference with %(name)s",
            "Settle %(num)s differences with %(name)s",
            review.to_confirm,
            name=review.who,
        )
        label = ngettext(
            "Settle %(num)s difference", "Settle %(num)s differences", review.to_confirm
        )
        text = _("Agree on an answer, or end with no agreement.")
    return NextUp(title, text, _href(review), label, due_on=queue_pages.due_on(review))


def _what(review: Queued) -> str:
    if review.waiting:
        return _to_answer(review.waiting)
    if review.is_to_check:
        return _("to check and reveal")
    return str(
        ngettext("%(num)s difference to settle", "%(num)s differences to settle", review.to_confirm)
    )


def _to_answer(statements: int) -> str:
    return ngettext("%(num)s statement to answer", "%(num)s statements to answer", statements)


def _href(review: Queued) -> str:
    if review.waiting or review.is_to_check:
        return url_for("reviews.show", review_id=review.id, _anchor="first-open")
    return url_for("reviews.differences", review_id=review.id)


def _all_sent(members: TeamBehind) -> str:
    if not members.people:
        return _("Nobody learns here now.")
    if members.in_round:
        return _("Everyone has sent ratings this round.")
    return _("Everyone has sent ratings for review.")


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
        named if more <= 0 else _("%(names)s and %(num)s more", names=named, num=more),
    )
