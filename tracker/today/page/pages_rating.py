"""What a learner has left to rate, to decide and to send: first, and among the rest.

What Today shows somebody who comes back: what happened since, how they have grown over rounds,
and a few statements to update.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.assessment.ratings.rules import Progress, to_update
from tracker.policy.permissions import Actor
from tracker.profiles.growth import queries as growth_queries
from tracker.profiles.growth.pages import TimelineLine, line
from tracker.profiles.growth.queries import RoundEnd
from tracker.record.growth.rules import Happened, Happening, met_at, met_now, timeline
from tracker.record.ratings.rules import FIVE, RatingFilter
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.versions.rules import DomainShape
from tracker.rules.calendar import start_of
from tracker.rules.pace import minutes_for
from tracker.today.page.queries import ComingBack
from tracker.web.ui import page_nav
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink
from tracker.web.ui.templating.dates import usual_load

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
    """What to do next, the first first. `seconds`: what a statement takes them."""
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
    steps = []
    if done.left:
        steps.append(_rate(learner, done, last, seconds))
    elif done.dated:
        title = _keep_older(done) if done.to_keep else _("Check older ratings")
        steps.append(NextUp(title, _still_true(done), url_for("older_ratings.show"), title))
    ends_on = learner.round_ends_on
    ends_soon = ends_on is not None and ends_on - on <= LAST_DAYS
    if not sent and done.rated and (ends_soon or done.is_finished):
        steps.insert(0, _send(done, ends_on))
    return steps


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


def _keep_older(done: Progress) -> str:
    return ngettext("Keep %(num)d older rating", "Keep %(num)d older ratings", done.to_keep)


def _still_true(done: Progress) -> str:
    """Of all of them; what is marked “Not sure” can't be kept."""
    words = ngettext(
        "%(num)d answer is from before this round.",
        "%(num)d answers are from before this round.",
        done.dated,
    )
    return words + " " + _("Keep those that are still true.")


def _rate(learner: Learner, done: Progress, last: tuple[int, int] | None, seconds: int) -> NextUp:
    """Where the learner stopped, as the page behind the button finds it: in their job first."""
    if done.begins_with_job:
        title = _("Go on with your job") if done.rated else _("Start with your job")
        text = _left_in_job(done, seconds)
    else:
        page = _stopped_at(learner, done, last)
        title = (
            _("Go on with %(page)s", page=page.title)
            if done.rated
            else _("Start with %(page)s", page=page.title)
        )
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
            about=about(done.left, seconds),
        )
        text = f"{here} {in_all}"
    return NextUp(
        title=title,
        text=text,
        href=url_for("assessment.resume"),
        label=_("Go on rating") if done.rated else _("Start rating"),
        also=PanelLink(url_for("assessment.five"), _("Rate %(num)s", num=min(FIVE, done.left))),
    )


def _stopped_at(
    learner: Learner, done: Progress, last: tuple[int, int] | None
) -> page_nav.PageNavItem:
    groups = page_nav.page_nav(learner.framework_slug, done)
    pages = [page for group in groups for page in group.items]
    stopped = [
        page
        for page in pages
        if last is not None and page.domain_id == last[0] and page.rank in (None, last[1])
    ]
    return next(page for page in [*stopped, *pages] if not page.is_complete)


def _left_in_job(done: Progress, seconds: int) -> str:
    """What is up to their target, and how long it takes. The page behind it says the same."""
    words = ngettext(
        "%(num)s statement for your job is not rated yet: %(about)s.",
        "%(num)s statements for your job are not rated yet: %(about)s.",
        done.left_in_job,
        about=about(done.left_in_job, seconds),
    )
    return words + " " + _("The rest can wait.") if done.left > done.left_in_job else words


def about(statements: int, seconds: int) -> str:
    """How long they take, in minutes."""
    minutes = minutes_for(statements, seconds)
    return ngettext("about %(num)s minute", "about %(num)s minutes", minutes)


def again(learner: Learner, done: Progress, seconds: int) -> list[PanelEntry]:
    """What changed in new versions of the framework and is to be rated again."""
    asked_again = done.shown(RatingFilter.AGAIN)
    if not done.use_statement or not asked_again:
        return []
    title = ngettext(
        "Rate %(num)s statement again: it has changed since you rated it",
        "Rate %(num)s statements again: they have changed since you rated them",
        asked_again,
    )
    minutes = minutes_for(asked_again, seconds)
    time = ngettext("About %(num)s minute", "About %(num)s minutes", minutes)
    return _filtered(learner, done, RatingFilter.AGAIN, title, f"{time}: ")


def left_beside(learner: Learner, done: Progress, *, sends: bool) -> list[PanelEntry]:
    """What is left to rate besides the next statements. `sends`: something was sent, or sending is
    asked for by a date."""
    if not done.use_statement:
        return []
    entries = []
    if done.rated and done.left and not sends:
        entries.append(_nothing_sent(learner))
    if done.left and done.to_keep:
        entries.append(
            PanelEntry(_keep_older(done), url_for("older_ratings.show"), _still_true(done))
        )
    unsure = ngettext(
        "Decide on %(num)s rating marked “Not sure”",
        "Decide on %(num)s ratings marked “Not sure”",
        done.shown(RatingFilter.NOT_SURE),
    )
    return entries + _filtered(learner, done, RatingFilter.NOT_SURE, unsure)


def _nothing_sent(learner: Learner) -> PanelEntry:
    return PanelEntry(
        _("Nothing is sent for review this round")
        if learner.round_id
        else _("Nothing is sent for review yet"),
        url_for("reviews.new"),
        _("You can send what is rated so far. Until then, only you see it, or how much.")
        + " "
        + usual_load(),
    )


def _filtered(
    learner: Learner, done: Progress, which: RatingFilter, title: str, text: str = ""
) -> list[PanelEntry]:
    """Opens the first of the pages on which the filter shows some; that page leads to the
    others."""
    groups = page_nav.page_nav(learner.framework_slug, done, which=which)
    pages = [item for group in groups for item in group.items]
    if not pages:
        return []
    where = ", ".join(
        _("%(num)s in %(domain)s", num=page.shown, domain=page.title) for page in pages
    )
    return [PanelEntry(title, pages[0].href, text + where)]


def later(learner: Learner, done: Progress) -> list[PanelEntry]:
    """What doesn't count yet, and isn't among what is left to rate."""
    if not done.use_statement or done.later_rated == done.later:
        return []
    title = ngettext(
        "%(num)d statement is new or changed in version %(version)s",
        "%(num)d statements are new or changed in version %(version)s",
        done.later,
        version=learner.framework_version,
    )
    text = _(
        "They count from the next round on; you can rate them now. Rated so far: %(rated)s of "
        "%(total)s.",
        rated=done.later_rated,
        total=done.later,
    )
    return [PanelEntry(title, url_for("assessment.later"), text)]


OFFERED = 3
"""So many statements to update: what fits into a minute."""
LINES = 3
ROUNDS = 3
"""So many kept rounds stand beside now: more are too narrow on a phone."""
TOLD = (Happened.REVIEWED, Happened.DIFFERED, Happened.AGREED, Happened.REACHED)


@dataclass(frozen=True, slots=True)
class SinceVisit:
    """`visit`: the moment; `count`: of how many the `lines` are the newest."""

    visit: dt.datetime
    day: dt.date
    lines: list[TimelineLine]
    count: int


@dataclass(frozen=True, slots=True)
class RoundBars:
    """How many statements were rated, and endorsed, as met. `new`: those of the endorsed that were
    not at the last round's end."""

    label: str
    own: int
    endorsed: int
    new: int = 0


@dataclass(frozen=True, slots=True)
class GrowthPicture:
    """`title`: what it finds; `since`: the last round that was kept; `total`: of how many
    statements."""

    title: str
    since: RoundEnd
    bars: list[RoundBars]
    total: int

    @property
    def most(self) -> int:
        return max(max(bar.own, bar.endorsed) for bar in self.bars)


@dataclass(frozen=True, slots=True)
class CameBack:
    since: SinceVisit | None
    growth: GrowthPicture | None
    offer: PanelLink | None

    def tells(self, at: dt.datetime) -> bool:
        """Whether what happened at that time is told as news since the last visit."""
        return self.since is not None and at > self.since.visit

    def offered(self, first: NextUp | None) -> PanelLink | None:
        """The offer, unless rating is what is put first."""
        is_rating = first is not None and first.href.startswith(url_for("assessment.resume"))
        return None if is_rating else self.offer


def came_back(
    actor: Actor,
    learner: Learner,
    sheet: Sheet,
    domains: Sequence[DomainShape],
    coming: ComingBack,
    ends: Sequence[RoundEnd],
    seconds: int,
) -> CameBack:
    """`ends`: of the rounds that were kept; `seconds`: what a statement takes them. No query, or
    one where there is something to tell."""
    now_is = learner.round or _("Now")
    since, grown = _since_and_growth(actor, sheet, domains, coming.last_visit, ends, now_is)
    return CameBack(since, grown, _offer(actor, learner, sheet, coming, seconds))


def _offer(
    actor: Actor, learner: Learner, sheet: Sheet, coming: ComingBack, seconds: int
) -> PanelLink | None:
    """A few statements to update; nothing for somebody who turned that off, or put it off until a
    later day."""
    on = learner.today
    is_put_off = coming.updates_not_before is not None and on < coming.updates_not_before
    if not coming.offers_updates or is_put_off or not sheet.record.use_statement:
        return None
    day = start_of(actor.time_zone, on)
    ids = to_update(sheet, learner.round_starts_on, day)[:OFFERED]
    if not ids:
        return None
    words = ngettext("%(num)d statement to update", "%(num)d statements to update", len(ids))
    href = url_for("assessment.five", ids="-".join(map(str, ids)))
    return PanelLink(href, f"{words}, {_about(len(ids), seconds)}.")


def _about(statements: int, seconds: int) -> str:
    """Under a minute in tens of seconds."""
    tens = -(-statements * seconds // 10) * 10
    if tens < 60:
        return _("about %(num)s seconds", num=tens)
    return about(statements, seconds)


def _since_and_growth(
    actor: Actor,
    sheet: Sheet,
    domains: Sequence[DomainShape],
    last_visit: dt.datetime | None,
    ends: Sequence[RoundEnd],
    now_is: str,
) -> tuple[SinceVisit | None, GrowthPicture | None]:
    """`now_is`: what to call today beside the rounds."""
    reviewed = [word for words in sheet.record.words[Side.REVIEWED].values() for word in words]
    revealed = [item.revealed_at for items in sheet.record.sent.values() for item in items]
    news = [*(word.at for word in reviewed), *filter(None, revealed)]
    has_news = last_visit is not None and any(at > last_visit for at in news)
    if not has_news and not (ends and reviewed):
        return None, None
    since = None
    if has_news and last_visit is not None:
        happened = growth_queries.of_learner(actor.person_id)
        since = _since(actor, sheet, domains, last_visit, happened)
    else:
        happened = growth_queries.ratings_until(sheet, ends[-1].round_end)
    return since, _growth(sheet, happened, ends, now_is) if ends and reviewed else None


def _since(
    actor: Actor,
    sheet: Sheet,
    domains: Sequence[DomainShape],
    visit: dt.datetime,
    happened: Sequence[Happening],
) -> SinceVisit | None:
    """What happened since the visit. All that was before counts as one day long past, so that
    levels are counted from there."""
    entries = timeline(sheet, happened, lambda at: actor.today(at) if at > visit else dt.date.min)
    news = [entry for entry in entries if entry.day > dt.date.min and entry.kind in TOLD]
    if not news:
        return None
    of = {domain.id: domain for domain in domains}
    return SinceVisit(
        visit, actor.today(visit), [line(entry, of) for entry in news[:LINES]], len(news)
    )


def _growth(
    sheet: Sheet, happened: Sequence[Happening], ends: Sequence[RoundEnd], now_is: str
) -> GrowthPicture | None:
    """None where nothing was endorsed as met, then or now."""
    ends = ends[-ROUNDS:]
    counts = [met_at(sheet, happened, end.round_end) for end in ends]
    then, now = counts[-1], met_now(sheet)
    if not any(counted.endorsed for counted in (*counts, now)):
        return None
    bars = [
        RoundBars(end.round, len(met.own), len(met.endorsed))
        for end, met in zip(ends, counts, strict=True)
    ]
    bars.append(
        RoundBars(now_is, len(now.own), len(now.endorsed), len(now.endorsed - then.endorsed))
    )
    more = len(now.endorsed) - len(then.endorsed)
    if more:
        words = (
            _("%(num)s more reviewed as Consistently than in %(round)s")
            if more > 0
            else _("%(num)s fewer reviewed as Consistently than in %(round)s")
        )
    else:
        words = _("As many reviewed as Consistently as in %(round)s")
    title = words % {"num": abs(more), "round": ends[-1].round}
    return GrowthPicture(title, ends[-1], bars, len(sheet.counted))
