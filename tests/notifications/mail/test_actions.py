"""Mail of notices by real servers: nothing lost, nothing twice, nothing to who may not see it, no
word of an answer."""

import datetime as dt
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from tests.factories import mail_servers
from tests.factories import sending as sides
from tests.factories.actors import acting
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, deliver_one, mails, server, tell, text, told, wants
from tests.factories.ratings import rate
from tests.factories.sending import NO, NOT_MINE, YES, actor, answer_all, ask, item_ids, send
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.reviews.act.moves import change
from tracker.db import session, transaction
from tracker.models import Membership, Notice, NoticeChoice, OutboxMail, Person
from tracker.notifications.mail import actions as outbox
from tracker.notifications.mail import queries
from tracker.notifications.notices import actions as notices
from tracker.notifications.notices import queries as listed
from tracker.record.workflow.rules import Move
from tracker.records.core import outbox as records
from tracker.reviews.act.rules import Recipient, Tell, Thing
from tracker.reviews.differences import actions as differences
from tracker.reviews.review import actions as reviews
from tracker.rules.core.notices import (
    LEADS_TO,
    LEASE,
    MAILED_WITHIN,
    MailChoice,
    MailStatus,
    NoticeKind,
    NoticePage,
)
from tracker.rules.errors import Conflict, Missing

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
EVERYBODY = ("ana", "ben", "sue", "lea", "hugo", "carl", "cora", "otto", "olaf", "adam", "oda")


@pytest.fixture
def now(context: World) -> dt.datetime:
    return context.now


def down() -> Inbox:
    with mail_server() as gone:
        return gone


def addresses(inbox: Inbox) -> list[str]:
    return sorted(address for recipients in inbox.recipients for address in recipients)


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
    found = listed.listed(actor(world, name, AFTER), AFTER.date())
    return [
        (notice.version.framework, notice.version.statements, notice.version.is_back)
        for notice in found.notices
        if notice.version is not None and notice.kind is NoticeKind.VERSION_MOVED
    ]


def test_who_wants_it_at_once_has_it_at_once(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    review_id = send(context, YES)
    assert deliver(inbox, now) == ["sent"]
    (got,) = inbox.messages
    assert (got["To"], got["Subject"]) == ("sue@example.org", "1 notice from Skills Tracker")
    assert text(inbox).replace("\r\n", "\n") == (
        "Hello Sue,\n\n"
        f"Ana sent you statements to review.\nhttp://127.0.0.1:8000/reviews/{review_id}\n\n"
        "All your notices: http://127.0.0.1:8000/notices\n\n"
        "When they come by mail, if at all, you choose here: http://127.0.0.1:8000/account#notices\n"
    )
    assert deliver(inbox, now + DAY) == []


def test_daily_mail_comes_at_seven_and_once_a_day(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    send(context, YES)
    tell(context, "sue", now + MINUTE, "b")
    tomorrow = now.replace(hour=7) + DAY
    assert deliver(inbox, now + HOUR) == deliver(inbox, tomorrow - MINUTE) == []
    tell(context, "sue", tomorrow + MINUTE, "c")
    assert deliver(inbox, tomorrow + 2 * MINUTE) == ["sent"]
    assert inbox.messages[0]["Subject"] == "2 notices from Skills Tracker"
    assert deliver(inbox, tomorrow + HOUR) == deliver(inbox, tomorrow + DAY - MINUTE) == []
    assert deliver(inbox, tomorrow + DAY) == ["sent"]
    assert [mail.digest_on for mail in mails(context, "sue")] == [
        tomorrow.date(),
        (tomorrow + DAY).date(),
    ]


def test_a_daily_mail_that_is_late_keeps_the_next_for_tomorrow(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    tell(context, "sue", now, "a")
    seven = now.replace(hour=7) + DAY
    assert deliver(down(), seven) == ["waiting"]
    tell(context, "sue", seven + MINUTE, "b")
    assert deliver(inbox, seven + DAY) == ["sent"], "yesterday's"
    assert deliver(inbox, seven + DAY + HOUR) == []
    assert deliver(inbox, seven + 2 * DAY) == ["sent"]


def test_who_wants_none_gets_none_and_keeps_the_notices(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.NONE, "sue")
    send(context, YES)
    assert deliver(inbox, now + DAY) == []
    assert told(context, "sue") == ["review_sent"]
    wants(context, MailChoice.EACH, "sue")
    assert deliver(inbox, now + DAY) == [], "what came before the choice is not sent after it"


def test_a_choice_holds_from_the_next_mail_on(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    send(context, YES)
    outbox.collect(now)
    wants(context, MailChoice.NONE, "sue")
    assert deliver_one(inbox, now) is None
    assert [mail.status for mail in mails(context, "sue")] == ["dropped"]


def test_what_was_read_is_not_mailed(context: World, inbox: Inbox, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue", "ana")
    review_id = send(context, YES)
    notices.opened(actor(context, "sue"), [review_id], now)
    tell(context, "ana")
    outbox.collect(now)
    notices.opened(actor(context, "ana"), [NoticePage.PROFILE], now)
    assert deliver(inbox, now) == []
    assert inbox.messages == []


def test_what_nothing_has_mailed_for_weeks_is_not_mailed_any_more(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    tell(context, "sue", now, "old")
    wants(context, MailChoice.EACH, "sue")
    assert deliver(inbox, now + MAILED_WITHIN + MINUTE) == []


def test_a_server_that_is_down_loses_nothing(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, *EVERYBODY)
    for name in EVERYBODY:
        tell(context, name)
    outbox.collect(now)
    gone = down()
    for minutes in (0, 1, 3, 30):
        came = deliver_one(gone, now + minutes * MINUTE)
        assert came is not None
        assert (came.status, came.reason, came.server_fails) == ("waiting", "mail_down", True)
    tell(context, "ana", now + HOUR, "meanwhile")
    assert deliver(inbox, now + 3 * HOUR) == ["sent"] * len(EVERYBODY)
    assert addresses(inbox) == sorted(World.email(name) for name in EVERYBODY)
    assert deliver(inbox, now + 3 * HOUR) == ["sent"], "what came meanwhile, in one more"
    assert deliver(inbox, now + DAY) == []
    assert len({message["Message-ID"] for message in inbox.messages}) == len(EVERYBODY) + 1


def test_a_mail_that_was_not_taken_waits_before_it_is_tried_again(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    assert deliver(down(), now) == ["waiting"]
    assert deliver(inbox, now + 59 * dt.timedelta(seconds=1)) == []
    assert deliver(inbox, now + MINUTE) == ["sent"]


@pytest.mark.parametrize(
    ("said", "status"),
    [("550 5.1.1 No such mailbox", "failed"), ("451 4.7.1 Come back later", "waiting")],
)
def test_what_the_server_refuses(context: World, now: dt.datetime, said: str, status: str) -> None:
    wants(context, MailChoice.EACH, "sue", "ben")
    tell(context, "sue")
    tell(context, "ben")
    with mail_server(refuse=said) as busy:
        assert deliver(busy, now) == [status, status], (
            "one refused address is not the end of the others"
        )
        if status == "failed":
            assert deliver(busy, now + DAY) == []
    (mail,) = mails(context, "sue")
    assert (mail.reason, mail.said) == ("mail_refused", said)
    assert told(context, "sue") == ["endorsement_expiring"]


def test_a_server_that_hangs_up_on_the_text_leaves_it_in_doubt(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have taken it: sent again by itself, it could come twice."""
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")

    async def hang_up(_handler: object, server: Any, *_rest: object) -> str:
        server.transport.abort()
        return "250 OK"

    with monkeypatch.context() as patch:
        patch.setattr(mail_servers._Handler, "handle_DATA", hang_up)
        assert deliver(inbox, now) == ["unsure"]
    assert deliver(inbox, now + DAY) == []


def test_a_server_that_says_no_good_bye_has_it_all_the_same(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_smtp: object) -> None:
        raise TimeoutError

    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    monkeypatch.setattr("smtplib.SMTP.quit", gone)
    assert deliver(inbox, now) == ["sent"]
    assert len(inbox.messages) == 1


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["before sending", "after sending"])
def test_who_dies_at_it_does_not_make_it_come_twice(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def kill(*_arguments: object) -> None:
        raise Killed

    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    with monkeypatch.context() as patch:
        step = (outbox.smtp, "send") if where == "before sending" else (outbox.outbox, "settle")
        patch.setattr(*step, kill)
        with pytest.raises(Killed):
            deliver(inbox, now)
    before = len(inbox.messages)
    assert before == (where == "after sending")
    assert deliver(inbox, now + LEASE) == [], "its worker may still be at it"
    assert deliver(inbox, now + LEASE + MINUTE) == deliver(inbox, now + DAY) == []
    (mail,) = mails(context, "sue")
    assert (mail.status, mail.reason) == ("unsure", "mail_lost")
    outbox.again(acting(context, "adam"), mail.id, now + DAY)
    assert deliver(inbox, now + DAY) == ["sent"]
    assert len(inbox.messages) == before + 1
    assert {message["Message-ID"] for message in inbox.messages} == {f"<{mail.token}@example.org>"}


def test_a_worker_that_was_given_up_and_comes_back_is_believed(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    outbox.collect(now)
    way_out = outbox.smtp.send

    def slow(*arguments: Any) -> None:
        way_out(*arguments)
        outbox.collect(now + LEASE + MINUTE)
        assert [mail.status for mail in mails(context, "sue")] == ["unsure"]

    monkeypatch.setattr(outbox.smtp, "send", slow)
    assert deliver(inbox, now) == ["sent"]
    assert [mail.status for mail in mails(context, "sue")] == ["sent"]


def another_meanwhile(
    app: Flask, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    """What a second worker makes of it while the first hands the mail over."""
    way_out, seen = outbox.smtp.send, []

    def send_while(*arguments: Any) -> None:
        if not seen:
            seen.append("busy")
            with app.app_context():
                seen.append(deliver_one(inbox, now))
        way_out(*arguments)

    monkeypatch.setattr(outbox.smtp, "send", send_while)
    deliver_one(inbox, now)
    return seen[1:]


def test_a_second_worker_finds_nothing_while_the_first_is_at_it(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    outbox.collect(now)
    assert another_meanwhile(app, inbox, now, monkeypatch) == [None]
    assert len(inbox.messages) == 1


def test_without_the_claim_it_would_come_twice(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner of the one before."""
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    outbox.collect(now)
    monkeypatch.setattr(records, "claim", lambda _mail, _now: None)
    assert another_meanwhile(app, inbox, now, monkeypatch) != [None]
    assert len(inbox.messages) == 2


def test_workers_at_once_send_each_mail_once(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, *EVERYBODY)
    for name in EVERYBODY:
        tell(context, name)
        tell(context, name, key="b")
    session().rollback()
    start = threading.Barrier(4)

    def work() -> list[str]:
        with app.app_context():
            start.wait()
            return deliver(inbox, now)

    with ThreadPoolExecutor(4) as pool:
        came = [each.result() for each in [pool.submit(work) for _each in range(4)]]
    assert deliver(inbox, now) == []
    assert Counter(status for each in came for status in each) == {"sent": len(EVERYBODY)}
    assert Counter(addresses(inbox)) == Counter(World.email(name) for name in EVERYBODY)


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
        outbox.collect(now)
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
    outbox.collect(now)
    reviews.withdraw(actor(context, "ana"), review_id, now)
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
    reviews.reply(actor(world, "ana"), first, "There.", now)
    deliver(inbox, now)
    answer_all(world, review_id, *said)
    deliver(inbox, now)
    reviews.reveal(actor(world, "sue"), review_id, now + MINUTE)
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
    differences.add_next_step(
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


def test_the_administrator_sees_the_state_and_no_content(context: World, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue", "ben", "otto")
    for name in ("sue", "ben", "otto"):
        tell(context, name)
    with mail_server(refuse="550 5.1.1 No such mailbox") as busy:
        outbox.collect(now)
        deliver_one(busy, now)
    found = queries.state(acting(context, "adam"))
    counts = {status: count for status, count in found.counts.items() if count}
    assert sum(counts.values()) == 2, "and nothing of another library"
    assert found.oldest_at == now
    assert [(each.status, each.said) for each in found.stuck] == [
        (MailStatus.FAILED, "550 5.1.1 No such mailbox")
    ]


def test_only_what_is_stuck_is_sent_again_and_only_at_home(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    outbox.collect(now)
    (mail,) = mails(context, "sue")
    with pytest.raises(Conflict, match="mail_not_again"):
        outbox.again(acting(context, "adam"), mail.id, now)
    with pytest.raises(Missing):
        outbox.again(acting(context, "oda"), mail.id, now)
    with pytest.raises(Missing):
        outbox.again(acting(context, "sue"), mail.id, now)


def test_after_a_restore_nothing_goes_by_itself(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    outbox.collect(now)
    tell(context, "sue", key="b")
    with transaction() as tx:
        records.doubt_all(tx, now)
    assert deliver(inbox, now + DAY) == []
    (mail,) = mails(context, "sue")
    assert (mail.status, mail.reason) == ("unsure", "mail_restored")
    assert len(told(context, "sue")) == 2


def test_no_transaction_is_open_while_the_server_answers(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")

    def look(*_arguments: object) -> None:
        wants(context, MailChoice.DAILY, "ben")

    monkeypatch.setattr(outbox.smtp, "send", look)
    assert deliver(inbox, now) == ["sent"]
    assert session().scalar(select(func.count()).select_from(NoticeChoice)) == 2


def test_the_outbox_keeps_no_text(context: World, inbox: Inbox, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue")
    send(context, YES)
    deliver(inbox, now)
    kept = session().execute(select(OutboxMail.__table__)).one()
    assert not any("Ana" in str(value) or "sue@" in str(value) for value in kept)
    assert server(inbox).sender == "Skills <skills@example.org>"
