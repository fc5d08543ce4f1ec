"""Administration: what a library needs on its first day, its settings, and the way to everything
else."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.access.openings import count_openable
from tracker.queries.administration import library_settings
from tracker.queries.administration.library_settings import Settings
from tracker.queries.frameworks.corrections import count_open
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Permission
from tracker.services.administration import library_settings as service
from tracker.web.administration.setup_checklist import setup_checklist
from tracker.web.administration.team_forms import LibraryForm, region_choices
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui.people.closed_records import flash_new_readers

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor = session.actor()
    has = library_settings.setup_progress(actor, session.today())
    tasks = setup_checklist(has, operates=actor.operator)
    step = next((task for task in tasks if not task.done), None)
    return render(
        "administration/index.html",
        has=has,
        tasks=tasks,
        step=step,
        corrections=count_open(actor),
        readers=count_openable(actor, session.now()),
    )


@bp.get("/library")
@door(Permission.ADMINISTER)
def library() -> ResponseReturnValue:
    form = _settings_form(library_settings.settings(session.actor()))
    return render("administration/library.html", form=form)


@bp.post("/library")
@door(Permission.ADMINISTER)
def library_save() -> ResponseReturnValue:
    form = _settings_form()
    done = accepted(
        form,
        lambda: service.edit(
            session.actor(),
            name=form.name.data,
            time_zone=form.time_zone.data,
            region=Region(form.region.data),
            paper=Paper(form.paper.data),
            review_days=form.review_days.data,
            differences_days=form.differences_days.data,
            endorsement_months=form.endorsement_months.data,
            names_to_coordinators=form.names_to_coordinators.data,
            hr_name=form.hr_name.data,
            hr_email=form.hr_email.data,
            now=session.now(),
        ),
    )
    if done:
        flash_message(_("The settings of %(library)s are saved.", library=form.name.data))
        flash_new_readers()
        return redirect(url_for("admin.index"), 303)
    return render("administration/library.html", form=form), 422


def _settings_form(obj: Settings | None = None) -> LibraryForm:
    form = LibraryForm(obj=obj)
    form.region.choices = region_choices(session.now())
    return form
