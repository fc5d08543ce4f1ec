"""What a learner goes on with, where nobody else waits for something."""

import datetime as dt

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.assessment.learners import Learner
from tracker.rules.assessment.progress import Progress
from tracker.rules.assessment.ratings import FIVE
from tracker.rules.pace import minutes_for
from tracker.web.ui import page_nav
from tracker.web.ui.panels import NextUp, PanelLink
from tracker.web.ui.templating.quantities import usual_load

LAST_DAYS = dt.timedelta(days=7)
"""So long before a round ends, sending comes before rating the rest."""


def next_ups(
    learner: Learner,
    done: Progress,
    last: tuple[int, int] | None,
    sent: int,
    seconds: int,
    on: dt.date,
) -> list[NextUp]:
    """What there is to go on with, the first first. `seconds`: what a statement takes them."""
    if done.use_statement is None:
        return []
    if not done.use_statement:
        return [
            NextUp(
                _("Read how ratings are used"),
                _("It says what ratings are for and who reads them. You rate after it."),
                url_for("dashboard.use_statement"),
                _("Read it"),
            )
        ]
    found = []
    if done.left:
        found.append(_go_on(learner, done, last, seconds))
    elif done.dated:
        found.append(
            NextUp(
                older(done) if done.to_keep else _("Check older ratings"),
                _("You gave these answers before this round. Keep those that are still true."),
                url_for("older_ratings.show"),
                older(done) if done.to_keep else _("Check older ratings"),
            )
        )
    ends_on = learner.round_ends_on
    ends_soon = ends_on is not None and ends_on - on <= LAST_DAYS
    if not sent and done.rated and (ends_soon or done.is_finished):
        found.insert(0, _send(done, ends_on))
    return found


def _send(done: Progress, ends_on: dt.date | None) -> NextUp:
    """Whoever reviews waits for it until the round ends."""
    blind = _("Your supervisor answers without seeing your answers first.")
    if not done.left:
        rated = _("All %(total)s statements are rated.", total=done.total)
    elif done.is_finished:
        rated = _("The statements for your job are rated; the rest can wait for another day.")
    else:
        rated = _(
            "%(done)s of %(total)s statements are rated; you can send these.",
            done=done.rated,
            total=done.total,
        )
    return NextUp(
        _("Send your ratings for review"),
        f"{rated} {blind} {usual_load()}",
        url_for("reviews.new"),
        _("Choose what to send"),
        due_on=ends_on,
    )


def older(done: Progress) -> str:
    return str(ngettext("Keep %(num)d older rating", "Keep %(num)d older ratings", done.to_keep))


def _go_on(learner: Learner, done: Progress, last: tuple[int, int] | None, seconds: int) -> NextUp:
    """Where the learner stopped, as the page behind the button finds it: in their job first."""
    if done.begins_with_job:
        return _job(done, seconds)
    groups = page_nav.page_nav(learner.framework_slug, done)
    pages = [item for group in groups for item in group.items]
    stopped = [
        item
        for item in pages
        if last is not None and item.domain_id == last[0] and item.rank in (None, last[1])
    ]
    page = next(item for item in [*stopped, *pages] if not item.is_complete)
    here = ngettext(
        "%(num)s of %(total)s statement here is not rated yet.",
        "%(num)s of %(total)s statements here are not rated yet.",
        page.total - page.done,
        total=page.total,
    )
    in_all = _(
        "In all, %(left)s of %(total)s are not rated yet: %(about)s.",
        left=done.left,
        total=done.total,
        about=_about(minutes_for(done.left, seconds)),
    )
    return NextUp(
        _("Go on with %(page)s", page=page.title)
        if done.rated
        else _("Start with %(page)s", page=page.title),
        f"{here} {in_all}",
        url_for("assessment.resume"),
        _("Go on rating") if done.rated else _("Start rating"),
        PanelLink(url_for("assessment.five"), _("Rate %(num)s", num=min(FIVE, done.left))),
    )


def _about(minutes: int) -> str:
    return str(ngettext("about %(num)s minute", "about %(num)s minutes", minutes))


def _job(done: Progress, seconds: int) -> NextUp:
    """What is up to their target, and how long it takes; then the rest."""
    job, rest = done.left_in_job, done.left - done.left_in_job
    words = ngettext(
        "%(num)s statement for your job is not rated yet: %(about)s.",
        "%(num)s statements for your job are not rated yet: %(about)s.",
        job,
        about=_about(minutes_for(job, seconds)),
    )
    if rest:
        words += " " + _(
            "Then the other %(rest)s: %(about)s.",
            rest=rest,
            about=_about(minutes_for(rest, seconds)),
        )
    return NextUp(
        _("Go on with your job") if done.rated else _("Start with your job"),
        words,
        url_for("assessment.resume"),
        _("Go on rating") if done.rated else _("Start rating"),
        PanelLink(url_for("assessment.five"), _("Rate %(num)s", num=min(FIVE, done.left))),
    )
