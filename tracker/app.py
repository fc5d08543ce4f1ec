"""create_app puts the program together; create_server is what serves."""

import datetime as dt
import logging
import sys

import structlog
from flask import Flask

from config import ROOT, Config
from tracker import models  # noqa: F401  (the tables must be known before migrations look)
from tracker.cli import commands, faults
from tracker.db import db, newest_layout
from tracker.engines import BUSY_TIMEOUT_MS, listen, planning_anew, waiting_in_all_at_most
from tracker.evidence.files.rules_backends import Bucket
from tracker.logs import WithoutValues
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.core.mail import mail_server


def create_app(config: Config | None = None) -> Flask:
    """The application with its pages. Raises RuntimeError when a route declares no permission, and
    ValueError for bad settings."""
    from tracker.web import application

    app = application.with_pages(_base(application.Application, config))
    of_a_request = planning_anew()(waiting_in_all_at_most(BUSY_TIMEOUT_MS)(app.wsgi_app))
    app.wsgi_app = of_a_request  # type: ignore[method-assign]
    app.cli = commands.group()
    return application.behind_a_proxy(app)


def create_base(*, makes: bool = True) -> Flask:
    """The application without pages, for commands that need none: in a third of the time. `makes`:
    as of Config. Raises ValueError for bad settings."""
    return _base(Flask, Config(makes=makes))


def _base(made_as: type[Flask], config: Config | None) -> Flask:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(WithoutValues()),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    app = made_as("tracker", root_path=str(ROOT), static_folder=None, template_folder="templates")
    app.config.from_object(config or Config())
    if app.config["BUCKET"]:
        app.config["FILES"] = Bucket(
            **app.config["BUCKET"], turns=app.config["DATA_DIR"] / "files-turns"
        )
    newest_layout(app.config["MIGRATIONS_DIR"])  # now: a newer version may come into this folder
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
    app.extensions["tracker_mail"] = mail_server(app.config["MAIL_URL"], app.config["MAIL_FROM"])
    return app


def create_server() -> Flask:
    """The application to serve; the demo fills its database first. Ends the program, with a
    sentence that says what to do, where the database is not laid out as this version needs it."""
    from tracker.operations.daily_work import actions as daily_work_actions
    from tracker.operations.system import actions as system_actions
    from tracker.web import application

    app = create_app()
    with app.app_context(), faults.in_one_sentence():
        if app.config["DEMO"]:
            from tracker.cli import demo

            demo.fill(dt.datetime.now(dt.UTC).date())
        state = system_actions.schema_state_before_forking(app.config["MIGRATIONS_DIR"])
        if state is SchemaState.CURRENT:
            doubt = daily_work_actions.clock_doubt_before_forking(
                dt.datetime.now(dt.UTC), app.config["CLOCK_AHEAD"]
            )
            if doubt is not None:
                sys.stderr.write(f"{faults.clock(doubt)}\n")
            application.compile_templates(app)
    if state is not SchemaState.CURRENT:
        sys.exit(REMEDIES[state])
    return app
