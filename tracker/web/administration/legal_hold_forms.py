"""Why what somebody erases must be kept for now."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.rules.texts import NOTE_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    hold_is_open=_l("A legal hold is open for this person already."),
    hold_is_over=_l("No legal hold is open for this person. Nothing was changed."),
)


class LegalHoldForm(Form):
    why: Any = TextAreaField(
        _l("Why"),
        [InputRequired(_l("Write why.")), Length(max=NOTE_MAX, message=fields.TOO_LONG)],
        description=_l(
            "For example the request, case or letter. Administrators can read it; the person can’t."
        ),
    )
