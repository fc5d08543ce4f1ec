"""People, their legal holds, and who takes over from them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.administration.roster.rules import STAFF_ID_MAX
from tracker.rules.roles import Role
from tracker.rules.texts import NOTE_MAX
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
    hold_is_open=_l("A legal hold is open for this person already."),
    hold_is_over=_l("No legal hold is open for this person. Nothing was changed."),
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


class FilterForm(Form):
    """In the address of the list. What does not fit is left out rather than refused."""

    class Meta:
        csrf = False

    search = StringField(_l("Name or email"))
    team_id = fields.select_id(_l("Team"))
    role = SelectField(_l("Role"), choices=fields.choices([("", _l("All roles")), *ROLES.items()]))
    state = SelectField(_l("Who"), choices=fields.choices(STATES.items()))

    @property
    def wanted(self) -> dict[str, Any]:
        return {
            "search": (self.search.data or "")[:200],
            "team_id": self.team_id.data,
            "role": self.role.data if self.role.data in ROLES else "",
            "state": self.state.data if self.state.data in STATES else "",
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


class LegalHoldForm(Form):
    why: Any = TextAreaField(
        _l("Why"),
        [InputRequired(_l("Write why.")), Length(max=NOTE_MAX, message=fields.TOO_LONG)],
        description=_l(
            "For example the request, case or letter. Administrators can read it; the person can’t."
        ),
    )
