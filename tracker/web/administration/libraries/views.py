"""Another library from the pages: its name, what the page of its settings asks first, and who runs
it."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Permission
from tracker.services.administration import library_settings as service
from tracker.services.administration.library_settings import NewLibrary
from tracker.web.administration.libraries.forms import NewLibraryForm
from tracker.web.administration.team_forms import region_choices
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render

bp = Blueprint("libraries", __name__, url_prefix="/system/libraries")


@bp.get("/new")
@door(Permission.OPERATE)
def new() -> ResponseReturnValue:
    return _page(_form())


@bp.post("")
@door(Permission.OPERATE)
def create() -> ResponseReturnValue:
    form = _form()
    done = accepted(
        form,
        lambda: service.add(
            session.actor(),
            NewLibrary(
                form.library.data,
                form.time_zone.data,
                Region(form.region.data),
                Paper(form.paper.data),
            ),
            form.name.data,
            form.email.data,
            session.now(),
            by_mail=_is_mail_set(),
        ),
    )
    if not done:
        return _page(form), 422
    _person_id, token = done[0]
    if token is None:
        flash_message(
            _(
                "%(library)s is added. An invitation is on its way to %(email)s.",
                library=form.library.data,
                email=form.email.data,
            )
        )
        return redirect(url_for("system.index"), 303)
    return render(
        "administration/libraries/link.html",
        library=form.library.data,
        name=form.name.data,
        address=current_app.config["ORIGIN"] + url_for("invitations.show", token=token),
    )


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _page(form: NewLibraryForm) -> str:
    return render("administration/libraries/new.html", form=form, is_mail_set=_is_mail_set())


def _form() -> NewLibraryForm:
    """As in the operator's own library, until something else is chosen."""
    own = session.actor()
    form = NewLibraryForm(time_zone=own.time_zone, region=own.region, paper=own.paper)
    form.region.choices = region_choices(session.now())
    return form
