"""Random worlds, made through the pages: what people of a library do with a framework over a winter,
while its next versions come out and they are moved to them, and back.

A story is the same on each telling: chance goes by its number, and asks tables only for what pages
show too. What each act left is noted as it goes; a refusal is a fact as well.
"""

import datetime as dt
import random
import re
from collections.abc import Callable
from email.message import Message
from typing import Any

import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import NOW, empty
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver
from tests.factories.world import World, make_world
from tests.oracle import adapter, next_files
from tests.oracle.adapter import Item, Statement
from tests.oracle.facts import lines_of, tidy
from tests.oracle.readings import Facts, Reader, Reading
from tracker.cli.background.work import work
from tracker.db import db
from tracker.services.administration.operators import set_operator

LEARNERS = ("ana", "ben", "lea", "sue")
REVIEWER = {
    "ana": ("sue", "central"),
    "ben": ("sue", "central"),
    "lea": ("hugo", "harbour"),
    "sue": ("ana", "bookmobile"),
}
"""Of each, with the team."""
EVERYBODY = (*LEARNERS, "hugo", "carl", "cora", "adam")
READ_BY = (
    *((reader, learner) for learner, (reader, _team) in REVIEWER.items()),
    ("cora", "ana"),
    ("cora", "lea"),
    ("hugo", "ana"),
)
TEAMS = (("cora", "city"), ("sue", "central"), ("carl", "harbour"), ("ana", "bookmobile"))
ANSWERS = (
    "consistently",
    "consistently",
    "consistently",
    "partly",
    "not_yet",
    "not_sure",
    "not_my_work",
)
THEIRS = {
    "consistently": "consistently",
    "partly": "partly",
    "not_yet": "not_yet",
    "not_my_work": "not_their_work",
}
GROUNDS = (*("saw_it", "saw_product", "was_told") * 3, "evidence_only")
DAY, MORNING = dt.timedelta(days=1), dt.time(8)
SHORT = 10
"""A story with fewer acts in each part is short."""
SHARE = 2
"""Of what each person has a page for each domain of, one in so many is read."""
STEP = dt.timedelta(minutes=7)
AFTER_ROUND = dt.datetime(2026, 12, 14, 9, 0, tzinfo=dt.UTC)
NEW_YEAR = dt.datetime(2027, 1, 11, 9, 0, tzinfo=dt.UTC)
SPRING = dt.datetime(2027, 3, 15, 9, 0, tzinfo=dt.UTC)


def _mail(message: Message) -> str:
    """To whom, and what it says, in one line."""
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    said = re.sub(r"https?://\S+", "(address)", content.decode())
    return tidy(f"{message['To']}: {message['Subject']}: {said}")


class Story:
    """`acts`: how many, in each of its parts; a short one ends on the second version."""

    def __init__(self, app: Flask, number: int, acts: int) -> None:
        self.app = app
        self.number = number
        self.acts = acts
        self.is_short = acts < SHORT
        self.chance = random.Random(number)
        self.facts: Facts = {}
        self.told = 0
        self.clients: dict[tuple[str, dt.date], Reader] = {}
        self.version = "1"
        self.texts = 0
        self.retired: list[dict[str, Any]] = []

    @classmethod
    def tell(cls, app: Flask, number: int, acts: int) -> Facts:
        story = cls(app, number, acts)
        with time_machine.travel(NOW, tick=False) as story.clock, mail_server() as story.inbox:
            with app.app_context():
                empty(db.engine)
                story.world: World = make_world(NOW)
                set_operator(story.email("adam"), True, NOW)
                story.trail = adapter.Trail()
                db.session.remove()
            story.run()
            story.read()
        return story.facts

    # ---- the parts

    def run(self) -> None:
        second = {
            "team_id": self.world.teams["central"],
            "role": "supervisor",
            "starts_on": self.now.date().isoformat(),
        }
        hugo = f"/admin/people/{self.world.people['hugo']}/memberships"
        self.act("adam", "lets hugo supervise central", hugo, second)
        for who in LEARNERS:
            self.rate_much(who)
        for who in ("ana", "ben", "sue", "hugo", "cora"):
            mail = self.chance.choice(("each", "each", "daily", "none"))
            self.act(who, f"mails: {mail}", "/account/notices", {"mail": mail})
        for who in self.chance.sample(LEARNERS, 2):
            self.send_to_reviewer(who, self.some_rated(who, 9))
        for _number in range(2 if self.is_short else 5):
            self.review()
        self.live(self.acts)
        self.glance("in the first round")
        if self.chance.random() < 0.5:
            self.publish("2")
            self.live(self.acts // 2)
        self.until(AFTER_ROUND)
        if self.version == "1":
            self.publish("2")
        self.move("1", "2")
        self.glance("on version 2")
        self.live(self.acts)
        if self.is_short:
            return
        self.until(NEW_YEAR)
        self.new_round("Winter 2027", "2", NEW_YEAR, 40)
        self.live(self.acts)
        self.glance("in the second round")
        self.until(SPRING)
        if self.number % 2:
            self.publish("3")
            self.move("2", "3")
            self.live(self.acts // 2)

    def read(self) -> None:
        self.mail()
        reading = Reading(self.app, self.now.date(), SHARE, self.number)
        with self.app.app_context():
            slug = "small"
            of = adapter.framework_id(slug, self.version)
            domains = list(dict.fromkeys(each.domain for each in adapter.statements(of)))
        if self.is_short:
            reading.share = 3
        for who in EVERYBODY:
            reading.own(self.email(who))
        for reader, learner in READ_BY[:4] if self.is_short else READ_BY:
            reading.of_person(self.email(reader), self.email(learner))
        for reader, team in TEAMS[:1] if self.is_short else TEAMS:
            reading.team(self.email(reader), team, self.world.teams[team], domains)
        reading.library(self.email("adam"), "City Library")
        reading.page(self.email("adam"), "what changed", f"/frameworks/{slug}/changes")
        reading.page(self.email("adam"), "statements.csv", f"/frameworks/{slug}/statements.csv")
        self.facts |= {f"end/{place}": lines for place, lines in reading.facts.items()}

    def glance(self, when: str) -> None:
        """What stands in between, at the moment."""
        of = f"{self.told:03} {when}"
        own = [(who, "profile.json") for who in LEARNERS]
        for who, place in [*own, (self.chance.choice(LEARNERS), "")]:
            self.facts[f"{of}/{who}/{place or 'today'}"] = lines_of(
                self.client(who).http.get(f"/{place}")
            )
        for place in ("gaps.csv", "round.csv"):
            url = f"/teams/{self.world.teams['city']}/{place}"
            self.facts[f"{of}/cora/{place}"] = lines_of(self.client("cora").http.get(url))
        with self.app.app_context():
            self.trail.skip()

    # ---- how somebody acts

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def email(self, who: str) -> str:
        return self.world.email(who)

    def client(self, who: str) -> Reader:
        key = who, self.now.date()
        if key not in self.clients:
            self.clients[key] = Reader(self.app, self.email(who))
            with self.app.app_context():
                self.trail.skip()
        return self.clients[key]

    def note(self, who: str, words: str, answer: TestResponse | None, **options: Any) -> None:
        self.told += 1
        with self.app.app_context():
            left = list(self.trail.left(**options))
        status = "" if answer is None else f": {answer.status_code}"
        self.facts[f"{self.told:03} {who} {words}{status}"] = left

    def act(self, who: str, words: str, url: str, data: dict[str, Any]) -> TestResponse:
        client = self.client(who)
        self.clock.shift(STEP)
        answer = client.post(url, data)
        assert answer.status_code < 500, (words, answer.text)
        self.note(who, words, answer)
        return answer

    def text(self, what: str) -> str:
        self.texts += 1
        return f"{what} no. {self.texts}"

    def until(self, moment: dt.datetime) -> None:
        """The worker does the work of that day, and mails."""
        self.clock.move_to(moment)
        run = self.app.test_cli_runner().invoke
        run(work, ["--clock-is-right"])
        run(work, ["--daily"])
        self.mail()
        self.note("system", f"daily work of {moment.date()}", None)

    def mail(self) -> None:
        """What waits is mailed."""
        before = len(self.inbox.messages)
        with self.app.app_context():
            deliver(self.inbox, self.now)
            db.session.remove()
        self.facts[f"{self.told:03} mails of {self.now:%b %d, %H:%M}"] = sorted(
            map(_mail, self.inbox.messages[before:])
        )

    # ---- what they do

    def live(self, acts: int) -> None:
        kinds: list[Callable[[], bool]] = [
            *[self.rate] * 5,
            *[self.review] * 11,
            *[self.send, self.talk] * 5,
            *[self.except_] * 3,
            *[self.show, self.link, self.doubt, self.clear, self.write, self.hand_on] * 2,
            *[self.leave_out, self.revoke, self.decide, self.use, self.be_ready, self.retarget],
        ]
        for _number in range(acts):
            while not self.chance.choice(kinds)():
                continue
        self.mail()
        self.clock.move_to(dt.datetime.combine(self.now.date() + DAY, MORNING, dt.UTC))
        self.mail()

    def listed(self, who: str) -> list[Statement]:
        """The statements of the version that they are on; few, so that they meet again."""
        with self.app.app_context():
            of = adapter.learns_in(self.email(who), self.now.date())
            assert of is not None
            return adapter.statements(of)

    def rate_much(self, who: str) -> None:
        """On the grid of each domain: most of its statements, mostly met."""
        by_place: dict[tuple[str, str], list[Statement]] = {}
        for each in self.listed(who):
            by_place.setdefault((each.strand, each.domain), []).append(each)
        for (strand, domain), listed in by_place.items():
            data, said = {}, []
            for each in listed:
                if self.chance.random() < 0.7:
                    answer = self.chance.choice((*ANSWERS, "consistently", "consistently"))
                    data |= {f"answer-{each.id}": answer, f"base_version-{each.id}": 0}
                    said.append(each.code)
            url = f"/assess/small/{strand}/{domain}/grid"
            self.act(who, f"answers {len(said)} of {domain} on the grid", url, data)

    def rate(self) -> bool:
        who = self.chance.choice(LEARNERS)
        for each in self.chance.sample(self.listed(who), self.chance.randint(1, 4)):
            self.answer(who, each, {"answer": self.chance.choice(ANSWERS)})
        return True

    def answer(self, who: str, each: Statement, data: dict[str, Any]) -> None:
        with self.app.app_context():
            version = adapter.rating_version(self.email(who), each.id)
        if self.chance.random() < 0.25:
            data = {
                **data,
                "own_note": self.text("For myself"),
                "reviewer_note": self.text("For you"),
            }
        words = " ".join(str(data[key]) for key in ("answer", "save") if key in data)
        form = {"base_version": version, **data}
        self.act(who, f"answers {each.code} {words}", f"/statements/{each.id}/rating", form)

    def some_rated(self, who: str, most: int) -> list[Statement]:
        listed = self.listed(who)
        with self.app.app_context():
            of = adapter.learns_in(self.email(who), self.now.date())
            mine = set(adapter.rated(self.email(who), of or 0))
        rated = [each for each in listed if each.id in mine]
        return self.chance.sample(rated, min(len(rated), most))

    def clear(self) -> bool:
        who = self.chance.choice(LEARNERS)
        for each in self.some_rated(who, 1):
            self.answer(who, each, {"save": "clear"})
            return True
        return False

    def write(self) -> bool:
        who = self.chance.choice(LEARNERS)
        for each in self.some_rated(who, 1):
            data = {
                "save": "notes",
                "own_note": self.text("Mine"),
                "reviewer_note": self.text("Yours"),
            }
            self.answer(who, each, data)
            return True
        return False

    def show(self) -> bool:
        """Evidence, linked at once."""
        who = self.chance.choice(LEARNERS)
        chosen = self.chance.sample(self.listed(who), self.chance.randint(0, 3))
        title = self.text("Piece")
        data: dict[str, Any] = {
            "title": title,
            "text": "What came of it.",
            "done_on": "2026-11-02",
            "statement": [each.id for each in chosen],
        }
        data |= {f"reason-{each.id}": self.text("Why") for each in chosen}
        codes = " ".join(each.code for each in chosen)
        self.act(who, f"shows {title} for {codes}", "/evidence", data)
        return True

    def link(self) -> bool:
        """A piece is linked, taken off, put away, or written anew."""
        who = self.chance.choice(LEARNERS)
        with self.app.app_context():
            pieces = adapter.rows(
                "SELECT e.id, e.version FROM evidence e JOIN people p ON p.id = e.person_id"
                " WHERE p.email = :e ORDER BY e.id",
                e=self.email(who),
            )
        if not pieces:
            return False
        number = self.chance.randrange(len(pieces))
        piece, version = pieces[number]
        each = self.chance.choice(self.listed(who))
        what = self.chance.choice(("link", "link", "unlink", "archive", "edit"))
        words = f"evidence {number + 1}: {what} {each.code}"
        if what == "link":
            data = {"evidence_id": piece, "statement_id": each.id, "reason": self.text("Why")}
            self.act(who, words, "/evidence/link", data)
        elif what == "edit":
            data = {"title": self.text("Piece"), "text": "Anew.", "version": version}
            self.act(who, words, f"/evidence/{piece}/edit", data)
        else:
            self.act(who, words, f"/evidence/{piece}/{what}", {"statement_id": each.id})
        return True

    def send(self) -> bool:
        who = self.chance.choice(LEARNERS)
        chosen = self.some_rated(who, self.chance.randint(1, 5))
        if chosen:
            self.send_to_reviewer(who, chosen)
        return bool(chosen)

    def send_to_reviewer(self, who: str, chosen: list[Statement]) -> None:
        reviewer, team = REVIEWER[who]
        data = {
            "reviewer": f"{self.world.people[reviewer]}-{self.world.teams[team]}",
            "statements": [each.id for each in chosen],
            "without_drafts": "y",
        }
        codes = " ".join(each.code for each in chosen)
        self.act(who, f"sends {reviewer} {codes}", "/reviews", data)

    def items(self, *statuses: str) -> list[Item]:
        with self.app.app_context():
            return [
                each
                for each in adapter.items()
                if each.status in statuses and each.review_status not in ("withdrawn", "closed")
            ]

    def names(self, item: Item) -> tuple[str, str, str]:
        """The learner, the reviewer, and which it is."""
        with self.app.app_context():
            of = adapter.Names().reviews[item.review_id]
            all_of_it = [each.id for each in adapter.items() if each.review_id == item.review_id]
        learner, reviewer = (each.partition("@")[0] for each in (item.learner, item.reviewer))
        return learner, reviewer, f"{of}, item {all_of_it.index(item.id) + 1}"

    def review(self) -> bool:
        """What comes next in a review that is open: it is answered, returned, and revealed."""
        found = self.items("waiting", "returned", "answered", "not_observed")
        if not found:
            return False
        review_id = self.chance.choice(found).review_id
        of_it = [each for each in found if each.review_id == review_id]
        waiting = [each for each in of_it if each.status == "waiting"]
        returned = [each for each in of_it if each.status == "returned"]
        learner, reviewer, name = self.names(of_it[0])
        if waiting and self.chance.random() < 0.04:
            self.act(learner, f"withdraws, {name}", f"/reviews/{review_id}/withdraw", {})
            return True
        if waiting and self.chance.random() < 0.1:
            self.act(learner, f"takes a week, {name}", f"/reviews/{review_id}/one-more-week", {})
        for item in returned:
            learner, reviewer, name = self.names(item)
            if self.chance.random() < 0.6:
                data = {"text": self.text("At the desk")}
                self.act(learner, f"replies, {name}", f"/review-items/{item.id}/reply", data)
            else:
                who = self.chance.choice((learner, reviewer))
                self.act(who, f"drops, {name}", f"/review-items/{item.id}/drop", {})
        for item in waiting:
            self.respond(item)
        with self.app.app_context():
            now = [each for each in adapter.items() if each.review_id == review_id]
        if (
            not {"waiting", "returned"} & {each.status for each in now}
            or self.chance.random() < 0.3
        ):
            version = sum(each.version for each in now)
            url = f"/reviews/{review_id}/reveal"
            self.act(reviewer, f"reveals, {name}", url, {"version": version})
        return True

    def respond(self, item: Item) -> None:
        _learner, reviewer, name = self.names(item)
        drawn = self.chance.random()
        if drawn < 0.1:
            said, note = "return", self.text("Where")
        elif drawn < 0.18:
            said, note = "cannot_tell", ""
        elif drawn < 0.68:
            said, note = THEIRS.get(item.said, "partly"), ""
        else:
            said, note = self.chance.choice(sorted(THEIRS.values())), self.text("Seen")
        ground = "" if said in ("return", "cannot_tell") else self.chance.choice(GROUNDS)
        data = {"answer": said, "ground": ground, "note": note, "version": item.version}
        self.act(reviewer, f"says {said}, {name}", f"/review-items/{item.id}/answer", data)

    def talk(self) -> bool:
        """Over a difference: agreed on by both, by one, kept apart, taken back, with a next step."""
        found = self.items("differs", "kept_apart")
        for item in self.chance.sample(found, min(len(found), self.chance.randint(1, 3))):
            self.settle(item)
        return bool(found)

    def settle(self, item: Item) -> None:
        learner, reviewer, name = self.names(item)
        both = [learner, reviewer]
        self.chance.shuffle(both)
        url = f"/reviews/{item.review_id}/differences"
        what = self.chance.choice(("agree", "agree", "agree", "apart", "one", "step", "back"))
        if item.status == "kept_apart":
            for who in both:
                self.act(
                    who, f"talks again, {name}", f"/review-items/{item.id}/undo-no-agreement", {}
                )
            return
        if what == "step":
            data = {"text": self.text("Try"), "owner": self.world.people[learner], "due_on": ""}
            data["due_on"] = (self.now.date() + dt.timedelta(days=20)).isoformat()
            self.act(both[0], f"next step, {name}", f"/review-items/{item.id}/next-step", data)
            return
        if what == "back":
            self.act(both[0], f"takes back, {name}", f"/review-items/{item.id}/take-back", {})
            return
        choice = "no_agreement" if what == "apart" else f"agree:{item.theirs}"
        if "not_their_work" in choice:
            choice = "agree:not_my_work"
        for who in both if what == "agree" else both[:1]:
            data = {
                "act": "confirm",
                f"choice-{item.id}": choice,
                f"reason-{item.id}": self.text("We talked"),
            }
            self.act(who, f"{choice}, {name}", url, data)

    def revoke(self) -> bool:
        with self.app.app_context():
            found = adapter.standing()
        if not found:
            return False
        number = self.chance.randrange(len(found))
        given, _email, by = found[number]
        data = {"reason": self.text("By mistake")}
        self.act(
            by.partition("@")[0], f"revokes {number + 1}", f"/endorsements/{given}/revoke", data
        )
        return True

    def doubt(self) -> bool:
        """A second opinion of another supervisor."""
        with self.app.app_context():
            found = [each for each in adapter.standing() if each[1] != self.email("hugo")]
        if not found:
            return False
        number = self.chance.randrange(len(found))
        given, whose, _by = found[number]
        who = whose.partition("@")[0]
        other = "hugo" if who != "lea" else "sue"
        url = f"/endorsements/{given}/second-reader"
        page = self.client(who).http.get(url).text
        offered = next_files.offered(page, "reviewer")
        wanted = [each for each in offered if each.startswith(f"{self.world.people[other]}-")]
        data = {"reviewer": (wanted or offered or [""])[0]}
        self.act(who, f"wants a second opinion on {number + 1}", url, data)
        return True

    def hand_on(self) -> bool:
        found = self.items("waiting", "answered")
        if not found:
            return False
        item = self.chance.choice(found)
        _learner, _reviewer, name = self.names(item)
        url = f"/reviews/{item.review_id}/hand-on"
        page = self.client("cora").http.get(url).text
        offered = next_files.offered(page, "reviewer")
        if not offered:
            return False
        data = {"reviewer": self.chance.choice(offered), "note": self.text("On leave")}
        self.act("cora", f"hands on, {name}", url, data)
        return True

    def except_(self) -> bool:
        """*Doesn't apply here*: suggested, agreed on by the other side, or withdrawn."""
        with self.app.app_context():
            found = adapter.open_exceptions()
            items = {each.id: each for each in adapter.items()}
        if found and self.chance.random() < 0.6:
            number = self.chance.randrange(len(found))
            exception_id, item_id, status, proposer = found[number]
            item = items[item_id]
            learner, reviewer, name = self.names(item)
            other = reviewer if proposer == item.learner else learner
            what = "confirm" if status == "proposed" and self.chance.random() < 0.8 else "withdraw"
            data = {} if what == "confirm" else {"reason": self.text("It does")}
            url = f"/review-items/{item_id}/exception/{exception_id}/{what}"
            self.act(other, f"exception: {what}, {name}", url, data)
            return True
        unmet = [
            each
            for each in items.values()
            if each.status in ("endorsed", "differs", "kept_apart")
            and each.theirs in ("not_yet", "partly")
        ]
        if not unmet:
            return False
        item = self.chance.choice(unmet)
        learner, reviewer, name = self.names(item)
        who = self.chance.choice((learner, reviewer))
        url = f"/review-items/{item.id}/exception"
        self.act(who, f"exception: suggests, {name}", url, {"reason": self.text("Not here")})
        return True

    def leave_out(self) -> bool:
        """*Not rated here*, or rated again."""
        with self.app.app_context():
            found = adapter.left_out("City Library")
            listed = adapter.statements(adapter.framework_id("small", self.version))
        if found and self.chance.random() < 0.3:
            number = self.chance.randrange(len(found))
            self.act("adam", f"lifts {number + 1}", f"/admin/not-rated/{found[number]}/lift", {})
            return True
        each = self.chance.choice(listed)
        data = {"statements": [each.id], "reason": self.text("No such tool")}
        self.act("adam", f"leaves out {each.code}", "/admin/not-rated", data)
        return True

    def decide(self) -> bool:
        """About the sensitive statements, which come with the second version."""
        with self.app.app_context():
            listed = adapter.statements(adapter.framework_id("small", self.version))
        sensitive = [each for each in listed if each.sensitive]
        if not sensitive:
            return False
        said = {
            each.code: self.chance.choice(("rate", "leave_out", "ask_hr")) for each in sensitive
        }
        data = {f"decision_{each.id}": said[each.code] for each in sensitive}
        self.act("adam", f"decides {said}", "/admin/sensitive", data)
        return True

    def use(self) -> bool:
        """A new use statement, which some read."""
        with self.app.app_context():
            _key, newest = adapter.newest_use_statement("City Library")
        data = {"text": self.text("For your development"), "base_version": newest}
        if self.chance.random() < 0.8:
            data["opens_statements"] = "y"
        self.act("adam", "publishes a use statement", "/admin/use-statement", data)
        with self.app.app_context():
            key, _newest = adapter.newest_use_statement("City Library")
        for who in LEARNERS:
            if self.chance.random() < 0.9:
                self.act(who, "reads it", "/use-statement", {"use_statement_id": key})
        return True

    def be_ready(self) -> bool:
        who = self.chance.choice(LEARNERS)
        ready = self.chance.choice(("yes", "no"))
        self.act(who, f"is ready: {ready}", "/profile/ready", {"ready": ready})
        return True

    def retarget(self) -> bool:
        with self.app.app_context():
            profiles = adapter.role_profiles("City Library")
            key, label = self.chance.choice(profiles)
            of = adapter.framework_id("small", label.rpartition(" ")[2])
            fields = adapter.target_fields(of)
        ranks = {domain: self.chance.choice(("1", "2", "2", "3", "")) for domain in sorted(fields)}
        data = {"name": "Mid-level"} | {fields[domain]: rank for domain, rank in ranks.items()}
        self.act("adam", f"targets of {label}: {ranks}", f"/admin/role-profiles/{key}", data)
        return True

    # ---- versions and rounds

    def new_round(self, name: str, version: str, starts: dt.datetime, days: int) -> None:
        with self.app.app_context():
            key = adapter.framework_id("small", version)
        data = {
            "name": name,
            "framework_ids": key,
            "starts_on": starts.date().isoformat(),
            "ends_on": (starts.date() + dt.timedelta(days=days)).isoformat(),
        }
        self.act("adam", f"opens {name}", "/admin/rounds", data)

    def publish(self, version: str) -> None:
        """The next version: drafted from a file, decided about, and published on its page."""
        client = self.client("adam")
        pages = next_files.Publishing(client, self.chance, version, self.retired)
        self.clock.shift(STEP)
        answer = pages.upload()
        assert answer.status_code == 303, answer.text
        self.note("adam", f"uploads {version}", answer)
        self.facts[f"{self.told:03} draft"] = pages.page()
        for words, press in (("decides", pages.decide), ("publishes", pages.publish)):
            self.clock.shift(STEP)
            answer = press()
            assert answer.status_code == 303, answer.text
            self.note("adam", f"{words} {version}", answer)
        page = self.facts[f"{self.told:03} published"] = pages.page()
        assert not page[0].startswith("Not done"), page
        self.version = version

    def move(self, before: str, after: str) -> None:
        """All, or a team and somebody first; and back, in some worlds, before anybody answered anew."""
        client = self.client("adam")
        steps: list[tuple[str, dict[str, int | None]]] = [("all", {"team": None, "person": None})]
        if self.chance.random() < 0.5:
            team, person = self.world.teams["harbour"], self.world.people["ben"]
            steps.insert(0, ("harbour", {"team": team, "person": None}))
            steps.insert(0, ("ben", {"team": None, "person": person}))
        for words, scope in steps:
            self.clock.shift(STEP)
            answer = adapter.move(self.app, client, "small", (before, after), **scope)
            self.note("adam", f"moves {words} to {after}", answer, kinds=adapter.BY_MOVING)
            if words == "all" and self.number % 3 != 2:
                self.clock.shift(STEP)
                answer = adapter.move_back(self.app, client)
                self.note("adam", f"moves {words} back", answer, kinds=adapter.BY_MOVING)
                self.glance(f"back on version {before}")
                self.clock.shift(STEP)
                answer = adapter.move(self.app, client, "small", (before, after), **scope)
                self.note("adam", f"moves {words} again", answer, kinds=adapter.BY_MOVING)
