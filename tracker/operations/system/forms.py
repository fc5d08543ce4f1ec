"""Who edits frameworks, said by an operator."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField
from wtforms.validators import InputRequired, Length

from tracker.rules.texts import EMAIL_MAX
from tracker.web.ui import fields
from tracker.web.ui.form import Form


class FrameworkEditorForm(Form):
    """`act` is "take" where the permission is taken away."""

    email = EmailField(
        _l("Email address"),
        [
            InputRequired(_l("Enter an email address.")),
            Length(max=EMAIL_MAX, message=fields.TOO_LONG),
        ],
    )
    act = HiddenField(default="")
