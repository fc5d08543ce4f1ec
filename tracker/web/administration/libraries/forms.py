"""A library and its first administrator."""

from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.web.administration.team_forms import LibraryForm
from tracker.web.ui import fields
from tracker.web.ui.form import Form


class NewLibraryForm(Form):
    library = fields.line(_l("Library"), _l("Enter the library's name."))
    time_zone: Any = LibraryForm.time_zone
    region: Any = LibraryForm.region
    paper: Any = LibraryForm.paper
    name = fields.line(_l("First administrator"), _l("Enter a name."))
    email = fields.email(_l("Their email"), description=_l("They sign in with it."))
