"""Rating: one answer of a learner to one statement, saved by itself, or the answers of one table
together; and being ready for a review talk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from tracker.assessment.ratings import queries as ratings_queries
from tracker.assessment.ratings.queries import Rater
from tracker.db import transaction
from tracker.frameworks.versions.rules import Basis
from tracker.models import Person, Rating
from tracker.policy.permissions import Actor
from tracker.record.ratings import (
    queries as record_ratings_queries,
    records as record_ratings_records,
)
from tracker.record.ratings.rules import is_dated, joined
from tracker.records import drafts as core_drafts_records, seals as seals_records
from tracker.rules import drafts as drafts_rules
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.texts import NOTE_MAX, plain_lines


class RatedCounts(NamedTuple):
    """How many statements are rated now: in all, in the statement's domain, and at its level of
    that domain."""

    rated: int
    rated_in_domain: int
    rated_at_level: int


NOT_COUNTED = RatedCounts(0, 0, 0)


@dataclass(frozen=True, slots=True)
class SavedRating:
    """The answer as it stands after the save (None: cleared), and the learner's progress.

    `changed` is False where the same was sent again. Version 0, without an answer: notes that wait
    for one. `turn` rises with each save of the learner: of two that were on their way together,
    the higher one's progress is the newer. Of many that are saved together nobody asks for what
    follows `changed`.
    """

    answer: str | None
    basis: Basis | None
    rated_at: dt.datetime
    version: int
    changed: bool
    domain_id: int = 0
    rank: int = 0
    progress: RatedCounts = NOT_COUNTED
    turn: int = 0


@dataclass(frozen=True, slots=True)
class RatingToSave:
    """What one save asks for. `answer` None and notes that are absent leave what is there; `clear`
    takes the answer away, in place of one. Notes where there never was an answer are kept as a
    draft until there is one.

    `base_version` is the version that the page showed, 0 for none. An answer from before the open
    round that is given again is *confirmed*, unless `confirm` is False.
    """

    statement_id: int
    answer: str | None
    base_version: int
    notes: Mapping[str, str] = field(default_factory=dict)
    confirm: bool = True
    clear: bool = False


def rate(
    actor: Actor,
    statement_id: int,
    answer: str | None,
    base_version: int,
    now: dt.datetime,
    own_note: str | None = None,
    reviewer_note: str | None = None,
    *,
    confirm: bool = True,
    clear: bool = False,
) -> SavedRating:
    """Save an answer, notes, or both, as `RatingToSave` says. The same content again changes
    nothing and is never a conflict.

    At most five queries, the last of them for the seal, and one more for a draft. Raises Missing
    (not a statement of the learner's framework); Conflict: use_statement_unread, not_rated_here,
    drafts_full, and rating_changed with `current` (what was saved elsewhere); Invalid: note_long,
    answer_unknown.
    """
    sent = RatingToSave(
        statement_id=statement_id,
        answer=answer,
        base_version=base_version,
        notes=clean_notes(own_note=own_note, reviewer_note=reviewer_note),
        confirm=confirm,
        clear=clear,
    )
    today = actor.today(now)
    with transaction() as tx:
        raters = ratings_queries.locked(actor, today)
        row = ratings_queries.at_statement(actor, raters, statement_id, today)
        if row is None:
            raise Missing
        seals_records.follow(tx, actor.person_id, row.seal, row.seal_digest)
        saved = _write(tx, actor.person_id, row, sent, raters[row.framework_id], now)
        more = row.counts * (saved.answer is not None) - row.is_rated
        counts = row.rated, row.rated_in_domain, row.rated_at_level
        return replace(
            saved,
            domain_id=row.domain_id,
            rank=row.rank,
            progress=RatedCounts(*(count + more for count in counts)),
            turn=row.versions + saved.version - (row.version or 0),
        )


def rate_many(actor: Actor, sent: Sequence[RatingToSave], now: dt.datetime) -> int:
    """Save the answers of one table: all of them or, where one is refused, none. Returns how many
    changed.

    Raises Missing (one is not of the learner's framework); Conflict("use_statement_unread"); and
    ratings_refused with `rows`, what `rate` would have refused, by statement: as Conflict where one
    of them is, else as Invalid.
    """
    with transaction() as tx:
        raters = ratings_queries.locked(actor, actor.today(now))
        stands = ratings_queries.at_statements(
            actor, raters, [rating.statement_id for rating in sent]
        )
        for row in stands[:1]:
            seals_records.follow(tx, actor.person_id, row.seal, row.seal_digest)
        rows = {row.id: row for row in stands}
        changed, refused = 0, dict[int, Refusal]()
        for rating in sent:
            try:
                row = rows[rating.statement_id]
                changed += _write(
                    tx, actor.person_id, row, rating, raters[row.framework_id], now
                ).changed
            except KeyError as error:
                raise Missing from error
            except (Conflict, Invalid) as refusal:
                refused[rating.statement_id] = refusal
        if any(isinstance(refusal, Conflict) for refusal in refused.values()):
            raise Conflict("ratings_refused", rows=refused)
        if refused:
            raise Invalid("ratings_refused", rows=refused)
        return changed


@dataclass(frozen=True, slots=True)
class NewerRating:
    """What a learner's other page saved in the meantime. `answer` None: cleared."""

    answer: str | None
    rated_at: dt.datetime
    version: int
    own_note: str
    reviewer_note: str


def _write(
    tx: Session, person_id: int, row: Row[Any], sent: RatingToSave, rater: Rater, now: dt.datetime
) -> SavedRating:
    """One save, onto `row`: the statement with what stands there. Raises what `rate` does but for
    the frame's."""
    if row.reason is not None:
        raise Conflict("not_rated_here", reason=row.reason)
    if sent.answer is not None and sent.answer not in rater.answers:
        raise Invalid("answer_unknown", "answer")
    for name, text in sent.notes.items():
        if len(text) > NOTE_MAX:
            raise Invalid("note_long", name, longest=NOTE_MAX, length=len(text))
    if row.version is None:
        return _begin(tx, person_id, row, sent, rater, now)
    current: str | None = row.answer
    wording = record_ratings_records.RatedStatement(row.skill_id, sent.statement_id)
    wanted = None if sent.clear else sent.answer or current
    other_notes = {name: text for name, text in sent.notes.items() if text != getattr(row, name)}
    if sent.base_version != row.version and (wanted != current or other_notes):
        raise Conflict(
            "rating_changed",
            current=NewerRating(
                answer=current,
                rated_at=row.rated_at,
                version=row.version,
                own_note=row.own_note,
                reviewer_note=row.reviewer_note,
            ),
        )
    again = _is_confirmed(sent, row, rater)
    if wanted != current or again:
        rated = Basis.CONFIRMED if again else Basis.RATED
        basis = Basis.CLEARED if wanted is None else rated
        version = record_ratings_records.write(
            tx, person_id, wording, row.version, wanted, basis, now, other_notes
        )
        return SavedRating(answer=wanted, basis=basis, rated_at=now, version=version, changed=True)
    version = row.version
    if other_notes:
        version = record_ratings_records.note(person_id, wording, version, other_notes, now)
    return SavedRating(
        answer=current,
        basis=row.basis,
        rated_at=row.rated_at,
        version=version,
        changed=bool(other_notes),
    )


def _begin(
    tx: Session, person_id: int, row: Row[Any], sent: RatingToSave, rater: Rater, now: dt.datetime
) -> SavedRating:
    """The first answer to a skill, with the notes that waited for it; or notes that wait."""
    before = dict(drafts_rules.read(row.draft) or ()) if row.draft is not None else {}
    if row.has_origins:
        waiting = record_ratings_queries.notes_of_origins(person_id, [sent.statement_id])
        texts = zip(("own_note", "reviewer_note"), waiting[sent.statement_id], strict=True)
        before = {name: joined(before.get(name, ""), text) for name, text in texts}
    notes = {**before, **sent.notes}
    subject, wording = (
        str(row.skill_id),
        record_ratings_records.RatedStatement(row.skill_id, sent.statement_id),
    )
    if sent.answer is None and not sent.notes and not sent.clear:
        raise Invalid("answer_unknown", "answer")
    inherited = record_ratings_queries.inherited(person_id, sent.statement_id, row.has_origins)
    says_more = sent.answer is not None and (
        inherited is None
        or sent.answer != inherited.answer
        or _is_confirmed(sent, inherited, rater)
    )
    if inherited is not None and not says_more:
        core_drafts_records.delete_drafts(tx, person_id, drafts_rules.RATING, [subject])
        if sent.clear:  # for this skill alone
            version = record_ratings_records.write(
                tx, person_id, wording, 0, None, Basis.CLEARED, now, notes
            )
            return SavedRating(
                answer=None, basis=Basis.CLEARED, rated_at=now, version=version, changed=True
            )
        if notes != before:  # kept with the answer that counts
            of = record_ratings_records.RatedStatement(inherited.skill_id, inherited.statement_id)
            record_ratings_records.note(person_id, of, inherited.version, notes, now)
        is_noted = notes != before
        return SavedRating(
            answer=inherited.answer,
            basis=inherited.basis,
            rated_at=inherited.rated_at,
            version=0,
            changed=is_noted,
        )
    if sent.answer is None:
        if not sent.notes:
            return SavedRating(
                answer=None, basis=Basis.CLEARED, rated_at=now, version=0, changed=False
            )
        written = tuple((name, text) for name, text in notes.items() if text)
        if notes != before:
            core_drafts_records.save(tx, person_id, drafts_rules.RATING, subject, written, now)
        return SavedRating(
            answer=None, basis=None, rated_at=now, version=0, changed=notes != before
        )
    version = record_ratings_records.write(
        tx, person_id, wording, 0, sent.answer, Basis.RATED, now, notes
    )
    if row.draft is not None:
        core_drafts_records.delete_drafts(tx, person_id, drafts_rules.RATING, [subject])
    return SavedRating(
        answer=sent.answer, basis=Basis.RATED, rated_at=now, version=version, changed=True
    )


def _is_confirmed(sent: RatingToSave, stands: Row[Any] | Rating, rater: Rater) -> bool:
    """Whether the answer that stands from before the open round is given again."""
    is_same = sent.answer is not None and sent.answer == stands.answer
    is_older = is_same and is_dated(stands.rated_at, rater.round_starts_on, stands.given_on)
    return sent.confirm and is_older


def clean_notes(**given: str | None) -> dict[str, str]:
    """The notes that were sent, with plain line ends."""
    return {name: plain_lines(text) for name, text in given.items() if text is not None}


def declare_ready(actor: Actor, is_ready: bool, now: dt.datetime) -> None:
    """Say that one is ready for a review talk, or take it back. Others see nothing else before
    anything is sent. Said again, it keeps its date."""
    change = update(Person).where(Person.id == actor.person_id)
    with transaction() as tx:
        if is_ready:
            tx.execute(change.where(Person.ready_at.is_(None)).values(ready_at=now))
        else:
            tx.execute(change.values(ready_at=None))
