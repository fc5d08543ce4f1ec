"""What was done about a membership, in a sentence, and how it is undone."""

import datetime as dt
from dataclasses import asdict

from flask import url_for
from flask_babel import gettext as _

from tracker.queries.administration.people import MembershipDetails
from tracker.rules.roles import Role
from tracker.services.administration.memberships import terms_of
from tracker.web.http.errors import Undo
from tracker.web.ui.templating.dates import day


def added(row: MembershipDetails, today: dt.date) -> str:
    """ "Ben Osei is now a supervisor of Central Branch." """
    facts = {"name": row.person, "team": row.team, "day": day(row.starts_on)}
    phase = row.phase(today)
    if phase == "over":
        return str(_("It is on record that %(name)s was in %(team)s.", **facts))
    if row.role == Role.SUPERVISOR:
        now = _("%(name)s is now a supervisor of %(team)s.", **facts)
        later = _("%(name)s is a supervisor of %(team)s from %(day)s on.", **facts)
    elif row.role == Role.COORDINATOR:
        now = _("%(name)s is now a coordinator of %(team)s.", **facts)
        later = _("%(name)s is a coordinator of %(team)s from %(day)s on.", **facts)
    else:
        now = _("%(name)s is now a learner in %(team)s.", **facts)
        later = _("%(name)s is a learner in %(team)s from %(day)s on.", **facts)
    return str(now if phase == "now" else later)


def corrected(row: MembershipDetails, changed: MembershipDetails) -> str:
    """Also what went with it: only learners have a job profile."""
    done = _("Corrected: %(name)s in %(team)s.", name=row.person, team=changed.team)
    if row.role_profile_id and not changed.role_profile_id:
        lost = _(
            "They have no job profile here anymore, because only learners have one. Ratings and "
            "reviews are kept."
        )
        return f"{done} {lost}"
    return str(done)


def as_it_was(row: MembershipDetails, changed: MembershipDetails) -> Undo:
    """The correction that puts it back as `row` has it, while it still is as it was `changed`."""
    fields = {**asdict(terms_of(row)), "still": terms_of(changed).digest}
    texts = {name: "" if value is None else str(value) for name, value in fields.items()}
    return Undo(url_for("admin_memberships.update", membership_id=row.id), texts)
