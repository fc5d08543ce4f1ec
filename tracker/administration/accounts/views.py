"""Accounts that end. Where one person has two, an administrator says which one stays and its owner
confirms it; an account that was made by mistake is deleted, after its page has said what goes."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from tracker.administration.accounts import actions, queries
from tracker.administration.accounts.forms import MergeForm, OtherAccountForm
from tracker.administration.people.pages import person_page, to_person, whole_person_page
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.asking import ask
from tracker.queries.core import people
from tracker.rules.core.notices import NoticePage
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import pressed, saved
from tracker.web.i18n.render import render
from tracker.web.ui import fields

merges = Blueprint("account_merges", __name__, url_prefix="/admin")
own = Blueprint("other_account", __name__, url_prefix="/account/other")
removal = Blueprint("account_removal", __name__, url_prefix="/admin/people")


@merges.get("/people/<id:person_id>/same-person")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    asked = OtherAccountForm(request.args)
    other_id = queries.called(session.actor(), asked.other.data or "")
    if other_id == person.id:
        other_id = None
    if asked.other.data and other_id is None:
        asked.other.errors = [
            _("No other account of your library has this address or staff ID. Check it.")
        ]
    form = MergeForm(formdata=None, other=other_id or "", keep=None)
    form.keep.choices = _choices(person.id, other_id) if other_id else []
    return _page(person, asked, form, other_id)


@merges.post("/people/<id:person_id>/same-person")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def propose(person: Subject) -> ResponseReturnValue:
    form, now = MergeForm(), session.now()
    other_id = fields.an_id(form.other.data or "")
    other = None if other_id is None else subjects.person(other_id, session.today())
    if other is None or other.library_id != person.library_id:
        abort(404)
    form.keep.choices = _choices(person.id, other.id)
    kept_id = form.keep.data
    earlier_id = other.id if kept_id == person.id else person.id
    page = saved(
        form,
        lambda: actions.propose(session.actor(), kept_id, earlier_id, now),
        lambda is_done: (
            _("Done. The account that was never used is gone, and its memberships moved.")
            if is_done
            else _("Both accounts are asked. Nothing changes until it’s confirmed in each sign-in.")
        ),
        url_for("admin_people.show", person_id=kept_id or person.id),
    )
    return page or (_page(person, OtherAccountForm(formdata=None), form, other.id), 422)


@merges.post("/merges/<id:merge_id>/call-off")
@door(Permission.ADMINISTER_LIBRARY, subjects.account_merge)
def call_off(merge: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: actions.call_off(session.actor(), merge.id, session.now()),
        _("Called off. Both accounts stay as they are."),
        url_for("admin_people.index"),
    )


@own.get("", endpoint="show")
@door(Permission.SIGNED_IN)
def show_own() -> ResponseReturnValue:
    note_opened(NoticePage.OTHER_ACCOUNT)
    mine = session.actor().person_id
    merge = ask(queries.waiting(mine, session.now()))
    is_kept = merge is not None and merge.kept_id == mine
    return render(
        "administration/accounts/other_account.html",
        merge=merge,
        is_kept=is_kept,
        must_stay=merge is not None and not is_kept and queries.has_record(mine),
        earlier=[account for account in queries.merged(mine) if account.kept_id == mine],
    )


@own.post("/confirm")
@door(Permission.SIGNED_IN)
def confirm() -> ResponseReturnValue:
    return pressed(
        lambda: actions.confirm(session.actor(), _asked(), session.now()),
        lambda is_done: (
            _("Both accounts are one now. Go on with the one that stays.")
            if is_done
            else _("Confirmed here. Nothing changes until you confirm it in the other account.")
        ),
        url_for("other_account.show"),
    )


@own.post("/decline")
@door(Permission.SIGNED_IN)
def decline() -> ResponseReturnValue:
    return pressed(
        lambda: actions.decline(session.actor(), _asked(), session.now()),
        _("Declined. Both accounts stay as they are."),
        url_for("other_account.show"),
    )


@removal.get("/<id:person_id>/delete", endpoint="show")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show_removal(person: Subject) -> ResponseReturnValue:
    if not queries.is_unused(person.id):
        abort(404)
    return whole_person_page("administration/accounts/delete.html", person.id)


@removal.post("/<id:person_id>/delete")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def remove(person: Subject) -> ResponseReturnValue:
    email = people.person(person.id).email
    try:
        actions.remove(session.actor(), person.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return to_person(person.id)
    flash_message(
        _(
            "Account %(number)s is deleted. %(email)s can be used again.",
            number=person.id,
            email=email,
        )
    )
    return redirect(url_for("admin_people.index"), 303)


def _choices(*person_ids: int) -> list[SelectChoice]:
    accounts = (people.person(person_id) for person_id in person_ids)
    return fields.choices((account.id, account.email) for account in accounts)


def _asked() -> int:
    """The question that the page showed."""
    return fields.an_id(request.form.get("merge", "")) or 0


def _page(person: Subject, asked: OtherAccountForm, form: MergeForm, other_id: int | None) -> str:
    both = [] if other_id is None else [person.id, other_id]
    return person_page(
        "administration/accounts/same_person.html",
        person.id,
        asked=asked,
        form=form,
        other_id=other_id,
        accounts=[(people.person(whose), people.memberships(whose)) for whose in both],
        waiting=ask(queries.waiting(person.id, session.now())),
    )
