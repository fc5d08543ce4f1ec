"""People are carried by the worker, one at each step."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from tracker.queries.frameworks import carrying_progress
from tracker.services.frameworks import carrying
from tracker.services.operations.jobs import JobKind, JobTask, Plan
from tracker.web.http import background


def plan(task: JobTask) -> Plan:
    return Plan(steps=len(carrying.begin(_id(task), task.now)) + 1)


def step(task: JobTask, number: int) -> None:
    """After the last person it is said to be done."""
    carried_id = carrying_progress.member(_id(task), number)
    if carried_id is not None:
        carrying.go_on(_id(task), carried_id, task.now)
    else:
        carrying.finish(_id(task), task.now)


def _id(task: JobTask) -> int:
    return int(task.arguments["record_id"])


KIND = JobKind(plan, step)


def init_app(app: Flask) -> None:
    background.register(app, carrying.JOB, _l("Moving people to a new version"), KIND)
