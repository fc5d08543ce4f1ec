"""Why a domain is not at target any more, of made sheets."""

import datetime as dt

import pytest

from tests.record.sheet.test_rules_words import DAY, PLACE, sheet, statement
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.profiles.growth.rules import DomainFall, DomainFallReason, KeptDomain, falls_since
from tracker.record.sheet.rules import Record, SheetAnswer, Side

AT_TARGET = {"Communication": KeptDomain(1, TargetState.AT_TARGET)}
TARGETS = {1: {1: 1}}
MET = {1: [SheetAnswer("yes", DAY, 1)], 2: [SheetAnswer("yes", DAY, 2)]}
LATER = DAY + dt.timedelta(days=30)


def of(words: dict[int, list[SheetAnswer]], **more: object) -> Record:
    return Record(1, {Side.REVIEWED: words}, targets=TARGETS, **more)  # type: ignore[arg-type]


def falls(
    now: Record,
    kept: dict[str, KeptDomain] = AT_TARGET,
    then: Record | None = None,
    *,
    same_version: bool = True,
) -> list[DomainFall]:
    listed = statement(1), statement(2)
    return falls_since(
        kept, sheet(then or of(MET), *listed), sheet(now, *listed), same_version=same_version
    )


def ended(status: str) -> Record:
    return of(MET | {2: [SheetAnswer(None, DAY, 2, reason=status)]})


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        pytest.param(ended("expired"), DomainFallReason.EXPIRED, id="expired"),
        pytest.param(ended("revoked"), DomainFallReason.REVOKED, id="taken back"),
        pytest.param(ended("suspended"), DomainFallReason.SUSPENDED, id="no agreement"),
        pytest.param(
            of(
                MET
                | {2: [SheetAnswer(None, DAY, 2, reason="superseded"), SheetAnswer("no", LATER, 3)]}
            ),
            DomainFallReason.REVIEWED_AGAIN,
            id="another answer",
        ),
        pytest.param(
            of(
                MET,
                exceptions={2: [SheetAnswer("", LATER, 1, place=PLACE)]},
                left_out={1: [SheetAnswer("", LATER, 1)]},
            ),
            DomainFallReason.COUNTED,
            id="not rated here",
        ),
    ],
)
def test_each_reason(now: Record, reason: DomainFallReason) -> None:
    (fall,) = falls(now)
    assert (fall.domain_id, set(fall.reasons)) == (1, {reason})


def test_how_many_of_each() -> None:
    now = of({1: [SheetAnswer(None, DAY, 1, reason="expired")], 2: [SheetAnswer("no", LATER, 2)]})
    (fall,) = falls(now)
    assert fall.reasons == {DomainFallReason.EXPIRED: 1, DomainFallReason.REVIEWED_AGAIN: 1}


def test_another_target_is_the_reason_whatever_else_is() -> None:
    kept = {"Communication": KeptDomain(2, TargetState.AT_TARGET)}
    assert falls(ended("expired"), kept) == [DomainFall(1, {DomainFallReason.TARGET: 0}, before=2)]


def test_other_statements_are_the_reason_where_it_never_was_at_target_on_this_version() -> None:
    nothing = of({})
    (fall,) = falls(nothing, then=nothing, same_version=False)
    assert set(fall.reasons) == {DomainFallReason.VERSION}


@pytest.mark.parametrize(
    "kept",
    [{}, {"Communication": KeptDomain(1, TargetState.GAP)}, {"Other": AT_TARGET["Communication"]}],
)
def test_what_was_not_at_target_did_not_fall(kept: dict[str, KeptDomain]) -> None:
    assert falls(ended("expired"), kept) == []


def test_what_is_at_target_did_not_fall() -> None:
    assert falls(of(MET)) == []
