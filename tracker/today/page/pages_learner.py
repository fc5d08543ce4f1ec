"""Today for a learner: what waits for them, what their own reviews ask of them, what comes next,
and where they stand in their own voice."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.assessment.ratings import queries_history as pace, rules as progress
from tracker.evidence.pieces import queries as evidence
from tracker.policy.permissions import Actor
from tracker.profiles.growth import queries as growth
from tracker.profiles.profile import pages_cards as cards, pages_steps as step_lines
from tracker.profiles.profile.pages_cards import VoiceSummary
from tracker.queries.asking import ask_together
from tracker.record.sheet import queries as sheets, rules_voices as statement_voices
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules_summaries import sent_counts
from tracker.record.sheet.rules_words import Side
from tracker.record.versions import queries_choices as statement_choices
from tracker.record.versions.queries_choices import RecentStatement
from tracker.reviews.endorsements import pages_alerts as alerts
from tracker.reviews.review.pages_labels import result_words
from tracker.rules.calendar import start_of
from tracker.today.page import pages_rating as rating, queries as today
from tracker.today.page.pages_coming_back import CameBack, came_back
from tracker.today.page.queries import ReturnedItem, RevealedReview
from tracker.web.http.framework_asked import learner_asked
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.panels import NextUp, PanelEntry, due, is_soon, shortened
from tracker.web.ui.templating.dates import ago


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
    sheet = sheets.of_learner(learner, Side.OWN, None)
    on = actor.today(now)
    waits = ask_together(
        today.returned(actor),
        today.revealed(actor, now),
        *alerts.questions(actor, now),
        statement_choices.recent(
            actor.person_id, {framework.id for framework in learner.frameworks}
        ),
        evidence.unlinked(actor.person_id),
        pace.pace_question(actor.person_id),
        today.coming_back(actor, start_of(actor.time_zone, on)),
        growth.ends(learner),
    )
    *asked, seconds, coming, ends = waits
    done, sheet, asked = mark_language(
        (progress.progress(sheet, learner.round_starts_on), sheet, asked), learner.lang
    )
    returned, revealed, soon, ended, recent, unlinked = asked
    last = progress.last_rated(sheet)
    counts = sent_counts(sheet, learner.round_id)
    sent = counts.in_round if learner.round_id else counts.in_all
    own = [framework.slug for framework in learner.frameworks]
    names = len(own) > 1
    waiting = _waits(returned, revealed, names=names)
    next_ups = rating.next_ups(learner, done, last, sent, seconds, on)
    if done.use_statement and not next_ups and not waiting:
        statements = statement_voices.voices(sheet, learner.name)
        # Where nothing is left to rate or to send, what the levels ask for.
        steps = step_lines.level_lines(learner, sheet, statements)[:1]
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
            *alerts.entries(soon, ended, own if names else []),
            *(
                PanelEntry(agreed_line.title, agreed_line.href, agreed_line.text)
                for agreed_line in step_lines.agreed_lines(sheet)
            ),
            *rating.again(learner, done, seconds),
            *rating.left_beside(
                learner, done, sends=bool(sent) or any(next_up.due_on for next_up in next_ups)
            ),
            *_unlinked(unlinked),
            *rating.later(learner, done),
        ],
        summaries=cards.summaries(sheet),
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
        _title(review),
        url_for(endpoint, review_id=review.review_id),
        _of(_outcome(review), review.framework, names),
        due(review.due_on, on) if waits_for_me else ago(review.closed_at or review.at),
        waits_for_me and is_soon(review.due_on, on),
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
