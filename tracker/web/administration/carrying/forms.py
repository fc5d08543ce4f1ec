"""Who is carried to a new version, and when."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

NOW, ON_A_DATE, AFTER_ROUND = "now", "day", "round"

refusal_messages(
    carrying_unknown=_l("Nobody can move that way. Start again from the list of new versions."),
    carrying_nobody=_l("Nobody there is on the earlier version. Choose another team."),
    carrying_in_round=_l(
        "“%(round)s” keeps the earlier version until %(day)s. Choose a later day."
    ),
    carrying_past=_l("This day is over. Choose today or a later day."),
    carrying_day_needed=_l("Enter the day."),
    carrying_open=_l(
        "Another move from this version is planned or running. Call it off first, or wait until "
        "it is done."
    ),
    carrying_begun=_l("It has begun, so it can’t be called off. You can undo it when it is done."),
    carrying_not_done=_l("It isn’t done, or it is undone already. Nothing was changed."),
)


class CarryForm(Form):
    """The choices are handed in."""

    from_id: Any = HiddenField(filters=[fields.id_or_none])
    to_id: Any = HiddenField(filters=[fields.id_or_none])
    person_id: Any = HiddenField(filters=[fields.id_or_none])
    team_id = fields.select_id(_l("Who"))
    when = RadioField(_l("When"))
    starts_on = fields.day(_l("Day"))
