"""Scripts of random worlds, drawn once for the record: each act is chosen by what is there when it
is drawn, and done at once, so that the next one can be. Over 400 lines, as all acts draw from one
world."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import time_machine
from flask import Flask

from tests.conftest import NOW
from tests.factories.mail_servers import mail_server
from tests.oracle import adapter, next_files
from tests.oracle.adapter import Item, Statement
from tests.oracle.stories import LEARNERS, REVIEWER, Step, Story

ANSWERS = (*["consistently"] * 3, "partly", "not_yet", "not_sure", "not_my_work")
THEIRS = {
    "consistently": "consistently",
    "partly": "partly",
    "not_yet": "not_yet",
    "not_my_work": "not_their_work",
}
GROUNDS = (*("saw_it", "saw_product", "was_told") * 3, "evidence_only")
DAY, MORNING = dt.timedelta(days=1), dt.time(8)
MINUTES = dt.timedelta(minutes=7)
AFTER_ROUND = dt.datetime(2026, 12, 14, 9, 0, tzinfo=dt.UTC)
NEW_YEAR = dt.datetime(2027, 1, 11, 9, 0, tzinfo=dt.UTC)
SPRING = dt.datetime(2027, 3, 15, 9, 0, tzinfo=dt.UTC)


def of(statement: Statement) -> str:
    return f"{{statement {statement.name}}}"


def of_review(item: str) -> str:
    """The review that the item of that name is of."""
    return f"{{review {item.rpartition(', ')[0]}}}"


class Drawing(Story):
    """A story that is made up while it is told. `on`: the version that most people are on."""

    def __init__(self, app: Flask, number: int, *, is_short: bool) -> None:
        super().__init__(app, number, is_short=is_short)
        self.acts = 3 if is_short else 8
        self.chance = random.Random(number)
        self.script: list[Step] = []
        self.texts = 0
        self.on = "1"
        self.at = NOW

    def draw(self) -> list[Step]:
        with time_machine.travel(NOW, tick=False) as self.clock, mail_server() as self.inbox:
            self.begin()
            self.run()
        return self.script

    def step(self, what: str, **more: Any) -> None:
        self.at += MINUTES
        self.script.append({"do": what, "at": self.at.isoformat(), **more})
        self.do(self.script[-1])

    def press(self, who: str, words: str, url: str, data: dict[str, Any]) -> None:
        self.step("act", who=who, words=words, url=url, data=data)

    def text(self, what: str) -> str:
        self.texts += 1
        return f"{what} no. {self.texts}"

    # ---- the parts

    def run(self) -> None:
        second = {
            "team_id": "{team central}",
            "role": "supervisor",
            "starts_on": self.at.date().isoformat(),
        }
        hugo = "/admin/people/{person hugo}/memberships"
        self.press("adam", "lets hugo supervise central", hugo, second)
        for who in LEARNERS:
            self.rate_much(who)
        for who in ("ana", "ben", "sue", "hugo", "cora"):
            mail = self.chance.choice(("each", "each", "daily", "none"))
            self.press(who, f"mails: {mail}", "/account/notices", {"mail": mail})
        early: list[Callable[[], bool]] = [self.show, self.show, self.link, self.leave_out]
        for act in early[2:] if self.is_short else early * 2:
            act()
        for who in self.chance.sample(LEARNERS, 2):
            self.send_to_reviewer(who, self.some_rated(who, 9))
        late: list[Callable[[], bool]] = [self.talk, *[self.except_] * 3, self.hand_on]
        for act in [self.review] * 2 if self.is_short else [*[self.review] * 4, *late]:
            act()
        self.live(self.acts)
        self.look("in the first round")
        is_early = self.chance.random() < 0.5
        if is_early:
            self.step("publish", version="2")
            self.live(self.acts // 2)
        self.until(AFTER_ROUND)
        if not is_early:
            self.step("publish", version="2")
        self.move_on("1", "2")
        self.look("on version 2")
        self.live(self.acts)
        if self.is_short:
            return
        self.until(NEW_YEAR)
        self.open_round("Winter 2027", "2", NEW_YEAR, 40)
        self.live(self.acts)
        self.look("in the second round")
        self.until(SPRING)
        if self.number % 2:
            self.step("publish", version="3")
            self.move_on("2", "3")
            self.live(self.acts // 2)

    def until(self, moment: dt.datetime) -> None:
        self.at = moment
        self.step("daily")

    def look(self, when: str) -> None:
        self.step("glance", when=when, who=self.chance.choice(LEARNERS))

    def open_round(self, name: str, version: str, starts: dt.datetime, days: int) -> None:
        data = {
            "name": name,
            "framework_ids": f"{{framework small {version}}}",
            "starts_on": starts.date().isoformat(),
            "ends_on": (starts.date() + dt.timedelta(days=days)).isoformat(),
        }
        self.press("adam", f"opens {name}", "/admin/rounds", data)

    def move_on(self, before: str, after: str) -> None:
        """All, or somebody and a team first; and back, in some worlds, before anybody answered anew."""
        ends = {"before": before, "after": after}
        if self.chance.random() < 0.5:
            self.step("move", words="ben", **ends, team="", person="ben")
            self.step("move", words="harbour", **ends, team="harbour", person="")
        self.step("move", words="all", **ends, team="", person="")
        if self.number % 3 != 2:
            self.step("move_back", words="all")
            self.look(f"back on version {before}")
            self.step("move", words="all again", **ends, team="", person="")
        self.on = after

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
        self.step("mail")
        self.at = dt.datetime.combine(self.at.date() + DAY, MORNING, dt.UTC)
        self.step("mail")

    def listed(self, who: str) -> list[Statement]:
        """The statements of the version that they are on; few, so that they meet again."""
        with self.app.app_context():
            version = adapter.learns_in(self.email(who), self.at.date())
            assert version is not None
            return adapter.statements(version)

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
                    data |= {f"answer-{of(each)}": answer, f"base_version-{of(each)}": 0}
                    said.append(each.code)
            url = f"/assess/small/{strand}/{domain}/grid"
            self.press(who, f"answers {len(said)} of {domain} on the grid", url, data)

    def rate(self) -> bool:
        who = self.chance.choice(LEARNERS)
        for each in self.chance.sample(self.listed(who), self.chance.randint(1, 4)):
            self.answer(who, each, {"answer": self.chance.choice(ANSWERS)})
        return True

    def answer(self, who: str, each: Statement, data: dict[str, Any]) -> None:
        if self.chance.random() < 0.25:
            data = {
                **data,
                "own_note": self.text("For myself"),
                "reviewer_note": self.text("For you"),
            }
        words = " ".join(str(data[key]) for key in ("answer", "save") if key in data)
        form = {"base_version": f"{{rating {who}, {each.name}}}", **data}
        self.press(who, f"answers {each.code} {words}", f"/statements/{of(each)}/rating", form)

    def some_rated(self, who: str, most: int) -> list[Statement]:
        listed = self.listed(who)
        with self.app.app_context():
            mine = set(adapter.rated(self.email(who)))
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
            "statement": [of(each) for each in chosen],
        }
        data |= {f"reason-{of(each)}": self.text("Why") for each in chosen}
        codes = " ".join(each.code for each in chosen)
        self.press(who, f"shows {title} for {codes}", "/evidence", data)
        return True

    def link(self) -> bool:
        """A piece is linked, taken off, put away, or written anew."""
        who = self.chance.choice(LEARNERS)
        with self.app.app_context():
            pieces = adapter.pieces(self.email(who))
        if not pieces:
            return False
        number = self.chance.randint(1, pieces)
        piece = f"{{evidence {who} {number}}}"
        each = self.chance.choice(self.listed(who))
        what = self.chance.choice(("link", "link", "unlink", "archive", "edit"))
        words = f"evidence {number}: {what} {each.code}"
        if what == "link":
            data = {"evidence_id": piece, "statement_id": of(each), "reason": self.text("Why")}
            self.press(who, words, "/evidence/link", data)
        elif what == "edit":
            data = {"title": self.text("Piece"), "text": "Anew."}
            data["version"] = f"{{evidence-version {who} {number}}}"
            self.press(who, words, f"/evidence/{piece}/edit", data)
        else:
            self.press(who, words, f"/evidence/{piece}/{what}", {"statement_id": of(each)})
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
            "reviewer": f"{{person {reviewer}}}-{{team {team}}}",
            "statements": [of(each) for each in chosen],
            "without_drafts": "y",
        }
        codes = " ".join(each.code for each in chosen)
        self.press(who, f"sends {reviewer} {codes}", "/reviews", data)

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
            review = adapter.Names().reviews[item.review_id]
            all_of_it = [each.id for each in adapter.items() if each.review_id == item.review_id]
        learner, reviewer = (each.partition("@")[0] for each in (item.learner, item.reviewer))
        return learner, reviewer, f"{review}, {all_of_it.index(item.id) + 1}"

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
            self.press(learner, f"withdraws, {name}", f"/reviews/{of_review(name)}/withdraw", {})
            return True
        if waiting and self.chance.random() < 0.1:
            self.press(
                learner, f"takes a week, {name}", f"/reviews/{of_review(name)}/one-more-week", {}
            )
        for item in returned:
            learner, reviewer, name = self.names(item)
            if self.chance.random() < 0.6:
                data = {"text": self.text("At the desk")}
                self.press(
                    learner, f"replies, {name}", f"/review-items/{{item {name}}}/reply", data
                )
            else:
                who = self.chance.choice((learner, reviewer))
                self.press(who, f"drops, {name}", f"/review-items/{{item {name}}}/drop", {})
        for item in waiting:
            self.respond(item)
        with self.app.app_context():
            now = [each for each in adapter.items() if each.review_id == review_id]
        statuses = {each.status for each in now}
        is_ready = "answered" in statuses and not {"waiting", "returned"} & statuses
        if is_ready or self.chance.random() < 0.05:
            url = f"/reviews/{of_review(name)}/reveal"
            version = f"{{review-version {name.rpartition(', ')[0]}}}"
            self.press(reviewer, f"reveals, {name}", url, {"version": version})
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
        data = {"answer": said, "ground": ground, "note": note}
        data["version"] = f"{{item-version {name}}}"
        self.press(reviewer, f"says {said}, {name}", f"/review-items/{{item {name}}}/answer", data)

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
        url = f"/reviews/{of_review(name)}/differences"
        what = self.chance.choice(("agree", "agree", "agree", "apart", "one", "step", "back"))
        if item.status == "kept_apart":
            for who in both:
                self.press(
                    who,
                    f"talks again, {name}",
                    f"/review-items/{{item {name}}}/undo-no-agreement",
                    {},
                )
            return
        if what == "step":
            data = {"text": self.text("Try"), "owner": f"{{person {learner}}}", "due_on": ""}
            data["due_on"] = (self.at.date() + dt.timedelta(days=20)).isoformat()
            self.press(
                both[0], f"next step, {name}", f"/review-items/{{item {name}}}/next-step", data
            )
            return
        if what == "back":
            self.press(
                both[0], f"takes back, {name}", f"/review-items/{{item {name}}}/take-back", {}
            )
            return
        choice = "no_agreement" if what == "apart" else f"agree:{item.theirs}"
        if "not_their_work" in choice:
            choice = "agree:not_my_work"
        for who in both if what == "agree" else both[:1]:
            data = {
                "act": "confirm",
                f"choice-{{item {name}}}": choice,
                f"reason-{{item {name}}}": self.text("We talked"),
            }
            self.press(who, f"{choice}, {name}", url, data)
            if what == "one" and self.chance.random() < 0.5:
                self.press(
                    who, f"takes back, {name}", f"/review-items/{{item {name}}}/take-back", {}
                )

    def given(self) -> tuple[str, str, str] | None:
        """A reviewed rating that stands: whose, by whom, and the item that it is of."""
        with self.app.app_context():
            found = adapter.standing()
            items = {each.id: each for each in adapter.items()}
        return self.names(items[self.chance.choice(found)]) if found else None

    def revoke(self) -> bool:
        given = self.given()
        if given is None:
            return False
        _learner, reviewer, name = given
        url = f"/endorsements/{{endorsement {name}}}/revoke"
        self.press(reviewer, f"revokes, {name}", url, {"reason": self.text("By mistake")})
        return True

    def doubt(self) -> bool:
        """A second opinion of another supervisor."""
        given = self.given()
        if given is None:
            return False
        learner, reviewer, name = given
        url = f"/endorsements/{{endorsement {name}}}/second-reader"
        offered = self.offered(learner, url)
        others = [each for each in offered if f"{{person {reviewer}}}" not in each]
        data = {"reviewer": (others or offered or [""])[0]}
        self.press(learner, f"wants a second opinion, {name}", url, data)
        return True

    def offered(self, who: str, url: str) -> list[str]:
        """Whom the page offers as reviewers."""
        page = self.client(who).http.get(self.found(url)).text
        people = {each: name for name, each in self.world.people.items()}
        teams = {each: name for name, each in self.world.teams.items()}
        found = []
        for value in next_files.offered(page, "reviewer"):
            person, _dash, team = value.partition("-")
            named = f"{{person {people[int(person)]}}}"
            found.append(f"{named}-{{team {teams[int(team)]}}}" if team else named)
        with self.app.app_context():
            self.trail.skip()
        return found

    def hand_on(self) -> bool:
        found = self.items("waiting", "answered")
        if not found:
            return False
        item = self.chance.choice(found)
        _learner, _reviewer, name = self.names(item)
        url = f"/reviews/{of_review(name)}/hand-on"
        offered = self.offered("cora", url)
        if not offered:
            return False
        data = {"reviewer": self.chance.choice(offered), "note": self.text("On leave")}
        self.press("cora", f"hands on, {name}", url, data)
        return True

    def except_(self) -> bool:
        """*Doesn't apply here*: suggested, agreed on by the other side, or withdrawn."""
        with self.app.app_context():
            found = adapter.open_exceptions()
            items = {each.id: each for each in adapter.items()}
        if found and self.chance.random() < 0.6:
            number = self.chance.randrange(len(found))
            item_id, status, proposer = found[number]
            item = items[item_id]
            learner, reviewer, name = self.names(item)
            other = reviewer if proposer == item.learner else learner
            what = "confirm" if status == "proposed" and self.chance.random() < 0.8 else "withdraw"
            data = {} if what == "confirm" else {"reason": self.text("It does")}
            url = f"/review-items/{{item {name}}}/exception/{{exception {name}}}/{what}"
            self.press(other, f"exception: {what}, {name}", url, data)
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
        url = f"/review-items/{{item {name}}}/exception"
        self.press(who, f"exception: suggests, {name}", url, {"reason": self.text("Not here")})
        return True

    def leave_out(self) -> bool:
        """*Not rated here*, or rated again."""
        with self.app.app_context():
            found = adapter.left_out("City Library")
            listed = adapter.statements(adapter.framework_id("small", self.version))
        if found and self.chance.random() < 0.3:
            name = self.chance.choice(found)
            url = f"/admin/not-rated/{{left-out {name}}}/lift"
            self.press("adam", f"lifts {name}", url, {})
            return True
        each = self.chance.choice(listed)
        data = {"statements": [of(each)], "reason": self.text("No such tool")}
        self.press("adam", f"leaves out {each.name}", "/admin/not-rated", data)
        return True

    def decide(self) -> bool:
        """About the sensitive statements, which come with the second version."""
        with self.app.app_context():
            listed = adapter.statements(adapter.framework_id("small", self.version))
        sensitive = [each for each in listed if each.sensitive]
        if not sensitive:
            return False
        said = {each: self.chance.choice(("rate", "leave_out", "ask_hr")) for each in sensitive}
        data = {f"decision_{of(each)}": decision for each, decision in said.items()}
        words = ", ".join(f"{each.name} {decision}" for each, decision in said.items())
        self.press("adam", f"decides: {words}", "/admin/sensitive", data)
        return True

    def use(self) -> bool:
        """A new use statement, which some read."""
        text = self.text("For your development")
        data = {"text": text, "base_version": "{use-statement-version City Library}"}
        if self.chance.random() < 0.8:
            data["opens_statements"] = "y"
        self.press("adam", "publishes a use statement", "/admin/use-statement", data)
        for who in LEARNERS:
            if self.chance.random() < 0.9:
                newest = {"use_statement_id": "{use-statement City Library}"}
                self.press(who, "reads it", "/use-statement", newest)
        return True

    def be_ready(self) -> bool:
        who = self.chance.choice(LEARNERS)
        ready = self.chance.choice(("yes", "no"))
        self.press(who, f"is ready: {ready}", "/profile/ready", {"ready": ready})
        return True

    def retarget(self) -> bool:
        domains = ("communication", "leadership", "technical")
        ranks = {domain: self.chance.choice(("1", "2", "2", "3", "")) for domain in domains}
        data = {"name": "Mid-level"}
        data |= {f"{{target small {self.on} {each}}}": rank for each, rank in ranks.items()}
        url = f"/admin/role-profiles/{{profile Mid-level, small {self.on}}}"
        self.press("adam", f"targets on {self.on}: {ranks}", url, data)
        return True
