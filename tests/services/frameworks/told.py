"""What the product's own queries say of somebody on a version, and what they are to say after a
move: said once more, without the table of origins."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from tests.factories.levels import own_sheet, progress_of
from tests.services.frameworks.random_years import Fate, Years
from tracker.db import session
from tracker.models import (
    Domain,
    Endorsement,
    Evidence,
    EvidenceLink,
    LevelException,
    Rating,
    Review,
    ReviewItem,
    Statement,
)
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.assessment import retired_statements, statement_cards, statement_lines
from tracker.queries.assessment.learners import Learner, learner
from tracker.queries.endorsements import endorsements, exceptions
from tracker.queries.evidence import evidence
from tracker.queries.frameworks.contents import statement_ids
from tracker.queries.profiles import levels, profiles, statement_status
from tracker.queries.record import sheets
from tracker.rules.frameworks.scale import Voice
from tracker.rules.record.words import Side
from tracker.rules.reviews.exceptions import ExceptionStatus
from tracker.rules.reviews.workflow import REVEALED, EndorsementStatus

Said = tuple[str, dt.datetime]
Notes = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """By statement of one version. `again`: what is listed as to be rated again; `later`: what
    counts from the next round."""

    own: Mapping[int, Said]
    notes: Mapping[int, Notes]
    evidence: Mapping[int, frozenset[int]]
    endorsed: Mapping[int, Said]
    revealed: Mapping[int, Said]
    exceptions: frozenset[int]
    left_out: frozenset[int]
    again: frozenset[int]
    later: frozenset[int]


def on(years: Years, name: str, framework_id: int) -> Learner:
    """Them as a learner of that version, whichever they are on now."""
    session().rollback()
    found = learner(years.world.people[name], years.now.date(), "drawn")
    assert found is not None
    return replace(found, framework_id=framework_id)


def told(years: Years, name: str, framework_id: int) -> Told:
    """As their profile, the pages for rating, and their supervisor's page of them have it; the
    pages agree with each other."""
    me = on(years, name, framework_id)
    person_id, library_id = me.person_id, me.library_id
    mine, others = (
        sheets.of_learner(me, side, NO_BLIND_SPOTS) for side in (Side.OWN, Side.REVEALED)
    )
    own, theirs = statement_status.voices(mine, me), statement_status.voices(others, me)
    cards = {each.id: each for each in statement_cards.of_framework(own_sheet(me)).cards}
    left_out = frozenset(each.id for each in own if each.not_rated_here is not None)
    later = frozenset(each.id for each in own if each.later is not None)
    found = Told(
        own={each.id: (each.own.key, each.own.at) for each in own if each.own},
        notes={
            each.id: (each.own_note, each.reviewer_note)
            for each in cards.values()
            if each.own_note or each.reviewer_note
        },
        evidence={
            key: frozenset(piece.id for piece in pieces)
            for key, pieces in evidence.for_statements(person_id, list(cards)).items()
        },
        endorsed={each.id: (each.endorsed.key, each.endorsed.at) for each in own if each.endorsed},
        revealed={each.id: (each.own.key, each.own.at) for each in theirs if each.own},
        exceptions=frozenset(each.id for each in own if each.exception),
        left_out=left_out,
        again=frozenset(key for key, card in cards.items() if card.earlier),
        later=later,
    )
    assert later == {key for key, card in cards.items() if card.later}
    assert {key: card.answer for key, card in cards.items() if card.answer} == {
        key: answer for key, (answer, _at) in found.own.items()
    }
    marks = {key: card.endorsement for key, card in cards.items() if card.endorsement}
    assert {key: (mark.answer, mark.at) for key, mark in marks.items()} == found.endorsed
    assert [each.endorsed for each in theirs] == [each.endorsed for each in own]
    assert progress_of(me).again == len(found.again - left_out - later)
    where = [person_id], framework_id, library_id, me.today
    counts = levels.endorsed_answers(*where, NO_BLIND_SPOTS)
    counted = (found.endorsed.keys() | found.exceptions) - left_out - later
    assert sum(sum(each.values()) for each in counts.values()) == len(counted)
    of_all = exceptions.of_people(*where, NO_BLIND_SPOTS)
    assert frozenset(of_all.get(person_id, ())) == found.exceptions
    of_side = profiles.profile(me, others)
    assert of_side.rated == len(found.revealed.keys() - left_out - later)
    standing = profiles.endorsed_count(mine).standing
    assert standing == len(found.endorsed.keys() - left_out - later)
    return found


def expected(years: Years, name: str, before: Told) -> Told:
    """On the newest version, moved from the one before it, where they were told that."""
    edges = years.edges[-1]
    ids = statement_ids(years.versions[-1]).values()
    parts = {
        key: [old for old, new, carries, _fate in edges if new == key and carries] for key in ids
    }
    origins = {key: [old for old, new, _carries, _fate in edges if new == key] for key in ids}
    own, notes = dict[int, Said](), dict[int, Notes]()
    for key, olds in parts.items():
        said = [before.own[old] for old in olds if old in before.own]
        if olds and len(said) == len(olds) and len({answer for answer, _at in said}) == 1:
            own[key] = said[0][0], max(at for _answer, at in said)
            texts = [before.notes.get(old, ("", "")) for old in olds]
            joined = tuple("\n\n".join(filter(None, side)) for side in zip(*texts, strict=True))
            if any(joined):
                notes[key] = joined[0], joined[1]
    for old, key, carries, fate in edges:
        if carries and fate not in (Fate.SPLIT, Fate.MERGED) and old in before.notes:
            notes[key] = before.notes[old]  # of the same skill, also where its answer is cleared
    left_out = frozenset(
        key for key, olds in origins.items() if olds and before.left_out >= set(olds)
    )
    later = frozenset(key for key, olds in parts.items() if not olds) | {
        key
        for old, key, carries, fate in edges
        if carries and fate not in (Fate.SPLIT, Fate.MERGED) and old in before.later
    }
    person_id = years.world.people[name]
    return Told(
        own=own,
        notes=notes,
        evidence={
            key: frozenset().union(*found)
            for key, olds in origins.items()
            if (found := [before.evidence[old] for old in olds if old in before.evidence])
        },
        endorsed=_through(years, _standing(person_id)),
        revealed=_through(years, _shown(person_id)),
        exceptions=_excepted(years, person_id) - left_out - later,
        left_out=left_out,
        again=frozenset(
            key
            for key in ids
            if key not in own
            and any(old in before.own or old in before.again for old in origins[key])
        ),
        later=later,
    )


def _standing(person_id: int) -> dict[int, Said]:
    rows = session().execute(
        select(Endorsement.statement_id, Endorsement.answer, Endorsement.endorsed_at).where(
            Endorsement.person_id == person_id, Endorsement.status == EndorsementStatus.STANDING
        )
    )
    return {key: (answer, at) for key, answer, at in rows}


def _shown(person_id: int) -> dict[int, Said]:
    rows = session().execute(
        select(ReviewItem.statement_id, ReviewItem.learner_answer, ReviewItem.revealed_at)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.learner_id == person_id, ReviewItem.status.in_(REVEALED))
        .order_by(ReviewItem.revealed_at, ReviewItem.id)
    )
    return {key: (answer, at) for key, answer, at in rows}


def _through(years: Years, words: Mapping[int, Said]) -> dict[int, Said]:
    """Of the newest version's statements: their own word, else what all that carry to them say."""
    befores = _befores(years)

    def word(key: int) -> Said | None:
        if key in words:
            return words[key]
        found = [word(each) for each in befores.get(key, ())]
        said = [each for each in found if each is not None]
        if not found or len(said) < len(found) or len({answer for answer, _at in said}) > 1:
            return None
        return said[0][0], max(at for _answer, at in said)

    ids = statement_ids(years.versions[-1]).values()
    return {key: said for key in ids if (said := word(key)) is not None}


def _befores(years: Years) -> dict[int, list[int]]:
    """By statement, what carries to it of the version before."""
    befores: dict[int, list[int]] = {}
    for edges in years.edges:
        for old, new, carries, _fate in edges:
            if carries:
                befores.setdefault(new, []).append(old)
    return befores


def _excepted(years: Years, person_id: int) -> frozenset[int]:
    """Agreed for all that carry to it, and at the level where the newest was agreed."""
    agreed = session().execute(
        select(
            LevelException.statement_id, LevelException.rank, Domain.key, LevelException.proposed_at
        )
        .join(Domain, Domain.id == LevelException.domain_id)
        .where(
            LevelException.person_id == person_id, LevelException.status == ExceptionStatus.AGREED
        )
    )
    places = {key: (rank, domain, at) for key, rank, domain, at in agreed}
    befores = _befores(years)

    def of(key: int) -> list[int]:
        if key in places:
            return [key]
        return [each for before in befores.get(key, ()) for each in of(before)]

    found = set[int]()
    for key, (_said, newest) in _through(
        years, {key: ("", at) for key, (_rank, _domain, at) in places.items()}
    ).items():
        there = session().get_one(Statement, key)
        domain = session().get_one(Domain, there.domain_id).key
        if any(places[each] == (there.rank, domain, newest) for each in of(key)):
            found.add(key)
    return frozenset(found)


def held(years: Years, name: str, version: int) -> dict[tuple[str, str], int]:
    """By keys of section and domain, the reviewed level on that version."""
    me = on(years, name, years.versions[version])
    sheet = own_sheet(me)
    standings = sheet.standings(Voice.ENDORSED)
    where = [me.person_id], me.framework_id, me.library_id, me.today
    counts = levels.endorsed_answers(*where, NO_BLIND_SPOTS)
    assert standings == levels.standings(sheet.domains, counts, me.person_id, sheet.targets)
    return {(each.strand_key, each.key): standings[each.id].held_rank for each in sheet.domains}


def unreachable(years: Years, name: str) -> Iterator[str]:
    """What they ever said, showed, or had reviewed, and that no page of theirs leads to."""
    me = on(years, name, years.versions[-1])
    cards = {each.id: each for each in statement_cards.of_framework(own_sheet(me)).cards}
    lines = statement_lines.of_framework(me.framework_id)
    retired = [each.id for each in retired_statements.of_learner(me, own_sheet(me))]
    before = {key: [each.id for each in lines.get(key, ())] for key in cards}
    pages = {key: [key, *before[key]] for key in cards}
    for key in (*retired, *(each for olds in before.values() for each in olds)):
        if statement_lines.earlier(key, me) is None:
            yield f"the page of {key}"
        pages.setdefault(key, [key, *(each.id for each in statement_lines.before(key))])
    reached = {each for ids in pages.values() for each in ids}
    given = {each.id for key, ids in pages.items() for each in endorsements.history(me, ids, [key])}
    mine = Endorsement.person_id == me.person_id
    if lost := set(session().scalars(select(Endorsement.id).where(mine))) - given:
        yield f"endorsements {lost}"
    for rating in session().scalars(select(Rating).where(Rating.person_id == me.person_id)).all():
        theirs = session().get_one(Statement, rating.statement_id)
        if theirs.framework_id not in years.versions:
            continue
        if rating.answer is not None and rating.statement_id not in reached:
            yield f"rating of {rating.statement_id}"
        earlier = statement_lines.earlier(rating.statement_id, me)
        texts = (
            (earlier.own_note, earlier.reviewer_note)
            if earlier is not None
            else (cards[rating.statement_id].own_note, cards[rating.statement_id].reviewer_note)
        )
        mine_of_it = rating.own_note, rating.reviewer_note
        if any(mine_of_it) and (texts != mine_of_it or rating.statement_id not in reached):
            yield f"notes at {rating.statement_id}"
    links = session().scalars(
        select(EvidenceLink.statement_id)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.person_id == me.person_id)
    )
    shown = evidence.for_statements(me.person_id, list(reached))
    if lost := set(links) - shown.keys():
        yield f"evidence at {lost}"
