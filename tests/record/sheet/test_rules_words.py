"""What counts on a sheet, of what was said of its skills and of what they were made of."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from tracker.frameworks.versions.rules import NOT_MY_WORK, Meaning, Scale, Voice
from tracker.frameworks.versions.rules_levels import RULE, LevelState
from tracker.record.sheet.rules import (
    CountsFrom,
    Record,
    SentItem,
    Sheet,
    SheetAnswer,
    Side,
    counting,
    newest,
    parts,
    rated_before,
)
from tracker.record.versions.rules import DomainShape, LevelShape, Origin, Version, VersionStatement
from tracker.record.workflow.rules import ItemStatus

DAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
SCALE = Scale({"no": Meaning.NOT_MET, "yes": Meaning.MET})
PLACE = ("durable", "communication", 1)


def word(answer: str | None, day: int, word_id: int = 0) -> SheetAnswer:
    return SheetAnswer(answer, DAY + dt.timedelta(days=day), word_id or day)


def statement(skill: int, *lines: tuple[Origin, ...]) -> VersionStatement:
    return VersionStatement(
        skill, skill, 1, 1, skill, f"C-1-{skill}", f"Statement {skill}", "", PLACE, lines=lines
    )


def line(*origins: int, carries: bool = True) -> tuple[Origin, ...]:
    """From the nearest back."""
    return tuple(Origin(origin, carries) for origin in origins)


def version(*statements: VersionStatement, wordings: Mapping[int, str] | None = None) -> Version:
    level = LevelShape(1, "Emerging", "", len(statements), 0)
    domain = DomainShape(1, "communication", "Communication", "durable", "Durable", RULE, (level,))
    labels = {"no": "No", "yes": "Yes", NOT_MY_WORK: "Outside my job"}
    return Version(1, "1", statements, (domain,), (), SCALE, labels, wordings or {})


def sheet(
    record: Record,
    *statements: VersionStatement,
    side: Side | None = Side.OWN,
    wordings: Mapping[int, str] | None = None,
) -> Sheet:
    return record.as_seen(side, ()).on(version(*statements, wordings=wordings), side, DAY.date())


@pytest.mark.parametrize(
    ("of", "said", "counts"),
    [
        pytest.param(statement(9), {9: [word("yes", 1)]}, "yes", id="its own"),
        pytest.param(statement(9), {9: [word("yes", 1), word("no", 2)]}, "no", id="the newest"),
        pytest.param(statement(9), {9: [word("yes", 1), word(None, 2)]}, None, id="taken back"),
        pytest.param(statement(9), {8: [word("yes", 1)]}, None, id="of another skill"),
        pytest.param(
            statement(9, line(8)), {8: [word("yes", 1)]}, "yes", id="of an origin that carries"
        ),
        pytest.param(
            statement(9, line(8, carries=False)), {8: [word("yes", 1)]}, None, id="asked again"
        ),
        pytest.param(
            statement(9, line(8, 7)),
            {7: [word("yes", 2)], 8: [word("no", 1)]},
            "yes",
            id="the newest of a line, however far back",
        ),
        pytest.param(
            statement(9, line(8)),
            {8: [word("yes", 2)], 9: [word("no", 1)]},
            "yes",
            id="an origin's that is newer than its own",
        ),
        pytest.param(
            statement(9, line(8)),
            {8: [word("yes", 1)], 9: [word(None, 2)]},
            None,
            id="taken back after an origin's",
        ),
        pytest.param(
            statement(9, line(8, 7)),
            {7: [word("yes", 1)], 8: [word(None, 2)]},
            None,
            id="taken back nearer, after what is farther",
        ),
        pytest.param(
            statement(9, line(8, 7)),
            {7: [word("yes", 3)], 8: [word(None, 2)]},
            "yes",
            id="said farther, after it was taken back nearer",
        ),
        pytest.param(
            statement(9, line(8, 7)),
            {7: [word(None, 2)], 8: [word("no", 1)]},
            "no",
            id="taken back farther hides nothing nearer",
        ),
        pytest.param(
            statement(9, line(8)),
            {8: [word("yes", 1)], 9: [word("no", 1)]},
            "no",
            id="its own, of the same moment as an origin's",
        ),
        pytest.param(
            statement(9, line(8, 7)),
            {7: [word("yes", 1, 5)], 8: [word("no", 1)]},
            "no",
            id="the nearer, of the same moment",
        ),
        pytest.param(
            statement(9, line(8, 7)),
            {7: [word("yes", 1)], 8: [word(None, 1)]},
            None,
            id="taken back nearer, in the same moment",
        ),
        pytest.param(
            statement(9, (Origin(8, True), Origin(7, False))),
            {7: [word("yes", 2)], 8: [word("no", 1)]},
            "no",
            id="farther, from where it doesn't carry",
        ),
        pytest.param(
            statement(9, line(8)),
            {8: [word(None, 2)], 9: [word("no", 1)]},
            "no",
            id="an origin's that was taken back hides nothing",
        ),
        pytest.param(
            statement(9, line(7), line(8)),
            {7: [word("yes", 1)], 8: [word("yes", 2)]},
            "yes",
            id="merged, where all say the same",
        ),
        pytest.param(
            statement(9, line(7), line(8)),
            {7: [word("yes", 1)], 8: [word("no", 2)]},
            None,
            id="merged, where they differ",
        ),
        pytest.param(
            statement(9, line(7), line(8)), {7: [word("yes", 1)]}, None, id="merged, one missing"
        ),
        pytest.param(
            statement(9, line(7), line(8, carries=False)),
            {7: [word("yes", 1)], 8: [word("no", 2)]},
            "yes",
            id="merged, of one that doesn't carry",
        ),
    ],
)
def test_what_counts(
    of: VersionStatement, said: Mapping[int, list[SheetAnswer]], counts: str | None
) -> None:
    found = counting(of, said)
    assert (found.answer if found is not None else None) == counts


def test_a_merged_word_is_the_newest_of_its_parts() -> None:
    found = counting(
        statement(9, line(7), line(8)), {7: [word("yes", 5, 1)], 8: [word("yes", 3, 2)]}
    )
    assert found is not None
    assert (found.id, found.at) == (1, DAY + dt.timedelta(days=5))


def test_what_is_left_out_passes_also_what_is_asked_again() -> None:
    of = statement(9, line(8, carries=False))
    assert counting(of, {8: [word("", 1)]}, all_origins=True) == word("", 1)


def test_parts_are_of_what_carries_unless_all_are_asked_for() -> None:
    of = statement(9, line(8, carries=False))
    said = {8: [word("", 1)]}
    assert parts(of, said) == []
    assert parts(of, said, all_origins=True) == [word("", 1)]
    assert parts(statement(9), {9: [word("yes", 1)]}) == [word("yes", 1)]


@pytest.mark.parametrize("of", [statement(9), statement(9, line(8))])
def test_the_newest_item_is_that_of_the_last_moment(of: VersionStatement) -> None:
    earlier, later = (
        SentItem(status, DAY + dt.timedelta(days=day), day, 9, None, 0, "u9", False)
        for day, status in enumerate((ItemStatus.WAITING, ItemStatus.ENDORSED), 1)
    )
    assert newest(of, {9: [later, earlier], 7: [later._replace(at=DAY, id=3)]}) == later
    assert newest(of, {}) is None


def test_a_review_that_ends_late_on_the_old_wording_is_the_newest() -> None:
    of = statement(9, line(8), line(7, carries=False))
    said = {9: [word("differs", 1)], 8: [word("waiting", 2)], 7: [word("endorsed", 3)]}
    assert newest(of, said) == word("waiting", 2)


@pytest.mark.parametrize(
    ("own", "again"),
    [
        ({8: [word("yes", 1)]}, True),
        ({8: [word("yes", 1)], 9: [word(None, 2)]}, False),
        ({8: [word(None, 2)], 7: [word("yes", 1)]}, False),
        ({8: [word("no", 2)], 7: [word(None, 1)]}, True),
        ({8: [word("no", 3), word(None, 4)], 7: [word("yes", 1)]}, False),
        ({}, False),
    ],
)
def test_what_was_rated_before_is_asked_again_unless_it_was_cleared(
    own: Mapping[int, list[SheetAnswer]], again: bool
) -> None:
    assert rated_before(statement(9, line(8, 7, carries=False)), own) is again


def test_what_carries_was_not_rated_before() -> None:
    of = statement(9, line(8, 7))
    assert not rated_before(of, {8: [word("yes", 1)]})


def test_what_was_cleared_on_one_line_was_cleared() -> None:
    """Made of two, both of which were made of a third, and one of them was cleared."""
    of = statement(9, line(8, 7, carries=False), line(6, 7, carries=False))
    assert not rated_before(of, {8: [word(None, 2)], 7: [word("yes", 1)]})
    assert rated_before(of, {8: [word(None, 2)], 6: [word("yes", 1)]})


def test_a_line_says_what_counts_what_was_sent_and_whether_it_is_asked_again() -> None:
    """Statement 9 was made of 8, which doesn't carry, and 6 of 5; 4 and 3 are new."""
    item = SentItem(ItemStatus.WAITING, DAY, 1, 3, None, 0, "u3", True)
    record = Record(
        7,
        {Side.OWN: {8: [word("yes", 1)], 4: [word("no", 1)]}},
        sent={4: [item]},
        left_out={8: [word("", 1)]},
    )
    found = sheet(
        record,
        statement(9, line(8, carries=False)),
        statement(6, line(5, carries=False)),
        statement(4),
        statement(3),
    )
    assert (found.person_id, found.today) == (7, DAY.date())
    asked, unasked, sent, new = found.lines
    assert (asked.words, asked.left_out, asked.again) == ({}, word("", 1), True)
    assert (unasked.left_out, unasked.again) == (None, False)
    assert (sent.words, sent.sent, sent.again) == ({Side.OWN: word("no", 1)}, item, False)
    assert (new.words, new.sent, new.again) == ({}, None, False)
    assert [found.answer(each, Voice.SELF) for each in found.lines] == [None, None, "no", None]
    assert found.answer(sent, Voice.ENDORSED) is None


def test_one_domain_stands_as_it_does_among_all() -> None:
    of = version(*map(statement, (1, 2, 3)))
    (domain,) = of.domains
    other = replace(domain, id=2, key="leadership")
    record = Record(1, {Side.OWN: {each: [word("yes", 1)] for each in (1, 2, 3)}})
    found = record.on(replace(of, domains=(domain, other)), Side.OWN, DAY.date())
    assert found.standing(Voice.SELF, 1) == found.standings(Voice.SELF)[1]
    assert found.standing(Voice.SELF, 1).held_rank == 1
    assert found.standing(Voice.SELF, 2) == found.standings(Voice.SELF)[2]
    assert found.standing(Voice.ENDORSED, 1).held_rank == 0
    assert [*found.tallied(partial(found.meaning, voice=Voice.SELF), {2})] == [2]


def test_a_level_is_named_by_its_rank() -> None:
    levels = (LevelShape(1, "Emerging", "", 1, 0), LevelShape(3, "Proficient", "", 1, 0))
    domain = DomainShape(1, "technical", "Technical", "technical", "Technical", RULE, levels)
    assert [domain.level_name(rank) for rank in range(4)] == ["", "Emerging", "", "Proficient"]


def test_a_reader_gets_their_side_and_nothing_that_is_hidden() -> None:
    record = Record(
        1,
        {
            Side.OWN: {1: [word("yes", 4)], 2: [word("yes", 4)]},
            Side.REVEALED: {1: [word("no", 2)], 2: [word("no", 2)]},
            Side.REVIEWED: {1: [word("yes", 3)], 2: [word("yes", 3)]},
        },
        exceptions={2: [word("", 3)._replace(place=PLACE)]},
        sent={2: [SentItem(ItemStatus.ENDORSED, DAY, 1, 2, DAY, 0, "u2", False)]},
    )
    of = version(statement(1), statement(2))
    seen = {
        side: [
            (found.word(each, Voice.SELF), found.word(each, Voice.ENDORSED), each.exception)
            for each in found.lines
        ]
        for side in (Side.OWN, Side.REVEALED, None)
        if (found := record.as_seen(side, {2}).on(of, side, DAY.date()))
    }
    assert seen == {
        Side.OWN: [(word("yes", 4), word("yes", 3), None), (None, None, None)],
        Side.REVEALED: [(word("no", 2), word("yes", 3), None), (None, None, None)],
        None: [(None, word("yes", 3), None), (None, None, None)],
    }


def test_what_is_hidden_is_hidden_before_it_counts_elsewhere() -> None:
    merged = statement(9, line(7), line(8))
    said = {7: [word("yes", 1)], 8: [word("yes", 2)]}
    record = Record(1, {Side.REVIEWED: said})
    shown = record.as_seen(None, ()).on(version(merged), None, DAY.date())
    hidden = record.as_seen(None, {8, 9}).on(version(merged), None, DAY.date())
    assert shown.meaning(shown.lines[0], Voice.ENDORSED) is Meaning.MET
    assert hidden.meaning(hidden.lines[0], Voice.ENDORSED) is None


def test_levels_are_of_what_is_rated_here_and_counts_now() -> None:
    """Of eight, one is not rated here and two count later: five are left, one of them doesn't apply
    here, and four of four are met."""
    said = {each: [word("yes", 1)] for each in range(1, 8)} | {5: [word("no", 1)]}
    record = Record(
        1,
        {Side.OWN: said, Side.REVIEWED: said},
        exceptions={5: [word("", 2)._replace(place=PLACE)]},
        left_out={8: [word("", 1)]},
        later={6: [word("", 1)], 7: [word("", 1)]},
        targets={1: {1: 1}, 2: {1: 1}},
    )
    found = sheet(record, *(statement(each) for each in range(1, 9)))
    (level,) = found.domains[0].levels
    assert (level.listed, level.not_rated_here) == (6, 1)
    reviewed = found.standings(Voice.ENDORSED)[1].levels[0]
    assert (reviewed.state, reviewed.tally.met, reviewed.tally.excluded) == (LevelState.MET, 4, 1)
    own = found.standings(Voice.SELF)[1].levels[0]
    assert (own.state, own.tally.met, own.tally.not_met) == (LevelState.MET, 4, 1)


def test_an_exception_counts_only_at_the_level_where_it_was_agreed() -> None:
    elsewhere = word("", 1)._replace(place=("durable", "communication", 2))
    found = sheet(Record(1, exceptions={1: [elsewhere]}), statement(1))
    assert found.lines[0].exception is None


def test_outside_the_job_leaves_the_count() -> None:
    record = Record(1, {Side.OWN: {1: [word(NOT_MY_WORK, 1)], 2: [word("not_sure", 1)]}})
    tally = sheet(record, statement(1), statement(2)).standings(Voice.SELF)[1].levels[0].tally
    assert (tally.excluded, tally.open) == (1, 1)


def test_what_counts_later_says_from_when_and_whether_it_changed() -> None:
    later = {1: [word("changed", 0, 5)], 2: [word("", 0, 5)]}
    of_move = CountsFrom("2", "Winter", DAY.date())
    record = Record(1, later=later, counts_from={5: of_move})
    found = sheet(record, *map(statement, (1, 2, 3)))
    assert [*map(found.counts_from, found.lines)] == [
        of_move._replace(is_changed=True),
        of_move,
        None,
    ]
