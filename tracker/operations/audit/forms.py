"""What to list of the audit, in the address. What does not fit is left out, and said."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from tracker.rules.calendar import FIRST_DAY, LAST_DAY
from tracker.rules.texts import NAME_MAX
from tracker.web.ui import fields
from tracker.web.ui.form import Form


class AuditForm(Form):
    class Meta:
        csrf = False

    search = StringField(
        _l("Name, team or what happened"),
        [Optional(), Length(max=NAME_MAX, message=fields.TOO_LONG)],
    )
    kind = SelectField(_l("What"), default="")
    person_id = HiddenField()
    since = fields.day(_l("From"))
    until = fields.day(_l("To"))

    def validate_since(self, field: Field) -> None:
        _near(field)

    def validate_until(self, field: Field) -> None:
        _near(field)


def _near(field: Field) -> None:
    if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
        field.data = None
        raise ValidationError(_l("Enter a day between 1950 and 2099."))
