"""All that one reader gets to see on a profile. The page and the document are made of the same."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from tracker.assessment.older import queries as retired_statements
from tracker.assessment.older.queries import RetiredStatement
from tracker.profiles.growth import queries as growth
from tracker.profiles.growth.pages import fall_words
from tracker.profiles.growth.queries import EarlierRound, NamedFall
from tracker.profiles.growth.rules import falls_since
from tracker.profiles.profile import pages_cards as cards
from tracker.profiles.profile import pages_levels as levels
from tracker.profiles.profile import pages_steps as step_lines
from tracker.profiles.profile import queries as profiles
from tracker.profiles.profile.pages_cards import ChangesSince, VoiceSummary
from tracker.profiles.profile.pages_levels import SectionBars
from tracker.profiles.profile.pages_steps import StepLine
from tracker.profiles.profile.pages_words import OpenStatements
from tracker.profiles.profile.queries import Profile
from tracker.record.blindness.queries import NO_BLIND_SPOTS, BlindSpots
from tracker.record.endorsements import rules as exceptions
from tracker.record.endorsements.rules import AgreedException
from tracker.record.growth import rules as grown_since
from tracker.record.sheet import queries as sheets
from tracker.record.sheet import rules_voices as statement_voices
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import (
    EndorsedCount,
    SentCounts,
    answered_at,
    endorsed_count,
    has_reviewed_side,
    sent_counts,
)
from tracker.record.sheet.rules_voices import StatementVoices
from tracker.record.sheet.rules_words import CountsFrom, Side
from tracker.record.versions import queries_level_moves as level_moves
from tracker.record.versions.queries_level_moves import MovedStatement, VersionMove
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.web.http import session
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.templating.dates import counts_when


@dataclass(frozen=True, slots=True)
class DomainMoves:
    """A domain in which statements came into a level, or left it, with a sentence for each; and for
    each level that fell by it. `before`: the version that they left; `changes`: the page of all
    that differs from it."""

    title: Wording
    href: str
    falls: list[str]
    sentences: list[str]
    before: str
    changes: str


@dataclass(frozen=True)
class ProfilePage:
    """`steps`, `last_change` and `retired` are for the learner alone: empty for others. `changes`
    is None where no round has ended in which they were there; `moved`: with the version that they
    were moved to, unless that was before the round that is compared with."""

    sheet: Sheet
    profile: Profile
    side: Side | None
    sections: list[SectionBars]
    target: str
    summaries: list[VoiceSummary]
    endorsed: EndorsedCount
    has_reviewed: bool
    has_out_of_order: bool
    changes: ChangesSince | None
    moved: list[DomainMoves]
    sent: SentCounts
    statements: list[StatementVoices]
    exceptions: list[AgreedException]
    steps: list[StepLine]
    nothing_left: str
    last_change: dt.datetime | None
    retired: list[RetiredStatement]


def profile_page(learner: Learner, side: Side | None) -> ProfilePage:
    blind = NO_BLIND_SPOTS if side is Side.OWN else session.blind_spots()
    sheet = sheets.of_learner(learner, side, blind, revealed=False)
    plain = statements = statement_voices.voices(sheet, learner.name)
    offered, chosen = _rounds(learner, blind)
    then = sheets.of_learner(learner, side, blind, chosen.end) if chosen else None
    came_by = level_moves.newest_move(sheet)
    if came_by is not None and chosen is not None and came_by.moved_at < chosen.end:
        came_by = None
    profile, statements, agreed_steps, grown, came_by, fallen = mark_language(
        (
            profiles.profile(learner, sheet),
            statements,
            sheet.record.steps,
            grown_since.growth(then, sheet) if then else grown_since.Growth(),
            came_by,
            growth.falls_of_move(learner, came_by, sheet, blind, statements),
        ),
        learner.lang,
    )
    agreed = exceptions.agreed(sheet, learner.name)
    has_reviewed = has_reviewed_side(sheet)
    sections = levels.sections(
        profile,
        agreed,
        OpenStatements.of(statements, side),
        lambda domain: _address(learner, side, domain),
        has_reviewed=has_reviewed,
    )
    summaries = cards.summaries(profile, side, endorsed_count(sheet).standing)
    changes, steps, last_change = None, [], None
    retired: list[RetiredStatement] = []
    if chosen is not None and then is not None:
        same_version = chosen.version == learner.framework_version
        falls = falls_since(chosen.domains, then, sheet, same_version=same_version)
        changes = cards.changes(profile, offered, chosen, grown, summaries, falls)
    if side is Side.OWN:
        steps = step_lines.step_lines(agreed_steps, profile, sheet, statements)
        last_change = answered_at(sheet)
        retired = retired_statements.of_learner(learner, sheet)
    return ProfilePage(
        sheet=sheet,
        profile=profile,
        side=side,
        sections=sections,
        target=levels.common(section.target for section in sections),
        summaries=summaries,
        endorsed=endorsed_count(sheet),
        has_reviewed=has_reviewed,
        has_out_of_order=any(section.has_out_of_order for section in sections),
        changes=changes,
        moved=_moved(profile.domains, learner, side, came_by, fallen, statements),
        sent=sent_counts(sheet),
        statements=plain,
        exceptions=agreed,
        steps=steps,
        nothing_left=step_lines.nothing_left(profile),
        last_change=last_change,
        retired=retired,
    )


def moved_in(
    learner: Learner, domain: DomainShape, sheet: Sheet, blind: BlindSpots
) -> DomainMoves | None:
    """What the version that they were moved to changed in the domain; None for nothing."""
    came_by = level_moves.newest_move(sheet)
    if came_by is None:
        return None
    statements = statement_voices.voices(sheet, learner.name)
    fallen = growth.falls_of_move(learner, came_by, sheet, blind, statements)
    came_by, fallen, statements = mark_language((came_by, fallen, statements), learner.lang)
    return next(iter(_moved([domain], learner, sheet.side, came_by, fallen, statements)), None)


def _moved(
    domains: Sequence[DomainShape],
    learner: Learner,
    side: Side | None,
    came_by: VersionMove | None,
    fallen: Sequence[NamedFall],
    statements: Sequence[StatementVoices],
) -> list[DomainMoves]:
    """The domains in which something changed."""
    if came_by is None:
        return []
    later = {statement.id: statement.later for statement in statements if statement.later}
    # Somebody who is moved back is on the older of the two.
    versions = [came_by.before, came_by.version]
    since, version = reversed(versions) if came_by.is_back else versions
    changes = url_for(
        "frameworks.changes", slug=learner.framework_slug, version=version, since=since
    )
    moved = []
    for domain in domains:
        moves = came_by.of(domain.id)
        sentences = [
            _what_moved(move, later.get(move.statement_id), is_back=came_by.is_back)
            for move in moves
        ]
        named = {move.statement_id for move in moves}
        for statement in statements:  # what was asked again at its level
            if statement.domain_id != domain.id or statement.id in named or statement.later is None:
                continue
            if statement.later.version == came_by.version:
                words = _(
                    "%(code)s “%(title)s” changed in %(version)s.",
                    code=statement.code,
                    title=statement.title,
                    version=came_by.between.version_of(statement.id, came=True),
                )
                sentences.append(f"{words} {counts_when(statement.later)}")
        falls = [fall_words(fall) for fall in fallen if fall.domain_id == domain.id]
        if sentences or falls:
            href = _address(learner, side, domain)
            moved.append(DomainMoves(domain.title, href, falls, sentences, came_by.before, changes))
    return moved


def _what_moved(of: MovedStatement, later: CountsFrom | None, *, is_back: bool) -> str:
    """The statements that came into a level, or left it; `later`: from when one counts, where it
    doesn't yet."""
    if is_back:
        words = (
            _("%(code)s “%(title)s” doesn’t count here in %(version)s.")
            if not of.came
            else _("%(code)s “%(title)s” is in %(version)s.")
            if later
            else _("%(code)s “%(title)s” counts here again.")
        )
    elif of.came:
        if not of.other:
            words = _("%(code)s “%(title)s” is new in %(version)s.")
        elif of.is_part:
            words = _("%(code)s “%(title)s” was split from “%(other)s” in %(version)s.")
        else:
            words = _("%(code)s “%(title)s” moved here from %(other)s in %(version)s.")
    elif not of.other:
        words = _("%(code)s “%(title)s” was retired in %(version)s.")
    elif of.is_part:
        words = _("%(code)s “%(title)s” became part of “%(other)s” in %(version)s.")
    else:
        words = _("%(code)s “%(title)s” moved to %(other)s in %(version)s.")
    sentence = words % {
        "code": of.code,
        "title": of.title,
        "other": of.other,
        "version": of.version,
    }
    return f"{sentence} {counts_when(later)}" if later else sentence


def _rounds(learner: Learner, blind: BlindSpots) -> tuple[list[EarlierRound], EarlierRound | None]:
    """The rounds to compare with, and the one that the address names, else the newest."""
    offered = growth.rounds(learner, blind)
    asked = request.args.get("since", "")
    chosen = next((round_ for round_ in offered if str(round_.id) == asked), None)
    return offered, chosen or next(iter(offered), None)


def _address(learner: Learner, side: Side | None, domain: DomainShape) -> str:
    if side is Side.OWN:
        return url_for("profiles.explain_own", domain=domain.key)
    return url_for("profiles.explain", person_id=learner.person_id, domain=domain.key)
