"""The worker: mails notices, does the daily work, and what people asked for in the background."""

import datetime as dt
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from tracker import locks
from tracker.accounts.links import actions as links_actions
from tracker.cli import faults
from tracker.cli.background import daily
from tracker.cli.database import must_fit
from tracker.cli.mail import deliver
from tracker.notifications.mail import actions as mail_actions
from tracker.operations.daily_work import (
    actions as daily_work_actions,
    queries as daily_work_queries,
)
from tracker.operations.daily_work.actions import DailyOutcome
from tracker.operations.system import actions as system_actions
from tracker.record.standings import actions as standings_actions
from tracker.rules.core.notices import MailStatus
from tracker.rules.faults import Fault, fault_of
from tracker.services.core import jobs as jobs_services

LOG = structlog.get_logger("tracker.work")
LOOK_EVERY = 2
"""Seconds between two looks for work, and until the next try when the database is away."""
ROUND_EVERY = 60
"""Seconds between two rounds of mail."""
TURN = 10
"""Seconds after which a job lets the next one have a turn."""


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is to be done now, and end.")
@click.option("--daily", "only_daily", is_flag=True, help="Do the daily work now, and end.")
@click.option(
    "--clock-is-right", is_flag=True, help="Let the daily work go on though the clock is doubted."
)
@click.option("--ends-with", type=int, hidden=True)
@with_appcontext
def work(once: bool, only_daily: bool, clock_is_right: bool, ends_with: int | None) -> None:
    """Work beside the server: mail notices, do the daily work, and make what people asked for.

    'tracker serve' starts it by itself. A second one on the same data waits until the first ends;
    on several machines any number may run. It goes on when the database is busy or away for a
    while, and stops at SIGTERM or Ctrl-C when what it has in hand is done.

    The daily work notes all seals of the record in the audit trail, ends every difference whose
    time is over with no agreement, lets old reviewed ratings expire, reminds of what is due,
    forgets what is kept for a while only, and removes from the disk what an erasure or an upload
    that was cut short left there. A part that fails is tried again all day. All of it waits while
    the clock cannot be right: more than TRACKER_CLOCK_AHEAD_DAYS after the newest event of the
    audit and the last daily work, or before them.
    """
    must_fit()
    if clock_is_right:
        goes_on = daily_work_actions.confirm_clock(_now(), _ahead())
        click.echo("The daily work goes on." if goes_on else "Nobody doubts the clock.")
        return
    if only_daily:
        sys.exit(_daily())
    if once:
        sys.exit(_once())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_which: stop.set())

    def is_over() -> bool:
        return stop.is_set() or ends_with not in (None, os.getppid())

    with _alone(is_over, stop) as is_alone:
        if is_alone:
            LOG.info("work_begins")
            _loop(is_over, stop)
            system_actions.refresh_statistics()
    LOG.info("work_ends")


def _daily() -> int:
    """The status to end with: whether a part failed, or all of it waits for the clock."""
    doubt = daily_work_actions.doubt_clock(_now(), _ahead())
    if doubt is not None:
        click.echo(faults.clock(doubt), err=True)
        return 1
    outcomes = [daily_work_actions.run(daily.PARTS, part, None, _now) for part in daily.PARTS]
    for done in filter(None, outcomes):
        click.echo(done.did or f"Failed: {done.part}. The log above says why.", err=not done.did)
    return int(any(outcome is None or outcome.did is None for outcome in outcomes))


def _once() -> int:
    """The status to end with: whether mail was left waiting, or something failed."""
    is_left = bool(_mail(lambda: False).get(MailStatus.WAITING))
    while (part := _part()) is not None:
        is_left = is_left or part.did is None
    while standings_actions.count_stale(_now()):
        continue
    while (done := jobs_services.run_next(_kinds(), _now, lambda: False)) is not None:
        LOG.info("job", job_id=done.job_id, kind=done.kind, came=done.came)
        is_left = is_left or done.came not in ("done", "refused")
    return 1 if is_left or daily_work_queries.clock_doubt(_now(), _ahead()) else 0


def _loop(is_over: Callable[[], bool], stop: threading.Event) -> None:
    """The daily work, and who is to be counted, is looked at in each round of mail; its parts,
    people, and the jobs take turns."""
    next_round, is_part_left, is_stale_left = time.monotonic(), False, False
    next_look, is_damaged = next_round, False
    while not is_over():
        try:
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + ROUND_EVERY
                daily_work_actions.look_for_damage(_now(), everywhere=is_damaged)
            if time.monotonic() >= next_round:
                _mail(is_over)
                next_round = time.monotonic() + ROUND_EVERY
                is_part_left = is_stale_left = True
            elif mail_actions.is_awaited(_now()):
                _mail(is_over)
            is_part_left = is_part_left and _part() is not None
            is_stale_left = is_stale_left and standings_actions.count_stale(_now()) > 0
            if not (_turn(is_over, next_round) or is_part_left or is_stale_left):
                stop.wait(LOOK_EVERY)
        except DBAPIError as error:
            what = faults.what_failed(error)
            if what is None or fault_of(error) is Fault.ANOTHER_LAYOUT:
                raise
            is_damaged = fault_of(error) is Fault.DAMAGED
            LOG.warning("work_waits", why=what)
            stop.wait(LOOK_EVERY)


def _part() -> DailyOutcome | None:
    """The next part of the daily work, if one is due."""
    done = daily_work_actions.run_next(daily.PARTS, _now, _ahead())
    if done is not None and done.did is not None:
        LOG.info("daily_work", part=done.part.value, did=done.did)
    return done


def _turn(is_over: Callable[[], bool], next_round: float) -> bool:
    """Whether there was a job to do."""
    until = min(time.monotonic() + TURN, next_round)
    done = jobs_services.run_next(_kinds(), _now, lambda: is_over() or time.monotonic() >= until)
    if done is not None:
        LOG.info("job", job_id=done.job_id, kind=done.kind, came=done.came)
    return done is not None


def _mail(is_over: Callable[[], bool]) -> Counter[MailStatus]:
    """Between the rounds too, where somebody waits for it."""
    links_actions.look_up(_now())
    server = current_app.extensions["tracker_mail"]
    return deliver(server, is_over) if server is not None else Counter()


def _kinds() -> jobs_services.Kinds:
    kinds: jobs_services.Kinds = current_app.extensions["tracker_jobs"]
    return kinds


def _ahead() -> dt.timedelta | None:
    ahead: dt.timedelta | None = current_app.config["CLOCK_AHEAD"]
    return ahead


@contextmanager
def _alone(is_over: Callable[[], bool], stop: threading.Event) -> Iterator[bool]:
    """Wait until no other worker is at work on this data. False: it was over before."""
    file, is_told = system_actions.lock_of(current_app.config, "work"), False
    while not is_over():
        try:
            held = locks.lock(file)
        except BlockingIOError:
            if not is_told:
                LOG.info("work_is_done_by_another")
            is_told = True
            stop.wait(LOOK_EVERY)
            continue
        try:
            yield True
        finally:
            os.close(held)
        return
    yield False


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
