"""What becomes of the lines of a list: stored, asked about, left, or named as unclear. Never two
for one statement."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from tests.factories.answers import Answer
from tracker.assessment.imports.rules import (
    ASKED,
    NOTHING_TO_DO,
    STORED,
    UNCLEAR,
    ImportLine,
    ImportPlan,
    KnownStatement,
    RatingList,
    Verdict,
    plan,
)
from tracker.rules.delimited import plain
from tracker.rules.texts import NOTE_MAX

TODAY = dt.date(2026, 11, 24)
ANSWERS = {plain(answer.value): answer for answer in Answer}


def known(statement_id: int, code: str, title: str, **changes: object) -> KnownStatement:
    stands: dict[str, object] = {
        "is_rated_here": True,
        "answer": None,
        "version": 0,
        "stored_on": None,
        "given_on": None,
        "own_note": "",
        **changes,
    }
    return KnownStatement(statement_id, statement_id, code, title, **stands)  # type: ignore[arg-type]


def rated(
    statement_id: int, code: str, title: str, stored_on: dt.date = TODAY, **changes: object
) -> KnownStatement:
    return known(
        statement_id,
        code,
        title,
        **{"answer": Answer.PARTLY, "version": 3, "stored_on": stored_on, **changes},
    )


BLANK = known(1, "T-1", "Loans")
OUT = known(2, "T-2", "Personnel", is_rated_here=False)
STANDS = rated(3, "T-3", "Shelving", dt.date(2026, 5, 1), own_note="mine")
TWIN, OTHER_TWIN = known(4, "T-4", "Twins"), known(5, "T-5", "Twins")
ALL = [BLANK, OUT, STANDS, TWIN, OTHER_TWIN]


def line(
    code: str = "",
    answer: str = "partly",
    day: str = "",
    note: str = "",
    title: str = "",
    number: int = 1,
) -> ImportLine:
    return ImportLine(number, code, title, answer, day, note)


def planned(*lines: ImportLine, statements: list[KnownStatement] = ALL) -> ImportPlan:
    return plan(RatingList(lines, ()), statements, ANSWERS, TODAY, "UTC")


def verdict(one: ImportLine, statements: list[KnownStatement] = ALL) -> Verdict:
    return planned(one, statements=statements).lines[0].verdict


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (line("T-1"), Verdict.NEW),
        (line(" t_1 ", "PARTLY"), Verdict.NEW),
        (line("loans", "not-yet"), Verdict.NEW),
        (line(title="T-1"), Verdict.NEW),
        (line("T-1", title="Loans"), Verdict.NEW),
        (line("T-1", title="Loans and more, as I call it"), Verdict.NEW),
        (line("T-4", title="Twins"), Verdict.NEW),
        (line("T-3"), Verdict.SAME),
        (line("T-3", day="2026-05-01", note="mine"), Verdict.SAME),
        (line("T-3", note="more"), Verdict.NOTE),
        (line("T-3", day="2026-06-01"), Verdict.NEWER),
        (line("T-3", "not yet", "2026-05-02"), Verdict.NEWER),
        (line("T-3", "not yet", "2026-05-01"), Verdict.OLDER),
        (line("T-3", "not yet"), Verdict.OLDER),
        (line("T-1", ""), Verdict.EMPTY),
        (line("T-2", " "), Verdict.EMPTY),
        (line("T-2"), Verdict.LEFT_OUT),
        (line(), Verdict.NO_STATEMENT),
        (line(title="Unheard of"), Verdict.UNKNOWN_STATEMENT),
        (line("T-9", title="Unheard of"), Verdict.UNKNOWN_STATEMENT),
        (line("T-1", title="Shelving"), Verdict.TWO_STATEMENTS),
        (line(title="Twins"), Verdict.MANY_STATEMENTS),
        (line("T-1", title="Twins"), Verdict.MANY_STATEMENTS),
        (line("T-1", "often"), Verdict.UNKNOWN_ANSWER),
        (line("T-1", "=1+1"), Verdict.UNKNOWN_ANSWER),
        (line("T-1", "3"), Verdict.UNKNOWN_ANSWER),
        (line("T-1", day="3/4/2026"), Verdict.DAY_UNREADABLE),
        (line("T-1", day="2026-11-25"), Verdict.DAY_IN_FUTURE),
        (line("T-1", day="2026-11-24"), Verdict.NEW),
        (line("T-1", day="1949-12-31"), Verdict.DAY_FAR),
        (line("T-1", note="n" * NOTE_MAX), Verdict.NEW),
        (line("T-1", note="n" * (NOTE_MAX + 1)), Verdict.NOTE_LONG),
        (line("T-3", note="n" * (NOTE_MAX - 5)), Verdict.NOTE_LONG),
    ],
    ids=lambda value: value.value if isinstance(value, Verdict) else None,
)
def test_the_verdict_of_a_line(one: ImportLine, expected: Verdict) -> None:
    assert verdict(one) is expected


def test_an_imported_answer_is_as_old_as_its_own_list_says() -> None:
    imported = [rated(3, "T-3", "Shelving", TODAY, given_on=dt.date(2026, 3, 12))]
    assert verdict(line("T-3", "not yet", "2026-03-13"), imported) is Verdict.NEWER
    assert verdict(line("T-3", "not yet", "2026-03-12"), imported) is Verdict.OLDER
    assert verdict(line("T-3", "partly", "2026-11-24"), imported) is Verdict.SAME


def test_no_note_is_lost_and_none_comes_twice() -> None:
    assert planned(line("T-3", note="more")).lines[0].own_note == "mine\n\nmore"
    both = [rated(3, "T-3", "Shelving", own_note="mine\n\nmore")]
    assert verdict(line("T-3", note="more"), both) is Verdict.SAME
    assert (
        planned(line("T-3", note="or"), statements=both).lines[0].own_note == "mine\n\nmore\n\nor"
    )
    assert planned(line("T-1", note="first")).lines[0].own_note == "first"


def test_a_statement_that_comes_twice_is_stored_from_neither_line() -> None:
    found = planned(
        line("T-1", number=2),
        line("T-3", "not yet", number=3),
        line("Loans", "not yet", number=9),
        line("T-1", "", number=11),
    )
    assert [each.verdict for each in found.lines] == [
        Verdict.TWICE,
        Verdict.OLDER,
        Verdict.TWICE,
        Verdict.EMPTY,
    ]
    assert [each.others for each in found.lines] == [(9,), (), (2,), ()]


def test_what_is_asked_about_is_stored_only_when_ticked() -> None:
    found = planned(line("T-1", number=1), line("T-3", "not yet", number=2))
    assert [each.line.number for each in found.to_store(frozenset())] == [1]
    assert [each.line.number for each in found.to_store(frozenset({3, 1, 99}))] == [1, 2]


def test_the_digest_knows_another_answer_from_the_one_that_was_looked_at() -> None:
    seen = planned(line("T-3", "not yet")).digest()
    assert planned(line("T-3", "not yet")).digest() == seen
    for other in (
        planned(line("T-3", "consistently")),
        planned(line("T-3", "not yet", note="x")),
        planned(
            line("T-3", "not yet"),
            statements=[rated(3, "T-3", "Shelving", dt.date(2026, 5, 1), version=4)],
        ),
        planned(line("T-3", "not yet"), line("T-1", number=2)),
    ):
        assert other.digest() != seen


CODES = st.sampled_from(["T-1", "T-2", "T-3", "T-4", "t 5", "Loans", "Twins", "", "T-99"])
LINES = st.lists(
    st.builds(
        ImportLine,
        number=st.integers(1, 10**6),
        code=CODES,
        title=CODES,
        answer=st.sampled_from(["partly", "Not yet", "", "often", "not_sure"]),
        day=st.sampled_from(["", "2026-01-01", "2026-11-25", "2026-06-01", "x"]),
        note=st.sampled_from(["", "mine", "n" * NOTE_MAX, "other"]),
    ),
    max_size=30,
    unique_by=lambda each: each.number,
)


@given(LINES)
def test_every_line_has_one_verdict_and_no_statement_two_lines(lines: list[ImportLine]) -> None:
    found = planned(*lines)
    assert [each.line for each in found.lines] == lines
    parts = [found.of(verdicts) for verdicts in (STORED, ASKED, NOTHING_TO_DO, UNCLEAR)]
    assert sum(map(len, parts)) == len(lines)
    stored = [
        each.known.statement_id for each in found.to_store(frozenset(range(10))) if each.known
    ]
    assert len(stored) == len(set(stored)) == len(found.of(STORED)) + len(found.of(ASKED))
    assert all(
        each.answer is not None and each.known and each.known.is_rated_here
        for each in parts[0] + parts[1]
    )


@given(LINES)
def test_storing_a_plan_leaves_nothing_to_store(lines: list[ImportLine]) -> None:
    """The same list again changes nothing: what was stored from it is the same by then."""
    ticked = frozenset(each.statement_id for each in ALL)
    after = {each.statement_id: each for each in ALL}
    for each in planned(*lines).to_store(ticked):
        if each.known is not None:
            after[each.known.statement_id] = rated(
                each.known.statement_id,
                each.known.code,
                each.known.title,
                TODAY,
                answer=each.answer,
                given_on=each.given_on,
                own_note=each.known.own_note if each.own_note is None else each.own_note,
            )
    assert planned(*lines, statements=list(after.values())).to_store(ticked) == []
