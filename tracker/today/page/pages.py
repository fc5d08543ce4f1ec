"""Today: what waits for somebody in each of their roles, and one thing to go on with.

Today for a learner: what waits for them, what their own reviews ask of them, what comes next,
and where they stand in their own voice.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.assessment.ratings import queries as ratings_queries, rules as ratings_rules
from tracker.evidence.pieces import queries as pieces_queries
from tracker.notifications.notices.pages import href, sentence
from tracker.policy.permissions import Actor
from tracker.profiles.growth import queries as growth_queries
from tracker.profiles.profile import pages as profile_pages, pages_cards as profile_pages_cards
from tracker.profiles.profile.pages_cards import VoiceSummary
from tracker.queries.asking import ask_together
from tracker.record.sheet import queries as sheet_queries, rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Side
from tracker.record.sheet.rules_summaries import sent_counts
from tracker.record.versions import queries as versions_queries
from tracker.record.versions.queries import RecentStatement
from tracker.reviews.endorsements import pages as endorsements_pages
from tracker.reviews.review.pages_screens import result_words
from tracker.rules.calendar import start_of
from tracker.rules.core.notices import LEADS_TO, MailLine, NoticePage
from tracker.teams.team.queries import OpenRound
from tracker.today.page import pages_rating as page_pages_rating, queries as page_queries
from tracker.today.page.pages_duties import administering, coordinating, operating, supervising
from tracker.today.page.pages_rating import CameBack, came_back
from tracker.today.page.queries import ReturnedItem, RevealedReview
from tracker.web.http.framework_asked import learner_asked
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.panels import (
    Duties,
    NextUp,
    PanelEntry,
    PanelLink,
    Section,
    due,
    is_soon,
    shortened,
)
from tracker.web.ui.templating.dates import ago, day


@dataclass(frozen=True, slots=True)
class Learning:
    """`waits`: what a reviewer waits for, `asked` the same as entries of a list, beside what was
    revealed. `next_ups`: what to go on with. `also`: the rest."""

    learner: Learner
    waits: list[NextUp]
    asked: list[PanelEntry]
    next_ups: list[NextUp]
    also: list[PanelEntry]
    summaries: list[VoiceSummary]
    """Where they stand, as on their profile."""
    reads_first: bool
    """How ratings are used; no rating and no evidence before it."""
    recent: list[RecentStatement]
    """What a quick note is likely to count for."""
    back: CameBack

    @property
    def is_known(self) -> bool:
        """Whether anything is rated or reviewed."""
        return any(summary.is_known for summary in self.summaries)

    def others(self, first: NextUp | None) -> list[PanelEntry]:
        """All but what is put first."""
        rest = [PanelEntry(next_up.title, next_up.href, next_up.text) for next_up in self.next_ups]
        href = first.href if first else ""
        return [entry for entry in (*self.asked, *rest, *self.also) if entry.href != href]


def learning(actor: Actor, now: dt.datetime) -> Learning | None:
    """The number of queries is the same whatever there is."""
    learner = learner_asked(actor.person_id, "dashboard.index")
    if learner is None:
        return None
    sheet = sheet_queries.of_learner(learner, Side.OWN, None)
    on = actor.today(now)
    waits = ask_together(
        page_queries.returned(actor),
        page_queries.revealed(actor, now),
        *endorsements_pages.questions(actor, now),
        versions_queries.recent(
            actor.person_id, {framework.id for framework in learner.frameworks}
        ),
        pieces_queries.unlinked(actor.person_id),
        ratings_queries.pace_question(actor.person_id),
        page_queries.coming_back(actor, start_of(actor.time_zone, on)),
        growth_queries.ends(learner),
    )
    *asked, seconds, coming, ends = waits
    done, sheet, asked = mark_language(
        (ratings_rules.progress(sheet, learner.round_starts_on), sheet, asked), learner.lang
    )
    returned, revealed, soon, ended, recent, unlinked = asked
    last = ratings_rules.last_rated(sheet)
    counts = sent_counts(sheet, learner.round_id)
    sent = counts.in_round if learner.round_id else counts.in_all
    own = [framework.slug for framework in learner.frameworks]
    names = len(own) > 1
    waiting = _waits(returned, revealed, names=names)
    next_ups = page_pages_rating.next_ups(learner, done, last, sent, seconds, on)
    if done.use_statement and not next_ups and not waiting:
        statements = sheet_rules_summaries.voices(sheet, learner.name)
        # Where nothing is left to rate or to send, what the levels ask for.
        steps = profile_pages.level_lines(learner, sheet, statements)[:1]
        next_ups = [NextUp(step.title, step.text, step.href, step.action) for step in steps]
    back = came_back(actor, learner, sheet, sheet.domains, coming, ends, seconds)
    news = [
        review
        for review in revealed
        if review.to_say or review.closed_at or not back.tells(review.at)
    ]
    return Learning(
        learner=learner,
        waits=waiting,
        asked=_asked(returned, news, on, names=names),
        next_ups=next_ups,
        also=[
            *endorsements_pages.entries(soon, ended, own if names else []),
            *(
                PanelEntry(agreed_line.title, agreed_line.href, agreed_line.text)
                for agreed_line in profile_pages.agreed_lines(sheet)
            ),
            *page_pages_rating.again(learner, done, seconds),
            *page_pages_rating.left_beside(
                learner, done, sends=bool(sent) or any(next_up.due_on for next_up in next_ups)
            ),
            *_unlinked(unlinked),
            *page_pages_rating.later(learner, done),
        ],
        summaries=profile_pages_cards.summaries(sheet),
        reads_first=not done.use_statement,
        recent=recent,
        back=back,
    )


def _unlinked(count: int) -> list[PanelEntry]:
    if not count:
        return []
    title = ngettext("Link %(num)s piece of evidence", "Link %(num)s pieces of evidence", count)
    return [
        PanelEntry(
            title, url_for("evidence.index", show="unlinked"), _("Choose the statements to link.")
        )
    ]


def _waits(
    returned: Sequence[ReturnedItem], revealed: Sequence[RevealedReview], *, names: bool
) -> list[NextUp]:
    """What a reviewer waits for: the questions of a review at once, and its differences. `names`:
    as for `_asked`."""
    by_review: dict[int, list[ReturnedItem]] = {}
    for item in returned:
        by_review.setdefault(item.review_id, []).append(item)
    return [_reply(items, names=names) for items in by_review.values()] + [
        _settle(review, names=names) for review in revealed if review.to_say
    ]


def _reply(items: list[ReturnedItem], *, names: bool) -> NextUp:
    newest = items[0]
    words = ngettext(
        "Answer %(num)s question from %(name)s",
        "Answer %(num)s questions from %(name)s",
        len(items),
        name=newest.reviewer,
    )
    return NextUp(
        words,
        _of(_question(newest), newest.framework, names),
        url_for("reviews.show", review_id=newest.review_id),
        _("Reply"),
        due_on=newest.due_on,
    )


def _settle(review: RevealedReview, *, names: bool) -> NextUp:
    return NextUp(
        _title(review),
        _of(_outcome(review), review.framework, names),
        url_for("reviews.differences", review_id=review.review_id),
        ngettext("Settle %(num)s difference", "Settle %(num)s differences", review.to_say),
        due_on=review.due_on,
    )


def _asked(
    returned: Sequence[ReturnedItem],
    revealed: Sequence[RevealedReview],
    on: dt.date,
    *,
    names: bool,
) -> list[PanelEntry]:
    """`names`: whether they learn in several frameworks, so that each says of which it is."""
    return [_returned(item, names=names) for item in returned] + [
        _revealed(review, on, names=names) for review in revealed
    ]


def _returned(item: ReturnedItem, *, names: bool) -> PanelEntry:
    return PanelEntry(
        _("%(statement)s came back with a question", statement=item.title),
        url_for("reviews.show", review_id=item.review_id),
        _of(_question(item), item.framework, names),
        ago(item.at),
    )


def _revealed(review: RevealedReview, on: dt.date, *, names: bool) -> PanelEntry:
    endpoint = "reviews.differences" if review.shown else "reviews.show"
    if review.closed_at is not None:
        endpoint = "differences.result"
    waits_for_me = bool(review.to_say)
    return PanelEntry(
        title=_title(review),
        href=url_for(endpoint, review_id=review.review_id),
        note=_of(_outcome(review), review.framework, names),
        when=due(review.due_on, on) if waits_for_me else ago(review.closed_at or review.at),
        urgent=waits_for_me and is_soon(review.due_on, on),
    )


def _title(review: RevealedReview) -> str:
    if review.closed_at is not None:
        return _("Your review by %(name)s is finished", name=review.reviewer)
    if not review.to_say:
        return _("Your review by %(name)s is revealed", name=review.reviewer)
    return ngettext(
        "Settle %(num)s difference with %(name)s",
        "Settle %(num)s differences with %(name)s",
        review.to_say,
        name=review.reviewer,
    )


def _outcome(review: RevealedReview) -> str:
    if review.closed_at is not None and review.shown:
        same = review.shown - review.agreed - review.apart
        return result_words(same, review.agreed, review.apart)
    if not review.shown:
        return _("Your supervisor had no chance to see what you sent.")
    words = _("%(current)s of %(total)s are reviewed.", current=review.current, total=review.shown)
    if with_other := review.differing - review.to_say:
        words += " " + ngettext(
            "%(num)s waits for %(name)s.",
            "%(num)s wait for %(name)s.",
            with_other,
            name=review.reviewer,
        )
    return str(words)


def _question(item: ReturnedItem) -> str:
    if not item.question:
        return _("%(name)s asked; the question was erased with the evidence", name=item.reviewer)
    return _("%(name)s: “%(question)s”", name=item.reviewer, question=shortened(item.question))


def _of(text: str, framework: str, names: bool) -> str:
    """The text, and which framework it is about where they learn in several."""
    return " ".join((text, _("About %(framework)s.", framework=framework))) if names else text


@dataclass(frozen=True, slots=True)
class Today:
    """`rounds`: until when each is open. `also`: what else waits for a learner. `due`: until when
    somebody waits for what is put first. `has_role` is False for somebody who is in no team and
    administers nothing."""

    rounds: list[str]
    next_up: NextUp | None
    due: str
    learning: Learning | None
    also: list[PanelEntry]
    offer: PanelLink | None
    sections: list[Section]
    has_role: bool

    @property
    def is_clear(self) -> bool:
        """Whether nothing waits for somebody who has a role."""
        return self.has_role and not (self.next_up or self.also or self.sections)


def today_of(actor: Actor, rounds: tuple[OpenRound, ...], now: dt.datetime) -> Today:
    """One thing goes on top: that for which somebody else waits, the nearest date first; where
    nobody waits for anything, one's own rating, then what others have to do."""
    on = actor.today(now)
    own = learning(actor, now) if actor.learns_in else None
    duties = [
        supervising(actor, on),
        coordinating(actor, rounds, on) if actor.coordinates else Duties([]),
        _looking_after(actor, now),
    ]
    supervised, coordinated, administered = (duty.next_ups for duty in duties)
    own_ups = [*own.waits, *own.next_ups] if own is not None else []
    next_ups = [*own_ups, *supervised, *administered, *coordinated]
    next_up = min(next_ups, key=lambda next_up: next_up.due_on or dt.date.max, default=None)
    if next_up in administered:
        # What stands on top isn't said again below.
        (section,) = duties[-1].sections
        rest, nothing = section.entries[1:], _("Nothing else waits for you here.")
        duties[-1] = Duties([replace(section, entries=rest, nothing=nothing)])
    return Today(
        rounds=_rounds_open(rounds, own, actor),
        next_up=next_up,
        due=due(next_up.due_on, on) if next_up and next_up.due_on else "",
        learning=own,
        also=own.others(next_up) if own is not None else [],
        offer=own.back.offered(next_up) if own is not None else None,
        sections=[
            section
            for duty in duties
            for section in duty.sections
            if section.entries or section.links
        ],
        has_role=bool(
            own or actor.supervises or actor.coordinates or actor.administrator or actor.operator
        ),
    )


def _looking_after(actor: Actor, now: dt.datetime) -> Duties:
    """An administrator who is operator too has both in one section."""
    if actor.administrator:
        return administering(actor, now)
    return operating(actor) if actor.operator else Duties([])


def account_alerts(
    alerts: Sequence[MailLine], last_day: dt.date | None
) -> list[tuple[str, PanelLink]]:
    """What happened to their account, or to one that they look after, that they have not seen yet,
    and where to go; with what to do before they leave."""
    words = {
        NoticePage.ACCOUNT: _("Open your account"),
        NoticePage.AUDIT: _("Open the audit trail"),
        NoticePage.SYSTEM: _("Open the System page"),
        NoticePage.OWN_READERS: _("See who reads your record"),
        NoticePage.BACKGROUND: _("Open Background work"),
        NoticePage.OWN_RECORD: _("Download my record"),
    }
    told = [(sentence(one), PanelLink(href(one), words[LEADS_TO[one.kind]])) for one in alerts]
    if last_day is not None:
        leave = _(
            "Your last day in your team: %(day)s. Download your record while you can sign in.",
            day=day(last_day),
        )
        told.append((leave, PanelLink(url_for("own_record.show"), _("Download my record"))))
    return told


def _rounds_open(rounds: tuple[OpenRound, ...], own: Learning | None, actor: Actor) -> list[str]:
    """A learner with no other role needs the round of their own framework alone; others are told
    in which they are not themselves, as it is for other versions."""
    if own is None:
        return [_closes(round_) for round_ in rounds]
    if not (actor.supervises or actor.coordinates or actor.administrator):
        rounds = tuple(round_ for round_ in rounds if round_.id == own.learner.round_id)
    versions = {framework.id for framework in own.learner.frameworks}
    return [
        _closes(round_)
        if round_.framework_ids & versions
        else _(
            "%(round)s closes on %(day)s (you’re not in it)",
            round=round_.name,
            day=day(round_.ends_on),
        )
        for round_ in rounds
    ]


def _closes(of: OpenRound) -> str:
    return _("%(round)s closes on %(day)s", round=of.name, day=day(of.ends_on))
