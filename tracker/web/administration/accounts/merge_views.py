"""The same person twice: an administrator says which account stays."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.administration.accounts import merges
from tracker.queries.administration.people import PersonDetails
from tracker.queries.asking import ask
from tracker.rules.roles import Permission
from tracker.services.administration.accounts import merging
from tracker.web.administration.accounts.forms import MergeForm, OtherAccountForm
from tracker.web.administration.people_forms import ROLES
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.i18n.render import render
from tracker.web.ui import fields

bp = Blueprint("account_merges", __name__, url_prefix="/admin")


@bp.get("/people/<id:person_id>/same-person")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    asked = OtherAccountForm(request.args)
    found = merges.found_by(session.actor(), asked.other.data or "")
    other = None if found in (None, person.id) else found
    if asked.other.data and other is None:
        asked.other.errors = [
            _("No other account of your library has this address or staff ID. Check it.")
        ]
    return _page(person, asked, other)


@bp.post("/people/<id:person_id>/same-person")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def propose(person: Subject) -> ResponseReturnValue:
    form = MergeForm()
    other_id = fields.an_id(form.other.data or "")
    other = None if other_id is None else subjects.person(other_id, session.today())
    if other is None or other.library_id != person.library_id:
        abort(404)
    form.keep.choices = _choices(person.id, other.id)
    done = accepted(
        form,
        lambda: merging.propose(
            session.actor(),
            form.keep.data,
            other.id if form.keep.data == person.id else person.id,
            session.now(),
        ),
    )
    if done is None:
        return _page(person, OtherAccountForm(formdata=None), other.id, form), 422
    flash_message(
        _("Done. The account that was never used is gone, and its memberships moved.")
        if done[0]
        else _("Both accounts are asked. Nothing changes until it’s confirmed in each sign-in.")
    )
    return redirect(url_for("admin_people.show", person_id=form.keep.data), 303)


@bp.post("/merges/<id:merge_id>/call-off")
@door(Permission.ADMINISTER_LIBRARY, subjects.account_merge)
def call_off(merge: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: merging.call_off(session.actor(), merge.id, session.now()),
        _("Called off. Both accounts stay as they are."),
        url_for("admin_people.index"),
    )


def _choices(*person_ids: int) -> list[SelectChoice]:
    return fields.choices((each.id, each.email) for each in map(_detail, person_ids))


def _detail(person_id: int) -> PersonDetails:
    return people.detail(person_id, session.now())


def _page(
    person: Subject, asked: OtherAccountForm, other_id: int | None, form: MergeForm | None = None
) -> str:
    if form is None:
        form = MergeForm(formdata=None, other=other_id or "", keep=None)
        form.keep.choices = [] if other_id is None else _choices(person.id, other_id)
    return render(
        "administration/accounts/same_person.html",
        asked=asked,
        form=form,
        person=_detail(person.id),
        other=None if other_id is None else _detail(other_id),
        waiting=ask(merges.waiting(person.id, session.now())),
        roles=ROLES,
    )
