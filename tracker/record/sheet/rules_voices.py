"""Each statement of a framework with both voices of one person, and where it is in a review."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.record.endorsements.rules import AgreedException, agreed
from tracker.record.sheet.rules import Sheet, SheetLine
from tracker.record.sheet.rules_words import CountsFrom, Side, Word
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name


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


def _shown(sheet: Sheet, word: Word | None) -> ShownAnswer | None:
    if word is None or word.answer is None:
        return None
    version, key = sheet.version, word.answer
    return ShownAnswer(
        key,
        version.labels[key],
        version.scale.meaning(key),
        version.scale.step(key) or 0,
        short_name(word.who),
        word.at,
        version.wordings[word.statement_id] if word.who else "",
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
