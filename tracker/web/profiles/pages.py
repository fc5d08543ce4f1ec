"""All that one reader gets to see on a profile. The page and the document are made of the same."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from tracker.queries.access.blind_spots import NO_BLIND_SPOTS, BlindSpots
from tracker.queries.assessment import retired_statements
from tracker.queries.assessment.learners import Learner
from tracker.queries.assessment.retired_statements import RetiredStatement
from tracker.queries.frameworks import level_moves
from tracker.queries.frameworks.level_moves import VersionMove
from tracker.queries.profiles import growth, level_falls, profiles
from tracker.queries.profiles.growth import EarlierRound
from tracker.queries.profiles.level_falls import NamedFall
from tracker.queries.profiles.profiles import Profile
from tracker.queries.record import sheets
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles import growth as grown_since
from tracker.rules.profiles import statement_status
from tracker.rules.profiles.falls import falls_since
from tracker.rules.profiles.statement_status import StatementVoices
from tracker.rules.record.sheet import Sheet
from tracker.rules.record.summaries import (
    EndorsedCount,
    SentCounts,
    answered_at,
    endorsed_count,
    has_reviewed_side,
    sent_counts,
)
from tracker.rules.record.versions import DomainShape
from tracker.rules.record.words import Side
from tracker.rules.reviews import exceptions
from tracker.rules.reviews.exceptions import AgreedException
from tracker.web.http import session
from tracker.web.i18n.content_language import mark_language
from tracker.web.profiles import cards, labels, level_bars, step_lines
from tracker.web.profiles.cards import ChangesSince, VoiceSummary
from tracker.web.profiles.level_bars import SectionBars
from tracker.web.profiles.step_lines import StepLine
from tracker.web.profiles.unknown_words import OpenStatements
from tracker.web.ui.templating.level_falls import fall_words


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
    plain = statements = statement_status.voices(sheet, learner.name)
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
            level_falls.of_move(learner, came_by, sheet, blind, statements),
        ),
        learner.lang,
    )
    agreed = exceptions.agreed(sheet, learner.name)
    has_reviewed = has_reviewed_side(sheet)
    sections = level_bars.sections(
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
        target=level_bars.common_target(sections),
        summaries=summaries,
        endorsed=endorsed_count(sheet),
        has_reviewed=has_reviewed,
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
    statements = statement_status.voices(sheet, learner.name)
    fallen = level_falls.of_move(learner, came_by, sheet, blind, statements)
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
    """Of those domains in which something changed."""
    if came_by is None:
        return []
    later = {each.id: each.later for each in statements if each.later}
    versions = [came_by.before, came_by.version]
    since, version = reversed(versions) if came_by.is_back else versions
    changes = url_for(
        "frameworks.changes", slug=learner.framework_slug, version=version, since=since
    )
    found = []
    for domain in domains:
        moves = came_by.of(domain.id)
        sentences = [
            labels.moved(each, later.get(each.statement_id), is_back=came_by.is_back)
            for each in moves
        ]
        named = {each.statement_id for each in moves}
        sentences += [
            labels.changed(
                each.code, each.title, came_by.between.version_of(each.id, came=True), each.later
            )
            for each in statements
            if each.domain_id == domain.id
            and each.later is not None
            and each.later.version == came_by.version
            and each.id not in named
        ]
        falls = [fall_words(each) for each in fallen if each.domain_id == domain.id]
        if sentences or falls:
            href = _address(learner, side, domain)
            found.append(DomainMoves(domain.title, href, falls, sentences, came_by.before, changes))
    return found


def _rounds(learner: Learner, blind: BlindSpots) -> tuple[list[EarlierRound], EarlierRound | None]:
    """Those to compare with, and the one that the address names, else the newest."""
    offered = growth.rounds(learner, blind)
    asked = request.args.get("since", "")
    chosen = next((each for each in offered if str(each.id) == asked), None)
    return offered, chosen or next(iter(offered), None)


def _address(learner: Learner, side: Side | None, domain: DomainShape) -> str:
    if side is Side.OWN:
        return url_for("profiles.explain_own", domain=domain.key)
    return url_for("profiles.explain", person_id=learner.person_id, domain=domain.key)
