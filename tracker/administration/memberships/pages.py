"""A membership as it is typed in, and what was done about it in a sentence."""

import datetime as dt
from dataclasses import asdict
from typing import TypeVar

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.administration.memberships.forms import BulkEditForm, MembershipForm
from tracker.administration.people.pages import to_person
from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.administration.teams import queries as teams_queries
from tracker.queries.core.people import MembershipDetails
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role
from tracker.web.http import session
from tracker.web.http.errors import Undo, flash_message
from tracker.web.ui import fields
from tracker.web.ui.people import flash_new_readers
from tracker.web.ui.templating.dates import day

T = TypeVar("T", bound=MembershipForm | BulkEditForm)


def with_choices(form: T, kept: MembershipDetails | None = None) -> T:
    """Hand in the choices. The job profile that the membership has stays among them, though
    retired."""
    actor = session.actor()
    form.team_id.choices = fields.choices([("", _("Choose a team")), *teams_queries.choices(actor)])
    profiles = role_profiles_queries.choices(actor, kept.role_profile_id if kept else None)
    form.role_profile_id.choices = fields.choices([("", str(form.NO_PROFILE)), *profiles])
    return form


def done(person_id: int, sentence: str, undo: Undo | None = None) -> ResponseReturnValue:
    """Say it, and who comes to read records by it, on the page of the person."""
    flash_message(sentence, undo=undo)
    flash_new_readers()
    return to_person(person_id)


def added(membership: MembershipDetails, today: dt.date) -> str:
    """ "Ben Osei is now a supervisor of Central Branch." """
    facts = {"name": membership.person, "team": membership.team, "day": day(membership.starts_on)}
    phase = membership.phase(today)
    if phase == "over":
        return _("It is on record that %(name)s was in %(team)s.", **facts)
    if membership.role == Role.SUPERVISOR:
        now = _("%(name)s is now a supervisor of %(team)s.", **facts)
        later = _("%(name)s is a supervisor of %(team)s from %(day)s on.", **facts)
    elif membership.role == Role.COORDINATOR:
        now = _("%(name)s is now a coordinator of %(team)s.", **facts)
        later = _("%(name)s is a coordinator of %(team)s from %(day)s on.", **facts)
    else:
        now = _("%(name)s is now a learner in %(team)s.", **facts)
        later = _("%(name)s is a learner in %(team)s from %(day)s on.", **facts)
    return str(now if phase == "now" else later)


def corrected(before: MembershipDetails, after: MembershipDetails) -> str:
    """Also what went with it: only learners have a job profile."""
    sentence = _("Corrected: %(name)s in %(team)s.", name=before.person, team=after.team)
    if before.role_profile_id and not after.role_profile_id:
        lost = _(
            "They have no job profile here anymore, because only learners have one. Ratings and "
            "reviews are kept."
        )
        return f"{sentence} {lost}"
    return str(sentence)


def as_it_was(before: MembershipDetails, after: MembershipDetails) -> Undo:
    """The correction that puts it back as it was before, while nothing else changes it."""
    typed = asdict(MembershipTerms.of(before)) | {"still": MembershipTerms.of(after).digest}
    texts = {name: "" if value is None else str(value) for name, value in typed.items()}
    return Undo(url_for("admin_memberships.update", membership_id=before.id), texts)
