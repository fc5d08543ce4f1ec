"""People and what they are in teams."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from tracker.rules.administration.roster.entries import STAFF_ID_MAX
from tracker.rules.roles import Role
from tracker.rules.texts import NAME_MAX, NOTE_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    email_taken=_l(
        "This address can’t be used here. Look for it under People. If it isn’t there, use another "
        "address of this person."
    ),
    staff_id_taken=_l("%(name)s has this staff ID already."),
    own_account=_l("You cannot disable your own account. Ask another administrator."),
    last_administrator=_l(
        "Nobody else could administer the library then. Make somebody administrator first, who has "
        "set their password."
    ),
    person_is_disabled=_l("This account is disabled. Enable it first."),
    team_unknown=_l("There is no such team. Choose one from the list."),
    team_closed=_l("%(team)s is closed. Choose another team, or reopen it first."),
    role_profile_needed=_l("Choose this learner’s job profile."),
    role_profile_unknown=_l("There is no such job profile. Choose one from the list."),
    role_profile_retired=_l(
        "This job profile is retired, or its framework is hidden. Choose another one."
    ),
    membership_overlaps=_l(
        "They have this role in this team on one of these days already. Correct that membership, "
        "or choose other dates, or for a learner a job profile of another framework."
    ),
    membership_changed=_l(
        "This membership was changed since, so nothing was undone. Check it, and "
        "correct what is wrong."
    ),
    hold_is_open=_l("A legal hold is open for this person already."),
    hold_is_over=_l("No legal hold is open for this person. Nothing was changed."),
    hours_out_of_range=_l("Enter whole hours from 1 to %(longest)s, or leave it empty."),
)

ROLES = {
    Role.LEARNER: _l("Learner"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.COORDINATOR: _l("Coordinator"),
}

STATES = {
    "": _l("Everybody not disabled"),
    "active": _l("Active"),
    "invited": _l("Has not set a password yet"),
    "disabled": _l("Disabled"),
    "administrator": _l("Administrators"),
}


class PersonForm(Form):
    name = fields.line(_l("Name"), _l("Enter the person's name."))
    email = fields.email(_l("Email"), description=_l("They sign in with it."))
    staff_id = StringField(
        _l("Staff ID"),
        [Length(max=STAFF_ID_MAX, message=fields.TOO_LONG)],
        description=_l("What your own lists call them. An import finds people by it."),
    )


class NewPersonForm(PersonForm):
    by_mail = BooleanField(
        _l("Mail the invitation"),
        default=True,
        description=_l("Otherwise invite them later, under Invitations."),
    )


class MembershipForm(Form):
    team_id = fields.select_id(_l("Team"), _l("Choose a team."))
    role = SelectField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=fields.choices((role, label) for role, label in ROLES.items()),
    )
    role_profile_id = fields.select_id(
        _l("Job profile"),
        description=_l(
            "For learners: the levels their job expects. Ratings stay with their framework: after "
            "a change to another one, they are there again once the person has a job in it."
        ),
    )
    job = StringField(_l("Job title"), [Length(max=NAME_MAX, message=fields.TOO_LONG)])
    weekly_hours = IntegerField(_l("Hours a week"), [Optional()])
    starts_on = fields.day(_l("First day"), _l("Enter the first day."))
    ends_on = fields.day(_l("Last day"), description=_l("Leave it empty while there is none."))


class EndForm(Form):
    ends_on = fields.day(_l("Last day"), _l("Enter the last day."))


class LegalHoldForm(Form):
    why: Any = TextAreaField(
        _l("Why"),
        [InputRequired(_l("Write why.")), Length(max=NOTE_MAX, message=fields.TOO_LONG)],
        description=_l(
            "For example the request, case or letter. Administrators can read it; the person can’t."
        ),
    )


class FilterForm(Form):
    """In the address of the list. What does not fit is left out rather than refused."""

    class Meta:
        csrf = False

    search = StringField(_l("Name or email"))
    team_id = fields.select_id(_l("Team"))
    role = SelectField(_l("Role"), choices=fields.choices([("", _l("All roles")), *ROLES.items()]))
    state = SelectField(_l("Who"), choices=fields.choices(STATES.items()))
