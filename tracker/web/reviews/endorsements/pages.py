"""The endorsements of one statement as its page shows them: to the learner, and to a supervisor."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import abort, current_app
from sqlalchemy import Row

from tracker.queries.assessment import statement_lines
from tracker.queries.assessment.learners import Learner, learner_of
from tracker.queries.assessment.statement_cards import StatementCard
from tracker.queries.assessment.statement_lines import EarlierStatement, LineStatement
from tracker.queries.endorsements import comparisons, digest_check
from tracker.queries.endorsements import endorsements as endorsing
from tracker.queries.endorsements.comparisons import Comparison
from tracker.queries.endorsements.endorsements import Endorsed
from tracker.queries.record import sheets
from tracker.queries.reviews import second_opinions
from tracker.rules.profiles import statement_status
from tracker.rules.record.sheet import Sheet
from tracker.rules.record.summaries import changed_since_review
from tracker.rules.record.versions import VersionStatement
from tracker.rules.record.words import Side
from tracker.rules.reviews import exceptions
from tracker.rules.reviews.digests import DigestFit
from tracker.rules.reviews.exceptions import AgreedException
from tracker.services.reviews import endorsements as service
from tracker.web.http import access, session
from tracker.web.http.framework_asked import about
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.reviews.endorsements import comparison
from tracker.web.reviews.endorsements.comparison import ComparedPart
from tracker.web.ui.people.closed_records import refuse_closed


@dataclass(frozen=True)
class Endorsements:
    """`asked`: by item, who was asked for a second opinion, for the learner alone. `fits`: by id,
    whether what is stored is what was reviewed; a file that is damaged or gone
    does not fit. `changed_since` is for the learner alone. `compared` is of the newest. `hidden`:
    its reader is to rate the statement, and gets nothing of all this before they reveal."""

    endorsements: list[Endorsed]
    fits: dict[int, DigestFit]
    changed_since: bool
    compared: Comparison | None
    parts: list[ComparedPart]
    agreed: list[AgreedException]
    asked: Mapping[int, Row[int, int, str, dt.datetime]]
    hidden: bool = False


HIDDEN = Endorsements([], {}, False, None, [], [], {}, hidden=True)


def own_endorsements(
    learner: Learner, sheet: Sheet, statement: StatementCard, before: list[LineStatement]
) -> Endorsements:
    compared = comparisons.own(learner.person_id, _ids(statement, before))
    changed = statement.id in changed_since_review(sheet)
    agreed = [
        each for each in exceptions.agreed(sheet, learner.name) if each.statement_id == statement.id
    ]
    return _endorsements(learner, statement, before, compared, changed, agreed, [statement.id])


def earlier_endorsements(
    learner: Learner, statement: EarlierStatement, before: list[LineStatement]
) -> Endorsements:
    compared = comparisons.own(learner.person_id, _ids(statement, before))
    now_ids = [each.id for each in statement.became]
    return _endorsements(learner, statement, before, compared, False, [], now_ids)


def of_person(person_id: int, statement_id: int) -> str:
    """For a supervisor: nothing in it is read from what was not revealed."""
    refuse_closed(person_id)
    today = session.today()
    learner = learner_of(person_id, statement_id, today)
    if learner is None:
        statement_id = statement_lines.now_of(person_id, statement_id, today) or abort(404)
        learner = learner_of(person_id, statement_id, today)
    if learner is None:
        abort(404)
    about(learner, "profiles.show", person_id=person_id)
    access.note_look(person_id, "profile")
    reader, blind = session.actor().person_id, session.blind_spots()
    sheet = sheets.of_learner(learner, Side.REVEALED, blind)
    heading = next(each for each in sheet.version.statements if each.id == statement_id)
    domain = next(each for each in sheet.version.domains if each.id == heading.domain_id)
    voices = statement_status.voices(sheet, learner.name, domain.id)
    before = statement_lines.before(statement_id)
    shown = next(each for each in voices if each.id == statement_id)
    if blind.is_to_rate(person_id, statement_id):
        found = HIDDEN
    else:
        compared = comparisons.for_supervisor(reader, person_id, _ids(heading, before))
        agreed = [shown.exception] if shown.exception is not None else []
        found = _endorsements(learner, heading, before, compared, False, agreed, [statement_id])
    mine = [each for each in found.endorsements if each.endorser_id == reader]
    return render(
        "reviews/endorsements/statement_of_person.html",
        lang=learner.lang,
        **vars(found),
        learner=learner,
        statement=heading,
        domain=domain,
        voices=shown,
        before=before,
        mine=next((each for each in mine if each.counts), None),
    )


def _endorsements(
    learner: Learner,
    statement: StatementCard | VersionStatement | EarlierStatement,
    before: list[LineStatement],
    compared: Comparison | None,
    changed: bool,
    agreed: list[AgreedException],
    now_ids: Collection[int],
) -> Endorsements:
    ids = _ids(statement, before)
    checked = digest_check.checked_of(learner.person_id, ids)
    digests = {sha256 for each in checked.values() for sha256 in each.files}
    damaged = service.damaged_files(current_app.config["FILES"], digests)
    learner, statement, compared = mark_language((learner, statement, compared), learner.lang)
    version = learner.framework_version
    if isinstance(statement, EarlierStatement):
        version = statement.version
    given = endorsing.history(learner, ids, now_ids)
    is_own = learner.person_id == session.actor().person_id
    return Endorsements(
        endorsements=given,
        asked=second_opinions.asked([each.item_id for each in given if is_own and each.counts]),
        fits={
            key: DigestFit.DOES_NOT_FIT if damaged & each.files else each.fit
            for key, each in checked.items()
        },
        changed_since=changed,
        compared=compared,
        parts=comparison.parts(compared, learner.framework, version, statement.text)
        if compared is not None
        else [],
        agreed=agreed,
    )


def _ids(
    statement: StatementCard | VersionStatement | EarlierStatement, before: list[LineStatement]
) -> list[int]:
    """The statement, then what it was in earlier versions."""
    return [statement.id, *(each.id for each in before)]
