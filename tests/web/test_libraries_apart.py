"""Nothing of one library is on any page, in any file or in any mail of another: City Library holds a
canary in every text, and everybody of Other Library knocks on every door, with their own ids and
with those of City."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, true

from tests.client import Client
from tests.doors.accounts import objection
from tests.doors.administration import a_mail, a_merge, a_planned_move, a_roster, leave_out
from tests.doors.drafts import of_ana
from tests.doors.endorsements import proposed
from tests.doors.frameworks import suggest
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, tell, wants
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.tried import mail_tried
from tests.factories.world import World
from tests.web import apart
from tests.web.apart import MARK, Other
from tracker.accounts.addresses import records as addresses_records
from tracker.accounts.links import actions as links_actions, records as links_records
from tracker.accounts.sign_in import records as sign_in_records
from tracker.accounts.sign_in.rules import Visit
from tracker.administration.library.actions import set_operator
from tracker.administration.people import actions as people_actions
from tracker.administration.roster import actions as roster_actions, queries as roster_queries
from tracker.administration.roster.rules import RosterMapping
from tracker.db import db, session, transaction
from tracker.frameworks.corrections import queries as corrections_queries
from tracker.models import Deputy, Job, JobPart, JobPerson, Library, Membership, Person, ReviewItem
from tracker.policy import permissions
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.jobs import JobState
from tracker.rules.core.links import LinkKind
from tracker.rules.core.notices import MailChoice
from tracker.rules.roles import Role

HERE = ("otto", "olaf", "orla", "oda", "opal")
"""Learner, supervisor, coordinator, administrator, operator."""

DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""History is changed under its triggers to fill it; what is asked is asked of both engines in
tests/policy."""


@pytest.fixture
def other(app: Flask, world: World) -> Other:
    """City Library, with something of everything and a canary in each of its texts."""
    with app.app_context():
        for arrange in (
            proposed,
            of_ana,
            leave_out,
            a_mail,
            suggest,
            mail_tried,
            a_merge,
            objection,
            a_planned_move,
        ):
            arrange(world)
        piece(world, reasons={world.statements["technical"][0]: "I did"})
        rate(world, "ben", world.statements["technical"][1], YES)
        endorse(world, "ben", "sue", world.statements["technical"][2], EndorsedAnswer.PARTLY)
        _talk(world)
        _thanked(world)
        people_actions.begin_legal_hold(
            actor(world, "adam"), world.people["ana"], "A letter.", world.now
        )
        links_actions.renew(actor(world, "adam"), world.people["lea"], world.now)
        people_actions.edit(
            actor(world, "adam"), world.people["lea"], "Lea", "lea.b@example.org", world.now
        )
        with transaction() as tx:
            lea, new = world.people["lea"], "lea.d@example.org"
            change = addresses_records.write(tx, lea, "lea.b@example.org", new, world.now)
            links_records.write_mail(
                tx, LinkKind.CONFIRM_ADDRESS, lea, new, world.now, change_id=change.id
            )
            tx.add(
                Deputy(
                    supervisor_id=world.people["sue"],
                    deputy_id=world.people["hugo"],
                    starts_on=world.now.date(),
                    ends_on=world.now.date(),
                    named_at=world.now,
                )
            )
        join(world, "orla", "other", Role.COORDINATOR)
        join(world, "opal", "other", Role.COORDINATOR)
        with transaction() as tx:
            tx.execute(delete(Membership).where(Membership.person_id == world.people["opal"]))
        set_operator(world.email("opal"), True, world.now)
        _file(world)
        _roster(world)
        send(world, YES, learner="otto", reviewer="olaf")
        for name in HERE:
            tell(world, name)
        return apart.mark(world.libraries["city"], world.libraries["other"])


def _file(world: World) -> None:
    """That Cora had made, of Ana."""
    with transaction() as tx:
        arguments = {"record_id": str(world.teams["city"]), "about": "City", "language": "en"}
        job = Job(
            kind="people_of_team",
            person_id=world.people["cora"],
            library_id=world.libraries["city"],
            arguments=arguments | {"query": ""},
            state=JobState.DONE,
            total=1,
            done=1,
            asked_at=world.now,
            next_try_at=world.now,
            ended_at=world.now,
        )
        tx.add(job)
        tx.flush()
        tx.add(JobPart(job_id=job.id, number=0, content=apart.MARK.encode()))
        tx.add(JobPerson(job_id=job.id, person_id=world.people["ana"]))


def _roster(world: World) -> None:
    """That Adam brought in."""
    a_roster(world)
    adam, found = actor(world, "adam"), roster_queries.recent(actor(world, "adam"))[0][0]
    mapping = RosterMapping(found.columns, found.meanings, makes_teams=False)
    roster_actions.choose(adam, found.id, mapping, world.now, remember=True)
    roster_actions.bring_in(adam, found.id, found.plan_digest, world.now)


def _talk(world: World) -> None:
    """Of the two differences one is confirmed, one only chosen, and both have a next step."""
    ana, sue = actor(world, "ana"), actor(world, "sue")
    review_id, items = differing()
    for item_id in items:
        step = "Watch a reference interview."
        differences_actions.add_next_step(
            sue, item_id, ana.person_id, step, world.now.date(), world.now
        )
    sides.confirm(ana, items[0], "partly", "We talked.", world.now)
    choice = Choice(items[1], ChoiceKind.AGREE, "partly", "Perhaps.")
    differences_actions.choose(ana, review_id, [choice], [], world.now)
    with transaction() as tx:
        sign_in_records.begin(tx, ana.person_id, Visit("Firefox", DAY), world.now)


def _thanked(world: World) -> None:
    """By both, in a review of Ben's."""
    review_id = send(world, YES, learner="ben")
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    for name in ("ben", "sue"):
        differences_actions.thank(actor(world, name), review_id, "Thank you.", world.now)


def differing() -> tuple[int, list[int]]:
    found = session().execute(
        select(ReviewItem.review_id, ReviewItem.id)
        .where(ReviewItem.status == ItemStatus.DIFFERS)
        .order_by(ReviewItem.id)
    )
    rows = found.all()
    return rows[0].review_id, [row.id for row in rows]


@pytest.mark.in_ci
def test_every_text_of_the_other_library_holds_a_canary(other: Other) -> None:
    """What it has no row for is named: it is of another kind, or has no words of anybody."""
    tables = db.metadata.tables
    shared = {name for name, keys in other.rows.items() if not keys}
    assert shared == OF_ALL | WITHOUT_ROWS
    unfilled = {
        f"{table.name}.{column.name}"
        for table in tables.values()
        if table.name not in shared
        for column in table.columns
        if apart.is_words(column)
    } - other.filled
    assert unfilled == set()


OF_ALL = {
    "anchors",
    "backup_tests",
    "citations",
    "daily_parts",
    "domains",
    "file_removals",
    "framework_draft_decisions",
    "framework_drafts",
    "frameworks",
    "levels",
    "scale_answers",
    "seals",
    "skill_origins",
    "skills",
    "sources",
    "statements",
    "stored_files",
    "strands",
}
"""Frameworks, and what is there once for the installation."""
WITHOUT_ROWS = {
    "standings",
    "away_periods",
    "counted_outcomes",
    "endorsement_texts",
    "erasures",
    "evidence_erasures",
    "figure_groups",
    "handover_texts",
    "handovers",
    "held_texts",
    "limit_counts",
    "looks",
    "notice_choices",
    "recovery_codes",
    "reset_requests",
    "review_item_evidence",
    "review_messages",
    "round_snapshots",
    "second_readings",
    "sign_in_turns",
    "sensitive_decisions",
    "snapshot_people",
    "submissions",
}
"""All behind the same doors as the reviews and the evidence that are there."""


@pytest.fixture
def crawl(
    app: Flask, world: World, other: Other, sign_in: Callable[[str], Client]
) -> Callable[..., set[tuple[str, str, str]]]:
    return lambda *names, **wanted: apart.found(app, world, other, sign_in, names, **wanted)


@pytest.mark.in_ci
def test_nobody_gets_anything_of_another_library(
    app: Flask, other: Other, crawl: Callable[..., set[tuple[str, str, str]]]
) -> None:
    """But the operator, who sees its name: also where it plans to move to a version that they would
    hide."""
    with app.app_context(), transaction() as tx:
        before = apart.digest(tx, other)
    assert {(name, door, words[:16]) for name, door, words in crawl(*HERE)} == {
        ("opal", door, "libraries-name-1")
        for door in (
            "system.index",
            "system.set_editor",
            "corrections.index",
            "framework_versions.show",  # whose planned move keeps a version from being hidden
        )
    }
    with app.app_context(), transaction() as tx:
        assert apart.digest(tx, other) == before


@pytest.mark.in_ci
def test_the_crawl_finds_what_a_lost_scope_lets_through(
    crawl: Callable[..., set[tuple[str, str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: without the library in the predicates, or in the scope of one list."""
    only = {"wanted": lambda door: door.endpoint in ("admin_people.show", "corrections.index")}
    assert crawl("oda", **only) == set()
    with monkeypatch.context() as patch:
        patch.setattr(corrections_queries, "corrections_closable", lambda _actor: true())
        assert {door for _name, door, _words in crawl("oda", **only)} == {"corrections.index"}
    monkeypatch.setattr(permissions, "same_library", lambda _actor, _subject: True)
    assert {door for _name, door, _words in crawl("oda", **only)} == {"admin_people.show"}


@pytest.mark.in_ci
def test_no_mail_of_one_library_holds_anything_of_another(
    app: Flask, world: World, other: Other
) -> None:
    with app.app_context(), mail_server() as inbox:
        wants(world, MailChoice.EACH, *HERE)
        deliver(inbox, world.now)
        by_library: dict[bool, list[str]] = {True: [], False: []}
        for message in inbox.messages:
            by_library[MARK in str(message["To"])].append(message.as_string())
    assert len(by_library[False]) >= len(HERE) - 1
    assert by_library[True], "mail of the other library goes out as well"
    assert not any(MARK in text for text in by_library[False])


def test_an_address_and_a_name_are_refused_in_the_same_words(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    """Whether it is somebody of one's own library or of another."""
    oda = sign_in(world.email("oda"))
    pages = [
        oda.post("/admin/people", {"name": "New", "email": world.email(name)})
        for name in ("otto", "ana")
    ]
    own, others = (
        page.text.replace(world.email(name), "")
        for page, name in zip(pages, ("otto", "ana"), strict=True)
    )
    assert [page.status_code for page in pages] == [422, 422]
    assert "This address can’t be used here." in own
    assert "If it isn’t there, use another address of this person." in own, "what to do"
    assert "already" not in own, "nobody is said to have it"
    assert stable(own) == stable(others)
    with app.app_context(), transaction() as tx:
        assert tx.query(Person).filter_by(name="New").count() == 0
        assert tx.query(Library).count() == 2


def stable(page: str) -> str:
    """Without what is made anew for each page."""
    return "\n".join(
        line for line in page.splitlines() if "csrf_token" not in line and "form_key" not in line
    )
