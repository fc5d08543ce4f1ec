"""The filters of a team's pages of levels."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from tracker.web.ui.filters import Filters


class GapFilters(Filters):
    framework = SelectField(_l("Framework"))
    round = SelectField(_l("Round"))
    teams = SelectField(_l("People"))
    profile = SelectField(_l("Job profile"))
    compare = SelectField(_l("Compare with"))
    targets = SelectField(_l("Measured against"))

    def not_comparing(self) -> dict[str, str]:
        """What was chosen, but for a comparison: for pages and files that have none."""
        return {key: of for key, of in self.chosen().items() if key not in ("compare", "targets")}


class PeopleFilters(Filters):
    q = StringField(_l("Find a person"))
    domain = SelectField(_l("Below target first in"))


class DrillFilters(GapFilters):
    show = SelectField(_l("Show"))
