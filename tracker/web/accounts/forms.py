"""Signing in, a first password, and one's own account."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from tracker.rules.accounts.passwords import PASSWORD_MAX
from tracker.rules.notifications.notices import MailChoice
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    password_short=_l("Use %(shortest)s characters or more."),
    password_long=_l("Use at most %(longest)s characters."),
    password_common=_l("Many people use this one, so somebody would try it first. Choose another."),
    password_own_words=_l(
        "It holds your name, your e-mail address or the library's name. Choose another."
    ),
    password_wrong=_l("This is not your password now. Nothing was changed."),
    password_moved_on=_l(
        "Your password was changed somewhere else meanwhile. Sign in again with that one."
    ),
    link_used_up=_l(
        "This link doesn’t work anymore: it was used, replaced by a newer one, or is older than "
        "seven days. Ask your administrator for a new one."
    ),
)

MAIL_CHOICES = {
    MailChoice.EACH: _l("At once"),
    MailChoice.DAILY: _l("Once a day at most, at 7 in the morning"),
    MailChoice.NONE: _l("Not by mail"),
}


class SignInForm(Form):
    email = StringField(
        _l("E-mail"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)]
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter your password.")), Length(max=PASSWORD_MAX)]
    )


class WelcomeForm(Form):
    """Its length and words are judged by rules/accounts/passwords, where the owner is known."""

    password: Any = PasswordField(_l("New password"), [InputRequired(_l("Choose a password."))])


class NameForm(Form):
    name = fields.line(_l("Name"), _l("Enter your name."))


class CoverForm(Form):
    covers_screen: Any = BooleanField(_l("Cover my pages after a minute without input"))


class PasswordForm(Form):
    current: Any = PasswordField(
        _l("Password now"),
        [InputRequired(_l("Enter the password that you have now.")), Length(max=PASSWORD_MAX)],
    )
    new: Any = PasswordField(_l("New password"), [InputRequired(_l("Choose a new password."))])


class MailChoiceForm(Form):
    mail: Any = RadioField(
        _l("By mail"),
        [InputRequired(_l("Choose one of the three."))],
        choices=fields.choices(MAIL_CHOICES.items()),
    )
