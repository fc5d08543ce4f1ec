"""The inspection finds what it is there to find."""

import pytest

from tests.client import faults

GOOD = '<title>Reviews – Skills Tracker</title><h1>Reviews</h1><label for="a">A</label><input id="a" name="a">'


IN = f'<body data-person="3">{GOOD}'
FORM = '<form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">'
TEXT = '<textarea aria-label="T" name="text"></textarea></form>'
DRAFT = '<input type="hidden" name="draft" value="reviews.reply 3">'


@pytest.mark.parametrize(
    "html",
    [
        GOOD,
        GOOD + FORM + TEXT,
        IN + FORM + DRAFT + TEXT,
        IN + FORM.replace(">", " data-batch>", 1) + TEXT,
    ],
)
def test_a_good_page_has_no_faults(html: str) -> None:
    assert faults(html) == []


@pytest.mark.parametrize(
    ("html", "word"),
    [
        (GOOD.replace("<h1>Reviews</h1>", ""), "h1"),
        (GOOD + "<h1>Reviews</h1>", "h1"),
        (GOOD.replace("<h1>Reviews", "<h1>Profile"), "does not repeat"),
        (GOOD + '<p id="a"></p>', "twice"),
        (GOOD + '<input name="b">', "without a label: b"),
        (GOOD + '<form method="post" action="/x"></form>', "CSRF"),
        (
            GOOD + '<form method="post"><input type="hidden" name="csrf_token" value="t"></form>',
            "action",
        ),
        (IN + FORM + TEXT, "not kept while it is typed: /x"),
        (GOOD + '<p style="x"></p>', "inline"),
        (GOOD + '<p onclick="x"></p>', "inline"),
        (GOOD + "<script>x</script>", "inline"),
    ],
)
def test_each_fault_is_found(html: str, word: str) -> None:
    assert word in " ".join(faults(html))
