"""Whom to invite, and how people of a library come in."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired

from tracker.rules.accounts.idle import CHOICES, SHARED_DESK_MINUTES
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    nobody_to_invite=_l(
        "Nobody was invited: those you chose have a password by now, are disabled, or their "
        "invitation is on its way. Look at the list."
    ),
    invitation_days_out_of_range=_l("Enter whole days from 1 to %(longest)s."),
    hours_not_in_order=_l("Choose an hour after the first one."),
    idle_unknown=_l("Choose one from the list."),
)

IDLE = {
    "": _l("As the server is set"),
    **{
        str(minutes): (
            _l("30 minutes (shared desks)")
            if minutes == SHARED_DESK_MINUTES
            else _l("1 hour")
            if minutes == 60
            else _l("%(num)s hours", num=minutes // 60)
        )
        for minutes in CHOICES
    },
}


class InviteForm(Form):
    people: Any = SelectMultipleField(
        _l("People"),
        [DataRequired(_l("Choose at least one person."))],
        coerce=fields.id_or_none,
        validate_choice=False,
    )
    everyone: Any = BooleanField()


class SignInSettingsForm(Form):
    invitation_days: Any = IntegerField(
        _l("Days that an invitation works"),
        [InputRequired(_l("Enter a number of days."))],
        description=_l("For people without a password. Invitations sent from now on."),
    )
    invites_from: Any = SelectField(
        _l("Mail invitations and reminders from"),
        coerce=int,
        description=_l(
            "In your library’s time zone: invitations, and reminders of a round. Other mail goes "
            "at any hour."
        ),
    )
    invites_until: Any = SelectField(_l("Until"), coerce=int)
    idle_minutes: Any = SelectField(
        _l("Sign people out after no use of"),
        coerce=fields.id_or_none,
        choices=fields.choices(IDLE.items()),
        description=_l(
            "It applies to everybody who is signed in. Anybody can choose 30 minutes for one "
            "sign-in at a shared desk."
        ),
    )
