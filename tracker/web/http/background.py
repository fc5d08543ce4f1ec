"""Files that take long to make: asked for at a door, made by a worker, taken by who asked.

A room offers a kind of file with the door that it is asked for at. The worker makes it as if the
person were asking then: in their language, with their rights of that moment (services/core/jobs).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, url_for
from flask_babel import get_locale

from tracker.policy import permissions
from tracker.policy.permissions import Subject
from tracker.queries.core.jobs import JobRow
from tracker.rules.errors import Missing
from tracker.rules.roles import Permission
from tracker.services.core import jobs as jobs_services
from tracker.services.core.jobs import JobKind, JobTask, Kinds, Plan
from tracker.web.http import session
from tracker.web.http.access import LOADERS, DoorRequest, Loader, note_download, note_looks

People = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileKind:
    """`permission` and `load`: the door. `look`: the kind of page that reading the file is;
    `made_by`: the part of the application, for the audit. The file is planned for a subject, then
    written in steps, each by its number and for the people of the plan. `grounds`: what beside the
    door the rights to it stand on."""

    title: Any
    permission: Permission
    load: Loader
    look: str
    made_by: str
    media_type: str
    plan: Callable[[Subject], Plan]
    step: Callable[[Subject, People, int], bytes]
    grounds: Callable[[Subject, People], str]


def register(
    app: Flask, name: str, title: Any, kind: JobKind, endpoint: str = "", record: str = ""
) -> None:
    """Tell the worker how work of that name is done, and its page what it is called. `endpoint`:
    the page of what it is done to, where it has one, and `record` the name of its id there, where
    it is none of one's own."""
    app.extensions.setdefault("tracker_jobs", {})[name] = kind
    app.extensions.setdefault("tracker_job_titles", {})[name] = title
    app.extensions.setdefault("tracker_job_pages", {})[name] = endpoint, record


def offer(app: Flask, name: str, kind: FileKind) -> None:
    """Let the file be asked for under that name."""
    app.extensions.setdefault("tracker_files", {})[name] = kind
    made = JobKind(
        plan=lambda task: _within(app, task, kind, kind.plan),
        step=lambda task, number: _within(
            app, task, kind, lambda subject: kind.step(subject, task.people, number)
        ),
        grounds=lambda task: _grounds(app, task, kind),
    )
    register(app, name, kind.title, made)


def ask(name: str, subject: Subject, about: str, query: str) -> None:
    """Raises Conflict: jobs_open, jobs_kept. `about`: the name of what it is a file of; `query`: as
    the address has it."""
    arguments = {
        "record_id": str(subject.id),
        "about": about,
        "query": query,
        "language": str(get_locale()).replace("_", "-"),
    }
    jobs_services.ask(session.actor(), name, arguments, session.now())


def job_kinds() -> Kinds:
    kinds: Kinds = current_app.extensions["tracker_jobs"]
    return kinds


def title_of(name: str) -> Any:
    return current_app.extensions["tracker_job_titles"][name]


def page_of(job: JobRow) -> str:
    """The address of the page where its work is seen to; "" where there is none."""
    endpoint, record = current_app.extensions["tracker_job_pages"][job.kind]
    named: dict[str, Any] = {record: job.arguments["record_id"]} if record else {}
    return url_for(endpoint, **named) if endpoint else ""


def file_kind(name: str) -> FileKind:
    kind: FileKind = current_app.extensions["tracker_files"][name]
    return kind


def note_taken(kind: FileKind, record_id: int, people: People) -> None:
    """Who looked, and what was taken out, as if the file had been made at its own door just now."""
    subject = kind.load(record_id, session.today())
    if subject is not None:
        record = LOADERS[kind.load].removesuffix("_id")
        note_download(kind.made_by, DoorRequest(kind.permission, record, subject))
    note_looks(people, kind.look)


def _grounds(app: Flask, task: JobTask, kind: FileKind) -> str | None:
    try:
        return str(_within(app, task, kind, lambda subject: kind.grounds(subject, task.people)))
    except Missing:
        return None


def _within(app: Flask, task: JobTask, kind: FileKind, act: Callable[[Subject], Any]) -> Any:
    """Raises Missing where the person may not pass the door anymore."""
    with asking(app, task):
        actor = session.actor()
        subject = kind.load(int(task.arguments["record_id"]), session.today())
        if subject is None or not permissions.allows(actor, kind.permission, subject):
            raise Missing("job_not_allowed")
        return act(subject)


@contextmanager
def asking(app: Flask, task: JobTask) -> Iterator[None]:
    """A request as the person would send it now."""
    headers = {"Accept-Language": task.arguments["language"]}
    address = f"/?{task.arguments['query']}"
    with app.test_request_context(address, base_url=app.config["BASE_URL"], headers=headers):
        g.now = task.now
        session.act_as(task.actor)
        yield
