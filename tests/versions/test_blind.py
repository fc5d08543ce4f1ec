"""Two worlds that differ only in what somebody may not see give them the same bytes, on each version:
what is sealed is hidden with all that it was made of, and with all that came of it."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text, update

from tests.client import Client, links
from tests.conftest import NOW
from tests.copies import empty
from tests.engines import LONG
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.sides import NO, PART, YES, item_ids, items, respond
from tests.factories.world import make_world
from tests.reviews.test_views_blindness import fetch
from tests.versions import checks, deeds, living
from tests.versions.checks import Pages
from tests.versions.deeds import SAME_ANSWER
from tests.versions.living import DAY
from tests.versions.plans import Fate, Plan, Year
from tests.versions.test_years import ASKED, CARRIED, RICH
from tracker.db import db, transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import Library
from tracker.record.sheet.rules import Record
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("same_salts")

READERS = ("sue", "hugo", "cora", "ana")
"""Who reviews Ana now, a second reader of what Sue reviewed before, who coordinates, and she herself,
to whom Sue's answers are sealed."""
TOLD = re.compile(
    r"/$|/(profile|statements|reviews|review-items|people|teams|assess|evidence)\b(?!.*[?&](sort|supervisor)=)"
)
SMALL = Plan(
    (((2, 1),),), (Year((), ()), Year(((Fate.SPLIT, CARRIED), (Fate.REWORDED, ASKED)), ()))
)
"""One that goes on in two, two that are asked again, and a new one."""
OWN = (YES, PART, NO)
"""What is said in each world, in turn."""


Stages = dict[str, Pages]


class World:
    """One of the two: what the reader may not see is said otherwise in the second (`number` 1)."""

    def __init__(self, plan: Plan, reader: str, number: int) -> None:
        self.reader, self.number = reader, number
        if db.engine.dialect.name == "postgresql":
            _count_anew()
        self.years = years = living.begun(make_world(NOW), plan)
        join(years.world, "hugo", "central", Role.SUPERVISOR)
        with transaction() as tx:
            tx.execute(update(Library).values(names_to_coordinators=True))
        living.publish(years)

    def lived(self) -> Iterator[str]:
        """At each stage the pages are compared."""
        years = self.years
        world, version, years.world.framework_id = years.world, *years.versions[::-1]
        living.have_a_round(years, days=10)
        world.framework_id = version
        differing = self.first()
        years.now += 20 * DAY
        living.keep_rounds(years)
        living.move(years, 1)
        self.sealed(differing)
        yield "sent"
        for at in range(2, len(years.plan.years)):
            living.publish(years)
            living.move(years, at)
        if len(years.plan.years) > 2:
            yield "on the last version"
        living.move(years, 0)
        yield "back on the first"

    def first(self) -> set[int]:
        """All are rated, shown, and reviewed by Sue. For a second reader half of what goes on in the
        second version is said and endorsed otherwise. Returns the skills of these."""
        years, ids, skill_of = self.years, self.rated_here(), self.years.lineage.skill_of
        lines = [years.lineage.line(skill_of[key]) for key in years.ids()]
        goes_on = [key for key in ids if any(skill_of[key] in line for line in lines)]
        differing = set(goes_on[::2]) if self.reader == "hugo" else set()
        for place, key in enumerate(ids):
            self.rate(key, OWN[(place + self.number * (key in differing)) % 3], f"first-{key}")
        piece(years.world, reasons=dict.fromkeys(ids, "why"))
        review_id = self.send("sue", ids)
        for item in items(review_id):
            self.answer("sue", item.id, SAME_ANSWER[Answer(item.learner_answer)])
        review_actions.reveal(years.by("sue"), review_id, years.now)
        return {skill_of[key] for key in differing}

    def sealed(self, differing: set[int]) -> None:
        """On the second version: half is answered anew and sent, the rest answered and kept to
        herself. To Hugo goes what was made of that which differs, each by itself."""
        years, here = self.years, self.rated_here()
        lineage = years.lineage
        of = {key: lineage.line(lineage.skill_of[key]) & differing for key in here}
        sent = [key for key in here if of[key]] if self.reader == "hugo" else here[::2]
        other = self.number if self.reader != "ana" else 0
        theirs = self.number if self.reader in ("cora", "ana") else 0
        for place, key in enumerate(here):
            self.rate(key, OWN[(place + 1 + other) % 3], f"second-{key}-{other}")
        each_alone = [[key] for key in sent] if self.reader == "hugo" else [sent]
        for together in filter(None, each_alone):
            review_id = self.send(self.reader if self.reader == "hugo" else "sue", together)
            for place, item_id in enumerate(item_ids(review_id)):
                said = (ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET)[(place + theirs) % 2]
                if item_id % 3:
                    by = "hugo" if self.reader == "hugo" else "sue"
                    self.answer(by, item_id, said, f"seen-{theirs}")

    # ---- acts

    def rated_here(self) -> list[int]:
        return sorted(deeds.rated_here(checks.read(self.years, "ana")))

    def rate(self, statement_id: int, answer: Answer, note: str) -> None:
        deeds.save(
            self.years, "ana", statement_id, answer, own_note=f"mine-{note}", reviewer_note=note
        )

    def send(self, to: str, ids: list[int]) -> int:
        years = self.years
        return review_actions.send(years.by("ana"), years.world.people[to], ids, years.now)

    def answer(self, by: str, item_id: int, said: ReviewerAnswer, note: str = "") -> None:
        respond(self.years.by(by), item_id, said, Ground.SAW_IT, note, 1, self.years.now)

    # ---- pages

    def pages(self, app: Flask, like: Pages) -> Pages:
        """All that the links of the first world lead to, and every page of Ana. The statements of
        others, who have said nothing, are seen in `make test-long`."""
        world = self.years.world
        ana, central = (f"/people/{world.people['ana']}", f"/teams/{world.teams['central']}")
        starts = ["/", "/reviews", f"{ana}/profile", f"{ana}/profile.csv", f"{ana}/profile.json"]
        starts += [f"{central}/gaps.csv", f"{central}/gaps?framework=drawn"]
        starts += [f"{ana}/statements/{key}" for key in self.years.lineage.skill_of]
        of_others = re.compile(rf"(?!{ana}/)(/people/\d+)?/statements/|/assess/small|/evidence/new")

        def get(client: Client) -> Pages:
            if like:
                return {path: told(client, path) for path in like}
            found: Pages = {}
            waiting = starts
            while waiting:
                path = waiting.pop()
                if path in found or not TOLD.match(path):
                    continue
                if LONG or not of_others.match(path):
                    found[path] = told(client, path)
                    waiting += links(found[path], path, pairs=False)
            return found

        return checks.fetched(app, self.years, self.reader, get)


def told(client: Client, path: str) -> str:
    status, to, body = fetch(client, path)
    return f"{status} {to} {checks.OF_THE_SIGN_IN.sub('', body)}"


def _count_anew() -> None:
    """Rows have the same ids in both worlds."""
    with transaction() as tx:
        for name in tx.scalars(text("SELECT sequencename FROM pg_sequences")).all():
            tx.execute(text(f'ALTER SEQUENCE "{name}" RESTART'))


def differing(app: Flask, plan: Plan, reader: str) -> dict[str, list[str]]:
    """By stage, the pages by which the reader can tell the two worlds."""
    seen: Stages = {}
    found: dict[str, list[str]] = {}
    for number in (0, 1):
        with app.app_context():
            db.session.remove()
            empty(db.engine)
            world = World(plan, reader, number)
            for stage in world.lived():
                pages = world.pages(app, seen.get(stage, {}))
                before = seen.setdefault(stage, pages)
                assert len(pages) > 10
                if other := [path for path in pages if pages[path] != before[path]]:
                    found[stage] = other
    return found


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize(
    ("plan", "reader"),
    [
        pytest.param(SMALL, "sue", id="sue-small"),  # and all four on one version: test_blindness
        *(pytest.param(RICH, reader, id=reader, marks=pytest.mark.longest) for reader in READERS),
    ],
)
def test_a_reader_cannot_tell(app: Flask, plan: Plan, reader: str) -> None:
    assert differing(app, plan, reader) == {}


@pytest.mark.longest  # of pages that give away what is sealed: test_blindness
def test_what_is_not_hidden_with_its_origins_is_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Record.as_seen
    monkeypatch.setattr(Record, "as_seen", lambda of, side, _hidden: whole(of, side, ()))
    assert differing(app, SMALL, "hugo") != {}
