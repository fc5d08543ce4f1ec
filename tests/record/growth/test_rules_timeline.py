"""What happened, day by day, of made sheets."""

import datetime as dt

from tests.record.sheet.test_rules_words import DAY, line, sheet, statement, word
from tracker.record.growth.rules import Happened, Happening, TimelineEntry, timeline
from tracker.record.sheet.rules import PointerMove, Record, SheetAnswer, Side


def at(day: int, hour: int = 0) -> dt.datetime:
    return DAY + dt.timedelta(days=day, hours=hour)


def day_of(moment: dt.datetime) -> dt.date:
    return moment.date()


def told(
    *happenings: Happening,
    own: dict[int, list[SheetAnswer]] | None = None,
    domain_id: int | None = None,
) -> list[TimelineEntry]:
    moves = [PointerMove(1, 5, at(0), at(0), "26.05"), PointerMove(2, 1, at(9), at(8), "27.05")]
    record = Record(1, {Side.OWN: own or {}}, moves=moves, targets={1: {1: 1}})
    of = sheet(record, statement(1), statement(2), statement(9, line(8)))
    return timeline(of, happenings, day_of, domain_id)


MOVED = TimelineEntry(at(9).date(), Happened.MOVED, version="27.05")


def same(skill: int, day: int, ended: int | None = None, status: str = "") -> Happening:
    ended_at = at(ended) if ended is not None else None
    return Happening(Happened.SAME, skill, at(day), "yes", "M. Ortiz", ended_at, status)


def test_answers_of_a_day_are_counted_each_statement_once() -> None:
    rated = [
        Happening(Happened.RATED, skill, at(1, hour)) for skill, hour in ((1, 1), (2, 2), (1, 3))
    ]
    assert told(*rated) == [MOVED, TimelineEntry(at(1).date(), Happened.RATED, 2)]


def test_what_is_cleared_was_never_rated() -> None:
    rated = [Happening(Happened.RATED, skill, at(1)) for skill in (1, 2)]
    own = {1: [word(None, 2)], 2: [word("yes", 2)]}
    assert told(*rated, own=own)[1:] == [TimelineEntry(at(1).date(), Happened.RATED, 1)]


def test_reviews_by_whom() -> None:
    shown = [
        Happening(Happened.REVIEWED, 1, at(2), who="M. Ortiz"),
        Happening(Happened.REVIEWED, 2, at(2), who="M. Ortiz"),
        Happening(Happened.REVIEWED, 9, at(2), who="T. Hale"),
    ]
    found = [
        (each.statements, each.who)
        for each in told(*shown, same(1, 2), same(2, 2), same(9, 2))
        if each.kind is Happened.REVIEWED
    ]
    assert sorted(found) == [(1, "T. Hale"), (2, "M. Ortiz")]


def test_what_was_rated_differently_is_not_reviewed() -> None:
    kinds = {1: Happened.REVIEWED, 2: Happened.REVIEWED, 9: Happened.DIFFERED}
    shown = [Happening(kind, skill, at(2), who="M. Ortiz") for skill, kind in kinds.items()]
    found = {each.kind: each.statements for each in told(*shown, same(1, 2), same(9, 2))}
    assert (found[Happened.REVIEWED], found[Happened.DIFFERED]) == (2, 1)


def test_a_level_is_reached_with_the_last_that_was_needed_and_lost_with_its_reason() -> None:
    found = told(same(1, 2), same(2, 3), same(8, 4, ended=20, status="expired"))
    levels = [each for each in found if each.kind in (Happened.REACHED, Happened.FELL)]
    assert levels == [
        TimelineEntry(at(20).date(), Happened.FELL, domain_id=1, rank=1, because=Happened.EXPIRED),
        TimelineEntry(at(4).date(), Happened.REACHED, domain_id=1, rank=1),
    ]
    assert TimelineEntry(at(20).date(), Happened.EXPIRED, 1, "M. Ortiz") in found


def test_of_one_domain_there_are_no_moves_and_nothing_of_others() -> None:
    others = Happening(Happened.RATED, 77, at(3))
    assert told(others, Happening(Happened.RATED, 8, at(1)), domain_id=1) == [
        TimelineEntry(at(1).date(), Happened.RATED, 1)
    ]
    assert told(others, domain_id=2) == []


def test_of_one_day_a_level_stands_before_what_it_came_by() -> None:
    agreed = same(9, 4)._replace(kind=Happened.AGREED)
    kinds = [each.kind for each in told(same(1, 4), same(2, 4), agreed)]
    assert kinds == [Happened.MOVED, Happened.REACHED, Happened.AGREED]


def test_of_one_day_the_later_move_stands_first() -> None:
    moves = [
        PointerMove(number, framework, at(day), at(day, number), version)
        for number, framework, day, version in (
            (1, 5, 0, "26.05"),
            (2, 1, 9, "27.05"),
            (3, 5, 9, "26.05"),
        )
    ]
    of = sheet(Record(1, {Side.OWN: {}}, moves=moves, targets={1: {1: 1}}), statement(1))
    assert [each.version for each in timeline(of, [], day_of)] == ["26.05", "27.05"]
