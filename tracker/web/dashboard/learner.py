"""Today for a learner: what waits for them, what comes next, and where they stand in their own
voice."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.asking import ask_together
from tracker.queries.assessment import pace
from tracker.queries.assessment.learners import Learner
from tracker.queries.dashboard import coming_back, today
from tracker.queries.evidence import evidence
from tracker.queries.frameworks import statement_choices
from tracker.queries.frameworks.statement_choices import RecentStatement
from tracker.queries.profiles import growth, profiles
from tracker.queries.record import sheets
from tracker.rules.assessment import progress
from tracker.rules.assessment.progress import Progress
from tracker.rules.assessment.ratings import RatingFilter
from tracker.rules.calendar import start_of
from tracker.rules.pace import minutes_for
from tracker.rules.profiles import statement_status
from tracker.rules.record.summaries import endorsed_count, sent_counts
from tracker.rules.record.words import Side
from tracker.web.dashboard import go_on, own_reviews
from tracker.web.dashboard.coming_back import CameBack, came_back
from tracker.web.http.framework_asked import learner_asked
from tracker.web.i18n.content_language import mark_language
from tracker.web.profiles import cards, step_lines
from tracker.web.profiles.cards import VoiceSummary
from tracker.web.profiles.step_lines import StepLine
from tracker.web.reviews.endorsements import alerts
from tracker.web.ui import page_nav
from tracker.web.ui.panels import NextUp, PanelEntry
from tracker.web.ui.templating.quantities import usual_load


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
        return any(each.is_known for each in self.summaries)

    def others(self, first: NextUp | None) -> list[PanelEntry]:
        """All but what is put first."""
        rest = [PanelEntry(each.title, each.href, each.text) for each in self.next_ups]
        href = first.href if first else ""
        return [each for each in (*self.asked, *rest, *self.also) if each.href != href]


def learning(actor: Actor, now: dt.datetime) -> Learning | None:
    """The number of queries is the same whatever there is."""
    learner = learner_asked(actor.person_id, "dashboard.index")
    if learner is None:
        return None
    sheet = sheets.of_learner(learner, Side.OWN, NO_BLIND_SPOTS)
    on = actor.today(now)
    waits = ask_together(
        today.returned(actor),
        today.revealed(actor, now),
        *alerts.questions(actor, now),
        statement_choices.recent(actor.person_id, {each.id for each in learner.frameworks}),
        evidence.unlinked(actor.person_id),
        pace.question(actor.person_id),
        coming_back.coming_back(actor, start_of(actor.time_zone, on)),
        growth.ends(learner),
    )
    *asked, seconds, coming, ends = waits
    done, profile, agreed, asked = mark_language(
        (
            progress.progress(sheet, learner.round_starts_on),
            profiles.profile(learner, sheet),
            sheet.record.steps,
            asked,
        ),
        learner.lang,
    )
    returned, revealed, soon, ended, recent, unlinked = asked
    last = progress.last_rated(sheet)
    counts = sent_counts(sheet, learner.round_id)
    sent = counts.in_round if learner.round_id else counts.in_all
    own = [each.slug for each in learner.frameworks]
    waiting = own_reviews.waits(returned, revealed, names=len(own) > 1)
    next_ups = go_on.next_ups(learner, done, last, sent, seconds, on)
    if done.use_statement and not next_ups and not waiting:
        statements = mark_language(statement_status.voices(sheet, learner.name), learner.lang)
        next_ups = _first_step(step_lines.step_lines((), profile, sheet, statements))
    back = came_back(actor, learner, sheet, profile.domains, coming, ends, seconds)
    told = [each for each in revealed if each.to_say or each.closed_at or not back.tells(each.at)]
    return Learning(
        learner=learner,
        waits=waiting,
        asked=own_reviews.entries(returned, told, on, names=len(own) > 1),
        next_ups=next_ups,
        also=[
            *alerts.entries(soon, ended, own if len(own) > 1 else []),
            *(
                PanelEntry(each.title, each.href, each.text)
                for each in step_lines.agreed_lines(agreed)
            ),
            *_again(learner, done, seconds),
            *_left(learner, done, sends=bool(sent) or any(each.due_on for each in next_ups)),
            *_unlinked(unlinked),
            *_later(learner, done),
        ],
        summaries=cards.summaries(profile, Side.OWN, endorsed_count(sheet).standing),
        reads_first=not done.use_statement,
        recent=recent,
        back=back,
    )


def _first_step(steps: list[StepLine]) -> list[NextUp]:
    """Where nothing is left to rate or to send, what the levels ask for."""
    return [NextUp(each.title, each.text, each.href, each.action) for each in steps[:1]]


def _left(learner: Learner, done: Progress, *, sends: bool) -> list[PanelEntry]:
    """What is left of rating beside the next statements. `sends`: something is sent, or sending is
    asked for by a date."""
    if not done.use_statement:
        return []
    found = []
    if done.rated and done.left and not sends:
        found.append(_nothing_sent(learner))
    if done.left and done.to_keep:
        found.append(
            PanelEntry(
                go_on.older(done),
                url_for("older_ratings.show"),
                _("Keep those that are still true."),
            )
        )
    return found + _unsure(learner, done)


def _again(learner: Learner, done: Progress, seconds: int) -> list[PanelEntry]:
    """What new versions of the framework ask anew."""
    if not done.use_statement or not done.again:
        return []
    title = ngettext(
        "Rate %(num)s statement again: it has changed since you rated it",
        "Rate %(num)s statements again: they have changed since you rated them",
        done.again,
    )
    minutes = minutes_for(done.again, seconds)
    time = ngettext("About %(num)s minute", "About %(num)s minutes", minutes)
    return _filtered(learner, done, RatingFilter.AGAIN, title, f"{time}: ")


def _unsure(learner: Learner, done: Progress) -> list[PanelEntry]:
    title = ngettext(
        "Decide on %(num)s rating marked “Not sure”",
        "Decide on %(num)s ratings marked “Not sure”",
        sum(level.unsure for level in done.levels),
    )
    return _filtered(learner, done, RatingFilter.NOT_SURE, title)


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


def _later(learner: Learner, done: Progress) -> list[PanelEntry]:
    """What is in no count yet, and so in nothing that is left to rate."""
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


def _unlinked(count: int) -> list[PanelEntry]:
    if not count:
        return []
    title = ngettext("Link %(num)s piece of evidence", "Link %(num)s pieces of evidence", count)
    return [
        PanelEntry(
            title, url_for("evidence.index", show="unlinked"), _("Choose the statements to link.")
        )
    ]


def _nothing_sent(learner: Learner) -> PanelEntry:
    return PanelEntry(
        _("Nothing is sent for review this round")
        if learner.round_id
        else _("Nothing is sent for review yet"),
        url_for("reviews.new"),
        _("You can send what is rated so far. Until then nobody else sees it, nor how much it is.")
        + " "
        + usual_load(),
    )
