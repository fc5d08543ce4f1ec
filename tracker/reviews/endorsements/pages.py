"""The endorsements of one statement as its page shows them: to the learner, of an earlier version
too, and to a supervisor."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask import abort, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.assessment.ratings import queries_history as rating_history
from tracker.assessment.ratings.queries_cards import StatementCard
from tracker.evidence.pieces import queries as evidence
from tracker.record.endorsements import queries_digests as digest_check, rules as exceptions
from tracker.record.endorsements.rules import AgreedException, DigestFit
from tracker.record.sheet import (
    queries as sheets,
    queries_learners as learners,
    rules_voices as statement_voices,
)
from tracker.record.sheet.queries_learners import Learner, learner_of
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import changed_since_review
from tracker.record.sheet.rules_words import Side
from tracker.record.versions import queries_lines as statement_lines
from tracker.record.versions.queries_lines import EarlierStatement, LineStatement
from tracker.record.versions.queries_now import now_of
from tracker.record.versions.rules import VersionStatement
from tracker.reviews.endorsements import actions as service, queries as endorsements
from tracker.reviews.endorsements.queries import Endorsed, LearnerSide, SentPiece
from tracker.reviews.second_opinions import queries as second_opinions
from tracker.reviews.second_opinions.queries import Asked
from tracker.web.http import access, session
from tracker.web.http.framework_asked import about
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.people import refuse_closed
from tracker.web.ui.templating.dates import day


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part of what was reviewed: its lines then and now, and whether they differ. `now` is
    empty where there is nothing newer."""

    label: str
    was: list[str]
    now: list[str]
    changed: bool


@dataclass(frozen=True)
class Endorsements:
    """`asked`: by item, who was asked for a second opinion, for the learner alone. `fits`: by id,
    whether what is stored is what was reviewed; a file that is damaged or gone does not fit.
    `changed_since` is for the learner alone. `parts` compare the newest with what stands now, where
    `has_newer`. `hidden`: its reader is to rate the statement, and gets nothing of all this before
    they reveal."""

    endorsements: list[Endorsed] = field(default_factory=list)
    fits: Mapping[int, DigestFit] = field(default_factory=dict)
    changed_since: bool = False
    has_newer: bool = False
    parts: Sequence[ComparedPart] = ()
    agreed: Sequence[AgreedException] = ()
    asked: Mapping[int, Asked] = field(default_factory=dict)
    hidden: bool = False


def own_endorsements(
    learner: Learner, sheet: Sheet, statement: StatementCard, before: list[LineStatement]
) -> Endorsements:
    changed = statement.id in changed_since_review(sheet)
    agreed = [
        exception
        for exception in exceptions.agreed(sheet, learner.name)
        if exception.statement_id == statement.id
    ]
    return _endorsements(learner, statement, before, [statement.id], agreed, changed=changed)


def earlier_page(statement_id: int) -> ResponseReturnValue | None:
    """What its owner has of a statement of another version, with the way to what takes its place
    now; None where it is of no other version of a framework of theirs."""
    person_id = session.actor().person_id
    slug = statement_lines.slug_of(statement_id)
    learner = learners.learner(person_id, session.today(), slug) if slug else None
    statement = statement_lines.earlier(statement_id, learner) if learner else None
    if learner is None or statement is None:
        return None
    about(learner, "assessment.resume")
    sheet = sheets.of_learner(learner, Side.OWN, None, private=False, revealed=False)
    if not sheet.record.use_statement:
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    before = statement_lines.before(statement_id)
    given = _endorsements(learner, statement, before, [now.id for now in statement.became])
    return render(
        "reviews/endorsements/earlier_statement.html",
        lang=learner.lang,
        **vars(given),
        learner=learner,
        statement=statement,
        before=before,
        answers=rating_history.answers(person_id, _ids(statement, before)),
        evidence=evidence.for_statement(person_id, statement.id),
    )


def page_of_person(person_id: int, statement_id: int) -> str:
    """For a supervisor: nothing in it is read from what was not revealed."""
    refuse_closed(person_id)
    today = session.today()
    learner = learner_of(person_id, statement_id, today)
    if learner is None:
        statement_id = now_of(person_id, statement_id, today) or abort(404)
        learner = learner_of(person_id, statement_id, today)
    if learner is None:
        abort(404)
    about(learner, "profiles.show", person_id=person_id)
    access.note_look(person_id, "profile")
    reader = session.reader()
    sheet = sheets.of_learner(learner, Side.REVEALED, reader)
    statement = next(one for one in sheet.version.statements if one.id == statement_id)
    domain = next(one for one in sheet.version.domains if one.id == statement.domain_id)
    voices = next(
        one
        for one in statement_voices.voices(sheet, learner.name, domain.id)
        if one.id == statement_id
    )
    before = statement_lines.before(statement_id)
    if reader.is_to_rate(person_id, statement_id):
        given = Endorsements(hidden=True)
    else:
        agreed = [voices.exception] if voices.exception is not None else []
        given = _endorsements(learner, statement, before, [statement_id], agreed)
    me = reader.actor.person_id
    mine = (one for one in given.endorsements if one.endorser_id == me and one.counts)
    return render(
        "reviews/endorsements/statement_of_person.html",
        lang=learner.lang,
        **vars(given),
        learner=learner,
        statement=statement,
        domain=domain,
        voices=voices,
        before=before,
        mine=next(mine, None),
    )


def _endorsements(
    learner: Learner,
    statement: StatementCard | VersionStatement | EarlierStatement,
    before: list[LineStatement],
    now_ids: Collection[int],
    agreed: Sequence[AgreedException] = (),
    *,
    changed: bool = False,
) -> Endorsements:
    ids, reader = _ids(statement, before), session.actor().person_id
    is_own = reader == learner.person_id
    given = mark_language(endorsements.history(learner, ids, now_ids), learner.lang)
    if not given:
        return Endorsements(changed_since=changed, agreed=agreed)
    newest = given[0]
    was = endorsements.as_sent(newest.item_id, None if is_own else reader)
    if is_own:
        now = endorsements.own_now(learner.person_id, statement.id)
    else:
        last = endorsements.last_revealed(learner.person_id, ids)
        is_newer = last is not None and last != newest.item_id
        now = endorsements.as_sent(last, reader) if last is not None and is_newer else None
    checked = digest_check.checked_of(learner.person_id, ids)
    files = {sha256 for one in checked.values() for sha256 in one.files}
    damaged = service.damaged_files(current_app.config["FILES"], files)
    learner, statement, was, now = mark_language((learner, statement, was, now), learner.lang)
    version = learner.framework_version
    if isinstance(statement, EarlierStatement):
        version = statement.version
    return Endorsements(
        endorsements=given,
        asked=second_opinions.asked([one.item_id for one in given if is_own and one.counts]),
        fits={
            key: DigestFit.DOES_NOT_FIT if damaged & one.files else one.fit
            for key, one in checked.items()
        },
        changed_since=changed,
        has_newer=now is not None,
        parts=_parts(
            was,
            now,
            _wording(learner, newest.version, newest.text),
            _wording(learner, version, statement.text),
            is_same_text=newest.text == statement.text,
        ),
        agreed=agreed,
    )


def _ids(
    statement: StatementCard | VersionStatement | EarlierStatement, before: list[LineStatement]
) -> list[int]:
    """The statement, then what it was in earlier versions."""
    return [statement.id, *(earlier.id for earlier in before)]


def _wording(learner: Learner, version: str, text: str) -> str:
    return _(
        "%(framework)s, version %(version)s: %(text)s",
        framework=learner.framework,
        version=version,
        text=text,
    )


def _parts(
    was: LearnerSide, now: LearnerSide | None, then: str, current: str, *, is_same_text: bool
) -> list[ComparedPart]:
    """What was reviewed and what stands now, with what changed said in words. `then` and `current`:
    the wording, which never changes within a version."""
    known = now is not None and None not in (was.note, now.note)
    return [
        ComparedPart(
            _("Answer"),
            [_answer(was)],
            [_answer(now)] if now else [],
            now is not None and was.answer != now.answer,
        ),
        ComparedPart(
            _("Note for the reviewer"),
            [_note(was)],
            [_note(now)] if now else [],
            now is not None and known and was.note != now.note,
        ),
        _evidence(was, now),
        ComparedPart(
            _("Wording of the statement"), [then], [current] if now else [], not is_same_text
        ),
    ]


def _answer(side: LearnerSide) -> str:
    return _("%(answer)s, given %(day)s", answer=side.label, day=day(side.on))


def _note(side: LearnerSide) -> str:
    if side.erased:
        return _("It was erased.")
    if side.note is None:
        return _("It went to another reviewer.")
    return side.note or _("none")


def _evidence(was: LearnerSide, now: LearnerSide | None) -> ComparedPart:
    label = _("Evidence")
    if now is None or None in (was.pieces, now.pieces):
        return ComparedPart(label, _pieces(was), _pieces(now) if now else [], False)
    earlier, later = (
        {piece.evidence_id: piece for piece in side.pieces or ()} for side in (was, now)
    )
    gone = {key: _change(piece, later.get(key)) for key, piece in earlier.items()}
    added = {key: _("added since") for key in later.keys() - earlier.keys()}
    return ComparedPart(label, _pieces(was, gone), _pieces(now, added), was.pieces != now.pieces)


def _change(was: SentPiece, now: SentPiece | None) -> str:
    if now is None:
        return _("not linked anymore")
    if now.number != was.number:
        return _("now version %(number)s", number=now.number)
    return "" if now.reason == was.reason else _("another reason now")


def _pieces(side: LearnerSide, marks: Mapping[int, str] | None = None) -> list[str]:
    if side.pieces is None:
        return [_("It went to another reviewer.")]
    lines = []
    for piece in side.pieces:
        title = piece.title or _("erased by its owner")
        line = _("%(title)s, version %(number)s", title=title, number=piece.number)
        line += f": {piece.reason}" if piece.reason else ""
        mark = (marks or {}).get(piece.evidence_id)
        lines.append(f"{line} ({mark})" if mark else line)
    return lines or [_("none")]
