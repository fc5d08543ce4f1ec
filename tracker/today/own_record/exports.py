"""Somebody's whole record as one zip: a page to read, `record.json`, and a CSV file for each table.
The worker writes it, of one reading; the files of evidence come to it when it is downloaded."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from tracker.services.core.jobs import JobKind, JobTask, Plan
from tracker.today.own_record import actions as own_record_actions, queries as own_record_queries
from tracker.today.own_record.pages import words_of
from tracker.web.http import background
from tracker.web.i18n.render import render
from tracker.web.ui.csv import Table, csv_text

TITLE = _l("Your record")


def make(app: Flask, task: JobTask, number: int) -> bytes | None:
    """First the file, then the notice that it is made."""
    person_id = task.actor.person_id
    if number:
        own_record_actions.tell(person_id, task.job_id, task.now)
        return None
    with background.asking(app, task):
        return pack(own_record_queries.record_of(person_id), task.now)


def pack(record: dict[str, Any], now: dt.datetime) -> bytes:
    record = {"made_at": now.isoformat(), **record}
    files = {
        "index.html": render("today/record_file.html", made_at=now, **words_of(record)),
        "record.json": json.dumps(record, ensure_ascii=False, indent=1),
    }
    for name, rows in record.items():
        if isinstance(rows, list) and rows:
            files[f"csv/{name}.csv"] = csv_text(_table(record, name))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(own_record_actions.entry(name, now), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _table(record: dict[str, Any], name: str) -> Table:
    """With the code and the title of a statement after its number."""
    rows: Table = []
    for row in record[name]:
        line = dict(row)
        if line.get("statement"):
            statement = record["statements"][line["statement"] - 1]
            line |= {"code": statement["code"], "title": statement["title"]}
        rows = rows or [list(line)]
        rows.append(["" if value is None else value for value in line.values()])
    return rows


def init_app(app: Flask) -> None:
    kind = JobKind(
        plan=lambda task: Plan(2, (task.actor.person_id,)),
        step=lambda task, number: make(app, task, number),
    )
    background.register(app, own_record_actions.NAME, TITLE, kind, "own_record.show")
