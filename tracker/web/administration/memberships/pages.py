"""A membership as it is typed in: what can be chosen, and the terms that come of it."""

from flask_babel import gettext as _

from tracker.queries.administration import role_profiles, team_tree
from tracker.queries.administration.people import MembershipDetails
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.roles import Role
from tracker.web.administration.people_forms import MembershipForm
from tracker.web.http import session
from tracker.web.ui import fields


def with_choices(form: MembershipForm, kept: MembershipDetails | None = None) -> MembershipForm:
    """Hand in the choices. The job profile that the membership has stays among them, though
    retired."""
    teams = team_tree.choices(session.actor())
    form.team_id.choices = fields.choices([("", _("Choose a team")), *teams])
    profiles = role_profiles.choices(
        session.actor(), None if kept is None else kept.role_profile_id
    )
    form.role_profile_id.choices = fields.choices([("", _("None")), *profiles])
    return form


def terms(form: MembershipForm) -> MembershipTerms:
    return MembershipTerms(
        team_id=form.team_id.data,
        role=Role(form.role.data),
        role_profile_id=form.role_profile_id.data,
        job=form.job.data or "",
        weekly_hours=form.weekly_hours.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
    )
