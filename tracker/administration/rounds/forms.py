"""Rounds."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    round_name_taken=_l("There is a round of this name already. Choose another name."),
    rounds_overlap=_l(
        "These dates share a day with “%(other)s”, which is for the same framework. Choose other "
        "dates or another framework."
    ),
    round_framework_needed=_l("Choose a framework."),
    round_ends_in_past=_l(
        "This round is running, so its last day can’t be over already. To close it, choose today."
    ),
    round_keeps_dates=_l(
        "This round is over and kept as it was on its last day, so its dates stay. You can change "
        "its name."
    ),
    round_keeps_figures=_l(
        "This round has begun, so its day of earlier figures stays. Choose it before a round "
        "begins."
    ),
    figures_outside_round=_l("Choose a day of the round before its last day."),
    round_keeps_framework=_l(
        "This round has begun, so it keeps its frameworks. Add another round for the new one."
    ),
)


class RoundForm(Form):
    """`preview`: only to see what it costs those who review."""

    name = fields.line(_l("Name"), _l("Enter a name."), description=_l("For example “Fall 2026”."))
    framework_ids: Any = SelectMultipleField(
        _l("Frameworks"),
        [InputRequired(_l("Choose a framework."))],
        coerce=fields.id_or_none,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    starts_on = fields.day(_l("First day"), _l("Enter the first day."))
    ends_on = fields.day(_l("Last day"), _l("Enter the last day."))
    figures_on = fields.day(_l("Earlier figures"))
    preview = BooleanField()
