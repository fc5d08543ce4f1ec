"""Suggesting a correction, and closing one."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from tracker.rules.texts import EMAIL_MAX, NAME_MAX, NOTE_MAX
from tracker.web.ui.form import Form

_TOO_LONG = _l("This is too long: at most %(max)d characters.")


class CorrectionForm(Form):
    """`statement` is the code of the statement meant, `anchor` the source anchor; both are empty
    for the page as a whole."""

    statement = HiddenField()
    anchor = SelectField(_l("Source anchor"), default="")
    text = TextAreaField(
        _l("What should be corrected, and how?"),
        [
            DataRequired(_l("Say what should be corrected.")),
            Length(max=NOTE_MAX, message=_TOO_LONG),
        ],
    )
    name = StringField(_l("Your name"), [Length(max=NAME_MAX, message=_TOO_LONG)])
    email = EmailField(
        _l("Your email"),
        [Length(max=EMAIL_MAX, message=_TOO_LONG)],
        description=_l(
            "Only to ask you back. Only those who answer suggestions see it; the page never shows "
            "it."
        ),
    )


class CloseCorrectionForm(Form):
    outcome = TextAreaField(
        _l("What became of it"),
        [Length(max=NOTE_MAX, message=_TOO_LONG)],
        description=_l("For example: passed on to the publisher."),
    )
