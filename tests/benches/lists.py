"""`make bench-lists`: what the lists of a whole library cost the processor among 12 people, 300, 1,000
and 10,000, on both engines, in one run. A page shows 50 rows, and must not cost more among most than among
1,000: only where all people are counted, for gaps with fresh standings and for a round that is open.
The first is a page with nothing in it, for somebody signed in: what every other one begins with.

The first in nine of ten branches supervises it, every 30th person has a review that waits, and everybody did 46
things that stand in the audit. These rows are inserted as they are, without seals and digests.

    python -m tests.benches.lists [people]
"""

import datetime as dt
import gc
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Insert, String, and_, cast, func, insert, literal, select, text, true, update
from sqlalchemy.orm import aliased

from tests.benches.moving import begun
from tests.benches.sheets import Cost, cost
from tests.client import Client
from tests.conftest import TestConfig
from tests.engines import fresh_database, postgres_trouble
from tests.factories.world import HASH, World
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db, session, transaction
from tracker.engines import without_transactions
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Membership,
    Person,
    Review,
    ReviewItem,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.columns import table_of
from tracker.record.standings import actions as standings_actions
from tracker.rules.roles import Permission
from tracker.web.http.access import door
from tracker.web.i18n.render import render

PAGES = {
    "adam": ("/admin/audit", "/admin/people", "/admin/teams", "/admin/access"),
    "cora": (
        "/nothing",
        "/",
        "/teams",
        "/teams/{city}/handover",
        "/teams/{city}/round",
        "/teams/{city}/gaps",
        "/teams/{branch}/gaps",
        "/search?q=Abigail",
    ),
    "sue": ("/",),
    "ana": ("/",),
}
SMALL, FEW = (12, 300), 1_000
RATIOS_MOST = {
    "/": 5.0,
    "/admin/access": 6.0,
    "/teams": 5.0,
    "/teams/{city}/round": 8.0,
    "/teams/{city}/gaps": 10.0,
}
"""Where all people of the library are counted: of ten times as many at most ten times as much."""
RATIO_MOST = 2.5
"""Among few a list of teams, and a choice among them, is half as long as a page of one."""
EVENTS = 46


def rows() -> Iterator[Insert]:
    """Written by the database itself, from people, memberships and review items."""
    first, at = aliased(Membership), literal(dt.datetime.now(dt.UTC), AuditEvent.happened_at.type)
    today = literal(dt.datetime.now(dt.UTC).date())
    learns = Membership.role == "learner", Membership.job == "", Membership.team_id % 25 > 0
    heads = {
        "person_id": func.min(Membership.person_id),
        "team_id": Membership.team_id,
        "role": literal("supervisor"),
        "job": literal(""),
        "starts_on": func.min(Membership.starts_on),
    }
    yield insert(table_of(Membership)).from_select(
        list(heads), select(*heads.values()).where(*learns).group_by(Membership.team_id)
    )
    sent = {
        "learner_id": Membership.person_id,
        "reviewer_id": first.person_id,
        "team_id": Membership.team_id,
        "framework_id": select(func.min(Review.framework_id)).scalar_subquery(),
        "status": literal("sent"),
        "open": literal(False),
        "sent_at": at,
        "due_from": today,
        "due_on": today,
    }
    yield insert(table_of(Review)).from_select(
        list(sent),
        select(*sent.values())
        .select_from(Membership)
        .join(first, and_(first.team_id == Membership.team_id, first.role == "supervisor"))
        .where(*learns, Membership.person_id % 30 == 0, first.person_id != Membership.person_id),
    )
    like = select(ReviewItem).order_by(ReviewItem.id).limit(5).subquery()
    items = {
        name: like.c[name]
        for name in (
            "skill_id",
            "statement_id",
            "position",
            "digest",
            "learner_answer",
            "learner_answer_label",
            "learner_answer_description",
            "rated_at",
            "rating_version",
        )
    }
    items |= {"review_id": Review.id, "status": literal("waiting"), "version": literal(1)}
    yield insert(table_of(ReviewItem)).from_select(
        list(items), select(*items.values()).join(like, true()).where(Review.status == "sent")
    )
    times = select(literal(1).label("number")).cte("times", recursive=True)
    times = times.union_all(select(times.c.number + 1).where(times.c.number < EVENTS))
    last = select(func.max(AuditEvent.sequence)).scalar_subquery()
    number = func.coalesce(last, 0) + func.row_number().over(order_by=(times.c.number, Person.id))
    of = {
        "sequence": number,
        "library_id": Person.library_id,
        "actor_id": Person.id,
        "subject_id": Person.id,
        "kind": literal("signed_in"),
        "happened_at": at,
        "commitment": literal("0" * 64),
        "previous": literal("before ") + cast(number, String),
        "digest": literal("event ") + cast(number, String),
    }
    yield insert(table_of(AuditEvent)).from_select(
        list(of), select(*of.values()).join(times, true())
    )
    facts = {
        "event_id": AuditEvent.id,
        "salt": literal("0" * 64),
        "facts": literal({"team": "Central"}, AuditEventDetail.facts.type),
    }
    yield insert(table_of(AuditEventDetail)).from_select(
        list(facts), select(*facts.values()).where(AuditEvent.kind == "signed_in")
    )


def fill(people: int) -> None:
    begun(people)
    with transaction() as tx:
        for row in rows():
            tx.execute(row)
        tx.execute(update(Person).values(password_hash=HASH))
        framework_id = tx.scalar(select(func.min(Review.framework_id)))
        today = dt.datetime.now(dt.UTC).date()
        period = Round(
            library_id=tx.scalar(select(func.min(Team.library_id))),
            name="This year",
            starts_on=today - dt.timedelta(days=7),
            ends_on=today,
        )
        tx.add(period)
        tx.flush()
        tx.add(RoundFramework(round_id=period.id, framework_id=framework_id))
        tx.execute(update(Review).values(round_id=period.id))
        tx.execute(text("ANALYZE"))  # as both engines do by themselves in time
    while standings_actions.count_stale(dt.datetime.now(dt.UTC)):
        continue


def costs(url: str, folder: Path, people: int | None) -> dict[tuple[str, str], Cost]:
    app = create_app(TestConfig(url, folder))
    empty = door(Permission.SIGNED_IN)(lambda: render("base.html", page_title="Nothing"))
    app.add_url_rule("/nothing", view_func=empty, endpoint="nothing")
    with app.app_context():
        if people is not None:
            upgrade()
            fill(people)
            if db.engine.dialect.name == "postgresql":
                # As it does by itself in time: during the measuring it would take the other core.
                with without_transactions(db.engine.url) as engine, engine.connect() as connection:
                    connection.execute(text("VACUUM ANALYZE"))
        city = session().scalar(select(Team.id).where(Team.parent_id.is_(None)).order_by(Team.id))
        branch = session().scalar(select(func.min(Team.id)).where(Team.name == "Branch 1"))
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as in a worker (cli/server/gunicorn)
    found = {}
    for name, paths in PAGES.items():
        client = Client(app)
        client.enter(World.email(name))
        for path in paths:
            found[name, path] = cost(app, path.format(city=city, branch=branch), client)
    with app.app_context():
        db.engine.dispose()
    return found


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    slower = []
    for engine_name in ("sqlite", "postgresql"):
        if engine_name == "postgresql" and (trouble := postgres_trouble()):
            print(f"postgresql: left out, {trouble}")
            continue
        found = []
        for people in (*SMALL, FEW, many):
            with (
                tempfile.TemporaryDirectory() as name,
                fresh_database(engine_name, Path(name)) as url,
            ):
                found.append(costs(url, Path(name), people))
        print(f"{engine_name:30}", *(f"{people:13,}" for people in (*SMALL, FEW, many)), "people")
        for name, path in found[0]:
            spent = [of[name, path] for of in found]
            print(f"{name:5} {path:24}", *(f"{each!s:>13}" for each in spent), "ms")
            most = RATIOS_MOST.get(path, RATIO_MOST)
            slower += [path] if spent[-1].over(spent[-2], most) else []
    if slower:
        sys.exit(f"Over their ratio: {', '.join(slower)}")


if __name__ == "__main__":
    main()
