"""create_app puts the floors together; main is the `tracker` command."""

import sys
from pathlib import Path

from flask import Flask
from flask.cli import FlaskGroup
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Config
from tracker import models  # noqa: F401  (the tables must be known before migrations look)
from tracker.cli import COMMANDS, faults
from tracker.db import db
from tracker.engines import BUSY_TIMEOUT_MS, listen, waiting_in_all_at_most
from tracker.rules.evidence.places import Bucket
from tracker.rules.notifications.mail import mail_server
from tracker.rules.operations.schema import REMEDIES, SchemaState
from tracker.services.operations import schema
from tracker.web.administration.carrying import job as carrying_job
from tracker.web.administration.roster import job as roster_job
from tracker.web.blueprints import BLUEPRINTS
from tracker.web.http import (
    access,
    downloads,
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
from tracker.web.notifications import emails
from tracker.web.operations import request_metrics
from tracker.web.teams import people_file
from tracker.web.ui import assets, namesakes, pdf
from tracker.web.ui.drafts import drafted_forms
from tracker.web.ui.templating import environment


class _Application(Flask):
    jinja_environment = environment.Environment
    json_provider_class = downloads.IsoDates


def create_app(config: Config | None = None) -> Flask:
    """The application. Raises RuntimeError when a route declares no permission, and ValueError for
    bad settings."""
    logging.configure()
    app = _Application(
        "tracker", root_path=str(ROOT), static_folder=None, template_folder="templates"
    )
    app.config.from_object(config or Config())
    if app.config["BUCKET"]:
        app.config["FILES"] = Bucket(
            **app.config["BUCKET"], turns=app.config["DATA_DIR"] / "files-turns"
        )
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
    app.extensions["tracker_mail"] = mail_server(app.config["MAIL_URL"], app.config["MAIL_FROM"])
    Migrate(app, db, directory=str(app.config["MIGRATIONS_DIR"]))
    languages.init_app(app)
    headers.init_app(app)
    logging.init_app(app)
    request_metrics.init_app(app)
    hosts.init_app(app)
    CSRFProtect(app)
    input_checks.init_app(app)
    rate_limits.init_app(app)
    session.init_app(app)
    access.init_app(app)
    framework_asked.init_app(app)
    idempotency.init_app(app)
    errors.init_app(app)
    environment.init_app(app)
    drafted_forms.init_app(app)
    namesakes.init_app(app)
    pdf.init_app(app)
    emails.init_app(app)
    people_file.init_app(app)
    carrying_job.init_app(app)
    roster_job.init_app(app)
    Compress(app)
    content_language.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check_doors(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    assets.init_app(app, Path(ROOT) / "static")
    app.wsgi_app = waiting_in_all_at_most(BUSY_TIMEOUT_MS)(app.wsgi_app)  # type: ignore[method-assign]
    if app.config["TRUST_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    hosts.below_prefix(app)
    headers.wrap(app)
    return app


def create_server() -> Flask:
    """The application to serve. Ends the program, with a sentence that says what to do, where the
    database is not laid out as this version needs it."""
    app = create_app()
    with app.app_context(), faults.in_one_sentence():
        found = schema.state_before_forking(app.config["MIGRATIONS_DIR"])
    if found is not SchemaState.CURRENT:
        sys.exit(REMEDIES[found])
    return app


def main() -> None:
    """The `tracker` command. Where the machine fails, or a setting cannot be, it ends with one
    sentence and a status of 1."""
    with faults.in_one_sentence():
        try:
            app = create_app()
        except ValueError as error:
            sys.exit(str(error))
        FlaskGroup(
            create_app=lambda: app,
            add_default_commands=False,
            load_dotenv=False,
            help="Manage a Skills Tracker server.",
        )()
