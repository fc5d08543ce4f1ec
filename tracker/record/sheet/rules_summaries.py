"""What a sheet says in all: how much was sent, what is not as it was reviewed any more, how
somebody came to their version, when they last answered.

Each statement of a framework with both voices of one person, and where it is in a review.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.record.endorsements.rules import AgreedException, agreed
from tracker.record.sheet.rules import (
    CountsFrom,
    PointerMove,
    Sheet,
    SheetAnswer,
    SheetLine,
    Side,
    parts,
)
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name


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
        in_round=len({item.uuid for item in sent if item.round_id == round_id}),
        in_all=len({item.uuid for item in sent}),
        reviewed_in_round=len({item.uuid for item in reviewed if item.round_id == round_id}),
        reviewed=len({item.uuid for item in reviewed}),
        last_review_at=max(
            (item.revealed_at for item in reviewed if item.revealed_at is not None), default=None
        ),
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


def is_open(word: SheetAnswer) -> bool:
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


class LearnerReviewState(StrEnum):
    """Where a statement is in a review, as the learner may know it. *Ended*: it was in one, and
    nothing of it is open."""

    NOT_SENT = "not_sent"
    ENDED = "ended"
    WITH_REVIEWER = "with_reviewer"
    RETURNED = "returned"
    DIFFERS = "differs"
    KEPT_APART = "kept_apart"


class ShownAnswer(NamedTuple):
    """An answer as it is shown: its key and label, what it counts as and its place on the scale (0
    for none), who gave it ("" for the learner) and when. `version`: of the framework, on which an
    endorsement was given."""

    key: str
    label: Wording
    means: Meaning
    step: int
    who: str
    at: dt.datetime
    version: str = ""


class StatementVoices(NamedTuple):
    """`later`: from when it counts, where it doesn't yet; `own`: the self side that the reader
    gets; `review`: where it is in a review, as far as the reader may know. With an `exception` it
    does not count in the endorsed voice, whatever is endorsed."""

    id: int
    domain_id: int
    rank: int
    position: int
    code: str
    title: Wording
    not_rated_here: str | None
    later: CountsFrom | None
    own: ShownAnswer | None
    endorsed: ShownAnswer | None
    exception: AgreedException | None
    review: LearnerReviewState

    def answer(self, voice: Voice) -> ShownAnswer | None:
        return self.own if voice is Voice.SELF else self.endorsed

    def meaning(self, voice: Voice) -> Meaning | None:
        """What it counts as; None without an answer."""
        if voice is Voice.ENDORSED and self.exception is not None:
            return Meaning.EXCLUDED
        answer = self.answer(voice)
        return None if answer is None else answer.means


def voices(sheet: Sheet, learner: str, domain_id: int | None = None) -> list[StatementVoices]:
    """Of the learner of that name, in the framework's order; of one domain, where it is named."""
    excepted = {agreement.statement_id: agreement for agreement in agreed(sheet, learner)}
    return [
        StatementVoices(
            id=line.statement.id,
            domain_id=line.statement.domain_id,
            rank=line.statement.rank,
            position=line.statement.position,
            code=line.statement.code,
            title=line.statement.title,
            not_rated_here=None if line.left_out is None else line.left_out.reason,
            later=sheet.counts_from(line),
            own=_shown(sheet, sheet.word(line, Voice.SELF)),
            endorsed=_shown(sheet, sheet.word(line, Voice.ENDORSED)),
            exception=excepted.get(line.statement.id),
            review=_review_state(line, sheet.side),
        )
        for line in sheet.lines
        if domain_id in (None, line.statement.domain_id)
    ]


def _shown(sheet: Sheet, word: SheetAnswer | None) -> ShownAnswer | None:
    if word is None or word.answer is None:
        return None
    version, key = sheet.version, word.answer
    return ShownAnswer(
        key=key,
        label=version.labels[key],
        means=version.scale.meaning(key),
        step=version.scale.step(key) or 0,
        who=short_name(word.who),
        at=word.at,
        version=version.wordings[word.statement_id] if word.who else "",
    )


def _review_state(line: SheetLine, side: Side | None) -> LearnerReviewState:
    """Where the newest item is that the learner sent. The learner knows what `learner_side` says;
    who sees what was revealed knows how that ended; nobody else knows any of it."""
    if line.sent is None or side is None:
        return LearnerReviewState.NOT_SENT
    state = learner_side(line.sent.status, line.sent.revealed_at is not None)
    is_known = side is Side.OWN or state in ENDED_WITHOUT_ANSWER
    return state if is_known else LearnerReviewState.NOT_SENT


def learner_side(status: ItemStatus | None, revealed: bool) -> LearnerReviewState:
    """What a learner may know of an item. Before the reveal of its review an answered item, and one
    that the supervisor could not tell, look like one that waits."""
    match status:
        case ItemStatus.RETURNED:
            return LearnerReviewState.RETURNED
        case ItemStatus.DIFFERS:
            return LearnerReviewState.DIFFERS
        case ItemStatus.KEPT_APART:
            return LearnerReviewState.KEPT_APART
        case ItemStatus.WAITING | ItemStatus.ANSWERED:
            return LearnerReviewState.WITH_REVIEWER
        case ItemStatus.NOT_OBSERVED if not revealed:
            return LearnerReviewState.WITH_REVIEWER
        case _:
            return LearnerReviewState.ENDED if status else LearnerReviewState.NOT_SENT


ENDED_WITHOUT_ANSWER = frozenset({LearnerReviewState.DIFFERS, LearnerReviewState.KEPT_APART})
