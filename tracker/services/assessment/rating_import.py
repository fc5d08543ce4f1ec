"""Taking over a learner's own list of ratings, after they have looked at what would be stored."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Draft
from tracker.policy.permissions import Actor
from tracker.queries.assessment import import_targets, rating_lock
from tracker.records import drafts, ratings
from tracker.rules import drafts as typed
from tracker.rules.assessment.import_lines import RatingList
from tracker.rules.assessment.import_plan import PlannedLine, Verdict, plan
from tracker.rules.errors import Conflict, Missing
from tracker.rules.frameworks.scale import Basis
from tracker.rules.texts import NOTE_MAX


def take_over(
    actor: Actor,
    framework_id: int,
    listed: RatingList,
    ticked: frozenset[int],
    seen: str,
    now: dt.datetime,
) -> int:
    """Store the list's answers to that framework as *imported*: all that its plan stores, or
    nothing. Returns how many.

    `seen` is the digest of the plan that was looked at; `ticked` the statements whose own answer
    gives way. Raises Missing when they do not learn in it; Conflict: use_statement_unread, and
    list_overtaken when the plan is another one by now.
    """
    today = actor.today(now)
    with transaction() as tx:
        if framework_id not in rating_lock.locked(actor, today):
            raise Missing
        ground = import_targets.targets(
            actor.person_id, actor.library_id, framework_id, actor.time_zone
        )
        found = plan(listed, ground.statements, ground.answers, today, actor.time_zone)
        if found.digest() != seen:
            raise Conflict("list_overtaken")
        chosen = found.to_store(ticked)
        for each in chosen:
            _store(tx, actor.person_id, each, now)
        return len(chosen)


def _store(tx: Session, person_id: int, each: PlannedLine, now: dt.datetime) -> None:
    if each.known is None or each.answer is None:
        raise ValueError("a line without a statement or an answer is never stored")
    wording = ratings.Wording(each.known.skill_id, each.known.statement_id)
    version = each.known.version
    notes = {} if each.own_note is None else {"own_note": each.own_note}
    if version == 0:
        ratings.begin(
            tx,
            person_id,
            wording,
            each.answer,
            now,
            _with_draft(tx, person_id, wording.skill_id, notes),
            basis=Basis.IMPORTED,
            given_on=each.given_on,
        )
    elif each.verdict is Verdict.NOTE:
        ratings.note(tx, person_id, wording, version, notes, now)
    else:
        ratings.answer_again(
            tx, person_id, wording, version, each.answer, Basis.IMPORTED, now, notes, each.given_on
        )


def _with_draft(
    tx: Session, person_id: int, skill_id: int, notes: dict[str, str]
) -> dict[str, str]:
    """The notes, with those that waited at the statement for an answer. Where both are too long
    together, the draft stays one."""
    found = select(Draft.fields).where(
        Draft.person_id == person_id, Draft.form == typed.RATING, Draft.subject == str(skill_id)
    )
    stored = tx.scalar(found)
    if stored is None:
        return notes
    waiting = dict(typed.read(stored) or ())
    both = {
        name: "\n\n".join(filter(None, (notes.get(name), waiting.get(name))))
        for name in notes | waiting
    }
    if any(len(text) > NOTE_MAX for text in both.values()):
        return notes
    drafts.delete_drafts(tx, person_id, typed.RATING, [str(skill_id)])
    return both
