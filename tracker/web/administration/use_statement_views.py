"""The use statement, for the administrator."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.administration import library_settings, use_statement_versions
from tracker.queries.administration.use_statement_versions import UseStatementVersion
from tracker.rules.administration.use_statements import unkept
from tracker.rules.roles import Permission
from tracker.services.administration import use_statements
from tracker.web.administration.forms import UseStatementForm
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render

bp = Blueprint("admin_use_statement", __name__, url_prefix="/admin/use-statement")


@bp.get("")
@door(Permission.ADMINISTER)
def show() -> ResponseReturnValue:
    versions = use_statement_versions.listed(session.actor())
    if versions:
        form = UseStatementForm(
            base_version=versions[0].version,
            text=versions[0].text,
            opens_statements=versions[0].opens_statements,
        )
    else:
        library = library_settings.settings(session.actor()).name
        text = render("administration/use_statement.txt", library=library)
        form = UseStatementForm(base_version=0, text=text)
    return _page(form, versions)


@bp.post("")
@door(Permission.ADMINISTER)
def publish() -> ResponseReturnValue:
    form = UseStatementForm()
    done = accepted(
        form,
        lambda: use_statements.publish(
            session.actor(),
            form.text.data,
            form.base_version.data or 0,
            session.now(),
            opens_statements=form.opens_statements.data,
        ),
    )
    if done:
        flash_message(
            _(
                "Version %(number)s is published. Everybody reads it before they rate again.",
                number=done[0],
            )
        )
        return redirect(url_for("admin_use_statement.show"), 303)
    versions = use_statement_versions.listed(session.actor())
    form.base_version.raw_data = None
    form.base_version.data = versions[0].version if versions else 0
    return _page(form, versions), 422


def _page(form: UseStatementForm, versions: list[UseStatementVersion]) -> str:
    promises = {each.version: found for each in versions if (found := unkept(each.text))}
    return render(
        "administration/use_statement.html", form=form, versions=versions, promises=promises
    )
