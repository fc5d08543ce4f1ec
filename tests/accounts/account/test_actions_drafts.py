"""What is typed and not sent: its writer's alone, one for each form and subject, and not for
ever."""

import datetime as dt

import pytest

from tests.factories.actors import acting
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import transaction
from tracker.policy.permissions import Actor
from tracker.queries.access import drafts as core_drafts_queries
from tracker.records import drafts as core_drafts_records
from tracker.rules.drafts import DRAFT_MAX, DRAFTS_MAX, KEPT_FOR
from tracker.rules.errors import Conflict, Invalid

REPLY = "reviews.reply"
TEXT = (("text", "On Tuesdays, “mostly”."), ("owner", "3"))
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def ana(context: World) -> Actor:
    return acting(context, "ana")


@pytest.fixture
def sue(context: World) -> Actor:
    return acting(context, "sue")


def kept(actor: Actor) -> dict[tuple[str, str], object]:
    found = core_drafts_queries.all_fields(actor.person_id)
    return {(header.form, header.subject): fields for header, fields in found}


def test_a_draft_is_kept_as_it_is_typed_and_a_later_one_takes_its_place(
    context: World, ana: Actor
) -> None:
    first = account_actions.save_draft(ana, REPLY, "7", (("text", "On"),), context.now)
    assert account_actions.save_draft(ana, REPLY, "7", TEXT, context.now + MINUTE) == first
    account_actions.save_draft(ana, REPLY, "8", (("text", "other"),), context.now)
    assert kept(ana) == {(REPLY, "7"): TEXT, (REPLY, "8"): (("text", "other"),)}
    newest, _other = core_drafts_queries.headers(ana.person_id)
    assert (newest.subject, newest.saved_at) == ("7", context.now + MINUTE)


def test_nothing_typed_keeps_nothing(context: World, ana: Actor) -> None:
    account_actions.save_draft(ana, REPLY, "7", TEXT, context.now)
    assert account_actions.save_draft(ana, REPLY, "7", (), context.now) is None
    assert kept(ana) == {}


def test_a_draft_is_its_writers_alone(context: World, ana: Actor, sue: Actor) -> None:
    draft_id = account_actions.save_draft(ana, REPLY, "7", TEXT, context.now)
    assert draft_id is not None
    account_actions.save_draft(sue, REPLY, "7", (("text", "of Sue"),), context.now)
    assert core_drafts_queries.fields(sue.person_id, draft_id) is None
    assert core_drafts_queries.fields(ana.person_id, draft_id) == TEXT
    account_actions.discard_draft(sue, draft_id)
    assert kept(ana) == {(REPLY, "7"): TEXT}
    account_actions.discard_draft(ana, draft_id)
    assert (kept(ana), kept(sue)) == ({}, {(REPLY, "7"): (("text", "of Sue"),)})


def test_after_thirty_days_it_is_forgotten_and_not_a_moment_before(
    context: World, ana: Actor
) -> None:
    account_actions.save_draft(ana, REPLY, "7", TEXT, context.now)
    account_actions.save_draft(ana, REPLY, "8", TEXT, context.now + MINUTE)
    assert dt.timedelta(days=30) == KEPT_FOR
    assert account_actions.forget_drafts(context.now + KEPT_FOR) == 0
    assert account_actions.forget_drafts(context.now + KEPT_FOR + MINUTE) == 1
    assert list(kept(ana)) == [(REPLY, "8")]


@pytest.mark.in_ci
def test_a_draft_has_its_longest_and_a_person_their_most(context: World, ana: Actor) -> None:
    around = len('[["text", ""]]')
    account_actions.save_draft(
        ana, REPLY, "0", (("text", "x" * (DRAFT_MAX - around)),), context.now
    )
    with pytest.raises(Invalid, match="draft_long"):
        account_actions.save_draft(
            ana, REPLY, "1", (("text", "x" * (DRAFT_MAX - around + 1)),), context.now
        )
    with transaction() as tx:
        for number in range(1, DRAFTS_MAX):
            core_drafts_records.save(tx, ana.person_id, REPLY, str(number), TEXT, context.now)
    with pytest.raises(Conflict, match="drafts_full"):
        account_actions.save_draft(ana, REPLY, str(DRAFTS_MAX), TEXT, context.now)
    account_actions.save_draft(ana, REPLY, "5", (("text", "one that is there"),), context.now)
    assert len(kept(ana)) == DRAFTS_MAX


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ((), set()),
        ((REPLY,), {("reviews.next_step", "7")}),
        ((REPLY, ["8"]), {(REPLY, "7"), ("reviews.next_step", "7")}),
    ],
)
def test_drafts_go_with_every_erasure(
    context: World, ana: Actor, sue: Actor, which: tuple[object, ...], left: set[tuple[str, str]]
) -> None:
    for form, subject in ((REPLY, "7"), (REPLY, "8"), ("reviews.next_step", "7")):
        account_actions.save_draft(ana, form, subject, TEXT, context.now)
    account_actions.save_draft(sue, REPLY, "8", TEXT, context.now)
    with transaction() as tx:
        core_drafts_records.delete_drafts(tx, ana.person_id, *which)  # type: ignore[arg-type]
    assert kept(ana).keys() == left
    assert kept(sue).keys() == {(REPLY, "8")}
