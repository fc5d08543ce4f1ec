"""What kind of device a browser says it is."""

import pytest

from tracker.accounts.account.rules import device

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/140.0 Safari/537.36",
            ("Chrome", "Windows"),
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {KHTML} Chrome/140.0 Safari/537.36 Edg/140.0",
            ("Edge", "Windows"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            ("Firefox", "Linux"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15) {KHTML} Chrome/140.0 Mobile Safari/537.36",
            ("Chrome", "Android"),
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {KHTML} Version/18 Safari/604",
            ("Safari", "iPhone"),
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) {KHTML} Version/18 Safari/605",
            ("Safari", "macOS"),
        ),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 1) {KHTML} Chrome/140.0 Safari/537.36",
            ("Chrome", "ChromeOS"),
        ),
        ("curl/8.5.0", (None, None)),
        ("", (None, None)),
    ],
)
def test_it_is_told_in_two_words(agent: str, found: tuple[str | None, str | None]) -> None:
    assert device(agent) == found
