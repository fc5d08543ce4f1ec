"""All that one reader gets to see on a profile. The page and the document are made of the same."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _

from tracker.assessment.older import queries as retired_statements
from tracker.assessment.older.queries import RetiredStatement
from tracker.frameworks.versions.rules_levels import known_rank, standing
from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.growth import queries as growth_queries
from tracker.profiles.growth.pages import fall_words
from tracker.profiles.growth.queries import EarlierRound
from tracker.profiles.growth.rules import falls_since
from tracker.profiles.profile import (
    pages_cards as cards,
    pages_levels as levels,
    pages_steps as step_lines,
    pages_words as words,
    queries as profiles,
)
from tracker.profiles.profile.pages_cards import ChangesSince, VoiceSummary
from tracker.profiles.profile.pages_levels import SectionBars
from tracker.profiles.profile.pages_steps import StepLine
from tracker.profiles.profile.pages_words import OpenStatements
from tracker.record.endorsements.rules import AgreedException
from tracker.record.sheet import queries as sheets, rules_voices as statement_voices
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import (
    EndorsedCount,
    SentCounts,
    answered_at,
    endorsed_count,
    has_reviewed_side,
    is_open,
    sent_counts,
    voices_shown,
)
from tracker.record.sheet.rules_voices import LearnerReviewState, StatementVoices
from tracker.record.sheet.rules_words import CountsFrom, Side
from tracker.record.versions import queries_level_moves as level_moves
from tracker.record.versions.queries_level_moves import MovedStatement
from tracker.record.visible.queries import Reader
from tracker.rules.core.wording import Wording
from tracker.web.http import session
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.templating.dates import counts_when


@dataclass(frozen=True, slots=True)
class DomainMoves:
    """A domain in which statements came into a level, or left it, with a sentence for each; and for
    each level that fell by it. `before`: the version that they left; `changes`: the page of all
    that differs from it."""

    id: int
    title: Wording
    href: str
    falls: list[str]
    sentences: list[str]
    before: str
    changes: str


@dataclass(frozen=True)
class ProfilePage:
    """`sheet`: its words marked. `steps`, `nothing_left`, `last_change` and `retired` are for the
    learner alone: empty for others. `changes` is None where no round has ended in which they were
    there; `moved`: with the version that they were moved to, unless that was before the round that
    is compared with."""

    learner: Learner
    sheet: Sheet
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
    reader = None if side is Side.OWN else session.reader()
    of = sheets.of_learner(learner, side, reader, revealed=False)
    sheet = mark_language(of, learner.lang)
    statements = statement_voices.voices(sheet, learner.name)
    offered, chosen = _rounds(learner, reader)
    changes = None
    if chosen is not None:
        then = sheets.of_learner(learner, side, reader, chosen.end)
        same_version = chosen.version == learner.framework_version
        falls = falls_since(chosen.domains, then, of, same_version=same_version)
        changes = cards.changes(learner, sheet, then, offered, chosen, falls)
    sections = levels.sections(
        sheet, statements, lambda domain: _address(learner, side, domain.key)
    )
    is_own = side is Side.OWN
    return ProfilePage(
        learner=learner,
        sheet=sheet,
        side=side,
        sections=sections,
        target=levels.common(section.target for section in sections),
        summaries=cards.summaries(sheet),
        endorsed=endorsed_count(sheet),
        has_reviewed=has_reviewed_side(sheet),
        has_out_of_order=any(section.has_out_of_order for section in sections),
        changes=changes,
        moved=moved(learner, sheet, reader, statements, chosen.end if chosen else None),
        sent=sent_counts(sheet),
        statements=statements,
        exceptions=[one.exception for one in statements if one.exception is not None],
        steps=step_lines.step_lines(learner, sheet, statements) if is_own else [],
        nothing_left=step_lines.nothing_left(sheet) if is_own else "",
        last_change=answered_at(sheet) if is_own else None,
        retired=retired_statements.of_learner(learner, sheet) if is_own else [],
    )


def explanation(learner: Learner, side: Side | None, key: str) -> dict[str, Any]:
    """How the levels of a domain are worked out; 404 for one that is not of their version."""
    reader = None if side is Side.OWN else session.reader()
    sheet = sheets.of_learner(learner, side, reader, private=False, revealed=False)
    sheet = mark_language(sheet, learner.lang)
    domain = next((domain for domain in sheet.domains if domain.key == key), None) or abort(404)
    has_reviewed = has_reviewed_side(sheet)
    columns = voices_shown(sheet)
    voices = [(voice, sheet.standing(voice, domain.id)) for voice in columns]
    jobs = {
        voice: [
            (name, standing(domain.rule, (view.tally for view in of.levels), ranks.get(domain.id)))
            for name, ranks in zip(
                learner.role_profiles, sheet.record.targets.values(), strict=True
            )
            if ranks.get(domain.id) != of.target_rank
        ]
        for voice, of in voices
    }
    every = statement_voices.voices(sheet, learner.name)
    moves = moved(learner, sheet, reader, every)
    by_statement = side is not None or profiles.statements_to_coordinators(learner.library_id)
    statements = [statement for statement in every if statement.domain_id == domain.id]
    if not has_reviewed and any(
        statement.review is not LearnerReviewState.NOT_SENT for statement in statements
    ):
        columns.append(Voice.ENDORSED)
    of_level = {
        level.rank: [voiced for voiced in statements if voiced.rank == level.rank]
        for level in (domain.levels if by_statement else ())
    }
    return {
        "learner": learner,
        "side": side,
        "domain": domain,
        "voices": voices,
        "columns": columns,
        "has_reviewed": has_reviewed,
        "jobs": jobs,
        "rule": words.level_rule(domain.rule),
        "state": words.state,
        "of_level": of_level,
        "excepted": {
            rank: [voiced.exception for voiced in those if voiced.exception is not None]
            for rank, those in of_level.items()
        },
        "by_statement": by_statement,
        "unknown": OpenStatements.of(statements, side),
        "open_words": cards.open_words(
            sum(
                is_open(line.words[Side.REVIEWED])
                for line in sheet.counted
                if line.statement.domain_id == domain.id and Side.REVIEWED in line.words
            )
        ),
        "change": words.change,
        "counts_as_met": words.counts_as_met,
        "met": sheet.version.met_answers,
        "reached": levels.reached,
        "known_rank": known_rank,
        "target_words": levels.target_words,
        "unanswered": words.unanswered,
        "moved": next((of for of in moves if of.id == domain.id), None),
        "back": url_for("profiles.own")
        if side is Side.OWN
        else url_for("profiles.show", person_id=learner.person_id),
    }


def moved(
    learner: Learner,
    sheet: Sheet,
    reader: Reader | None,
    statements: Sequence[StatementVoices],
    after: dt.datetime | None = None,
) -> list[DomainMoves]:
    """The domains in which the version that they were moved to changed something, unless that was
    before `after`. The sheet and its statements with their words marked."""
    came_by = mark_language(level_moves.newest_move(sheet), learner.lang)
    if came_by is None or (after is not None and came_by.moved_at < after):
        return []
    fallen = growth_queries.falls_of_move(learner, came_by, sheet, reader, statements)
    # Somebody who is moved back is on the older of the two.
    versions = [came_by.before, came_by.version]
    since, version = reversed(versions) if came_by.is_back else versions
    changes = url_for(
        "frameworks.changes", slug=learner.framework_slug, version=version, since=since
    )
    later = {statement.id: statement.later for statement in statements if statement.later}
    moved = []
    for domain in sheet.domains:
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
                changed = _(
                    "%(code)s “%(title)s” changed in %(version)s.",
                    code=statement.code,
                    title=statement.title,
                    version=came_by.between.version_of(statement.id, came=True),
                )
                sentences.append(f"{changed} {counts_when(statement.later)}")
        falls = [fall_words(fall) for fall in fallen if fall.domain_id == domain.id]
        if sentences or falls:
            href = _address(learner, sheet.side, domain.key)
            moved.append(
                DomainMoves(
                    domain.id, domain.title, href, falls, sentences, came_by.before, changes
                )
            )
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


def _rounds(
    learner: Learner, reader: Reader | None
) -> tuple[list[EarlierRound], EarlierRound | None]:
    """The rounds to compare with, and the one that the address names, else the newest."""
    offered = growth_queries.rounds(learner, reader)
    asked = request.args.get("since", "")
    chosen = next((round_ for round_ in offered if str(round_.id) == asked), None)
    return offered, chosen or next(iter(offered), None)


def _address(learner: Learner, side: Side | None, key: str) -> str:
    """Of the explanation of a domain."""
    if side is Side.OWN:
        return url_for("profiles.explain_own", domain=key)
    return url_for("profiles.explain", person_id=learner.person_id, domain=key)
