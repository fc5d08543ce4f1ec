"""Today for a learner: where to go on, what came back, where they stand in their own voice, one
step to a level."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment import pace, progress
from tracker.queries.assessment.learners import Learner
from tracker.queries.assessment.progress import Progress
from tracker.queries.dashboard import today
from tracker.queries.dashboard.today import ReturnedItem, RevealedReview
from tracker.queries.evidence import evidence
from tracker.queries.frameworks import statement_choices
from tracker.queries.frameworks.statement_choices import RecentStatement
from tracker.queries.profiles import profiles, statement_status
from tracker.queries.profiles.levels import DomainShape
from tracker.queries.profiles.profiles import Profile, SelfSide
from tracker.queries.profiles.statement_status import StatementVoices
from tracker.rules.assessment.ratings import FIVE
from tracker.rules.frameworks.scale import Voice
from tracker.rules.pace import minutes_for
from tracker.rules.profiles.levels import DomainStanding, what_would_change
from tracker.rules.profiles.next_steps import NextStep, StepKind
from tracker.web.http.framework_asked import learner_asked
from tracker.web.i18n.content_language import mark_language
from tracker.web.profiles.standing_words import reached
from tracker.web.reviews.endorsements import alerts
from tracker.web.ui import page_nav
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink, ProgressBar, StepCard, shortened
from tracker.web.ui.template_helpers import ago

TO_A_LEVEL = (StepKind.BUILD_REVIEWED, StepKind.BUILD_OWN, StepKind.GROW)
"""Steps that are about doing a thing; the others wait in lists of their own on this page."""
ALL_KINDS = 3 * len(StepKind)


@dataclass(frozen=True, slots=True)
class Learning:
    learner: Learner
    next_up: NextUp | None
    waiting: list[PanelEntry]
    bars: list[ProgressBar]
    step: StepCard | None
    reads_first: bool
    """How ratings are used; no rating and no evidence before it."""
    recent: list[RecentStatement]
    """What a quick note is likely to count for."""


def learning(actor: Actor, now: dt.datetime) -> Learning | None:
    """The number of queries is the same whatever there is."""
    learner = learner_asked(actor.person_id, "dashboard.index")
    if learner is None:
        return None
    done, profile, statements, returned, revealed, ended, recent = mark_language(
        (
            progress.progress(learner),
            profiles.profile(learner, SelfSide.OWN, NO_BLIND_SPOTS),
            statement_status.voices(learner, SelfSide.OWN, NO_BLIND_SPOTS),
            today.returned(actor),
            today.revealed(actor, now),
            alerts.found(actor, now),
            statement_choices.recent(actor.person_id, {each.id for each in learner.frameworks}),
        ),
        learner.lang,
    )
    last = progress.last_rated(learner)
    sent = today.sent_this_round(actor, learner.framework_id, learner.round_id)
    own = [each.slug for each in learner.frameworks]
    steps = statement_status.steps(profile, statements, ALL_KINDS)
    waiting = (
        _returned(returned, names=len(own) > 1)
        + _revealed(revealed, names=len(own) > 1)
        + alerts.entries(actor, now, ended, own if len(own) > 1 else [])
        + _unlinked(actor)
    )
    next_up = _next_up(learner, done, last, sent)
    if done.use_statement and done.rated and done.left and not sent:
        waiting.append(_nothing_sent(learner))
    if done.use_statement and done.left and done.to_keep:
        waiting.append(
            PanelEntry(
                _older(done),
                url_for("older_ratings.show"),
                _("You gave these answers before this round. Keep those that are still true."),
            )
        )
    return Learning(
        learner=learner,
        next_up=next_up,
        waiting=waiting,
        bars=_bars(done, profile),
        step=_step(steps, profile, statements),
        reads_first=not done.use_statement,
        recent=recent,
    )


def _next_up(
    learner: Learner, done: Progress, last: tuple[int, int] | None, sent: int
) -> NextUp | None:
    if done.use_statement is None:
        return None
    if not done.use_statement:
        return NextUp(
            _("Read how ratings are used"),
            _(
                "It says what ratings are for, who reads them and how long they are kept. You "
                "rate after it."
            ),
            url_for("dashboard.use_statement"),
            _("Read it"),
        )
    if done.left:
        return _go_on(learner, done, last)
    if done.dated:
        return NextUp(
            _("Look at older ratings again"),
            _("You gave these answers before this round. Keep those that are still true."),
            url_for("older_ratings.show"),
            _older(done) if done.to_keep else _("Look at them"),
        )
    if not sent:
        return NextUp(
            _("Send your ratings for review"),
            _(
                "All %(total)s statements are rated. Your supervisor answers without seeing your "
                "answers first.",
                total=done.total,
            ),
            url_for("reviews.new"),
            _("Choose what to send"),
        )
    return None


def _older(done: Progress) -> str:
    return str(ngettext("Keep %(num)d older rating", "Keep %(num)d older ratings", done.to_keep))


def _go_on(learner: Learner, done: Progress, last: tuple[int, int] | None) -> NextUp:
    """Where the learner stopped, as the page behind the button finds it: in their job first."""
    if done.begins_with_job:
        return _job(learner, done)
    groups = page_nav.page_nav(learner.framework_slug, done)
    pages = [item for group in groups for item in group.items]
    here = [
        item
        for item in pages
        if last is not None and item.domain_id == last[0] and item.rank in (None, last[1])
    ]
    page = next(item for item in [*here, *pages] if not item.is_complete)
    left = ngettext(
        "%(num)s of %(total)s statement left here",
        "%(num)s of %(total)s statements left here",
        page.total - page.done,
        total=page.total,
    )
    in_all = _("%(done)s of %(total)s in all", done=done.rated, total=done.total)
    minutes = minutes_for(done.left, pace.seconds_of(learner.person_id))
    about = _about(minutes)
    return NextUp(
        _("Go on with %(page)s", page=page.title)
        if done.rated
        else _("Start with %(page)s", page=page.title),
        f"{left} · {in_all} · {about}",
        url_for("assessment.resume"),
        _("Go on rating") if done.rated else _("Start rating"),
        PanelLink(url_for("assessment.five"), _("Rate %(num)s", num=min(FIVE, done.left))),
    )


def _about(minutes: int) -> str:
    return str(ngettext("about %(num)s minute", "about %(num)s minutes", minutes))


def _job(learner: Learner, done: Progress) -> NextUp:
    """What is up to their target, and how long it takes; then the rest."""
    seconds = pace.seconds_of(learner.person_id)
    job, rest = done.left_in_job, done.left - done.left_in_job
    words = _(
        "%(job)s of %(total)s statements are for your job and not rated yet: %(about)s.",
        job=job,
        total=done.total,
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


def _of(framework: str, names: bool) -> str:
    """Which framework it is about, where they learn in several."""
    return str(_("About %(framework)s.", framework=framework)) if names else ""


def _asked(item: ReturnedItem) -> str:
    if not item.question:
        return str(
            _("%(name)s asked; the question was erased with the evidence", name=item.reviewer)
        )
    return str(_("%(name)s: “%(question)s”", name=item.reviewer, question=shortened(item.question)))


def _returned(items: list[ReturnedItem], *, names: bool) -> list[PanelEntry]:
    return [
        PanelEntry(
            _("%(statement)s came back with a question", statement=item.title),
            url_for("reviews.show", review_id=item.review_id),
            " ".join(filter(None, (_asked(item), _of(item.framework, names)))),
            ago(item.at),
        )
        for item in items
    ]


def _revealed(reviews: list[RevealedReview], *, names: bool) -> list[PanelEntry]:
    found = []
    for review in reviews:
        endpoint = "reviews.differences" if review.shown else "reviews.show"
        words = [
            _("%(current)s of %(total)s are reviewed.", current=review.current, total=review.shown)
            if review.shown
            else _("Your supervisor had no chance to see what you sent.")
        ]
        if review.differing:
            words.append(
                ngettext("%(num)s to talk through.", "%(num)s to talk through.", review.differing)
            )
        words.append(_of(review.framework, names))
        found.append(
            PanelEntry(
                _("Your review by %(name)s is revealed", name=review.reviewer),
                url_for(endpoint, review_id=review.review_id),
                " ".join(filter(None, words)),
                ago(review.at),
            )
        )
    return found


def _unlinked(actor: Actor) -> list[PanelEntry]:
    count = evidence.counts(actor.person_id).unlinked
    if not count:
        return []
    title = ngettext(
        "%(num)s piece of evidence is not linked yet",
        "%(num)s pieces of evidence are not linked yet",
        count,
    )
    return [
        PanelEntry(
            title,
            url_for("evidence.index", show="unlinked"),
            _("Say which statements it counts for, and why."),
        )
    ]


def _nothing_sent(learner: Learner) -> PanelEntry:
    return PanelEntry(
        _("Nothing is sent for review this round")
        if learner.round_id
        else _("Nothing is sent for review yet"),
        url_for("reviews.new"),
        _("You can send what is rated so far. Until then nobody else sees it, nor how much it is."),
    )


def _bars(done: Progress, profile: Profile) -> list[ProgressBar]:
    """How much of each domain is rated, and the level held by the learner's own ratings."""
    found = []
    own = profile.own or {}
    for domain in profile.domains:
        levels = done.of_domain(domain.strand_key, domain.key)
        found.append(
            ProgressBar(
                domain.title,
                sum(level.rated for level in levels),
                sum(level.total for level in levels),
                reached(own[domain.id], domain),
                url_for("profiles.explain_own", domain=domain.key),
            )
        )
    return found


def _step(
    steps: tuple[NextStep, ...], profile: Profile, statements: list[StatementVoices]
) -> StepCard | None:
    """The first step that is about doing a thing."""
    step = next((each for each in steps if each.kind in TO_A_LEVEL), None)
    if step is None:
        return None
    domain = next(each for each in profile.domains if each.id == step.domain_id)
    first = next(each for each in statements if each.id == step.statement_ids[0])
    standings = profile.endorsed if step.voice is Voice.ENDORSED else profile.own or {}
    return StepCard(
        first.title,
        url_for("statements.show", statement_id=first.id),
        f"{_towards(step, domain, standings[domain.id])} {_said(first)}".strip(),
        PanelLink(url_for("evidence.new", statement=first.id), _("Add evidence")),
    )


def _towards(step: NextStep, domain: DomainShape, of: DomainStanding) -> str:
    """What the explanation of the domain says, from the side of this statement."""
    level = domain.level_name(step.rank or 0)
    whose = _("by reviewed ratings") if step.voice is Voice.ENDORSED else _("by your own ratings")
    if step.more == 1:
        return str(
            _(
                "The last statement between you and %(level)s in %(domain)s, %(whose)s.",
                level=level,
                domain=domain.title,
                whose=whose,
            )
        )
    words = _(
        "%(num)s more statements to reach %(level)s in %(domain)s, %(whose)s. This is one of them.",
        num=step.more or len(step.statement_ids),
        level=level,
        domain=domain.title,
        whose=whose,
    )
    lacks = what_would_change(of)
    if lacks is None or lacks.rank == step.rank:
        return str(words)
    lower = domain.level_name(lacks.rank)
    first = ngettext(
        "%(level)s comes first: %(num)d more statement.",
        "%(level)s comes first: %(num)d more statements.",
        lacks.more,
        level=lower,
    )
    return f"{words} {first}"


def _said(statement: StatementVoices) -> str:
    if statement.own is None:
        return ""
    return str(_("You answered “%(answer)s”.", answer=statement.own.label))
