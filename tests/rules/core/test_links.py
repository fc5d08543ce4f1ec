"""The table of one-time links: which of them wait, since somebody else may have got at them."""

import pytest

from tracker.rules.core.links import (
    BY_ADMINISTRATORS,
    FOR_PASSWORDS,
    LINKS,
    NOT_ASKED_FOR,
    LinkKind,
    Maker,
)


def test_each_kind_has_its_row_and_what_is_told_to_its_owner_is_not_by_them() -> None:
    assert set(LINKS) == set(LinkKind) - {LinkKind.OBJECTION}
    by_others = {kind for kind in FOR_PASSWORDS if LINKS[kind].made_by is not Maker.OWNER}
    assert set(NOT_ASKED_FOR) == by_others - {LinkKind.INVITATION}
    assert set(BY_ADMINISTRATORS) < by_others


@pytest.mark.parametrize(
    ("kind", "at_an_old_address", "at_a_new_one"),
    [
        (LinkKind.RESET, False, True),
        (LinkKind.GIVEN, False, True),
        (LinkKind.HANDED, True, True),
        (LinkKind.PRINTED, False, False),
    ],
)
def test_what_an_administrator_may_have_got_at_waits(
    kind: LinkKind, at_an_old_address: bool, at_a_new_one: bool
) -> None:
    rule = LINKS[kind]
    assert rule.waits(address_is_new=False) is at_an_old_address
    assert rule.waits(address_is_new=True) is at_a_new_one


def test_what_anybody_can_ask_for_takes_no_other_away() -> None:
    assert [kind for kind in FOR_PASSWORDS if not LINKS[kind].replaces] == [LinkKind.RESET]
