"""What a line may hold: something to see, and nothing that turns it round."""

import pytest

from tracker.rules.errors import Invalid
from tracker.rules.texts import clean_line


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "line_empty"),
        (" \u3000 ", "line_empty"),
        ("\u200b\u200d", "line_empty"),
        ("\u0301", "line_empty"),
        ("\u202e", "line_control"),
        ("Ana \u202egnoW", "line_control"),
        ("Ana\u2066", "line_control"),
        ("An\x07a", "line_control"),
        ("a" * 201, "line_long"),
    ],
)
def test_refused(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_line(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "name",
    ["Ana", "O’Neil", "علی\u200cرضا", "दि\u200dया", "👩\u200d🔬", "李", "Nguyễn", "\u200eAna"],
)
def test_kept_as_typed(name: str) -> None:
    assert clean_line(f"  {name}  ") == name
