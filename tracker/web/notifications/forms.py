"""Notices: which were shown when somebody marks them as read."""

from typing import Any

from wtforms import HiddenField

from tracker.web.ui.fields import id_or_none
from tracker.web.ui.form import Form


class MarkReadForm(Form):
    newest: Any = HiddenField()

    @property
    def up_to(self) -> int:
        """The id of the newest that the page showed; 0, which is before all, for anything else."""
        try:
            return id_or_none(self.newest.data) or 0
        except ValueError:
            return 0
