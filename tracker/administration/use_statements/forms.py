"""Publishing a use statement."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from tracker.rules.texts import PROSE_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    use_statement_same=_l(
        "This is word for word the text that is published. Change it, or leave it as it is."
    ),
    use_statement_moved_on=_l(
        "Somebody published another version in the meantime. Your text is still here: compare the "
        "two, then publish yours again if you want it to replace the other."
    ),
)


class UseStatementForm(Form):
    """`base_version` is the newest version that the page showed."""

    base_version: Any = IntegerField(validators=[NumberRange(0, 2**31 - 1)], widget=HiddenInput())
    text: Any = TextAreaField(
        _l("Text"),
        [
            InputRequired(_l("Write the text first.")),
            Length(max=PROSE_MAX, message=fields.TOO_LONG),
        ],
        description=_l(
            "An empty line makes a new paragraph. A short first line without a period is its "
            "heading."
        ),
    )
    opens_statements = BooleanField(
        _l("Coordinators see by name which statements count as met, and the text above says so"),
        description=_l(
            "They see “met” or “not met” of each reviewed statement, never the answer itself. "
            "Without it they see levels only."
        ),
    )
