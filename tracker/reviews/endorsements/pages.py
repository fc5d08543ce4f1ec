"""The endorsements of one statement as its page shows them: to the learner, of an earlier version
too, and to a supervisor.

What a learner is told of their endorsements on Today: what expires soon, what has expired, what
was revoked.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import abort, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.assessment.ratings import queries as ratings_queries
from tracker.assessment.ratings.queries_cards import StatementCard
from tracker.evidence.pieces import queries as pieces_queries
from tracker.policy.permissions import Actor
from tracker.queries.asking import Question, ask, ask_together
from tracker.record.endorsements import (
    queries as record_endorsements_queries,
    rules as record_endorsements_rules,
)
from tracker.record.endorsements.queries import FRESH, EndedEndorsement, Expiring
from tracker.record.endorsements.rules import AgreedException, DigestFit
from tracker.record.sheet import (
    queries as sheet_queries,
    queries_learners as sheet_queries_learners,
    rules_summaries as sheet_rules_summaries,
)
from tracker.record.sheet.queries_learners import Learner, learner_of
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.sheet.rules_summaries import changed_since_review
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.record.versions.queries import now_of
from tracker.record.versions.queries_lines import EarlierStatement, LineStatement
from tracker.record.versions.rules import VersionStatement
from tracker.record.workflow.rules import EndorsementStatus
from tracker.reviews.endorsements import (
    actions as endorsements_actions,
    queries as endorsements_queries,
)
from tracker.reviews.endorsements.queries import Endorsed, LearnerSide, SentPiece
from tracker.reviews.second_opinions import queries as second_opinions_queries
from tracker.web.http import access, session
from tracker.web.http.framework_asked import about
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui.panels import PanelEntry, shortened
from tracker.web.ui.people import refuse_closed
from tracker.web.ui.templating.dates import ago, day


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
    asked: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    hidden: bool = False


def own_endorsements(
    learner: Learner,
    sheet: Sheet,
    statement: StatementCard,
    before: list[LineStatement],
    given: list[Endorsed],
) -> Endorsements:
    """`given`: every endorsement of it, the newest first."""
    changed = statement.id in changed_since_review(sheet)
    agreed = [
        exception
        for exception in record_endorsements_rules.agreed(sheet, learner.name)
        if exception.statement_id == statement.id
    ]
    return _endorsements(learner, statement, before, given, agreed, changed=changed)


def earlier_page(statement_id: int) -> ResponseReturnValue | None:
    """What its owner has of a statement of another version, with the way to what takes its place
    now; None where it is of no other version of a framework of theirs."""
    person_id = session.actor().person_id
    slug = versions_queries_lines.slug_of(statement_id)
    learner = sheet_queries_learners.learner(person_id, session.today(), slug) if slug else None
    statement = versions_queries_lines.earlier(statement_id, learner) if learner else None
    if learner is None or statement is None:
        return None
    about(learner, "assessment.resume")
    sheet = sheet_queries.of_learner(learner, Side.OWN, None, private=False, revealed=False)
    if not sheet.record.use_statement:
        return redirect(url_for("dashboard.use_statement", next=address_here()))
    before = versions_queries_lines.before(statement_id)
    ids = statement_and_before(statement, before)
    given, answers, pieces = ask_together(
        endorsements_queries.history(learner, ids, [now.id for now in statement.became]),
        ratings_queries.answers(person_id, ids),
        pieces_queries.for_statements(person_id, [statement_id]),
    )
    return render(
        "reviews/endorsements/earlier_statement.html",
        lang=learner.lang,
        **vars(_endorsements(learner, statement, before, given)),
        learner=learner,
        statement=statement,
        before=before,
        answers=answers,
        evidence=pieces.get(statement_id, []),
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
    sheet = sheet_queries.of_learner(learner, Side.REVEALED, reader)
    statement = next(one for one in sheet.version.statements if one.id == statement_id)
    domain = next(one for one in sheet.version.domains if one.id == statement.domain_id)
    voices = next(
        one
        for one in sheet_rules_summaries.voices(sheet, learner.name, domain.id)
        if one.id == statement_id
    )
    before = versions_queries_lines.before(statement_id)
    if reader.is_to_rate(person_id, statement_id):
        given = Endorsements(hidden=True)
    else:
        agreed = [voices.exception] if voices.exception is not None else []
        ids = statement_and_before(statement, before)
        of_all = ask(endorsements_queries.history(learner, ids, [statement_id]))
        given = _endorsements(learner, statement, before, of_all, agreed)
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
    given: list[Endorsed],
    agreed: Sequence[AgreedException] = (),
    *,
    changed: bool = False,
) -> Endorsements:
    if not given:
        return Endorsements(changed_since=changed, agreed=agreed)
    ids, reader = statement_and_before(statement, before), session.actor().person_id
    given = mark_language(given, learner.lang)
    newest = given[0]
    now, asked = None, {}
    if reader == learner.person_id:
        was, now, asked = ask_together(
            endorsements_queries.as_sent(newest.item_id),
            endorsements_queries.own_now(learner.person_id, statement.id),
            second_opinions_queries.asked([one.item_id for one in given if one.counts]),
        )
    else:
        was = ask(endorsements_queries.as_sent(newest.item_id, reader))
        last = endorsements_queries.last_revealed(learner.person_id, ids)
        if last is not None and last != newest.item_id:
            now = ask(endorsements_queries.as_sent(last, reader))
    checked = record_endorsements_queries.checked_of(learner.person_id, ids)
    files = {sha256 for one in checked.values() for sha256 in one.files}
    damaged = endorsements_actions.damaged_files(current_app.config["FILES"], files)
    learner, statement, was, now = mark_language((learner, statement, was, now), learner.lang)
    version = learner.framework_version
    if isinstance(statement, EarlierStatement):
        version = statement.version
    return Endorsements(
        endorsements=given,
        asked=asked,
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


def statement_and_before(
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


def questions(
    actor: Actor, now: dt.datetime
) -> tuple[Question[list[Expiring]], Question[list[EndedEndorsement]]]:
    """What these entries are made of."""
    today = actor.today(now)
    return (
        record_endorsements_queries.expiring(actor.library_id, today, person_id=actor.person_id),
        record_endorsements_queries.ended(actor.person_id, now - FRESH, today),
    )


def entries(
    expiring: Sequence[Expiring], ended: Sequence[EndedEndorsement], several: Collection[str]
) -> list[PanelEntry]:
    """What is with a reviewer already is not asked for again. `several`: the slugs of the
    frameworks they learn in, where there are several; each leads to its own page."""
    soon = [endorsement for endorsement in expiring if not endorsement.is_out]
    expired = [
        endorsement
        for endorsement in ended
        if endorsement.status is EndorsementStatus.EXPIRED and not endorsement.is_out
    ]
    slugs = [*(one.framework for one in soon), *(one.framework for one in expired)]
    to_send = []
    for group in [{slug} for slug in dict.fromkeys(slugs)] if several else [{*slugs}]:
        href = url_for("reviews.new", expiring=1, framework=next(iter(group & {*several}), None))
        days = [endorsement.last_day for endorsement in soon if endorsement.framework in group]
        over = [endorsement.at for endorsement in expired if endorsement.framework in group]
        to_send += [*_soon(days, href), *_expired(over, href)]
    return [*to_send, *_revoked(ended)]


def to_renew(actor: Actor, now: dt.datetime) -> frozenset[int]:
    """The statements that these entries lead to."""
    soon, ended = ask_together(*questions(actor, now))
    expired = (one for one in ended if one.status is EndorsementStatus.EXPIRED)
    return frozenset(endorsement.statement_id for endorsement in (*soon, *expired))


def _soon(last_days: list[dt.date], href: str) -> Iterator[PanelEntry]:
    if last_days:
        title = ngettext(
            "%(num)d reviewed rating expires by %(day)s",
            "%(num)d reviewed ratings expire by %(day)s",
            len(last_days),
            day=day(max(last_days)),
        )
        yield PanelEntry(title, href, _("Send them for review again, so that they keep counting."))


def _expired(moments: list[dt.datetime], href: str) -> Iterator[PanelEntry]:
    """The newest first."""
    if moments:
        title = ngettext(
            "%(num)d reviewed rating has expired",
            "%(num)d reviewed ratings have expired",
            len(moments),
        )
        note = _("They don’t count anymore. Send them for review again.")
        yield PanelEntry(title, href, note, ago(moments[0]))


def _revoked(ended: Sequence[EndedEndorsement]) -> Iterator[PanelEntry]:
    for endorsement in ended:
        if endorsement.status is EndorsementStatus.REVOKED:
            title = _(
                "%(who)s revoked the reviewed rating of “%(statement)s”",
                who=endorsement.who,
                statement=endorsement.title,
            )
            href = url_for(
                "statements.show", statement_id=endorsement.statement_id, _anchor="endorsements"
            )
            yield PanelEntry(title, href, shortened(endorsement.reason), ago(endorsement.at))
