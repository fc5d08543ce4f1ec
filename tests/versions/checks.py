"""What must be so after every step, each by its name: it gives what is wrong, in words.
Over 400 lines, as every step asks all of them of what was read once."""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import Context
from difflib import unified_diff
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select

from tests.administration.rounds.test_actions_snapshots import kept
from tests.client import Client, links
from tests.factories.levels import all_cards
from tests.reviews.review_rules import faults
from tests.reviews.test_views_blindness import fetch
from tests.versions import model
from tests.versions.living import HOMES, REVIEWERS, Years
from tests.versions.model import Counts, Placed, Said, Tally, Text, Word
from tests.web.worlds import QuickClient
from tracker.db import session
from tracker.evidence.pieces import queries as pieces_queries
from tracker.frameworks.changes.rules_places import Place
from tracker.frameworks.versions.rules import Voice
from tracker.models import (
    Domain,
    Draft,
    Endorsement,
    Evidence,
    EvidenceLink,
    LevelException,
    NotRatedHere,
    Rating,
    Review,
    ReviewItem,
    RoundFramework,
    RoundSnapshot,
    SensitiveDecision,
    Statement,
    Strand,
)
from tracker.models.record.words import decided
from tracker.notifications.notices import queries as notices_queries
from tracker.queries.asking import ask
from tracker.record.endorsements.rules import ExceptionStatus
from tracker.record.sheet import queries as sheet_queries, rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import Learner, learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.workflow.rules import REVEALED, EndorsementStatus
from tracker.rules import drafts as drafts_rules

Pages = dict[str, str]
Kept = dict[str, str | None]


def read(years: Years, name: str, version: int | None = None) -> Learner:
    """Them as a learner, of the version they are on or, as if they were there, of another."""
    session().rollback()
    found = learner(years.world.people[name], years.now.date(), "drawn")
    assert found is not None
    return found if version is None else dataclasses.replace(found, framework_id=version)


# ---- one skill


def one_skill(years: Years) -> Iterator[str]:
    """Statements are wordings of one skill where the publisher decided so, and nowhere else."""
    rows = session().execute(select(Statement.id, Statement.skill_id)).all()
    pairs = {
        (years.lineage.skill_of[key], skill) for key, skill in rows if key in years.lineage.skill_of
    }
    for side in zip(*pairs, strict=True):
        if len({*side}) != len(pairs):
            yield f"statements and skills {pairs}"


# ---- what counts


def counts(years: Years, name: str, version: int | None = None) -> Iterator[str]:
    """What counts for them is what the model says."""
    me = read(years, name, version)
    placed = _placed(me.framework_id)
    is_, must = _counted(me, placed), model.counts(years.lineage, said(years, name), placed)
    for field in dataclasses.fields(Counts):
        was, wanted = getattr(is_, field.name), getattr(must, field.name)
        if was != wanted:
            yield f"{field.name} of {name} on {me.framework_id}: {was} for {wanted}"
    told = next((notice for notice in _notices(years, name) if notice.version is not None), None)
    if version is not None or told is None or told.version is None:
        return
    then = dataclasses.replace(me, today=told.happened_at.date())
    sheet = sheet_queries.of_learner(then, Side.OWN, None)
    later = {line.statement.id for line in sheet.lines if line.later is not None}
    asked = must.again - must.left_out - later
    if told.version.statements != len(asked):
        yield f"{name} was told to rate {told.version.statements} again, not {len(asked)}"


def _notices(years: Years, name: str) -> Any:
    return notices_queries.listed(years.by(name), years.now.date()).notices


def _placed(framework_id: int) -> Placed:
    rows = session().execute(
        select(Statement.id, Strand.key, Domain.key, Statement.rank)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .where(Statement.framework_id == framework_id)
    )
    return {key: (strand, domain, rank) for key, strand, domain, rank in rows}


def _counted(me: Learner, placed: Placed) -> Counts:
    """As their profile and the pages for rating have it."""
    mine, others = (sheet_queries.of_learner(me, side, None) for side in (Side.OWN, Side.REVEALED))
    own, theirs = (
        sheet_rules_summaries.voices(mine, me.name),
        sheet_rules_summaries.voices(others, me.name),
    )
    cards = all_cards(mine)
    shown = ask(pieces_queries.for_statements(me.person_id, list(placed)))
    library = decided(me.library_id, Statement.framework_id == me.framework_id).c
    decisions = session().execute(
        select(library.statement_id, library.answer).join(
            Statement, Statement.id == library.statement_id
        )
    )
    notes = {card.id: _words(card.own_note, card.reviewer_note) for card in cards}
    found = Counts(
        own={each.id: Word(each.own.key, each.own.at) for each in own if each.own},
        endorsed={
            each.id: Word(each.endorsed.key, each.endorsed.at) for each in own if each.endorsed
        },
        revealed={their.id: Word(their.own.key, their.own.at) for their in theirs if their.own},
        excepted=frozenset(each.id for each in own if each.exception),
        left_out=frozenset(each.id for each in own if each.not_rated_here is not None),
        decided=dict(decisions.all()),
        evidence={key: frozenset(piece["id"] for piece in pieces) for key, pieces in shown.items()},
        notes={key: frozenset(texts) for key, texts in notes.items() if texts},
        again=frozenset(card.id for card in cards if card.earlier),
        tallies={
            "own": _of_sheet(mine, placed),
            "revealed": _of_sheet(others, placed),
            "endorsed": _of_sheet(others, placed, Voice.ENDORSED),
        },
    )
    assert {card.id: Word(card.answer, card.rated_at) for card in cards if card.answer} == found.own
    marks = {card.id: card.endorsement for card in cards if card.endorsement}
    assert {key: Word(mark.answer, mark.at) for key, mark in marks.items()} == found.endorsed
    assert {card.id: card.evidence for card in cards if card.evidence} == {
        key: len(pieces) for key, pieces in found.evidence.items()
    }
    assert others.rated == len(found.revealed.keys() - found.left_out)
    return found


def _words(*texts: str) -> list[str]:
    return " ".join(texts).split()


def _of_sheet(sheet: Sheet, placed: Placed, voice: Voice = Voice.SELF) -> Tally:
    return Counter(
        (*placed[line.statement.id][:2], line.statement.rank, meaning)
        for line in sheet.counted
        if (meaning := sheet.meaning(line, voice)) is not None
    )


def said(years: Years, name: str) -> Said:
    """What stands in the tables, by the model's skills."""
    person = years.world.people[name]
    library = years.world.libraries[HOMES[name]]
    rows = session().execute(select(Statement.skill_id, Statement.id))
    of = {
        skill: years.lineage.skill_of[key] for skill, key in rows if key in years.lineage.skill_of
    }
    found = Said()
    for rating in session().scalars(select(Rating).where(Rating.person_id == person)):
        found.own[of[rating.skill_id]] = Word(rating.answer, rating.rated_at)
        words = frozenset(_words(rating.own_note, rating.reviewer_note))
        found.notes[of[rating.skill_id]] = Text(words, rating.noted_at or rating.rated_at)
    for given in session().scalars(
        select(Endorsement)
        .where(Endorsement.person_id == person)
        .order_by(Endorsement.endorsed_at, Endorsement.id)
    ):
        stands = given.status == EndorsementStatus.IN_FORCE
        word = Word(given.answer if stands else None, given.endorsed_at)
        found.endorsed[of[given.skill_id]] = word
    for item, ended_at in session().execute(
        select(ReviewItem, Review.closed_at)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == person,
            ReviewItem.status.in_(REVEALED),
            Review.closed_at.is_not(None),
        )
        .order_by(Review.closed_at, ReviewItem.id)
    ):
        found.revealed[of[item.skill_id]] = Word(item.learner_answer, ended_at)
    for agreed, strand, domain in session().execute(
        select(LevelException, Strand.key, Domain.key)
        .join(Domain, Domain.id == LevelException.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .where(LevelException.person_id == person, LevelException.status == ExceptionStatus.AGREED)
    ):
        place = strand, domain, agreed.rank
        found.excepted[of[agreed.skill_id], place] = Word("", agreed.proposed_at)
    links = session().execute(
        select(EvidenceLink.skill_id, EvidenceLink.evidence_id)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.person_id == person)
    )
    for skill, piece in links:
        found.links.setdefault(of[skill], set()).add(piece)
    waiting = select(Draft).where(Draft.person_id == person, Draft.form == drafts_rules.RATING)
    for draft in session().scalars(waiting):
        typed = dict(drafts_rules.read(draft.fields) or ())
        found.typed[of[int(draft.subject)]] = Text(
            frozenset(_words(*typed.values())), draft.saved_at
        )
    for out in session().scalars(select(NotRatedHere).where(NotRatedHere.library_id == library)):
        if out.skill_id in of:
            found.left_out[of[out.skill_id]] = Word("", out.set_at)
    for row in session().scalars(
        select(SensitiveDecision).where(SensitiveDecision.library_id == library)
    ):
        if row.skill_id in of:
            found.decided[of[row.skill_id]] = Word(row.decision, row.decided_at or years.now)
    return found


def not_foretold(years: Years, foretold: Counter[Place]) -> Iterator[str]:
    """As many hold another level as the draft said; but where an exception was agreed."""
    session().rollback()
    if session().scalar(select(LevelException.id).limit(1)) is not None:
        return
    before, after = ({name: _held(years, name, of) for name in REVIEWERS} for of in (-2, -1))
    for (*domain, rank), people in foretold.items():
        key = domain[0], domain[1]
        other = sum(
            (before[name].get(key, 0) >= rank) != (after[name].get(key, 0) >= rank)
            for name in REVIEWERS
        )
        if other != people:
            yield f"{people} were to change at {key} {rank}, not {other}"


def _held(years: Years, name: str, version: int) -> dict[tuple[str, str], int]:
    """By section and domain, the reviewed level on that version."""
    me = read(years, name, years.versions[version])
    sheet = sheet_queries.of_learner(me, Side.OWN, None)
    standings = sheet.standings(Voice.ENDORSED)
    return {
        (domain.strand_key, domain.key): standings[domain.id].held_rank for domain in sheet.domains
    }


# ---- pages

OWN_PAGES = re.compile(r"/(profile|assess|statements|evidence|reviews)?(?=[/.?]|$)")
TWICE_ELSEWHERE = re.compile(r"\?|/edit|/erase|/grid|/new|/five|\.pdf")
"""What is on other pages too."""


def pages(app: Flask, years: Years, name: str) -> Pages:
    """All of theirs that their links lead to, as they are now."""
    return fetched(app, years, name, _crawl)


def fetched(app: Flask, years: Years, name: str, get: Callable[[Client], Pages]) -> Pages:
    """By somebody who has read their notices. Without the application context of the services, which
    would leak from page to page."""

    def run() -> Pages:
        client = QuickClient(app)
        client.enter(years.world.email(name))
        client.post("/notices/read", {"newest": str(10**6)}, follow_redirects=True)
        return get(client)

    session().rollback()
    with time_machine.travel(years.tick(), tick=False):
        return Context().run(run)


def _crawl(client: Client) -> Pages:
    found: Pages = {}
    waiting = [("", "/"), ("", WHOLE_PROFILE), ("", "/profile.json"), ("", "/profile.csv")]
    while waiting:
        of, path = waiting.pop()
        is_elsewhere = path != WHOLE_PROFILE and TWICE_ELSEWHERE.search(path)
        if path in found or not OWN_PAGES.match(path) or is_elsewhere:
            continue
        status, to, body = fetch(client, path)
        assert status in (200, 302, 303), f"{of} leads to {path}: {status}"
        found[path] = OF_THE_SIGN_IN.sub("", body)
        further = [*links(body, path, pairs=False), *([to] if to.startswith("/") else [])]
        waiting += [(path, each) for each in further]
    return found


WHOLE_PROFILE = "/profile?months=all"
HAPPENED = re.compile(r'<section class="profile-happened" .*?</section>', re.DOTALL)
OF_THE_SIGN_IN = re.compile(r'data-owner="\w+"')
WORD = re.compile(r"(?:mine|yours|why|piece|seen|where|there)-\w+-\d+")


def unreachable(years: Years, name: str, shown: Pages) -> Iterator[str]:
    """Whatever they wrote, or was written to them, is on a page of theirs; and so is a wording of
    each skill that they answered or that was endorsed."""
    words = {word for body in shown.values() for word in WORD.findall(body)}
    of = said(years, name)
    for what, texts in (("notes", of.notes), ("waiting notes", of.typed)):
        for skill, text in texts.items():
            if lost := text.words - words:
                yield f"{what} of {name} at {_wordings(years, skill)} nowhere: {sorted(lost)}"
    reasons = session().scalars(
        select(EvidenceLink.reason)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.person_id == years.world.people[name])
    )
    if lost := {*reasons} - words:
        yield f"evidence of {name} nowhere: {sorted(lost)}"
    there = {
        years.lineage.skill_of[int(path.split("/")[2])]
        for path in shown
        if path.startswith("/statements/")
    }
    for skill in (of.own.keys() | of.endorsed.keys() | of.links.keys()) - there:
        yield f"no page of {name} leads to one of {_wordings(years, skill)}"


def _wordings(years: Years, skill: int) -> list[int]:
    return [key for key, of in years.lineage.skill_of.items() if of == skill]


LISTED = re.compile(r"<(li|tr|article)\b(?:(?!<\1\b).)*?</\1>|<textarea[^>]*>.*?</textarea>", re.S)


def said_twice(shown: Pages) -> Iterator[str]:
    """In one entry of a list, and in one note, every text stands once; and no list has the same entry
    twice."""
    for path, body in shown.items():
        entries = [each[0] for each in LISTED.finditer(body)]
        for entry in entries:
            words = Counter(WORD.findall(re.sub(r"<[^>]+>", " ", entry)))
            if twice := {word for word, count in words.items() if count > 1}:
                yield f"{path} says twice in one place: {sorted(twice)}"
        telling = Counter(each for each in entries if WORD.search(each))
        if doubled := [each for each, count in telling.items() if count > 1]:
            yield f"{path} has an entry twice: {doubled[0]}"


def not_as_before(before: Pages, after: Pages) -> Iterator[str]:
    """Every page is what it was, but for what says of the move itself. A profile shows the newest
    months, of which a move may be one: all are compared on the page that has them all."""
    for path in sorted({*before, *after}):
        was, is_ = (
            BETWEEN_TAGS.sub(">\n<", _without_moves(each.get(path, ""))) for each in (before, after)
        )
        if path == "/profile":
            was, is_ = HAPPENED.sub("", was), HAPPENED.sub("", is_)
        if was != is_:
            yield f"{path} is not what it was: {_differing(was, is_)}"


def _without_moves(page: str) -> str:
    return OF_MOVES.sub("", EARLIER.sub(r"\1", page))


def _differing(before: str | None, after: str | None) -> list[str]:
    """The first lines that are not the same."""
    lines = ((text or "").splitlines() for text in (before, after))
    return list(unified_diff(*lines, n=0, lineterm=""))[:12]


OF_MOVES = re.compile(
    r'\s*<section class="section" id="version">.*?</section>|<p class="stat-note">Version .*?</p>|'
    r'<p class="stat-note"><a href="[^"]*#version">(?:(?!</p>).)*</p>|'
    r"Made on,.*?\n|"
    r'\s*<h3 class="soft small">[^<]*</h3>\s*<ol class="timeline">(?:\s*<li class="is-moved">'
    r"(?:(?!</li>).)*</li>)+\s*</ol>|"
    r'<li class="is-moved">(?:(?!</li>).)*</li>|'
    r'\s*<p class="soft">Nothing happened here yet.</p>',
    re.DOTALL,
)
"""What says that somebody was moved, and what that changed; and when a file was made."""
EARLIER = re.compile(
    r'<details class="unfold fold-narrow">\s*<summary>\s*Show \d+ earlier months?.*?</summary>'
    r"(.*?)</details>",
    re.DOTALL,
)
"""The months that a phone folds: all but the newest, which may be that of a move."""
BETWEEN_TAGS = re.compile(r">\s*<")
"""A section that is there or not leaves another line break behind."""


# ---- rounds and the record


def rounds_kept() -> Kept:
    session().rollback()
    ids = session().scalars(select(RoundSnapshot.round_id).order_by(RoundSnapshot.round_id))
    return {str(round_id): kept(round_id) for round_id in ids.all()}


def round_files(app: Flask, years: Years) -> Kept:
    """What the coordinator gets of each round of the framework that is kept."""
    of = select(RoundSnapshot.round_id).join(
        RoundFramework, RoundFramework.round_id == RoundSnapshot.round_id
    )
    ids = session().scalars(of.where(RoundFramework.framework_id.in_(years.versions))).all()
    url = f"/teams/{years.world.teams['city']}/gaps.csv?framework=drawn&round="

    def get(client: Client) -> Pages:
        return {path: _told(client, path) for path in [f"{url}{round_id}" for round_id in ids]}

    return {**fetched(app, years, "cora", get)}


def _told(client: Client, path: str) -> str:
    status, _to, body = fetch(client, path)
    assert status == 200, path
    return _without_moves(body)


def changed_rounds(before: Kept, now: Kept) -> Iterator[str]:
    for what, text in before.items():
        if now.get(what) != text:
            yield f"the kept round {what} is not what it was: {_differing(text, now.get(what))}"


def unsound() -> Iterator[str]:
    """The record with its seals, and the rules of reviews."""
    session().rollback()
    yield from faults(session().connection())
