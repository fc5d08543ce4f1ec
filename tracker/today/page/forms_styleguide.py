"""One field of every kind, for the style guide only."""

from typing import Any

from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.web.ui.form import Form

TEAMS: list[Any] = ["Central Branch", "Bookmobile"]
KINDS: list[Any] = ["Note", "Link"]


class SampleForm(Form):
    name = StringField("Name", [InputRequired()])
    email = EmailField(
        "Email", [InputRequired()], description="We write to it when something waits for you."
    )
    password = PasswordField("Password", [InputRequired()])
    team = SelectField("Team", choices=TEAMS)
    done_on = DateField("Done on")
    hours = IntegerField("Hours")
    upload = FileField("File", description="PDF, PNG, JPEG, DOCX, XLSX or TXT, at most 10 MB.")
    text = TextAreaField("What you did")
    kind = RadioField("Kind", [InputRequired()], choices=KINDS)
    teams = SelectMultipleField(
        "Seen by",
        choices=TEAMS,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    agreed = BooleanField("I have read this")


def rejected_sample() -> SampleForm:
    """A form as it comes back with errors."""
    form = SampleForm(formdata=None)
    form.email.errors = [_("Enter an email address like name@example.org.")]
    form.kind.errors = [_("Choose a kind.")]
    return form
