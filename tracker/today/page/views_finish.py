"""The finish of rating: what is rated, the levels so far, and what can come then."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.assessment.ratings import pages as assess_pages
from tracker.frameworks.versions.rules_levels import DomainStanding, TargetState, known_rank
from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.profile.pages_cards import beside_headline
from tracker.profiles.profile.pages_levels import LevelBar, bar
from tracker.profiles.profile.pages_words import OpenStatements
from tracker.record.sheet import rules_voices as statement_voices
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import sent_counts
from tracker.record.sheet.rules_words import Side
from tracker.record.versions.rules import DomainShape
from tracker.reviews.review import queries_items as review_items
from tracker.reviews.sending import queries_reviewers as eligible_reviewers
from tracker.reviews.sending.rules import sendable, suggested
from tracker.rules.core.wording import Wording
from tracker.rules.names import first_name
from tracker.rules.pace import minutes_for
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.redirects import own_address
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui import page_nav

bp = Blueprint("finish", __name__)


@dataclass(frozen=True, slots=True)
class SectionLevels:
    """A section by one's own ratings: with one domain its bar, as on the profile, and the level
    where it's known; with several how each stands to its target, counted in `words`."""

    title: Wording
    words: str
    bar: LevelBar | None = None
    states: tuple[TargetState | None, ...] = ()


@dataclass(frozen=True, slots=True)
class SendingOffer:
    """What the page for sending says before anything is changed there. `words`: how much it
    suggests, and what that costs the reviewer."""

    has_reviewer: bool
    has_statements: bool
    words: str


@bp.get("/assess/done")
@door(Permission.RATE)
def show() -> ResponseReturnValue:
    """On to `next` while something of the job is left."""
    header = assess_pages.header(switch="finish.show", private=True).once_read()
    if not header.progress.is_finished:
        return redirect(own_address(request.args.get("next", ""), url_for("assessment.resume")))
    sections = _sections(header.learner, header.sheet)
    return render(
        "today/finish.html",
        lang=header.learner.lang,
        header=header,
        groups=page_nav.page_nav(header.learner.framework_slug, header.progress),
        sections=sections,
        has_target=any(section.bar and section.bar.tick for section in sections),
        sending=_sending(header.learner, header.sheet),
        is_sent=sent_counts(header.sheet).in_all > 0,
    )


def _sections(learner: Learner, sheet: Sheet) -> list[SectionLevels]:
    sheet = mark_language(sheet, learner.lang)
    unknown = OpenStatements.of(statement_voices.voices(sheet, learner.name), Side.OWN)
    own = sheet.standings(Voice.SELF)
    sections = []
    for _key, of_section in groupby(sheet.domains, key=lambda domain: domain.strand_key):
        first, *others = of_section
        if others:
            states = tuple(own[domain.id].target_state for domain in (first, *others))
            sections.append(SectionLevels(first.strand, _of_domains(states), states=states))
        else:
            href = url_for("profiles.explain_own", domain=first.key)
            of = own[first.id]
            drawn = bar(Voice.SELF, of, first, href, unknown, excepted=False)
            sections.append(SectionLevels(first.strand, _level(of, first), drawn))
    return sections


def _of_domains(states: tuple[TargetState | None, ...]) -> str:
    with_target = len(states) - states.count(None)
    if not with_target:
        return _("no target")
    words = ngettext(
        "%(at)s of %(num)d domain at target",
        "%(at)s of %(num)d domains at target",
        with_target,
        at=states.count(TargetState.AT_TARGET),
    )
    return ", ".join(filter(None, (words, beside_headline(Voice.SELF, Counter(states)))))


def _level(of: DomainStanding, domain: DomainShape) -> str:
    """The level reached; "" where it isn't known: what is said of the target and the next level
    gives the reason."""
    rank = known_rank(of)
    if rank is None:
        return ""
    reached = _("%(level)s reached", level=domain.level_name(rank))
    return str(reached if rank else _("No level reached yet"))


def _sending(learner: Learner, sheet: Sheet) -> SendingOffer:
    reviewers = eligible_reviewers.of(learner.person_id, session.today())
    statements = sendable(sheet, learner.round_starts_on)
    count = len(suggested(statement.candidate for statement in statements))
    paces = review_items.seconds_of([reviewer.person_id for reviewer in reviewers])
    minutes = minutes_for(count, eligible_reviewers.expected(reviewers, paces))
    only = eligible_reviewers.sole(reviewers)
    time = ngettext(
        "about %(num)d minute for %(name)s",
        "about %(num)d minutes for %(name)s",
        minutes,
        name=first_name(only.name) if only else _("your reviewer"),
    )
    suggestion = ngettext("%(num)d suggested", "%(num)d suggested", count)
    words = f"{suggestion}, {time}" if count else _("None suggested; you choose which")
    return SendingOffer(bool(reviewers), bool(statements), words)
