"""Teams."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    parent_unknown=_l("There is no such open team. Choose one from the list."),
    parent_below=_l("A team can’t be below itself. Choose another one."),
    teams_too_deep=_l(
        "Teams would be more than %(deepest)s levels deep. Choose a place further up."
    ),
    team_name_taken=_l("There is a team of this name in the same place. Choose another name."),
    root_stays=_l("The library itself cannot be closed."),
    team_has_teams=_l("Close or move the teams below it first."),
    team_has_joiners=_l("Somebody is to join this team later. Correct their memberships first."),
    parent_closed=_l("The team above is closed. Reopen that one first."),
)


class TeamForm(Form):
    name = fields.line(_l("Name"), _l("Enter the team's name."))
    parent_id = fields.select_id(_l("Part of"), _l("Choose the team above."))


class TeamEditForm(TeamForm):
    open_reviews: Any = BooleanField(
        _l("Open reviews"),
        description=_l(
            "The supervisor sees the learner's answers from the start. Such reviews stay labelled "
            "as open for ever. A single statement is still reviewed blind. Leave it off for "
            "blind-first reviews."
        ),
    )


class RootForm(Form):
    """The library's own team: its name comes from the settings, and it stands below none."""

    open_reviews: Any = TeamEditForm.open_reviews
