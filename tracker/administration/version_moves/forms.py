"""Who is moved to another version, and when."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    move_unknown=_l("Nobody can move that way. Start again from the list of versions."),
    move_nobody=_l("Nobody there is on this version. Choose another team."),
    move_done=_l("Nothing to do: they are on version %(version)s already."),
    move_in_round=_l(
        "“%(round)s” keeps the version that people are on until %(day)s. Move them after that day."
    ),
    move_no_round=_l("No round of theirs is open now. Choose a day."),
    move_planned=_l(
        "This move is planned already. To change its day, cancel it first under “Versions in use”."
    ),
    move_day_needed=_l("Enter the day on which they move."),
    move_day_not_chosen=_l(
        "You entered a day. Choose “On a day you choose” to use it, or clear the day."
    ),
    move_day_past=_l("Choose a day after today."),
    move_team_needed=_l("Choose a team."),
    move_over=_l("This move was done or canceled already. See “Moved so far”."),
    move_changed=_l("Who would move has changed since you saw it. Check it, and move them again."),
)


class MoveTime(StrEnum):
    """*Now* where nothing else is sent."""

    NOW = "now"
    ROUND_ENDS = "round"
    DAY = "day"


class VersionMoveForm(Form):
    """The choices are handed in. `seen`: the digest of what the page shows; `first`: one team is to
    go ahead."""

    from_id: Any = HiddenField(filters=[fields.id_or_none])
    to_id: Any = HiddenField(filters=[fields.id_or_none])
    person_id: Any = HiddenField(filters=[fields.id_or_none])
    team_id = fields.select_id(_l("Who"))
    first: Any = BooleanField()
    newcomers: Any = BooleanField(_l("Newcomers begin with this version, too"))
    when: Any = RadioField(_l("When"), validate_choice=False)
    on = fields.day(_l("Day"))
    seen: Any = HiddenField()
