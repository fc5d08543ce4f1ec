"""Each statement of a framework with both voices of one person: for explanations, next steps and
exports."""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from tracker.rules.frameworks.scale import Meaning, Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import short_name
from tracker.rules.profiles import next_steps
from tracker.rules.profiles.next_steps import DomainFacts, NextStep, StatementFacts
from tracker.rules.profiles.unknowns import LearnerReviewState, learner_side
from tracker.rules.record.sheet import Sheet, SheetLine
from tracker.rules.record.summaries import changed_since_review
from tracker.rules.record.words import CountsFrom, Side, Word
from tracker.rules.reviews.exceptions import AgreedException, agreed


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


def voices(sheet: Sheet, learner: str, domain_id: int | None = None) -> list[StatementVoices]:
    """Of the learner of that name, in the framework's order; of one domain, where it is named."""
    excepted = {each.statement_id: each for each in agreed(sheet, learner)}
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


ENDED_WITHOUT_ANSWER = frozenset({LearnerReviewState.DIFFERS, LearnerReviewState.KEPT_APART})


def steps(sheet: Sheet, statements: list[StatementVoices], most: int = 3) -> tuple[NextStep, ...]:
    """The learner's next steps, from their own side: for the learner alone."""
    if sheet.side is not Side.OWN:
        raise ValueError("next steps are made from the learner's own side")
    own, endorsed = sheet.standings(Voice.SELF), sheet.standings(Voice.ENDORSED)
    changed = changed_since_review(sheet)
    within = defaultdict[int, list[StatementFacts]](list)
    for each in statements:
        if each.later is None:
            within[each.domain_id].append(_facts(each, each.id in changed))
    facts = [
        DomainFacts(domain.id, at, own[domain.id], endorsed[domain.id], tuple(within[domain.id]))
        for at, domain in enumerate(sheet.domains)
    ]
    return next_steps.next_steps(facts, most)


def _facts(each: StatementVoices, changed: bool) -> StatementFacts:
    endorsed = each.endorsed.means if each.endorsed else None
    return StatementFacts(
        statement_id=each.id,
        rank=each.rank,
        order=each.position,
        own=each.own.means if each.own else None,
        endorsed=endorsed if each.exception is None else Meaning.EXCLUDED,
        own_step=each.own.step if each.own else 0,
        endorsed_step=each.endorsed.step if each.endorsed else 0,
        side=each.review,
        changed_since=changed,
        not_rated_here=each.not_rated_here is not None,
    )
