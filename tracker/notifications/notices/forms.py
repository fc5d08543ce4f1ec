"""Notices: which were shown when somebody marks them as read."""

from typing import Any

from wtforms import HiddenField

from tracker.web.ui.fields import an_id
from tracker.web.ui.form import Form


class MarkReadForm(Form):
    newest: Any = HiddenField()

    @property
    def up_to(self) -> int:
        """The id of the newest that the page showed; 0, which is before all, for anything else."""
        return an_id(self.newest.data or "") or 0
