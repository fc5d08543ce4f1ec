"""People, their legal holds, and who takes over from them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

from tracker.administration.roster.rules_rows import STAFF_ID_MAX
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
    successor_needed=_l("Choose who reviews them instead."),
    leaving_changed=_l(
        "A review was sent to them or reassigned meanwhile, so nothing was changed. Look at the "
        "list again."
    ),
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


class LeavingForm(Form):
    """`successors`: by team, the field that asks for the new reviewer."""

    successors: Mapping[int, Any]
    note = StringField(
        _l("Why"),
        description=_l(
            "The people who sent these reviews and the new reviewer read it. Needed when you "
            "reassign."
        ),
    )


def leaving_form(choices: Mapping[tuple[int, str], list[SelectChoice]]) -> LeavingForm:
    """A form that asks for a new reviewer for each team, given by id and name; an empty choice
    leaves its reviews to coordinators."""
    successors = {
        f"reviewer_{team_id}": RadioField(
            _l("Who reviews them instead?")
            if len(choices) == 1
            else _l("Who reviews them in %(team)s?", team=team),
            coerce=fields.id_or_none,
            choices=offered,
            default=None,
        )
        for (team_id, team), offered in choices.items()
    }
    form: LeavingForm = type(LeavingForm.__name__, (LeavingForm,), successors)()
    form.successors = {team_id: form[f"reviewer_{team_id}"] for team_id, _team in choices}
    return form
