"""The use statement, for the administrator."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.accounts.links.queries import own_library
from tracker.administration.library import queries as library_queries
from tracker.administration.use_statements import actions as use_statements_actions
from tracker.administration.use_statements.forms import UseStatementForm
from tracker.administration.use_statements.rules import unkept
from tracker.models import UseStatement
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.form_actions import saved
from tracker.web.i18n.render import render

bp = Blueprint("admin_use_statement", __name__, url_prefix="/admin/use-statement")


@bp.get("")
@door(Permission.ADMINISTER)
def show() -> ResponseReturnValue:
    versions = library_queries.use_statements(session.actor())
    if versions:
        newest = versions[0][0]
        form = UseStatementForm(obj=newest, base_version=newest.version)
    else:
        library = own_library(session.actor()).name
        text = render("administration/use_statement.txt", library=library)
        form = UseStatementForm(base_version=0, text=text)
    return _page(form, versions)


@bp.post("")
@door(Permission.ADMINISTER)
def publish() -> ResponseReturnValue:
    form, actor, now = UseStatementForm(), session.actor(), session.now()
    page = saved(
        form,
        lambda: use_statements_actions.publish(actor, now=now, **form.values()),
        lambda number: _(
            "Version %(number)s is published. Everybody reads it before they rate again.",
            number=number,
        ),
        url_for("admin_use_statement.show"),
    )
    if page is not None:
        return page
    versions = library_queries.use_statements(actor)
    form.base_version.raw_data = None
    form.base_version.data = versions[0][0].version if versions else 0
    return _page(form, versions), 422


def _page(form: UseStatementForm, versions: list[tuple[UseStatement, int]]) -> str:
    promises = [(version, unkept(version.text)) for version, _readers in versions]
    return render(
        "administration/use_statement.html",
        form=form,
        versions=versions,
        newest=versions[0][0] if versions else None,
        promises=[(version, sentences) for version, sentences in promises if sentences],
    )
