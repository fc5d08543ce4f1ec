"""Taking over a learner's own list of ratings, after they have looked at what would be stored."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.assessment.imports import queries as imports_queries
from tracker.assessment.imports.rules import PlannedLine, RatingList, Verdict, plan
from tracker.assessment.ratings import queries as ratings_queries
from tracker.db import transaction
from tracker.frameworks.versions.rules import Basis
from tracker.models import Draft
from tracker.policy.permissions import Actor
from tracker.record.ratings import records as record_ratings_records
from tracker.records import drafts as core_drafts_records
from tracker.rules import drafts as drafts_rules
from tracker.rules.errors import Conflict, Missing
from tracker.rules.texts import NOTE_MAX


def take_over(
    actor: Actor,
    framework_id: int,
    listed: RatingList,
    ticked: frozenset[int],
    seen: str,
    now: dt.datetime,
) -> int:
    """Store the answers of the list to that framework as *imported*: all that its plan stores, or
    nothing. Returns how many. `seen` is the digest of the plan that was shown; `ticked` are the
    statements whose own answer is replaced.

    Raises Missing when they do not learn in it; Conflict: use_statement_unread, and list_overtaken
    when the plan has changed since.
    """
    today = actor.today(now)
    with transaction() as tx:
        if framework_id not in ratings_queries.locked(actor, today):
            raise Missing
        ground = imports_queries.targets(actor, framework_id)
        planned = plan(listed, ground.statements, ground.answers, today, actor.time_zone)
        if planned.digest() != seen:
            raise Conflict("list_overtaken")
        chosen = planned.to_store(ticked)
        for line in chosen:
            _store(tx, actor.person_id, line, now)
        return len(chosen)


def _store(tx: Session, person_id: int, line: PlannedLine, now: dt.datetime) -> None:
    if line.known is None or line.answer is None:
        raise ValueError("a line without a statement or an answer is never stored")
    wording = record_ratings_records.RatedStatement(line.known.skill_id, line.known.statement_id)
    version = line.known.version
    both = {"own_note": line.own_note, "reviewer_note": line.reviewer_note}
    notes = {name: note for name, note in both.items() if note is not None}
    if version and line.verdict is Verdict.NOTE:
        record_ratings_records.note(person_id, wording, version, notes, now)
        return
    if not version:
        notes = _with_draft(tx, person_id, wording.skill_id, notes)
    record_ratings_records.write(
        tx, person_id, wording, version, line.answer, Basis.IMPORTED, now, notes, line.given_on
    )


def _with_draft(
    tx: Session, person_id: int, skill_id: int, notes: dict[str, str]
) -> dict[str, str]:
    """The notes, with those that waited at the statement for an answer. Where both are too long
    together, the draft stays one."""
    query = select(Draft.fields).where(
        Draft.person_id == person_id,
        Draft.form == drafts_rules.RATING,
        Draft.subject == str(skill_id),
    )
    stored = tx.scalar(query)
    if stored is None:
        return notes
    waiting = dict(drafts_rules.read(stored) or ())
    both = {
        name: "\n\n".join(filter(None, (notes.get(name), waiting.get(name))))
        for name in notes | waiting
    }
    if any(len(text) > NOTE_MAX for text in both.values()):
        return notes
    core_drafts_records.delete_drafts(tx, person_id, drafts_rules.RATING, [str(skill_id)])
    return both
