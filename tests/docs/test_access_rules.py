"""The page of access rules is what `make diagrams` makes from the policy and the doors now."""

import pytest
from flask import Flask

from tests.docs import access_rules
from tracker.policy.permissions import TABLE
from tracker.rules.roles import Permission


def test_the_page_is_what_the_policy_says(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = access_rules.PAGE.read_text(encoding="utf-8")
    assert kept == access_rules.page(app), "run `make diagrams`"
    monkeypatch.setitem(TABLE, Permission.GAPS_READ, TABLE[Permission.ADMINISTER])
    assert kept != access_rules.page(app), "a changed rule is found"
