"""create_app puts the floors together; main is the `tracker` command."""

from pathlib import Path

from flask import Flask
from flask.cli import FlaskGroup
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Config
from tracker import models  # noqa: F401  (the tables must be known before migrations look)
from tracker.cli import COMMANDS
from tracker.db import db, listen
from tracker.rules.mail import mail_server
from tracker.web import (
    access,
    assets,
    clean,
    errors,
    headers,
    languages,
    letters,
    logs,
    once,
    session,
    templating,
    wording,
)
from tracker.web.limits import limiter
from tracker.web.views import BLUEPRINTS

MIGRATIONS = ROOT / "migrations"


def create_app(config: Config | None = None) -> Flask:
    """The application. Raises RuntimeError when a route declares no permission, and ValueError for bad settings."""
    logs.configure()
    app = Flask("tracker", root_path=str(ROOT), static_folder=None, template_folder="templates")
    app.config.from_object(config or Config())
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
    app.extensions["tracker_mail"] = mail_server(app.config["MAIL_URL"], app.config["MAIL_FROM"])
    Migrate(app, db, directory=str(MIGRATIONS))
    languages.init_app(app)
    headers.init_app(app)
    logs.init_app(app)
    CSRFProtect(app)
    clean.init_app(app)
    limiter.init_app(app)
    session.init_app(app)
    access.init_app(app)
    once.init_app(app)
    errors.init_app(app)
    templating.init_app(app)
    letters.init_app(app)
    Compress(app)
    wording.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check_doors(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    assets.init_app(app, Path(ROOT) / "static")
    if app.config["TRUST_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def main() -> None:
    """The `tracker` command."""
    FlaskGroup(
        create_app=create_app,
        add_default_commands=False,
        load_dotenv=False,
        help="Manage a Skills Tracker server.",
    )()
