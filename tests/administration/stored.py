"""What the pages of administration stored, read past them, and people by the dozen."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.factories.world import World, add
from tracker.db import db, transaction
from tracker.models import (
    Membership,
    Person,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
    UseStatement,
)
from tracker.records import audit as audit_records

HUGE = "9" * 30
TODAY = NOW.date().isoformat()


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def row(app: Flask, model: type, id_: int) -> Any:
    with app.app_context():
        found = db.session.get_one(model, id_)
        db.session.expunge(found)
        return found


def add_people(app: Flask, world: World, number: int) -> None:
    with app.app_context(), transaction() as tx:
        for each in range(number):
            person = Person(
                library_id=world.libraries["city"],
                name=f"Person {each:03}",
                created_at=NOW,
                email=f"p{each:03}-{number}@example.org",
            )
            tx.add(person)
            tx.flush()
            tx.add(
                Membership(
                    person_id=person.id,
                    team_id=world.teams["central"],
                    role="learner",
                    role_profile_id=world.role_profiles["city"],
                    starts_on=NOW.date(),
                )
            )
            audit_records.note(
                tx,
                "person_added",
                NOW,
                library_id=world.libraries["city"],
                actor_id=world.people["adam"],
                subject_id=person.id,
            )
            tx.add(
                Team(
                    library_id=world.libraries["city"],
                    parent_id=world.teams["city"],
                    name=f"Team {each:03}",
                    path=f"/{world.teams['city']}/",
                )
            )
            period = add(
                tx,
                Round(
                    library_id=world.libraries["city"],
                    name=f"Round {each}",
                    starts_on=NOW.date(),
                    ends_on=NOW.date(),
                ),
            )
            tx.add(RoundFramework(round_id=period, framework_id=world.framework_id))
            tx.add(RoleProfile(library_id=world.libraries["city"], slug="small", name=f"P {each}"))
            tx.add(
                UseStatement(
                    library_id=world.libraries["city"],
                    version=10 + each,
                    text="x",
                    published_at=NOW,
                )
            )
