"""What stands in a mail of notices: nothing to who may not see it, and no word of an answer."""

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.mail_servers import Inbox
from tests.factories.notices import deliver, mails, tell, text, wants
from tests.factories.ratings import rate
from tests.factories.sides import NO, NOT_MINE, YES, actor, answer_all, ask, item_ids, send
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.notifications.mail.delivered import EVERYBODY, HOUR, MINUTE, addresses
from tests.reviews.act.moves import change
from tracker.db import session, transaction
from tracker.models import Membership, Notice, Person
from tracker.notifications.mail import actions as mail_actions
from tracker.notifications.notices import queries as notices_queries
from tracker.record.workflow.rules import Move
from tracker.reviews.act.rules import Recipient, Tell, Thing
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.notices import LEADS_TO, MailChoice, NoticeKind


def test_who_is_moved_reads_how_many_statements_to_rate_again_and_how_many_count_later(
    context: World, inbox: Inbox
) -> None:
    wants(context, MailChoice.EACH, "ana", "ben")
    asked, same, gone, one, other = context.statements["communication"][:5]
    for statement_id in (asked, same, gone, one):
        rate(context, "ana", statement_id, YES)
    rate(context, "ana", other, NO)
    rate(context, "ben", same, YES)
    version = next_version(
        context,
        reworded={asked: False},
        split={same: False},
        merged={(one, other): True},
        retired={gone},
    )
    carried(context, version)
    assert deliver(inbox, AFTER) == ["sent", "sent"]
    of_ana, of_ben = (
        next(text(inbox, at) for at, who in enumerate(inbox.recipients) if f"{name}@" in who[0])
        for name in ("ana", "ben")
    )
    later = (
        "3 statements are new or changed: you can rate them now, and they count from the next "
        "round. Some levels count other statements now"
    )
    assert (
        "You were moved to Small framework 2. Your ratings came along. 1 statement has changed since "
        f"you rated it: rate it again, about 1 minute. {later}" in " ".join(of_ana.split())
    )
    assert f"Your ratings came along. {later}" in " ".join(of_ben.split())
    assert "1 person you supervise moved to Small framework 2." in of_ana, "Sue, who learns too"
    assert "you supervise" not in of_ben
    carried(context, version, AFTER + HOUR, back=True)
    assert notices_of(context, "ana") == [
        ("Small framework 1", 0, True),
        ("Small framework 2", 1, False),
    ], "as it was when it was told"


def notices_of(world: World, name: str) -> list[tuple[str, int, bool]]:
    found = notices_queries.listed(actor(world, name, AFTER), AFTER.date())
    return [
        (notice.version.framework, notice.version.statements, notice.version.is_back)
        for notice in found.notices
        if notice.version is not None and notice.kind is NoticeKind.VERSION_MOVED
    ]


def leaves(world: World) -> None:
    with transaction() as tx:
        mine = (
            Membership.person_id == world.people["sue"],
            Membership.team_id == world.teams["central"],
        )
        tx.execute(update(Membership).where(*mine).values(ends_on=dt.date(2026, 11, 23)))


def is_disabled(world: World) -> None:
    with transaction() as tx:
        tx.get_one(Person, world.people["sue"]).disabled_at = world.now


def stays(_world: World) -> None:
    pass


@pytest.mark.parametrize("collected", [False, True])
@pytest.mark.parametrize(("change", "sent"), [(leaves, 0), (is_disabled, 0), (stays, 1)])
def test_who_may_not_see_it_any_more_gets_no_mail(
    context: World, inbox: Inbox, now: dt.datetime, change: Any, sent: int, collected: bool
) -> None:
    """Between the act and the mail. The last one is the partner."""
    wants(context, MailChoice.EACH, "sue")
    send(context, YES)
    if collected:
        mail_actions.collect(now)
    change(context)
    deliver(inbox, now)
    assert len(inbox.messages) == sent
    assert {mail.status for mail in mails(context, "sue")} <= {"sent" if sent else "dropped"}


def test_what_may_be_seen_goes_without_what_may_not(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    send(context, YES)
    tell(context, "sue")
    leaves(context)
    assert deliver(inbox, now) == ["sent"]
    assert "Ana" not in text(inbox)
    assert "Some of your reviewed ratings expire soon." in text(inbox)


def test_what_was_taken_back_is_not_mailed(context: World, inbox: Inbox, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue")
    review_id = send(context, YES)
    mail_actions.collect(now)
    review_actions.withdraw(actor(context, "ana"), review_id, now)
    assert deliver(inbox, now) == []
    assert inbox.messages == []


HOSTILE = [
    "Ana\r\nBcc: eve@example.com",
    "Ana\u2028X-Spam: no",
    "https://evil.example/login",
    "evil.example",
    "ana@evil.example",
    "Ana\u202eeve",
    "%(address)s {0} {{7*7}} %s",
    "A" * 200,
    "<b>Ana</b>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(context: World, inbox: Inbox, now: dt.datetime, name: str) -> None:
    wants(context, MailChoice.EACH, "sue")
    with transaction() as tx:
        for person in ("ana", "sue"):
            tx.get_one(Person, context.people[person]).name = name
    send(context, YES)
    assert deliver(inbox, now) == ["sent"]
    (got,) = inbox.messages
    assert inbox.recipients == [["sue@example.org"]]
    assert got.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
        "X-Peer",
        "X-MailFrom",
        "X-RcptTo",
    ]
    body = text(inbox).replace("\r\n", "\n")
    assert len(body.split("\n\n")) == 4, "no line of its own"
    assert "eve@" not in body
    assert "evil.example" not in body
    assert "\u202e" not in body
    assert set(re.findall(r"\w+://[^/\s]+", body)) == {"http://127.0.0.1:8000"}


def test_links_have_the_host_of_the_settings(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "BASE_URL", "https://skills.library.org/tracker")
    wants(context, MailChoice.EACH, "sue")
    review_id = send(context, YES)
    with app.test_request_context("/", headers={"Host": "evil.example"}):
        deliver(inbox, now)
    assert f"https://skills.library.org/tracker/reviews/{review_id}\r\n" in text(inbox)
    assert "evil" not in text(inbox)


def test_an_address_that_is_none_fails_alone(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue", "ben")
    with transaction() as tx:
        tx.get_one(Person, context.people["ben"]).email = "ben@example.org, eve@example.com"
    tell(context, "ben")
    tell(context, "sue")
    assert deliver(inbox, now) == ["failed", "sent"]
    assert addresses(inbox) == ["sue@example.org"]


@pytest.mark.in_ci
def test_a_long_list_is_cut_and_says_so(context: World, inbox: Inbox, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue")
    review_id = send(context, YES)
    with transaction() as tx:
        tx.execute(delete(Notice))
        ids = tx.scalars(select(Person.id).order_by(Person.id)).all()
        for about in ids * 4:
            for kind in NoticeKind:
                tx.add(
                    Notice(
                        person_id=context.people["sue"],
                        kind=kind.value,
                        happening=f"{about}:{len(tx.new)}",
                        review_id=None if kind in LEADS_TO else review_id,
                        about_id=about,
                        happened_at=now,
                        to_mail=True,
                    )
                )
    assert deliver(inbox, now) == ["sent"]
    pages = (
        r"//[^/]+/(?:profile|reviews|readers|account|assess|admin/access|admin/audit|system)\b(?!#)"
    )
    assert len(re.findall(pages, text(inbox))) == 30
    assert f"And {len(EVERYBODY) * len(NoticeKind) - 30} more." in text(inbox)


SAME, DIFFERS, CANNOT = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)


def letters_of(
    world: World, inbox: Inbox, skip: int, own: tuple[Any, ...], said: tuple[ReviewerAnswer, ...]
) -> list[bytes]:
    """All mail of a review from sending to its reveal, without what names the one review and mail:
    the same acts, with these answers on both sides. The first statement is sent back with a
    question."""
    inbox.messages.clear()
    review_id = send(world, *own, skip=skip)
    now = world.now + skip * HOUR
    deliver(inbox, now)
    first = item_ids(review_id)[0]
    ask(actor(world, "sue"), first, "Where?", 1, now)
    deliver(inbox, now)
    review_actions.reply(actor(world, "ana"), first, "There.", now)
    deliver(inbox, now)
    answer_all(world, review_id, *said)
    deliver(inbox, now)
    review_actions.reveal(actor(world, "sue"), review_id, now + MINUTE)
    deliver(inbox, now + MINUTE)
    found = []
    for message in inbox.messages:
        for header in ("Message-ID", "Date", "X-Peer"):
            del message[header]
        found.append(message.as_bytes().replace(f"/reviews/{review_id}".encode(), b"/reviews/N"))
    return found


WORLDS = [
    ((YES, NO), (DIFFERS, SAME)),
    ((NO, NOT_MINE), (SAME, DIFFERS)),
    ((YES, YES), (CANNOT, CANNOT)),
    ((NO, NO), (SAME, CANNOT)),
]


def same_in_both(context: World, inbox: Inbox, own: Any, said: Any) -> None:
    wants(context, MailChoice.EACH, "ana", "sue")
    plain = letters_of(context, inbox, 0, (YES, YES), (SAME, SAME))
    assert len(plain) == 4
    assert letters_of(context, inbox, 2, own, said) == plain


@pytest.mark.in_ci
@pytest.mark.parametrize(("own", "said"), WORLDS)
def test_no_mail_tells_one_answer_from_another(
    context: World, inbox: Inbox, own: Any, said: Any
) -> None:
    same_in_both(context, inbox, own, said)


@pytest.mark.in_ci
def test_a_mail_that_gives_it_away_would_be_found(
    context: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: equal and different told apart."""
    tells = Tell(NoticeKind.DIFFERENCES_DUE_SOON, Recipient.LEARNER)
    for thing in (Thing.ITEM, Thing.REVIEW):
        change(monkeypatch, thing, Move.REVEAL_DIFFERENT, tells=tells)
    with pytest.raises(AssertionError):
        same_in_both(context, inbox, *WORLDS[0])


def test_no_statement_note_or_question_is_in_a_mail(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "ana", "sue")
    letters = letters_of(context, inbox, 0, (YES, YES), (DIFFERS, DIFFERS))
    ids = item_ids(session().scalars(select(Notice.review_id)).first() or 0)
    sides.confirm(actor(context, "ana"), ids[0], EndorsedAnswer.PARTLY, "BECAUSE", now + HOUR)
    day = now.date()
    differences_actions.add_next_step(
        actor(context, "sue"), ids[0], context.people["ana"], "SHADOW", day, now + HOUR
    )
    deliver(inbox, now + 2 * HOUR)
    said = b"".join([*letters, *(message.as_bytes() for message in inbox.messages)])
    for word in (
        b"Where?",
        b"There.",
        b"BECAUSE",
        b"SHADOW",
        b"COM-1",
        b"Communication",
        b"artly",
        b"onsistently",
    ):
        assert word not in said
