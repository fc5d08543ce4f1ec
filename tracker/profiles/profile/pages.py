"""All that one reader gets to see on a profile. The page and the document are made of the same.

What a learner could do next: the list of their profile, of which Today puts one on top.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _, ngettext

from tracker.assessment.older import queries as older_queries
from tracker.assessment.older.queries import RetiredStatement
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import counts_nowhere, known_rank, standing
from tracker.profiles.growth import queries as growth_queries
from tracker.profiles.growth.pages import fall_words
from tracker.profiles.growth.queries import EarlierRound
from tracker.profiles.growth.rules import falls_since
from tracker.profiles.profile import (
    pages_cards as profile_pages_cards,
    pages_words as profile_pages_words,
    queries as profile_queries,
    rules as profile_rules,
)
from tracker.profiles.profile.pages_cards import ChangesSince, SectionBars, VoiceSummary
from tracker.profiles.profile.pages_words import OpenStatements
from tracker.profiles.profile.rules import NextStep, StepKind
from tracker.record.endorsements.rules import AgreedException
from tracker.record.ratings.rules import RatingFilter
from tracker.record.sheet import queries as sheet_queries, rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import AgreedStep, CountsFrom, Sheet, Side
from tracker.record.sheet.rules_summaries import (
    EndorsedCount,
    LearnerReviewState,
    SentCounts,
    StatementVoices,
    answered_at,
    endorsed_count,
    has_reviewed_side,
    is_open,
    sent_counts,
    voices_shown,
)
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.record.versions.queries_lines import MovedStatement
from tracker.record.versions.rules import DomainShape
from tracker.record.visible.queries import Reader
from tracker.rules.core.wording import Wording
from tracker.web.http import session
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.templating.dates import counts_when, day

STEPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StepLine:
    """One next step as it is shown: what to do, the statements or why, and the link to do it. A
    count is that of the page behind the link."""

    title: Wording
    text: str
    href: str
    action: str


def step_lines(learner: Learner, sheet: Sheet, statements: list[StatementVoices]) -> list[StepLine]:
    """What was agreed in a talk, the next due first, then what the levels ask for: at most
    STEPS_SHOWN in all. For the learner alone."""
    return [*agreed_lines(sheet), *level_lines(learner, sheet, statements)][:STEPS_SHOWN]


def agreed_lines(sheet: Sheet) -> list[StepLine]:
    """What was agreed in a talk, the next due first."""
    return [_agreed(step) for step in sheet.record.steps]


def level_lines(
    learner: Learner, sheet: Sheet, statements: list[StatementVoices]
) -> list[StepLine]:
    """What the levels ask for."""
    domains = {domain.id: domain for domain in sheet.domains}
    steps = profile_rules.steps_of(sheet, statements, STEPS_SHOWN)
    return [_step(step, domains[step.domain_id], statements, learner) for step in steps]


def nothing_left(of: Sheet) -> str:
    """What to say where there is no step. For the learner alone."""
    standings = [standing for voice in Voice for standing in of.standings(voice).values()]
    if all(counts_nowhere(standing) for standing in standings):
        return _("Too few statements at every level to judge one.")
    if all(standing.lacks is None for standing in standings):
        return _("Nothing is left to do here: every level that counts is reached.")
    return _("Nothing for you to do now.")


def _agreed(step: AgreedStep) -> StepLine:
    who = (
        _("You, with %(name)s, for %(statement)s", name=step.reviewer, statement=step.title)
        if step.is_mine
        else _("%(name)s, for %(statement)s", name=step.reviewer, statement=step.title)
    )
    text = _("%(who)s, by %(day)s", who=who, day=day(step.due_on)) if step.due_on else who
    href = url_for("reviews.differences", review_id=step.review_id, _anchor=f"item-{step.item_id}")
    return StepLine(step.text.removesuffix("."), text, href, _("Agreed in the talk"))


def _step(
    step: NextStep, domain: DomainShape, statements: list[StatementVoices], of: Learner
) -> StepLine:
    by_id = {statement.id: statement for statement in statements}
    about = [by_id[statement_id_] for statement_id_ in step.statement_ids]
    first, level = about[0], domain.level_name(step.rank or 0)
    place = {"level": level, "domain": domain.title}
    names = _names([statement for statement in about if step.rank in (None, statement.rank)])
    work_on = _("Work on “%(statement)s”", statement=first.title)
    counts = _("it counts for %(level)s in %(domain)s", **place)
    title, text, href = work_on, names, url_for("reviews.index")
    match step.kind:
        case StepKind.RATE:
            return _rate(step, domain, statements, of)
        case StepKind.BUILD_REVIEWED:
            answer = first.endorsed.label if first.endorsed else ""
            text = _("reviewed as %(answer)s; %(counts)s", answer=answer, counts=counts)
            href, action = url_for("statements.show", statement_id=first.id), _("See it")
        case StepKind.BUILD_OWN:
            answer = first.own.label if first.own else ""
            text = _("you rated it %(answer)s; %(counts)s", answer=answer, counts=counts)
            href, action = _evidence(first.id), _("Add evidence")
        case StepKind.GROW:
            text = _("%(counts)s, your next level", counts=counts)
            href, action = _evidence(first.id), _("Add evidence")
        case StepKind.SEND:
            title = _("Send %(level)s statements in %(domain)s for review", **place)
            href, action = url_for("reviews.new", domain=domain.id), _("Choose")
        case StepKind.REPLY:
            title = _("Answer your reviewer’s question in %(domain)s", **place)
            action = _("Reply")
        case StepKind.TALK:
            title = _("Settle what you and your reviewer rated differently in %(domain)s", **place)
            action = _("See them")
    return StepLine(title, text, href, action)


def _rate(
    step: NextStep, domain: DomainShape, statements: list[StatementVoices], of: Learner
) -> StepLine:
    """To rate what is not rated at the lowest level in the way, or else to decide what is not sure.
    The page behind the link shows just these."""
    at_level = [
        statement
        for statement in statements
        if (statement.domain_id, statement.rank) == (domain.id, step.rank)
        and statement.not_rated_here is None
        and statement.later is None
    ]
    unrated = [statement for statement in at_level if statement.own is None]
    about = unrated or [one for one in at_level if one.id in step.statement_ids]
    place = {"level": domain.level_name(step.rank or 0), "domain": domain.title}
    if not unrated:
        title = ngettext(
            "Decide on %(num)d %(level)s rating in %(domain)s that you marked “Not sure”",
            "Decide on %(num)d %(level)s ratings in %(domain)s that you marked “Not sure”",
            len(about),
            **place,
        )
    elif len(unrated) < len(at_level):
        title = ngettext(
            "Rate the last %(level)s statement in %(domain)s",
            "Rate the last %(num)d %(level)s statements in %(domain)s",
            len(about),
            **place,
        )
    else:
        title = ngettext(
            "Rate the %(level)s statement in %(domain)s",
            "Rate the %(num)d %(level)s statements in %(domain)s",
            len(about),
            **place,
        )
    href = url_for(
        "assessment.show",
        framework=of.framework_slug,
        strand=domain.strand_key,
        domain=domain.key,
        level=step.rank,
        show=RatingFilter.NOT_RATED if unrated else RatingFilter.NOT_SURE,
    )
    return StepLine(title, _names(about), href, _("Rate"))


def _names(about: Sequence[StatementVoices]) -> str:
    """The names of the first two, and how many more."""
    names = ", ".join(statement.title for statement in about[:2])
    more = len(about) - 2
    if more < 1:
        return names
    return ngettext("%(names)s, and %(num)d more", "%(names)s, and %(num)d more", more, names=names)


def _evidence(statement_id: int) -> str:
    return url_for("evidence.new", statement=statement_id)


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
    of = sheet_queries.of_learner(learner, side, reader, revealed=False)
    sheet = mark_language(of, learner.lang)
    statements = sheet_rules_summaries.voices(sheet, learner.name)
    offered, chosen = _rounds(learner, reader)
    changes = None
    if chosen is not None:
        then = sheet_queries.of_learner(learner, side, reader, chosen.end)
        same_version = chosen.version == learner.framework_version
        falls = falls_since(chosen.domains, then, of, same_version=same_version)
        changes = profile_pages_cards.changes(learner, sheet, then, offered, chosen, falls)
    sections = profile_pages_cards.sections(
        sheet, statements, lambda domain: _address(learner, side, domain.key)
    )
    is_own = side is Side.OWN
    return ProfilePage(
        learner=learner,
        sheet=sheet,
        side=side,
        sections=sections,
        target=profile_pages_cards.common(section.target for section in sections),
        summaries=profile_pages_cards.summaries(sheet),
        endorsed=endorsed_count(sheet),
        has_reviewed=has_reviewed_side(sheet),
        has_out_of_order=any(section.has_out_of_order for section in sections),
        changes=changes,
        moved=moved(learner, sheet, reader, statements, chosen.end if chosen else None),
        sent=sent_counts(sheet),
        statements=statements,
        exceptions=[one.exception for one in statements if one.exception is not None],
        steps=step_lines(learner, sheet, statements) if is_own else [],
        nothing_left=nothing_left(sheet) if is_own else "",
        last_change=answered_at(sheet) if is_own else None,
        retired=older_queries.of_learner(learner, sheet) if is_own else [],
    )


def explanation(learner: Learner, side: Side | None, key: str) -> dict[str, Any]:
    """How the levels of a domain are worked out; 404 for one that is not of their version."""
    reader = None if side is Side.OWN else session.reader()
    sheet = sheet_queries.of_learner(learner, side, reader, private=False, revealed=False)
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
    every = sheet_rules_summaries.voices(sheet, learner.name)
    moves = moved(learner, sheet, reader, every)
    by_statement = side is not None or profile_queries.statements_to_coordinators(
        learner.library_id
    )
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
        "rule": profile_pages_words.level_rule(domain.rule),
        "state": profile_pages_words.state,
        "of_level": of_level,
        "excepted": {
            rank: [voiced.exception for voiced in those if voiced.exception is not None]
            for rank, those in of_level.items()
        },
        "by_statement": by_statement,
        "unknown": OpenStatements.of(statements, side),
        "open_words": profile_pages_cards.open_words(
            sum(
                is_open(line.words[Side.REVIEWED])
                for line in sheet.counted
                if line.statement.domain_id == domain.id and Side.REVIEWED in line.words
            )
        ),
        "change": profile_pages_words.change,
        "counts_as_met": profile_pages_words.counts_as_met,
        "met": sheet.version.met_answers,
        "reached": profile_pages_cards.reached,
        "known_rank": known_rank,
        "target_words": profile_pages_cards.target_words,
        "unanswered": profile_pages_words.unanswered,
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
    came_by = mark_language(versions_queries_lines.newest_move(sheet), learner.lang)
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
                    id=domain.id,
                    title=domain.title,
                    href=href,
                    falls=falls,
                    sentences=sentences,
                    before=came_by.before,
                    changes=changes,
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
