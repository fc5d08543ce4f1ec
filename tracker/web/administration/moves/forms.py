"""Who is moved to another version."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    move_unknown=_l("Nobody can move that way. Start again from the list of versions."),
    move_nobody=_l("Nobody there is on this version. Choose another team."),
    move_in_round=_l(
        "“%(round)s” keeps the version that people are on until %(day)s. Move them after that day."
    ),
    move_changed=_l("Who would move has changed since you saw it. Check it, and move them again."),
)


class VersionMoveForm(Form):
    """The choices are handed in. `seen`: the digest of what the page shows."""

    from_id: Any = HiddenField(filters=[fields.id_or_none])
    to_id: Any = HiddenField(filters=[fields.id_or_none])
    person_id: Any = HiddenField(filters=[fields.id_or_none])
    team_id = fields.select_id(_l("Who"))
    newcomers: Any = BooleanField(_l("Newcomers begin with this version, too"))
    seen: Any = HiddenField()
