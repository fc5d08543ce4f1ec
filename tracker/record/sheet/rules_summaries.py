"""What a sheet says in all: how much was sent, what is not as it was reviewed any more, how
somebody came to their version, when they last answered."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.record.sheet.rules import Sheet, SheetLine
from tracker.record.sheet.rules_words import PointerMove, Side, Word, parts
from tracker.record.workflow.rules import ItemStatus


@dataclass(frozen=True, slots=True)
class SentCounts:
    """How many statements somebody sent and how many came to a reviewed rating, each once: in the
    open round, and in all."""

    in_round: int = 0
    in_all: int = 0
    reviewed_in_round: int = 0
    reviewed: int = 0
    last_review_at: dt.datetime | None = None


def sent_counts(sheet: Sheet, round_id: int | None = None) -> SentCounts:
    """Of all versions of the framework. What was dropped doesn't count, nor what counts later."""
    later = {line.statement.id for line in sheet.lines if line.later is not None}
    sent = [
        item
        for items in sheet.record.sent.values()
        for item in items
        if item.status is not ItemStatus.DROPPED
        and item.statement_id in sheet.version.wordings
        and item.statement_id not in later
    ]
    reviewed = [item for item in sent if item.status is ItemStatus.ENDORSED]
    return SentCounts(
        len({item.uuid for item in sent if item.round_id == round_id}),
        len({item.uuid for item in sent}),
        len({item.uuid for item in reviewed if item.round_id == round_id}),
        len({item.uuid for item in reviewed}),
        max((item.revealed_at for item in reviewed if item.revealed_at is not None), default=None),
    )


def changed_since_review(sheet: Sheet) -> frozenset[int]:
    """The statements whose answer or evidence changed since they were reviewed: for evidence, where
    a version that went with the item is not linked and current now, or the other way round. For the
    learner alone."""
    went = defaultdict[int, set[int]](set)
    for endorsement_id, version_id in sheet.record.reviewed_with:
        went[endorsement_id].add(version_id)
    changed = set()
    for line in sheet.lines:
        reviewed = parts(line.statement, sheet.record.words[Side.REVIEWED])
        if not reviewed or is_open(reviewed[0]):
            continue
        own = line.words.get(Side.OWN)
        answer = own.answer if own is not None else None
        was = set[int]().union(*(went[word.id] for word in reviewed))
        now = {
            linked.version_id
            for skill_id in line.statement.skills
            for linked in sheet.record.evidence.get(skill_id, ())
            if not linked.is_archived
        }
        if was != now or any(word.of_answer != answer for word in reviewed):
            changed.add(line.statement.id)
    return frozenset(changed)


def evidence_at(sheet: Sheet, line: SheetLine) -> dt.datetime | None:
    """When what they have to show for it came or changed last."""
    return max(
        (
            linked.at
            for skill_id in line.statement.skills
            for linked in sheet.record.evidence.get(skill_id, ())
            if not linked.is_archived
        ),
        default=None,
    )


def out_for_review(sheet: Sheet) -> frozenset[int]:
    """The statements that are with somebody who may go on with them, also where they were sent in
    an earlier version and what was said of them carries."""
    out = {skill for skill, items in sheet.record.sent.items() if any(i.is_out for i in items)}
    return frozenset(
        line.statement.id for line in sheet.lines if out & line.statement.carrying_skills
    )


def came_by(sheet: Sheet) -> tuple[PointerMove, PointerMove] | None:
    """The move by which they came to the version, after that to the version before; None where they
    began on it."""
    moves = sheet.record.moves
    arrivals = [at for at, move in enumerate(moves) if move.framework_id == sheet.version.id]
    return (moves[arrivals[-1] - 1], moves[arrivals[-1]]) if arrivals and arrivals[-1] else None


def answered_at(sheet: Sheet) -> dt.datetime | None:
    """When the learner last answered, or cleared an answer. For the learner alone."""
    return max(
        (
            word.at
            for words in sheet.record.words[Side.OWN].values()
            for word in words
            if word.statement_id in sheet.version.wordings
        ),
        default=None,
    )


def retired_skills(sheet: Sheet) -> set[int]:
    """Of which they rated, noted or showed something, and that the version doesn't have. For the
    learner alone."""
    record = sheet.record
    here = set[int]().union(*(statement.skills for statement in sheet.version.statements))
    own = {
        skill_id
        for skill_id, words in record.words[Side.OWN].items()
        if any(word.statement_id in sheet.version.wordings for word in words)
    }
    return {*own, *record.evidence, *record.noted} - here


def is_open(word: Word) -> bool:
    """Of a reviewed one: its review hasn't ended, so only the two of it count it."""
    return word.id < 0


@dataclass(frozen=True, slots=True)
class EndorsedCount:
    """How many endorsements stand, how many of them count as met, and by how many supervisors; how
    many are of reviews that haven't ended."""

    standing: int
    met: int
    supervisors: int
    open: int


def endorsed_count(sheet: Sheet) -> EndorsedCount:
    """What the library does not rate is not among them."""
    words = [line.words[Side.REVIEWED] for line in sheet.counted if Side.REVIEWED in line.words]
    met = [word for word in words if sheet.version.scale.meaning(word.answer) is Meaning.MET]
    supervisors = {word.who_id for word in words}
    return EndorsedCount(len(words), len(met), len(supervisors), sum(map(is_open, words)))


def voices_shown(sheet: Sheet) -> list[Voice]:
    """The sides that a page draws for its reader."""
    own = [] if sheet.side is None else [Voice.SELF]
    return [*own, *([Voice.ENDORSED] if has_reviewed_side(sheet) else [])]


def has_reviewed_side(sheet: Sheet) -> bool:
    """Whether to show the reviewed side: something of it is known, or the reader gets no other."""
    return sheet.side is None or any(
        Side.REVIEWED in line.words or line.exception is not None for line in sheet.counted
    )
