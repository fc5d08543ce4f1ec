"""What somebody is in a team, and what is changed for all who were ticked."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    FloatField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional

from tracker.administration.memberships.rules import BulkChange, BulkEdit, BulkObstacle
from tracker.administration.people.forms import ROLES
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role
from tracker.rules.texts import NAME_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    team_unknown=_l("There is no such team. Choose one from the list."),
    team_closed=_l("%(team)s is closed. Choose another team, or reopen it first."),
    role_profile_needed=_l("Choose this learner’s job profile."),
    role_profile_unknown=_l("There is no such job profile. Choose one from the list."),
    role_profile_retired=_l(
        "This job profile is retired, or its framework is hidden. Choose another one."
    ),
    membership_overlaps=_l(
        "They have this role in this team on one of these days already. Correct that membership, "
        "or choose other dates, or for a learner a job profile of another framework."
    ),
    membership_changed=_l(
        "This membership was changed since, so nothing was undone. Check it, and "
        "correct what is wrong."
    ),
    hours_out_of_range=_l("Enter whole hours from 1 to %(longest)s, or leave it empty."),
    bulk_changed=_l(
        "Something about these people changed meanwhile, so nobody was changed. Look at the "
        "preview again."
    ),
    bulk_not_all=_l(
        "Some of these people can’t be changed this way, so nobody was. The preview says who and "
        "why."
    ),
    bulk_overlaps=_l(
        "Nobody was changed: %(name)s has this role in that team on some of these days already. "
        "Leave them out, and change them on their own page."
    ),
)


class MembershipForm(Form):
    NO_PROFILE = _l("None")

    team_id = fields.select_id(_l("Team"), _l("Choose a team."))
    role = SelectField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=fields.choices((role, label) for role, label in ROLES.items()),
    )
    role_profile_id = fields.select_id(
        _l("Job profile"),
        description=_l(
            "For learners: the levels their job expects. Ratings stay with their framework: after "
            "a change to another one, they are there again once the person has a job in it."
        ),
    )
    job = StringField(_l("Job title"), [Length(max=NAME_MAX, message=fields.TOO_LONG)])
    weekly_hours = FloatField(_l("Hours a week"), [Optional()])
    starts_on = fields.day(_l("First day"), _l("Enter the first day."))
    ends_on = fields.day(_l("Last day"), description=_l("Leave it empty while there is none."))

    def terms(self) -> MembershipTerms:
        """Of a form that is valid."""
        typed = {name: self[name].data for name in MembershipTerms.__slots__}
        return MembershipTerms(**typed | {"role": Role(self.role.data), "job": self.job.data or ""})


class MoveForm(MembershipForm):
    """`starts_on` is the last day of the membership that ends."""

    starts_on = fields.day(_l("Last day as it is now"), _l("Enter the last day."))


class EndForm(Form):
    ends_on = fields.day(_l("Last day"), _l("Enter the last day."))


CHANGES = {
    BulkChange.TEAM: _l("Another team"),
    BulkChange.ROLE_PROFILE: _l("Another job profile"),
    BulkChange.END: _l("A last day"),
}
OBSTACLES = {
    BulkObstacle.NONE: _l("Has no membership in this role now. Leave them out."),
    BulkObstacle.SEVERAL: _l(
        "Has more than one membership in this role now. Change it on their own page."
    ),
    BulkObstacle.STARTS_LATER: _l(
        "The membership begins on that day or later. Correct it on their own page."
    ),
    BulkObstacle.OVER_BEFORE: _l("The membership is over by then. Add another on their own page."),
}


class BulkEditForm(Form):
    """The choices of teams and job profiles are handed in. `seen`: the digest of the plan that was
    shown."""

    NO_PROFILE = _l("Choose a job profile")
    people = SelectMultipleField(
        _l("People"), coerce=fields.id_or_none, choices=[], validate_choice=False
    )
    change = RadioField(
        _l("What changes?"),
        [InputRequired(_l("Choose what changes."))],
        choices=fields.choices(CHANGES.items()),
    )
    role = SelectField(
        _l("Of their membership as"),
        choices=fields.choices(ROLES.items()),
        description=_l("Only learners have a job profile."),
        default=Role.LEARNER,
    )
    team_id = fields.select_id(_l("New team"))
    role_profile_id = fields.select_id(_l("New job profile"))
    on = fields.day(
        _l("Day"),
        _l("Enter the day."),
        description=_l("The first day in the new team or job profile, or the last day."),
    )
    seen = HiddenField()

    @property
    def ticked(self) -> list[int]:
        return [person_id for person_id in self.people.data or [] if person_id is not None]

    @property
    def to(self) -> Any:
        """The field of what they get; None where their membership only ends."""
        of_change = {BulkChange.TEAM: self.team_id, BulkChange.ROLE_PROFILE: self.role_profile_id}
        return of_change.get(self.change.data)

    def validate(self, extra_validators: object = None) -> bool:
        is_valid = super().validate(extra_validators)
        if self.to is None or self.to.data is not None or self.to.errors:
            return is_valid
        is_team = self.change.data == BulkChange.TEAM
        needed = _l("Choose the new team.") if is_team else _l("Choose the new job profile.")
        self.to.errors = [needed]
        return False

    def edit(self) -> BulkEdit:
        """Of a form that is valid. Only learners have a job profile, whatever role was chosen."""
        change = BulkChange(self.change.data)
        role = Role.LEARNER if change is BulkChange.ROLE_PROFILE else Role(self.role.data)
        return BulkEdit(change, role, self.on.data, None if self.to is None else self.to.data)
