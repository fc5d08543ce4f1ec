"""What Today shows somebody who comes back: what happened since, how they have grown over rounds,
and a few statements to update."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.assessment.ratings.rules import to_update
from tracker.policy.permissions import Actor
from tracker.profiles.growth import queries_timeline as happenings
from tracker.profiles.growth.pages import TimelineLine, line
from tracker.profiles.growth.queries import RoundEnd
from tracker.record.growth.rules import met_at, met_now
from tracker.record.growth.rules_timeline import Happened, Happening, timeline
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_words import Side
from tracker.record.versions.rules import DomainShape
from tracker.rules.calendar import start_of
from tracker.today.page.pages_rating import about
from tracker.today.page.queries import ComingBack
from tracker.web.ui.panels import NextUp, PanelLink

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
        happened = happenings.of_learner(actor.person_id)
        since = _since(actor, sheet, domains, last_visit, happened)
    else:
        happened = happenings.ratings_until(sheet, ends[-1].round_end)
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
