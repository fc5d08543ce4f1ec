"""Why evidence is erased: chosen from a list, never typed."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired, ValidationError

from tracker.evidence.pieces.forms import EditForm
from tracker.rules.core.erasures import ErasureReason
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.fields import an_id
from tracker.web.ui.form import Form
from tracker.web.ui.labels import ERASED_BECAUSE

refusal_messages(
    evidence_as_before=_l(
        "Nothing is changed yet, so the same text would be saved again. Take out what should go, "
        "then save and erase."
    ),
    evidence_is_current=_l(
        "This is the current version, so it can’t be erased alone. Edit it and erase the earlier "
        "ones as you save, or erase the whole piece."
    ),
)

WHY = _l("Why you erase it")
WHY_HINT = _l("Recorded without a word of the text. You and your administrator can see it.")
NEEDED = _l("Choose why you erase it.")
REASONS = fields.choices([("", _l("Choose a reason")), *ERASED_BECAUSE.items()])


class ErasureForm(Form):
    """For one version, or without a version for the whole piece."""

    version = HiddenField()
    reason: Any = SelectField(WHY, [InputRequired(NEEDED)], choices=REASONS, description=WHY_HINT)

    @property
    def number(self) -> int | None:
        return an_id(self.version.data) if self.version.data else None


class ReplaceForm(EditForm):
    """A new version; the other button also erases those before it."""

    reason: Any = SelectField(WHY, choices=REASONS, default="", description=WHY_HINT)

    @property
    def wants_erasure(self) -> bool:
        return request.form.get("do") == "erase"

    def erasure(self) -> ErasureReason | None:
        return ErasureReason(self.reason.data) if self.wants_erasure else None

    def validate_reason(self, field: Any) -> None:
        if self.wants_erasure and not field.data:
            raise ValidationError(NEEDED)
