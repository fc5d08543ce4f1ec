"""Today for those who supervise: the reviews that are due this week and the next, how long they
take, and who has sent nothing."""

import datetime as dt

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.policy.permissions import Actor
from tracker.record.endorsements.queries import FRESH
from tracker.reviews.queue import pages as queue, queries as queues
from tracker.reviews.queue.queries import Queued
from tracker.reviews.queue.rules import DueWeek, due_week
from tracker.reviews.review import pages_screens as screens
from tracker.reviews.review.pages_labels import result_words
from tracker.today.page.queries_supervising import TeamBehind, behind
from tracker.web.ui.panels import Duties, NextUp, PanelEntry, PanelLink, Section, due, is_soon
from tracker.web.ui.templating.dates import ago

ROWS_SHOWN = 12
FINISHED_SHOWN = 3
NAMES_SHOWN = 5


def supervising(actor: Actor, on: dt.date) -> Duties:
    """The reviews of this week and the next, then a section for each team. Three queries.

    A coordinator who supervises nobody reviews as a backup: the reviews that ended. One query."""
    if not (actor.supervises or actor.coordinates):
        return Duties([])
    reviews = queues.inbox(actor, on, ended_since=on - FRESH)
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
    seconds = screens.my_pace()
    waiting = sorted((review for review in reviews if queue.waits(review)), key=queue.by_date)
    by_week = {
        week: [review for review in waiting if due_week(queue.due_on(review), on) is week]
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
        note=f"{_to_answer(left)}, {screens.time_left(left, seconds)}" if left else "",
    )


def _link(week: DueWeek, count: int) -> PanelLink:
    return PanelLink(url_for("reviews.index", show=str(week)), queue.words(week, count))


def _row(review: Queued, seconds: int, on: dt.date, *, several: bool) -> PanelEntry:
    notes = [screens.time_left(review.waiting, seconds)] if review.waiting else []
    if several:
        notes.append(review.team)
    due_on = queue.due_on(review)
    return PanelEntry(
        _("%(name)s: %(what)s", name=review.who, what=_what(review)),
        _href(review),
        ", ".join(notes),
        due(due_on, on),
        is_soon(due_on, on),
    )


def _next_up(review: Queued, seconds: int) -> NextUp:
    if review.waiting:
        title, label = _("Answer what %(name)s sent", name=review.who), _("Open the review")
        text = f"{_what(review)}, {screens.time_left(review.waiting, seconds)}"
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
    return NextUp(title, text, _href(review), label, due_on=queue.due_on(review))


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
