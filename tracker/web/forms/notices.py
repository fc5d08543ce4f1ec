"""Notices: which were shown when somebody marks them as read, and when they come by mail."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from tracker.web.forms.base import Form
from tracker.web.forms.fields import id_or_none


class ReadForm(Form):
    newest: Any = HiddenField()

    @property
    def up_to(self) -> int:
        """The id of the newest that the page showed; 0, which is before all, for anything else."""
        try:
            return id_or_none(self.newest.data) or 0
        except ValueError:
            return 0


class MailChoiceForm(Form):
    """Its choices are handed in."""

    mail: Any = RadioField(_l("By mail"), [InputRequired(_l("Choose one of the three."))])
