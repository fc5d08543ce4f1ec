"""What one sheet says in all, of made records."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.record.sheet.test_rules_words import DAY, PLACE, line, sheet, statement, word
from tracker.record.sheet.rules import (
    LinkedEvidence,
    PointerMove,
    Record,
    SentItem,
    SheetAnswer,
    Side,
)
from tracker.record.sheet.rules_summaries import (
    EndorsedCount,
    SentCounts,
    answered_at,
    came_by,
    changed_since_review,
    endorsed_count,
    evidence_at,
    has_reviewed_side,
    out_for_review,
    retired_skills,
    sent_counts,
)
from tracker.record.workflow.rules import ItemStatus


def at(day: int) -> dt.datetime:
    return DAY + dt.timedelta(days=day)


def item(
    number: int,
    status: ItemStatus = ItemStatus.ENDORSED,
    *,
    statement_id: int = 9,
    round_id: int = 0,
    uuid: str = "u9",
    is_out: bool = False,
) -> SentItem:
    revealed_at = at(number) if status is ItemStatus.ENDORSED else None
    return SentItem(status, at(number), number, statement_id, revealed_at, round_id, uuid, is_out)


class TestSent:
    WORDINGS = {9: "2", 8: "1", 7: "1"}

    def counts(self, record: Record, round_id: int | None = None) -> SentCounts:
        of = sheet(record, statement(9, line(8)), wordings=self.WORDINGS)
        return sent_counts(of, round_id)

    def test_a_statement_counts_once_in_all_versions(self) -> None:
        twice = {
            9: [item(2)],
            8: [item(1, statement_id=8)],
            7: [item(3, statement_id=7, uuid="u7")],
        }
        assert self.counts(Record(1, sent=twice)) == SentCounts(0, 2, 0, 2, at(3))

    def test_what_was_dropped_or_is_of_another_framework_does_not(self) -> None:
        sent = {9: [item(1, ItemStatus.DROPPED)], 5: [item(2, statement_id=5)]}
        assert self.counts(Record(1, sent=sent)) == SentCounts()

    def test_those_of_the_round(self) -> None:
        sent = {
            9: [item(1, ItemStatus.WAITING, round_id=4)],
            8: [item(2, statement_id=8, uuid="u8")],
        }
        assert self.counts(Record(1, sent=sent), 4) == SentCounts(1, 2, 0, 1, at(2))

    def test_of_what_a_reader_may_not_see_they_know_that_it_was_sent(self) -> None:
        record = Record(1, sent={9: [item(1)], 8: [item(2, statement_id=8, uuid="u8")]})
        of = record.as_seen(Side.REVEALED, {9})
        assert self.counts(of) == SentCounts(0, 2, 0, 1, at(2))
        assert self.counts(record.as_seen(None, None)) == SentCounts(0, 2)

    def test_what_counts_later_does_not(self) -> None:
        record = Record(1, sent={9: [item(1)]}, later={9: [word("", 0)]})
        assert self.counts(record) == SentCounts()


def test_what_is_out_is_so_where_it_carries() -> None:
    record = Record(1, sent={8: [item(1, ItemStatus.WAITING, is_out=True)], 7: [item(2)]})
    carried, asked = statement(9, line(8)), statement(6, line(8, carries=False))
    assert out_for_review(sheet(record, carried, asked, statement(7))) == {9}


REVIEWED = SheetAnswer("yes", DAY, 3, of_answer="no")


@pytest.mark.parametrize(
    ("own", "went", "linked", "is_changed"),
    [
        pytest.param("no", (), (), False, id="as it was"),
        pytest.param("yes", (), (), True, id="answered otherwise"),
        pytest.param(None, (), (), True, id="taken back"),
        pytest.param("no", (5,), (5,), False, id="the evidence of then"),
        pytest.param("no", (5,), (), True, id="evidence that went"),
        pytest.param("no", (), (5,), True, id="evidence that came"),
        pytest.param("no", (5,), (6,), True, id="evidence that was changed"),
    ],
)
def test_what_is_not_as_it_was_reviewed(
    own: str | None, went: tuple[int, ...], linked: tuple[int, ...], *, is_changed: bool
) -> None:
    record = Record(
        1,
        {Side.OWN: {9: [word(own, 1)]}, Side.REVIEWED: {8: [REVIEWED]}, Side.REVEALED: {}},
        evidence={9: [LinkedEvidence(each, DAY, False) for each in linked]},
        reviewed_with={(3, each) for each in went},
    )
    found = changed_since_review(sheet(record, statement(1), statement(9, line(8))))
    assert found == ({9} if is_changed else set())


def test_archived_evidence_is_not_shown() -> None:
    evidence = {
        8: [LinkedEvidence(1, at(2), False), LinkedEvidence(2, at(5), True)],
        9: [LinkedEvidence(3, at(1), False)],
    }
    of = sheet(Record(1, evidence=evidence), statement(9, line(8, carries=False)), statement(7))
    assert [evidence_at(of, each) for each in of.lines] == [at(2), None]


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        pytest.param([1], None, id="began on it"),
        pytest.param([5, 1], (5, 1), id="moved to it"),
        pytest.param([1, 5, 1], (5, 1), id="back on it"),
        pytest.param([5, 1, 1], (1, 1), id="the newest"),
    ],
)
def test_by_which_move_they_came(versions: list[int], found: tuple[int, int] | None) -> None:
    moves = [PointerMove(n, each, at(n), at(n), str(each)) for n, each in enumerate(versions)]
    of = came_by(sheet(Record(1, moves=moves), statement(9)))
    assert (of and (of[0].framework_id, of[1].framework_id)) == found


def test_when_they_last_answered() -> None:
    own = {
        9: [word("yes", 1)],
        8: [word(None, 4)],
        5: [SheetAnswer("no", at(9), 1, statement_id=5)],
    }
    own = {
        skill: [each._replace(statement_id=skill) for each in said] for skill, said in own.items()
    }
    wordings = {9: "2", 8: "1"}
    assert answered_at(sheet(Record(1, {Side.OWN: own}), statement(9), wordings=wordings)) == at(4)
    assert answered_at(sheet(Record(1, {Side.OWN: {}}), statement(9))) is None


@pytest.mark.parametrize(
    ("of", "may"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param(
            {"words": {Side.OWN: {8: [SheetAnswer("no", DAY, 1, 8)]}}}, False, id="it became"
        ),
        pytest.param({"noted": {8}, "evidence": {9: ()}}, False, id="all of it is there"),
        pytest.param(
            {"words": {Side.OWN: {7: [SheetAnswer("no", DAY, 1, 7)]}}}, True, id="answered"
        ),
        pytest.param({"noted": {7}}, True, id="noted"),
        pytest.param({"evidence": {7: [LinkedEvidence(1, DAY, True)]}}, True, id="shown"),
    ],
)
def test_what_the_version_has_nothing_for(of: dict[str, object], *, may: bool) -> None:
    record = Record(1, **{"words": {Side.OWN: {}}} | of)  # type: ignore[arg-type]
    wordings = {9: "2", 8: "1", 7: "1"}
    assert bool(retired_skills(sheet(record, statement(9, line(8)), wordings=wordings))) is may


def test_what_is_reviewed_and_by_how_many() -> None:
    """What the library does not rate is not among it."""
    said = {
        1: [word("yes", 1)._replace(who_id=4)],
        2: [word("no", 1)._replace(who_id=4)],
        3: [word("yes", 1)._replace(who_id=5)],
        4: [word("yes", 1)._replace(who_id=6)],
        5: [word(None, 1)],
    }
    record = Record(1, {Side.REVIEWED: said}, left_out={4: [word("", 1)]})
    found = sheet(record, *map(statement, range(1, 7)))
    assert endorsed_count(found) == EndorsedCount(standing=3, met=2, supervisors=2, open=0)
    said[2] = [word("no", 1)._replace(who_id=4, id=-7)]
    found = sheet(replace(record, words={Side.REVIEWED: said}), *map(statement, range(1, 7)))
    assert endorsed_count(found) == EndorsedCount(standing=3, met=2, supervisors=2, open=1)


@pytest.mark.parametrize(
    ("side", "of", "shows"),
    [
        pytest.param(Side.OWN, {}, False, id="nothing reviewed"),
        pytest.param(None, {}, True, id="the reader gets no other side"),
        pytest.param(Side.OWN, {"words": {Side.REVIEWED: {1: [word("no", 1)]}}}, True, id="some"),
        pytest.param(
            Side.OWN,
            {"exceptions": {1: [word("", 1)._replace(place=PLACE)]}},
            True,
            id="one doesn't apply here",
        ),
    ],
)
def test_whether_the_reviewed_side_is_shown(
    side: Side | None, of: dict[str, Any], *, shows: bool
) -> None:
    assert has_reviewed_side(sheet(Record(1, **of), statement(1), side=side)) is shows
