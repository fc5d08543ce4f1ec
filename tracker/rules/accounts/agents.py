"""What kind of device a browser says it is, in two words."""

import re

BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Headless)?(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)
"""Each pattern stands before those that its owner also claims to be."""


def device(agent: str) -> tuple[str | None, str | None]:
    """Browser and system, each None when it is not one of the common ones."""
    return _first(BROWSERS, agent), _first(SYSTEMS, agent)


def _first(patterns: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for name, pattern in patterns if re.search(pattern, agent)), None)
