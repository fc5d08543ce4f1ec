"""A large roster is brought in by the worker: it is checked again, then written as a whole."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from tracker.policy import permissions
from tracker.rules.administration.roster.states import JOB
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.administration.roster import importing, staging
from tracker.services.operations.jobs import JobKind, JobTask, Plan
from tracker.web.http import background

CHECKING = 0


def plan(task: JobTask) -> Plan:
    return Plan(steps=2)


def step(task: JobTask, number: int) -> None:
    """Both can be done twice: what is imported already is left as it is."""
    actor, roster_id, seen = task.actor, int(task.arguments["record_id"]), task.arguments["seen"]
    if number == CHECKING:
        if staging.check_again(actor, roster_id, task.now).digest != seen:
            raise Conflict("roster_overtaken")
        return
    try:
        importing.bring_in(actor, roster_id, seen, task.now, is_asked=True)
    except Conflict:
        staging.check_again(actor, roster_id, task.now)
        raise


def grounds(task: JobTask) -> str | None:
    actor = task.actor
    may = actor is not None and permissions.allows(
        actor, Permission.ADMINISTER, permissions.library_of(actor)
    )
    return "" if may else None


KIND = JobKind(plan, step, grounds)


def init_app(app: Flask) -> None:
    background.register(app, JOB, _l("Import of people"), KIND, "rosters.show", "roster_id")
