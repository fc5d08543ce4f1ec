"""Rating: one answer of a learner to one statement, saved by itself; or the answers of one table
together."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Rating
from tracker.policy.permissions import Actor
from tracker.queries.assessment import earlier_ratings, rating_lock, ratings_to_save
from tracker.queries.assessment.rating_lock import Rater
from tracker.records import drafts, ratings, seals
from tracker.rules import drafts as typed
from tracker.rules.assessment.ratings import is_dated, joined
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.frameworks.scale import Basis
from tracker.rules.texts import NOTE_MAX


@dataclass(frozen=True, slots=True)
class RatedCounts:
    """How many statements are rated now: in all, in the statement's domain, and at its level of
    that domain."""

    rated: int
    rated_in_domain: int
    rated_at_level: int

    def plus(self, more: int) -> "RatedCounts":
        return RatedCounts(
            self.rated + more, self.rated_in_domain + more, self.rated_at_level + more
        )


@dataclass(frozen=True, slots=True)
class StatementAddress:
    """The statement's place in its framework, as addresses name it."""

    framework: str
    strand: str
    domain: str
    domain_id: int
    rank: int


@dataclass(frozen=True, slots=True)
class SavedRating:
    """The answer as it stands after the save (None: cleared), where its statement is, and the
    learner's progress.

    `changed` is False where the same was sent again. Version 0, without an answer: notes that wait
    for one. `turn` rises with each save of the learner: of two that were on their way together,
    the higher one's progress is the newer.
    """

    statement_id: int
    where: StatementAddress
    answer: str | None
    basis: Basis | None
    rated_at: dt.datetime
    version: int
    changed: bool
    progress: RatedCounts
    turn: int


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
        statement_id,
        answer,
        base_version,
        clean_notes(own_note=own_note, reviewer_note=reviewer_note),
        confirm,
        clear,
    )
    today = actor.today(now)
    with transaction() as tx:
        raters = rating_lock.locked(actor, today)
        row = ratings_to_save.at_statement(actor, raters, statement_id, today)
        if row is None:
            raise Missing
        seals.follow(tx, actor.person_id, row.seal_head)
        rater = raters[row.framework_id]
        written = _write(tx, actor.person_id, row, sent, rater, now)
        progress = RatedCounts(row.rated, row.rated_in_domain, row.rated_at_level)
        return SavedRating(
            statement_id=statement_id,
            where=StatementAddress(
                rater.framework, row.strand, row.domain, row.domain_id, row.rank
            ),
            answer=written.answer,
            basis=written.basis,
            rated_at=written.rated_at,
            version=written.version,
            changed=written.changed,
            progress=progress.plus(row.counts * (written.answer is not None) - row.is_rated),
            turn=row.versions + written.version - (row.version or 0),
        )


def rate_many(actor: Actor, sent: Sequence[RatingToSave], now: dt.datetime) -> int:
    """Save the answers of one table: all of them or, where one is refused, none. Returns how many
    changed.

    Raises Missing (one is not of the learner's framework); Conflict("use_statement_unread"); and
    ratings_refused with `rows`, what `rate` would have refused, by statement: as Conflict where one
    of them is, else as Invalid.
    """
    with transaction() as tx:
        raters = rating_lock.locked(actor, actor.today(now))
        found = ratings_to_save.at_statements(actor, raters, [each.statement_id for each in sent])
        for row in found[:1]:
            seals.follow(tx, actor.person_id, row.seal_head)
        rows = {row.id: row for row in found}
        changed, refused = 0, dict[int, Refusal]()
        for each in sent:
            try:
                row = rows[each.statement_id]
                changed += _write(
                    tx, actor.person_id, row, each, raters[row.framework_id], now
                ).changed
            except KeyError as error:
                raise Missing from error
            except (Conflict, Invalid) as refusal:
                refused[each.statement_id] = refusal
        if any(isinstance(each, Conflict) for each in refused.values()):
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


@dataclass(frozen=True, slots=True)
class _Written:
    answer: str | None
    basis: Basis | None
    rated_at: dt.datetime
    version: int
    changed: bool


def _write(
    tx: Session, person_id: int, row: Row[Any], sent: RatingToSave, rater: Rater, now: dt.datetime
) -> _Written:
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
    wording = ratings.Wording(row.skill_id, sent.statement_id)
    wanted = None if sent.clear else sent.answer or current
    other_notes = {name: text for name, text in sent.notes.items() if text != getattr(row, name)}
    if sent.base_version != row.version and (wanted != current or other_notes):
        raise Conflict(
            "rating_changed",
            current=NewerRating(
                current, row.rated_at, row.version, row.own_note, row.reviewer_note
            ),
        )
    again = (
        sent.answer is not None
        and sent.answer == current
        and sent.confirm
        and is_dated(row.rated_at, rater.round_starts_on, row.given_on)
    )
    if wanted != current or again:
        basis = _basis(wanted, again)
        version = ratings.answer_again(
            tx, person_id, wording, row.version, wanted, basis, now, other_notes
        )
        return _Written(wanted, basis, now, version, True)
    version = row.version
    if other_notes:
        version = ratings.note(tx, person_id, wording, version, other_notes, now)
    return _Written(current, row.basis, row.rated_at, version, bool(other_notes))


def _begin(
    tx: Session, person_id: int, row: Row[Any], sent: RatingToSave, rater: Rater, now: dt.datetime
) -> _Written:
    """The first answer, which takes the notes along that waited for it; or such notes."""
    before = dict(typed.read(row.draft) or ()) if row.draft is not None else {}
    if row.has_origins:
        waiting = earlier_ratings.notes_of_origins(person_id, [sent.statement_id])
        texts = zip(("own_note", "reviewer_note"), waiting[sent.statement_id], strict=True)
        before = {name: joined(before.get(name, ""), text) for name, text in texts}
    notes = {**before, **sent.notes}
    subject, wording = str(row.skill_id), ratings.Wording(row.skill_id, sent.statement_id)
    if sent.answer is None and not sent.notes and not sent.clear:
        raise Invalid("answer_unknown", "answer")
    inherited = earlier_ratings.inherited(person_id, sent.statement_id, row.has_origins)
    if inherited is not None and _is_as_inherited(sent, inherited, rater):
        drafts.delete_drafts(tx, person_id, typed.RATING, [subject])
        return _onto_inherited(tx, person_id, wording, inherited, sent, before, now)
    if sent.answer is None:
        if not sent.notes:
            return _Written(None, Basis.CLEARED, now, 0, False)
        written = tuple((name, text) for name, text in notes.items() if text)
        if notes != before:
            drafts.save(tx, person_id, typed.RATING, subject, written, now)
        return _Written(None, None, now, 0, notes != before)
    version = ratings.begin(tx, person_id, wording, sent.answer, now, notes)
    if row.draft is not None:
        drafts.delete_drafts(tx, person_id, typed.RATING, [subject])
    return _Written(sent.answer, Basis.RATED, now, version, True)


def _is_as_inherited(sent: RatingToSave, inherited: Rating, rater: Rater) -> bool:
    """No answer, or the one that counts already and needs no confirming."""
    return sent.answer is None or (
        sent.answer == inherited.answer
        and not (
            sent.confirm and is_dated(inherited.rated_at, rater.round_starts_on, inherited.given_on)
        )
    )


def _onto_inherited(
    tx: Session,
    person_id: int,
    wording: ratings.Wording,
    inherited: Rating,
    sent: RatingToSave,
    before: Mapping[str, str],
    now: dt.datetime,
) -> _Written:
    """A statement without an answer of its own, where one to its origin counts: it is cleared here
    alone, and a note goes to the answer."""
    notes = {**before, **sent.notes}
    if sent.clear:
        version = ratings.begin(tx, person_id, wording, None, now, notes, basis=Basis.CLEARED)
        return _Written(None, Basis.CLEARED, now, version, True)
    if notes != before:
        of = ratings.Wording(inherited.skill_id, inherited.statement_id)
        ratings.note(tx, person_id, of, inherited.version, notes, now)
    return _Written(inherited.answer, inherited.basis, inherited.rated_at, 0, notes != before)


def _basis(answer: str | None, again: bool) -> Basis:
    if answer is None:
        return Basis.CLEARED
    return Basis.CONFIRMED if again else Basis.RATED


def clean_notes(**given: str | None) -> dict[str, str]:
    """The notes that were sent, with plain line ends."""
    return {
        name: text.replace("\r\n", "\n").replace("\r", "\n").strip()
        for name, text in given.items()
        if text is not None
    }
