"""Signing in, a first password, one's own account, and for administrators how people come in."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from tracker.accounts.sign_in.rules import TYPED_MAX, SignInSettings
from tracker.rules.core.links import LAST_HOUR
from tracker.rules.core.notices import MailChoice
from tracker.rules.core.tokens import IDLE_CHOICES, SHARED_DESK_MINUTES
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form
from tracker.web.ui.templating.dates import hour

refusal_messages(
    password_short=_l("Use %(shortest)s characters or more."),
    password_long=_l("Use at most %(longest)s characters."),
    password_common=_l(
        "This password is too easy to guess. Add two or three words that don’t belong together. "
        "Years, signs, and capitals help little."
    ),
    password_own_words=_l(
        "“%(word)s” is easy to guess here, and so is the rest. Add two or three words that have "
        "nothing to do with you or the library."
    ),
    resets_many=_l(
        "Too many people wait for a link just now, so nothing was sent. Try again in a few minutes."
    ),
    password_wrong=_l("This is not your password now. Nothing was changed."),
    password_moved_on=_l(
        "Your password was changed somewhere else meanwhile. Sign in again with that one."
    ),
    away_past=_l("This day is over already. Enter today or a later day."),
    away_far=_l("This is more than a year from today. Enter an earlier day."),
    link_used_up=_l(
        "This link doesn’t work anymore: it was used, replaced by a newer one, or is too old. If "
        "you have a password, sign in; there you can also ask for a new one. If not, ask your "
        "administrator for a new link."
    ),
    recovery_code_needed=_l(
        "Enter your recovery code. Without it, ask your supervisor to confirm that you’re there, "
        "then open the link again."
    ),
    recovery_code_wrong=_l(
        "This isn’t your recovery code. Check what you printed; a newer code replaces an older one."
    ),
    link_not_held=_l(
        "Nothing waits to be confirmed here: the link was used, ended, or works by now."
    ),
    confirmer_not_independent=_l(
        "You can’t confirm this one: you made the link, or whoever made it lately changed your "
        "account or role. The link works by itself 24 hours after it was made."
    ),
    link_is_disowned=_l("You said this already. The link ended then."),
    address_link_used_up=_l(
        "This link doesn’t work anymore: it was used, replaced by a newer one, or is too old. "
        "Sign in to see which address your account has."
    ),
    address_taken=_l(
        "This address can’t be used here, so nothing was changed. Use another one, or ask your "
        "administrator."
    ),
    email_is_yours=_l("This is your address now. Enter the new one."),
    nobody_to_invite=_l(
        "Nobody was invited: those you chose have a password by now, are disabled, or their "
        "invitation is on its way. Look at the list."
    ),
    invitation_days_out_of_range=_l("Enter whole days from 1 to %(longest)s."),
    hours_not_in_order=_l("Choose an hour after the first one."),
    idle_unknown=_l("Choose one from the list."),
)

MAIL_CHOICES = {
    MailChoice.EACH: _l("At once"),
    MailChoice.DAILY: _l("Once a day at most, at 7 in the morning"),
    MailChoice.NONE: _l("Not by mail"),
}
IDLE = {
    "": _l("As the server is set"),
    **{str(minutes): _l("%(num)s hours", num=minutes // 60) for minutes in IDLE_CHOICES},
    str(SHARED_DESK_MINUTES): _l("30 minutes (shared desks)"),
    "60": _l("1 hour"),
}


def _password(label: Any, needed: Any) -> Any:
    """The one that they have."""
    return PasswordField(label, [InputRequired(needed), Length(max=TYPED_MAX)])


class SignInForm(Form):
    email = StringField(
        _l("Email"), [InputRequired(_l("Enter your email address.")), Length(max=254)]
    )
    password = _password(_l("Password"), _l("Enter your password."))
    shared_desk: Any = BooleanField(_l("Shared desk: sign me out after 30 minutes without use"))


class ResetForm(Form):
    """A new password is asked for."""

    email = StringField(
        _l("Email"),
        [
            InputRequired(_l("Enter your email address.")),
            Length(max=254),
            Regexp(
                ".+@.+",
                message=_l(
                    "This isn’t an email address, so no mail can go to it. Enter one such as "
                    "name@example.org, or ask an administrator for a link."
                ),
            ),
        ],
    )


class AddressForm(Form):
    email: Any = fields.email(_l("New email address"))
    current = _password(_l("Password"), _l("Enter your password."))


class ConfirmForm(Form):
    """A button behind a link that was mailed."""


class WelcomeForm(Form):
    """Its length and words are judged by sign_in/rules.check, where the owner is known.
    `use_statement_id` names the text that was shown with it, if one was."""

    use_statement_id = IntegerField(
        validators=[Optional(), NumberRange(1, 2**31 - 1)], widget=HiddenInput()
    )
    password: Any = PasswordField(_l("New password"), [InputRequired(_l("Choose a password."))])
    code: Any = StringField(_l("Recovery code"), [Length(max=TYPED_MAX)])


class RecoveryCodeForm(Form):
    current = _password(_l("Password"), _l("Enter your password."))


class NameForm(Form):
    name = fields.line(_l("Name"), _l("Enter your name."))


class CoverForm(Form):
    covers_screen: Any = BooleanField(_l("Cover my pages after a minute without input"))


class UpdatesForm(Form):
    offers_updates: Any = BooleanField(_l("Offer me statements to update on Today"))


class SecondOpinionsForm(Form):
    gives_second_opinions: Any = BooleanField(_l("Let people outside my teams ask me"))


class AwayForm(Form):
    until_on = fields.day(
        _l("Away until"), _l("Enter the last day on which you’re away, as a date.")
    )


class AgainForm(Form):
    current = _password(_l("Password"), _l("Enter your password."))


class PasswordForm(Form):
    current = _password(_l("Password now"), _l("Enter the password that you have now."))
    new: Any = PasswordField(_l("New password"), [InputRequired(_l("Choose a new password."))])


class MailChoiceForm(Form):
    mail: Any = RadioField(
        _l("By mail"),
        [InputRequired(_l("Choose one of the three."))],
        choices=fields.choices(MAIL_CHOICES.items()),
    )


class InviteesForm(Form):
    """In the address of the list."""

    class Meta:
        csrf = False

    team = fields.select_id(_l("Team"))


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
        choices=lambda: fields.choices((hours, hour(hours)) for hours in range(LAST_HOUR)),
        description=_l(
            "In your library’s time zone: invitations, and reminders of a round. Other mail goes "
            "at any hour."
        ),
    )
    invites_until: Any = SelectField(
        _l("Until"),
        coerce=int,
        choices=lambda: fields.choices((hours, hour(hours)) for hours in range(1, LAST_HOUR + 1)),
    )
    idle_minutes: Any = SelectField(
        _l("Sign people out after no use of"),
        coerce=fields.id_or_none,
        choices=fields.choices(IDLE.items()),
        description=_l(
            "It applies to everybody who is signed in. Anybody can choose 30 minutes for one "
            "sign-in at a shared desk."
        ),
    )

    def settings(self) -> SignInSettings:
        return SignInSettings(
            invitation_days=self.invitation_days.data,
            invites_from=self.invites_from.data,
            invites_until=self.invites_until.data,
            idle_minutes=self.idle_minutes.data,
        )
