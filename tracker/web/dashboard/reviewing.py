"""The plan of somebody who reviews: what is due this week and the next, and how long it takes."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.dashboard.today import FRESH
from tracker.queries.reviews import pace, queues
from tracker.queries.reviews.queues import Queued
from tracker.rules.reviews.weeks import DueWeek, due_week
from tracker.web.reviews import progress, queue
from tracker.web.reviews.labels import result_words
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink, Section, due, is_soon
from tracker.web.ui.templating.dates import ago

ROWS_SHOWN = 12
FINISHED_SHOWN = 3


@dataclass(frozen=True, slots=True)
class WeekPlan:
    sections: list[Section]
    next_ups: list[NextUp]


def inbox(actor: Actor, on: dt.date) -> list[Queued]:
    """What waits, and what ended lately. One query."""
    return queues.inbox(actor, on, ended_since=on - FRESH)


def week_plan(actor: Actor, on: dt.date) -> WeekPlan:
    """Made of what was sent to the actor and of their own answers alone. Two queries."""
    reviews = inbox(actor, on)
    seconds = pace.seconds_of([actor.person_id])[actor.person_id]
    waiting = sorted((each for each in reviews if queue.waits(each)), key=queue.by_date)
    by_week = {
        week: [each for each in waiting if due_week(queue.due_on(each), on) is week]
        for week in DueWeek
    }
    later = len(by_week[DueWeek.LATER])
    several = len({each.team_id for each in waiting}) > 1
    titles = {DueWeek.THIS: _("Reviews due this week"), DueWeek.NEXT: _("Reviews due next week")}
    sections = [
        _week(title, by_week[week], week, seconds, on, several=several)
        for week, title in titles.items()
        if by_week[week] or week is DueWeek.THIS
    ]
    if later:
        sections[-1].links.append(_link(DueWeek.LATER, later))
    sections += finished(reviews, on)
    return WeekPlan(sections, [_next_up(each, seconds) for each in waiting[:1]])


def finished(reviews: list[Queued], on: dt.date) -> list[Section]:
    """What was revealed and came to its end lately, the newest first, each with its result."""
    found = [
        PanelEntry(
            _("Your review of %(name)s is finished", name=each.who),
            url_for("differences.result", review_id=each.id),
            result_words(each.same, each.agreed, each.apart),
            ago(each.ended_at),
        )
        for each in reviews
        if each.revealed_at is not None
        and each.ended_at is not None
        and on - each.ended_at.date() < FRESH
    ]
    all_of_them = PanelLink(url_for("reviews.index"), _("All reviews"))
    return [Section(_("Finished reviews"), found[:FINISHED_SHOWN], [all_of_them])] if found else []


def _week(
    title: str, reviews: list[Queued], week: DueWeek, seconds: int, on: dt.date, *, several: bool
) -> Section:
    left = sum(each.waiting or 0 for each in reviews)
    return Section(
        title,
        [_row(each, seconds, on, several=several) for each in reviews[:ROWS_SHOWN]],
        [_link(week, len(reviews))] if reviews else [],
        _("Nothing is due this week."),
        note=f"{_to_answer(left)}, {progress.left(left, seconds)}" if left else "",
    )


def _link(week: DueWeek, count: int) -> PanelLink:
    return PanelLink(url_for("reviews.index", show=str(week)), queue.words(week, count))


def _row(review: Queued, seconds: int, on: dt.date, *, several: bool) -> PanelEntry:
    notes = [progress.left(review.waiting, seconds)] if review.waiting else []
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
        text = f"{_what(review)}, {progress.left(review.waiting, seconds)}"
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
        return str(_("to check and reveal"))
    return str(
        ngettext("%(num)s difference to settle", "%(num)s differences to settle", review.to_confirm)
    )


def _to_answer(statements: int) -> str:
    return str(ngettext("%(num)s statement to answer", "%(num)s statements to answer", statements))


def _href(review: Queued) -> str:
    if review.waiting or review.is_to_check:
        return url_for("reviews.show", review_id=review.id, _anchor="first-open")
    return url_for("reviews.differences", review_id=review.id)
