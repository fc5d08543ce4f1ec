"""The filters of a team's members."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from tracker.web.ui.filters import Filters


class MemberFilters(Filters):
    framework = SelectField(_l("Framework"))
    q = StringField(_l("Name or job"))
    profile = SelectField(_l("Job profile"))
    show = SelectField(_l("Who"))
