"""The pages of the application, put together."""

import datetime as dt
from pathlib import Path
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_compress import Compress
from jinja2 import FileSystemBytecodeCache
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.administration.roster import views as roster_views
from tracker.notifications.mail import pages as mail_pages
from tracker.operations.system import views as system_views
from tracker.teams.gaps import exports as gaps_exports
from tracker.today.own_record import exports as own_record_exports
from tracker.web.blueprints import BLUEPRINTS
from tracker.web.http import (
    access,
    errors,
    framework_asked,
    headers,
    hosts,
    idempotency,
    input_checks,
    logging,
    rate_limits,
    session,
)
from tracker.web.i18n import content_language, languages
from tracker.web.ui import assets, drafts, pdf, people as ui_people
from tracker.web.ui.templating import environment


class IsoDates(DefaultJSONProvider):
    """Days and moments in JSON as ISO 8601 writes them."""

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, dt.date):
            return value.isoformat()
        return DefaultJSONProvider.default(value)


class Application(Flask):
    jinja_environment = environment.Environment
    json_provider_class = IsoDates


def with_pages(app: Flask) -> Flask:
    """Raises RuntimeError when a route declares no permission."""
    languages.init_app(app)
    headers.init_app(app)
    logging.init_app(app)
    system_views.init_app(app)
    hosts.init_app(app)
    input_checks.init_app(app)
    session.MaskedTokens(app)
    app.jinja_env.globals["csrf_token"] = session.csrf_token
    app.context_processor(lambda: {"csrf_token": session.csrf_token})
    rate_limits.init_app(app)
    session.init_app(app)
    access.init_app(app)
    framework_asked.init_app(app)
    idempotency.init_app(app)
    errors.init_app(app)
    environment.init_app(app)
    ui_people.init_app(app)
    drafts.init_app(app)
    pdf.init_app(app)
    mail_pages.init_app(app)
    gaps_exports.init_app(app)
    roster_views.init_app(app)
    own_record_exports.init_app(app)
    Compress(app)
    content_language.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check_doors(app)
    assets.init_app(app, Path(app.root_path) / "static")
    return app


def compile_templates(app: Flask) -> None:
    """Before the workers are made, so that none does it; kept in TRACKER_DATA_DIR for the next
    start, by a digest of each source."""
    folder = Path(app.config["DATA_DIR"]) / "templates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def behind_a_proxy(app: Flask) -> Flask:
    """The outermost parts: what stands before a request is one."""
    if app.config["TRUST_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    hosts.below_prefix(app)
    headers.wrap(app)
    return app
