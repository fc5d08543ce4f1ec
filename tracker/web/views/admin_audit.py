"""What was done in the library and by whom, for the administrator. Nothing of ratings, reviews or evidence."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from tracker.queries import audit, people
from tracker.rules.roles import Permission, Role
from tracker.web import session
from tracker.web.access import door
from tracker.web.clean import page_number
from tracker.web.forms import fields
from tracker.web.forms.audit import AuditForm
from tracker.web.lists import Column, headings, order_asked

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

KINDS = {
    "administrator_created": _l("First administrator made by command"),
    "administrator_made": _l("Made administrator"),
    "administrator_unmade": _l("No longer administrator"),
    "backup_restored": _l("Library brought back from a backup"),
    "correction_closed": _l("Suggested correction closed"),
    "library_edited": _l("Library settings changed"),
    "link_made": _l("One-time link made"),
    "mail_again": _l("Mail of notices sent once more"),
    "mail_arrived": _l("Test message arrived"),
    "mail_tested": _l("Test message sent"),
    "membership_added": _l("Membership added"),
    "membership_corrected": _l("Membership corrected"),
    "membership_ended": _l("Membership ended"),
    "name_changed": _l("Own name changed"),
    "password_changed": _l("Password changed"),
    "password_set": _l("Password set with a link"),
    "person_added": _l("Person added"),
    "person_disabled": _l("Account disabled"),
    "person_edited": _l("Person edited"),
    "person_enabled": _l("Account enabled"),
    "role_profile_added": _l("Role profile added"),
    "role_profile_edited": _l("Role profile edited"),
    "role_profile_restored": _l("Role profile restored"),
    "role_profile_retired": _l("Role profile retired"),
    "round_added": _l("Round added"),
    "round_edited": _l("Round edited"),
    "sign_in_ended": _l("Sign-in ended from another device"),
    "sign_in_refused": _l("Sign-in refused"),
    "signed_in": _l("Signed in"),
    "signed_out": _l("Signed out"),
    "statement_left_out": _l("Statement left out of rating"),
    "statement_taken_in": _l("Statement rated again"),
    "team_added": _l("Team added"),
    "team_closed": _l("Team closed"),
    "team_moved": _l("Team moved"),
    "team_renamed": _l("Team renamed"),
    "team_reopened": _l("Team reopened"),
    "team_reviews_blinded": _l("Team back to blind-first reviews"),
    "team_reviews_opened": _l("Team changed to open reviews"),
    "use_statement_published": _l("Use statement published"),
}
"""Only what stands here is listed, so that an event of another kind shows nothing by being written."""

AS_ROLE = {
    Role.LEARNER: _l("as learner"),
    Role.SUPERVISOR: _l("as supervisor"),
    Role.COORDINATOR: _l("as coordinator"),
}
FACTS = {
    "team": "%(fact)s",
    "role_profile": "%(fact)s",
    "round": "%(fact)s",
    "statement": "%(fact)s",
    "role": "%(fact)s",
    "version": _l("version %(fact)s"),
    "members": _l("memberships ended: %(fact)s"),
}
"""Which facts of an event are shown, and how."""


COLUMNS = {
    "when": Column(_l("When"), largest_first=True),
    "what": Column(_l("What"), sorts=False),
    "who": Column(_l("Who")),
    "about": Column(_l("About")),
}


def _facts(event: audit.Event) -> str:
    shown = event.facts | ({"role": AS_ROLE[Role(event.facts["role"])]} if "role" in event.facts else {})
    return " · ".join(str(words) % {"fact": shown[key]} for key, words in FACTS.items() if key in shown)


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor, order = session.actor(), order_asked(COLUMNS)
    form = AuditForm(request.args)
    form.kind.choices = fields.choices([("", _l("Everything")), *sorted(KINDS.items(), key=lambda item: str(item[1]))])
    form.person_id.choices = fields.choices([("", _l("Everybody")), *people.choices(actor)])
    form.validate()
    found = audit.listed(
        actor,
        [form.kind.data] if form.kind.data in KINDS else list(KINDS),
        person_id=None if form.person_id.errors else form.person_id.data,
        since=form.since.data,
        until=form.until.data,
        sort=order.by,
        descending=order.descending,
        page=page_number(),
    )
    kept = {name: value for name, value in form.data.items() if value and not form[name].errors}
    return render_template(
        "admin_audit/index.html", form=form, found=found, kinds=KINDS, facts=_facts, order=order.kept,
        kept=kept, headings=headings(COLUMNS, order, "admin_audit.index", **kept),
    )  # fmt: skip
