"""Random walks of several people through the pages of their reviews, beside a model of the moves.
Over 400 lines, as a machine of hypothesis is one class."""

from collections.abc import Callable
from itertools import count
from typing import Any

import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from tests.client import Client
from tests.conftest import NOW
from tests.copies import empty
from tests.engines import LONG
from tests.factories.world import make_world
from tests.reviews.review_rules import faults, faults_of_statuses
from tests.reviews.state_model import (
    AGREED,
    CHOSEN_REASON,
    FOR,
    OWN,
    OWN_NOTE,
    REVIEWERS,
    SAID,
    SHEETS_MOST,
    STEP,
    STRANGERS,
    THEIR_NOTE,
    Item,
    Request,
    Sheet,
)
from tests.storage.snapshots import Rows, rows
from tracker.db import db, session, transaction
from tracker.models import Membership, Rating, RatingEntry
from tracker.models.record.words import skill_of
from tracker.record.standings import actions as standings_actions


class ReviewMachine(RuleBasedStateMachine):
    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self.clients: dict[str, Client] = {}
        self.keys = count()
        self.sheets: list[Sheet] = []
        self.standing: dict[int, tuple[int, str]] = {}
        self.steps = 0
        self.clock = time_machine.travel(NOW, tick=False)
        self.moment = self.clock.start()
        self.counted: set[int] = set()
        self.disabled: set[str] = set()
        self.left: set[str] = set()
        self.last: tuple[Request, str, TestResponse] | None = None
        with self.app.app_context():
            empty(db.engine)
            self.world = make_world(NOW)
            self.statements = self.world.statements["communication"][: len(OWN)]
            with transaction() as tx:
                tx.add(
                    Membership(
                        person_id=self.world.people["hugo"],
                        team_id=self.world.teams["central"],
                        role="supervisor",
                        starts_on=NOW.date(),
                    )
                )
                for statement_id, said in zip(self.statements, OWN, strict=True):
                    for kind in (Rating, RatingEntry):
                        more = (
                            {"reviewer_note": f"{OWN_NOTE}-{statement_id}"}
                            if kind is Rating
                            else {}
                        )
                        tx.add(
                            kind(
                                person_id=self.world.people["ana"],
                                skill_id=skill_of(statement_id),
                                statement_id=statement_id,
                                answer=said,
                                basis="rated",
                                version=1,
                                rated_at=NOW,
                                **more,
                            )
                        )
            places = session().execute(
                select(Membership.person_id, Membership.id).where(
                    Membership.team_id == self.world.teams["central"],
                    Membership.role == "supervisor",
                )
            )
            self.memberships = {row.person_id: row.id for row in places}
            db.session.remove()

    def teardown(self) -> None:
        """The whole record is looked at here: it keeps what was done wrong on the way."""
        self.clock.stop()
        with self.app.app_context():
            db.session.remove()
            with db.engine.connect() as connection:
                broken = faults(connection)
            differing = standings_actions.differing(NOW)
            empty(db.engine)
        assert broken == []
        assert differing == []

    # ---- requests
    # ----------------------------------------------------------------------------------------------

    def client(self, who: str) -> Client:
        """Signed in when they first act, and again when they may again."""
        if who not in self.clients:
            self.clients[who] = Client(self.app)
            self.clients[who].sign_in(self.world.email(who))
            self.clients[who].get("/account")
        return self.clients[who]

    def ask(self, request: Request, key: str = "") -> TestResponse:
        """Press the button. The answer and the database are as the model says."""
        client = (
            self.client(request.who)
            if request.who not in self.disabled
            else self.clients[request.who]
        )
        key = key or f"rendered-form-number-{next(self.keys):04}"
        before = self.rows() if request.status >= 400 else None
        self.moment.shift(STEP)
        answer = client.post(request.url, {**request.data, "form_key": key})
        assert answer.status_code == request.status, (request, answer.status_code)
        if before is not None:
            assert self.rows() == before, request
        else:
            request.then()
            self.last = (request, key, answer)
        return answer

    def rows(self) -> Rows:
        """But for the trail, where it stands that somebody was refused."""
        return {
            name: found for name, found in rows(self.app).items() if not name.startswith("audit_")
        }

    def may(self, who: str, sheet: Sheet, move: str) -> int:
        """What the door says, before the question whether the move can be made: 303 where it lets
        them in."""
        if who in self.disabled:
            return 401
        side = (
            "learner"
            if who == "ana"
            else "reviewer"
            if who == sheet.reviewer and who not in self.left
            else ""
        )
        if not side:
            return 404
        return 303 if FOR[move] in (side, "either") else 403

    def request(
        self,
        who: str,
        sheet: Sheet,
        move: str,
        item: Item | None,
        data: dict[str, Any],
        allowed: bool,
        then: Callable[[], None],
    ) -> Request:
        url = f"/reviews/{sheet.id}/{move}" if item is None else f"/review-items/{item.id}/{move}"
        status = self.may(who, sheet, move)
        return Request(who, url, data, 409 if status == 303 and not allowed else status, then)

    def answering(
        self, who: str, sheet: Sheet, item: Item, said: str, stale: bool = False
    ) -> Request:
        note = f"{THEIR_NOTE}-{item.id}"
        version = item.version - 1 if stale else item.version
        data = {"answer": said, "ground": "saw_it", "note": note, "version": version}
        same = (
            item.said == said
            and item.status in ("answered", "not_observed")
            and not item.shown
            and sheet.live
        )

        def then() -> None:
            if not same:
                item.status = "not_observed" if said == "cannot_tell" else "answered"
                item.said, sheet.answered = said, True
                item.version += 1

        return self.request(
            who,
            sheet,
            "answer",
            item,
            data,
            same or (sheet.can(item, "answer") and not stale),
            then,
        )

    def returning(self, who: str, sheet: Sheet, item: Item, stale: bool = False) -> Request:
        version = item.version - 1 if stale else item.version
        data = {"answer": "return", "note": f"Where, {THEIR_NOTE}?", "version": version}

        def then() -> None:
            item.status, item.said = "returned", ""
            item.version += 1

        return self.request(
            who, sheet, "answer", item, data, sheet.can(item, "ask") and not stale, then
        )

    def moving(self, who: str, sheet: Sheet, item: Item, move: str, to: str) -> Request:
        """Reply and drop."""

        def then() -> None:
            item.status = to
            item.version += 1

        data = {"text": "At the desk"} if move == "reply" else {}
        return self.request(who, sheet, move, item, data, sheet.can(item, move), then)

    def difference(
        self, who: str, sheet: Sheet, item: Item, move: str, value: str, then: Callable[[], None]
    ) -> Request:
        """One row of the page of differences, confirmed; chosen, where the move is *choose*."""
        reason = f"{CHOSEN_REASON}-{who}" if move == "choose" else "We talked."
        data = {
            "act": "save" if move == "choose" else "confirm",
            f"choice-{item.id}": value,
            f"reason-{item.id}": reason,
        }
        allowed = sheet.can(item, move)
        return self.request(who, sheet, "differences", None, data, allowed, then)

    def choosing(self, who: str, sheet: Sheet, item: Item, value: str) -> Request:
        def then() -> None:
            item.chosen[who] = value

        return self.difference(who, sheet, item, "choose", value, then)

    def keeping_apart(self, who: str, sheet: Sheet, item: Item) -> Request:
        def then() -> None:
            item.status, item.kept_by = "kept_apart", who
            item.version += 1
            item.chosen = {}

        return self.difference(who, sheet, item, "keep-apart", "no_agreement", then)

    def talking(self, who: str, sheet: Sheet, item: Item) -> Request:
        def then() -> None:
            item.confirmed[who] = ""
            item.chosen.pop(who, None)
            item.version += 1

        return self.difference(who, sheet, item, "talk", "talk", then)

    def taking_back(self, who: str, sheet: Sheet, item: Item) -> Request:
        def then() -> None:
            said = item.confirmed.pop(who)
            item.chosen[who] = f"agree:{said}" if said else "talk"
            item.version += 1

        allowed = sheet.can(item, "take-back") and who in item.confirmed
        return self.request(who, sheet, "take-back", item, {}, allowed, then)

    def undoing(self, who: str, sheet: Sheet, item: Item) -> Request:
        """By whoever did it."""

        def then() -> None:
            item.status = "differs"
            item.version += 1

        allowed = sheet.can(item, "undo-no-agreement") and item.kept_by == who
        return self.request(who, sheet, "undo-no-agreement", item, {}, allowed, then)

    def agreeing(self, who: str, sheet: Sheet, item: Item, said: str) -> Request:
        def then() -> None:
            item.confirmed[who] = said
            item.chosen.pop(who, None)
            item.version += 1
            if (
                set(item.confirmed) == {"ana", sheet.reviewer}
                and len(set(item.confirmed.values())) == 1
            ):
                item.status = "endorsed"
                item.version += 1
                item.chosen, item.said = {}, said

        return self.difference(who, sheet, item, "agree", f"agree:{said}", then)

    def planning(self, who: str, sheet: Sheet, item: Item) -> Request:
        def then() -> None:
            self.steps += 1

        data = {"text": "Shadow Tom", "owner": self.world.people["ana"], "due_on": "2026-12-24"}
        return self.request(who, sheet, "next-step", item, data, sheet.can(item, "next-step"), then)

    def withdrawing(self, who: str, sheet: Sheet) -> Request:
        def then() -> None:
            sheet.withdrawn = True

        return self.request(who, sheet, "withdraw", None, {}, sheet.status == "sent", then)

    def revealing(self, who: str, sheet: Sheet, stale: bool = False) -> Request:
        version = sum(item.version for item in sheet.items) - stale

        def then() -> None:
            for item in sheet.items:
                if item.status == "answered":
                    is_equal = item.said == OWN[item.at]
                    item.status = "endorsed" if is_equal else "differs"
                    item.version += 1
                    sheet.differed |= not is_equal
                item.shown |= item.status in ("endorsed", "differs", "not_observed")

        return self.request(
            who, sheet, "reveal", None, {"version": version}, sheet.can_reveal and not stale, then
        )

    def sending(self, reviewer: str, at: list[int]) -> Request:
        """Not to somebody who left or is disabled, and nothing that is with a reviewer who is still
        there."""
        out = {
            item.at
            for sheet in self.sheets
            if sheet.live
            for item in sheet.items
            if item.status in ("endorsed", "differs", "kept_apart")
            or (not item.settled and sheet.reviewer not in self.left | self.disabled)
        }
        allowed = not out & set(at) and reviewer not in self.left | self.disabled
        data = {
            "reviewer": f"{self.world.people[reviewer]}-{self.world.teams['central']}",
            "statements": [self.statements[each] for each in at],
        }

        def then() -> None:
            with self.app.app_context():
                review_id = session().scalar(text("SELECT max(id) FROM reviews"))
                found = session().execute(
                    text(
                        "SELECT id, statement_id FROM review_items WHERE review_id = :id ORDER BY "
                        "position"
                    ),
                    {"id": review_id},
                )
                items = [Item(row.id, self.statements.index(row.statement_id)) for row in found]
                db.session.remove()
            self.sheets.append(Sheet(int(review_id or 0), reviewer, items))

        status = 401 if "ana" in self.disabled else 303 if allowed else 422
        return Request("ana", "/reviews", data, status, then)

    # ---- what may be drawn
    # -------------------------------------------------------------------------------------

    def of_item(self, sheet: Sheet, item: Item) -> list[Request]:
        found = []
        for who in ("ana", sheet.reviewer):
            found += [self.answering(who, sheet, item, said) for said in SAID]
            found += [
                self.returning(who, sheet, item),
                self.moving(who, sheet, item, "reply", "waiting"),
            ]
            found += [self.moving(who, sheet, item, "drop", "dropped")] * 2
            found += [
                self.keeping_apart(who, sheet, item),
                self.taking_back(who, sheet, item),
                self.undoing(who, sheet, item),
                self.talking(who, sheet, item),
                self.choosing(who, sheet, item, "agree:partly"),
                self.choosing(who, sheet, item, "no_agreement"),
                self.planning(who, sheet, item),
            ]
            theirs = [said for other, said in item.confirmed.items() if other != who and said]
            found += [self.agreeing(who, sheet, item, said) for said in [*AGREED, *theirs * 4]]
        return found

    def of_sheet(self, sheet: Sheet) -> list[Request]:
        return [
            request
            for who in ("ana", sheet.reviewer)
            for request in (self.withdrawing(who, sheet), self.revealing(who, sheet))
        ]

    def moves(self) -> list[Request]:
        few = len(self.sheets) < SHEETS_MOST
        found = [
            self.sending(reviewer, at) for reviewer in REVIEWERS for at in ([0, 1], [2]) if few
        ]
        for sheet in self.sheets:
            found += self.of_sheet(sheet) * 2
            found += [request for item in sheet.items for request in self.of_item(sheet, item)]
        return found

    def known(self, request: Request) -> bool:
        """Whoever is disabled and never signed in has no page to press a button on."""
        return request.who not in self.disabled or request.who in self.clients

    # ---- rules
    # -------------------------------------------------------------------------------------------------

    @initialize(shown=st.booleans())
    def half_the_walks_start_at_the_reveal(self, shown: bool) -> None:
        self.ask(self.sending("sue", [0, 1]))
        if shown:
            for item in self.sheets[0].items:
                self.ask(self.answering("sue", self.sheets[0], item, "partly"))
            self.ask(self.revealing("sue", self.sheets[0]))

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.kinds()))(data)

    def kinds(self) -> list[Callable[[st.DataObject], None]]:
        """Mostly what can be done; whoever is away comes back soon."""
        others = [
            self.from_a_page_that_is_behind,
            self.the_last_one_again,
            self.with_a_forged_id,
            self.a_look,
        ]
        away = [self.somebody_is_disabled_or_back] * (1 + 3 * len(self.disabled))
        leaves = [self.a_supervisor_leaves_or_is_back]
        return (
            [self.a_move_that_can_be_made] * 9
            + [self.a_move_that_cannot] * 3
            + others
            + away
            + leaves
        )

    def a_move_that_can_be_made(self, data: st.DataObject) -> None:
        self.one_of(data, [request for request in self.moves() if request.status == 303])

    def a_move_that_cannot(self, data: st.DataObject) -> None:
        self.one_of(
            data,
            [request for request in self.moves() if request.status != 303 and self.known(request)],
        )

    def one_of(self, data: st.DataObject, requests: list[Request]) -> None:
        """Each kind of move, refused for each reason, as often as another."""
        found: dict[str, list[Request]] = {}
        for request in requests:
            kind = (
                "ask" if request.data.get("answer") == "return" else request.url.rpartition("/")[2]
            )
            for name, value in request.data.items():
                if name.startswith("choice-"):
                    kind = f"{request.data['act']} {value.partition(':')[0]}"
            found.setdefault(f"{kind} {request.status}", []).append(request)
        if found:
            self.ask(data.draw(st.sampled_from(found[data.draw(st.sampled_from(sorted(found)))])))

    def from_a_page_that_is_behind(self, data: st.DataObject) -> None:
        sheet = data.draw(st.sampled_from(self.sheets))
        item = data.draw(st.sampled_from(sheet.items))
        who, said = sheet.reviewer, data.draw(st.sampled_from(SAID))
        late = [
            self.revealing(who, sheet, stale=True),
            self.returning(who, sheet, item, stale=True),
            self.answering(who, sheet, item, said, stale=True),
        ]
        request = data.draw(st.sampled_from(late))
        if self.known(request):
            self.ask(request)

    def the_last_one_again(self, _data: st.DataObject) -> None:
        self.press_again()

    def press_again(self) -> None:
        """The same form with the same key: the same answer, and nothing is done."""
        if self.last is None or self.last[0].who in self.disabled:
            return
        request, key, first = self.last
        before = rows(self.app)
        again = self.client(request.who).post(request.url, {**request.data, "form_key": key})
        assert (again.status_code, again.location) == (first.status_code, first.location)
        other = self.client(request.who).post(
            request.url, {**request.data, "form_key": key, "more": "typed"}
        )
        assert other.status_code == 409
        assert rows(self.app) == before

    def with_a_forged_id(self, data: st.DataObject) -> None:
        """Somebody who has no part in it, or an id of nothing."""
        sheet = data.draw(st.sampled_from(self.sheets))
        who = data.draw(
            st.sampled_from([*STRANGERS, *(each for each in REVIEWERS if each != sheet.reviewer)])
        )
        item = data.draw(st.sampled_from(sheet.items))
        forged = [*self.of_item(sheet, item), *self.of_sheet(sheet)]
        request = data.draw(st.sampled_from(forged))
        if who not in self.disabled:
            self.ask(Request(who, request.url, request.data, 404))
        if self.known(request) and request.who not in self.disabled:
            nowhere = request.url.replace(str(item.id), "2147483647").replace(
                str(sheet.id), "2147483647"
            )
            self.ask(Request(request.who, nowhere, request.data, 404))

    def somebody_is_disabled_or_back(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.disabled) or ("ana", "sue")))
        if who not in self.disabled:
            self.client(who)  # with a page still open
        address = f"/admin/people/{self.world.people[who]}/{'enable' if who in self.disabled else 'disable'}"

        def then() -> None:
            self.disabled ^= {who}
            if who not in self.disabled:
                self.clients.pop(who)

        self.ask(Request("adam", address, {}, 303, then))

    def a_supervisor_leaves_or_is_back(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.left) or REVIEWERS))
        person = self.world.people[who]
        url = f"/admin/memberships/{self.memberships[person]}"
        terms = {
            "team_id": self.world.teams["central"],
            "role": "supervisor",
            "starts_on": "2026-01-05",
            "ends_on": "" if who in self.left else "2026-11-23",
        }
        self.ask(
            Request("adam", url, terms, 303, lambda: self.left.symmetric_difference_update({who}))
        )

    def a_look(self, data: st.DataObject) -> None:
        """What is sealed is on no page of the other side's."""
        sheet = data.draw(st.sampled_from(self.sheets))
        who = data.draw(st.sampled_from(("ana", sheet.reviewer)))
        if who in self.disabled:
            return
        paths = [
            f"/reviews/{sheet.id}",
            f"/reviews/{sheet.id}/differences",
            f"/reviews/{sheet.id}/check",
            "/reviews",
            *(f"/review-items/{item.id}" for item in sheet.items),
        ]
        page = self.client(who).get(data.draw(st.sampled_from(paths)), follow_redirects=True)
        assert page.status_code in (200, 403, 404, 409)
        for item in sheet.items:
            if not item.shown:
                sealed = (
                    f"{THEIR_NOTE}-{item.id}"
                    if who == "ana"
                    else f"{OWN_NOTE}-{self.statements[item.at]}"
                )
                assert sealed not in page.text
        other = sheet.reviewer if who == "ana" else "ana"
        assert f"{CHOSEN_REASON}-{other}" not in page.text

    # ---- what is always so
    # -------------------------------------------------------------------------------------

    def count_what_ended(self) -> None:
        """With the end of a review what it came to stands, all of it."""
        for sheet in self.sheets:
            if sheet.status == "closed" and sheet.id not in self.counted:
                self.counted.add(sheet.id)
                for item in sheet.items:
                    if item.status == "endorsed":
                        self.standing[item.at] = (item.id, item.said)
                    elif item.status == "kept_apart":
                        self.standing.pop(item.at, None)

    @invariant()
    def stands_as_modelled(self) -> None:
        self.count_what_ended()
        with self.app.app_context(), db.engine.connect() as connection:
            found = {
                row.id: (row.status, row.version, row.shown)
                for row in connection.execute(
                    text(
                        "SELECT id, status, version, revealed_at IS NOT NULL AS shown FROM "
                        "review_items"
                    )
                )
            }
            statuses = {
                row.id: row.status
                for row in connection.execute(text("SELECT id, status FROM reviews"))
            }
            endorsed = {
                (row.item_id, row.answer)
                for row in connection.execute(
                    text("SELECT item_id, answer FROM endorsements WHERE status = 'standing'")
                )
            }
            steps = connection.scalar(text("SELECT count(*) FROM training_actions"))
            chosen = {
                (row.item_id, row.person_id, row.kind, row.answer)
                for row in connection.execute(
                    text("SELECT item_id, person_id, kind, answer FROM difference_choices")
                )
            }
            broken = faults_of_statuses(connection)
        assert found == {
            item.id: (item.status, item.version, item.shown)
            for sheet in self.sheets
            for item in sheet.items
        }
        assert statuses == {sheet.id: sheet.status for sheet in self.sheets}
        assert endorsed == set(self.standing.values())
        assert steps == self.steps
        assert chosen == {
            (item.id, self.world.people[who], kind, answer or None)
            for sheet in self.sheets
            for item in sheet.items
            for who, value in item.chosen.items()
            for kind, _colon, answer in [value.partition(":")]
        }
        assert broken == []
        with self.app.app_context():
            standings_actions.count_stale(NOW)
            db.session.remove()


def walk(app: Flask, examples: int = 6 if LONG else 4, steps: int = 30) -> None:
    ReviewMachine.app = app
    run_state_machine_as_test(
        ReviewMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
