"""Administration: what a library needs on its first day, its settings, and the way to everything
else; and another library."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.accounts.links.queries import own_library
from tracker.administration.library import actions as library_actions, queries as library_queries
from tracker.administration.library.actions import NewLibrary
from tracker.administration.library.forms import LibraryForm, NewLibraryForm
from tracker.administration.library.pages import setup_checklist
from tracker.frameworks.corrections.queries import count_open
from tracker.queries.access.openings import count_openable
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui.people import flash_new_readers

bp = Blueprint("admin", __name__, url_prefix="/admin")
libraries = Blueprint("libraries", __name__, url_prefix="/system/libraries")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor = session.actor()
    has = library_queries.setup_progress(actor, session.today())
    tasks = setup_checklist(has, operates=actor.operator)
    step = next((task for task in tasks if not task.done), None)
    return render(
        "administration/index.html",
        has=has,
        tasks=tasks,
        done=sum(task.done for task in tasks),
        step=step,
        corrections=count_open(actor),
        readers=count_openable(actor, session.now()),
    )


@bp.get("/library")
@door(Permission.ADMINISTER)
def library() -> ResponseReturnValue:
    form = LibraryForm(session.now(), obj=own_library(session.actor()))
    return render("administration/library.html", form=form)


@bp.post("/library")
@door(Permission.ADMINISTER)
def library_save() -> ResponseReturnValue:
    form, actor, now = LibraryForm(session.now()), session.actor(), session.now()
    if accepted(form, lambda: library_actions.edit(actor, now=now, **form.values())):
        flash_message(_("The settings of %(library)s are saved.", library=form.name.data))
        flash_new_readers()
        return redirect(url_for("admin.index"), 303)
    return render("administration/library.html", form=form), 422


@libraries.get("/new")
@door(Permission.OPERATE)
def new() -> ResponseReturnValue:
    return _page(_new_form())


@libraries.post("")
@door(Permission.OPERATE)
def create() -> ResponseReturnValue:
    form = _new_form()
    done = accepted(
        form,
        lambda: library_actions.add(
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
            by_mail=session.is_mail_set(),
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


def _new_form() -> NewLibraryForm:
    """As in the operator's own library, until something else is chosen."""
    own = session.actor()
    return NewLibraryForm(
        session.now(), time_zone=own.time_zone, region=own.region, paper=own.paper
    )


def _page(form: NewLibraryForm) -> str:
    return render("administration/libraries/new.html", form=form, is_mail_set=session.is_mail_set())
