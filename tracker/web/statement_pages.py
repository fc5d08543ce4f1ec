"""The endorsements of one statement as its page shows them: to the learner, and to a supervisor."""

from dataclasses import dataclass

from flask import abort, current_app, render_template
from flask_babel import gettext as _

from tracker.queries import comparisons, exceptions, learners, reviewed, statement_facts
from tracker.queries import endorsements as endorsing
from tracker.queries.comparisons import Comparison
from tracker.queries.endorsements import Endorsed
from tracker.queries.exceptions import Agreed
from tracker.queries.learners import Learner
from tracker.queries.profiles import Side
from tracker.rules.digests import Fit
from tracker.rules.wording import Wording
from tracker.rules.workflow import EndorsementStatus
from tracker.services import endorsements as service
from tracker.web import access, before_after, session
from tracker.web.before_after import Part
from tracker.web.wording import told


@dataclass(frozen=True)
class Endorsements:
    """`fits`: by id, whether what is stored is what was reviewed; a file that is damaged or gone does not fit.
    `changed_since` is for the learner alone. `compared` is of the newest."""

    endorsements: list[Endorsed]
    fits: dict[int, Fit]
    changed_since: bool
    compared: Comparison | None
    parts: list[Part]
    agreed: list[Agreed]


def own_endorsements(learner: Learner, statement_id: int, text: Wording) -> Endorsements:
    """`text`: the statement as it is worded."""
    compared = comparisons.own(learner.person_id, statement_id)
    changed = statement_id in endorsing.changed_since(learner.person_id)
    return _endorsements(learner, statement_id, text, compared, changed)


def of_person(person_id: int, statement_id: int) -> str:
    """For a supervisor: nothing in it is read from what was not revealed."""
    learner = learners.learner(person_id, session.actor().today(session.now()))
    heading = comparisons.heading(learner, statement_id) if learner is not None else None
    if learner is None or heading is None:
        abort(404)
    access.note_look(person_id, "profile")
    reader = session.actor().person_id
    heading = told(heading, learner.lang)
    voices = statement_facts.voices(learner, Side.REVEALED, heading.domain_id)
    found = _endorsements(
        learner, statement_id, heading.text, comparisons.for_supervisor(reader, person_id, statement_id), changed=False
    )
    mine = [each for each in found.endorsements if each.endorser_id == reader]
    return render_template(
        "statements/of_person.html", **vars(found), learner=learner, statement=heading,
        voices=told(next(each for each in voices if each.id == statement_id), learner.lang),
        mine=next((each for each in mine if each.status is EndorsementStatus.STANDING), None),
    )  # fmt: skip


def _endorsements(
    learner: Learner, statement_id: int, text: Wording, compared: Comparison | None, changed: bool
) -> Endorsements:
    checked = reviewed.checked_of(learner.person_id, statement_id)
    digests = {sha256 for each in checked.values() for sha256 in each.files}
    damaged = service.damaged_files(current_app.config["FILES_DIR"], digests)
    lang = learner.lang
    compared = told(compared, lang)
    wording = _("%(framework)s, version %(version)s: %(text)s", framework=told(learner, lang).framework,
                version=learner.framework_version, text=text)  # fmt: skip
    return Endorsements(
        endorsements=told(endorsing.history(learner.person_id, statement_id), lang),
        fits={key: Fit.DOES_NOT_FIT if damaged & each.files else each.fit for key, each in checked.items()},
        changed_since=changed,
        compared=compared,
        parts=before_after.parts(compared, wording) if compared is not None else [],
        agreed=told(exceptions.agreed(learner, statement_id), lang),
    )
