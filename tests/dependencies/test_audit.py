"""Known vulnerabilities: a finding fails, and what could not be looked up is never called good."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from tests.dependencies import audit

CANARY = {"name": "pycrypto", "version": "2.6.1", "vulns": [{"id": "C", "fix_versions": []}]}
GOOD = {"name": "flask", "version": "3.1.3", "vulns": []}
BAD = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}
Says = Callable[..., int]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """The status, where each list answers so."""

    def status(*answers: Any, arguments: tuple[str, ...] = ()) -> int:
        printed = [
            answer if isinstance(answer, str) else json.dumps({"dependencies": answer})
            for answer in answers
        ]
        by_list = dict(zip(audit.LISTS, printed, strict=True))
        monkeypatch.setattr(audit, "pip_audit", lambda _file, service: by_list[service])
        return audit.main([*arguments])

    return status


def test_all_good(says: Says, capsys: pytest.CaptureFixture[str]) -> None:
    assert says([GOOD, CANARY], "") == 0
    assert capsys.readouterr().out == "1 packages checked by pypi: 0 findings.\n"


@pytest.mark.parametrize("arguments", [(), ("--where-reachable",)])
def test_a_finding_fails(
    says: Says, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert says([GOOD, BAD, CANARY, UNKNOWN], "", arguments=arguments) == 1
    said = capsys.readouterr().out
    assert "jinja2 2.0: CVE-1, mended in 2.1" in said
    assert "Not checked, because pypi doesn't know them: ours" in said


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Traceback",
        "[]",
        "{}",
        [GOOD, UNKNOWN | {"name": "pycrypto"}],
        [GOOD, CANARY | {"vulns": []}],
        [UNKNOWN],
    ],
    ids=["nothing", "a fault", "a list", "no answer", "all skipped", "no list", "no canary"],
)
def test_what_could_not_be_looked_up_is_not_good(
    says: Says, capsys: pytest.CaptureFixture[str], answer: Any
) -> None:
    assert says(answer, answer) == audit.NOT_CHECKED
    assert says(answer, answer, arguments=("--where-reachable",)) == 0
    said = capsys.readouterr().out
    assert said.count("NOT CHECKED: no list of vulnerabilities could be reached (pypi, osv).") == 2
    assert "findings" not in said
    assert says(answer, [BAD, CANARY]) == 1, "the other list is asked then"


def test_ci_looks_and_the_forge_offers_what_is_newer() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make audit AUDIT=--where-reachable" in run
    assert "make secrets" in run
    updates = (ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    for ecosystem in ("uv", "github-actions"):
        assert f"package-ecosystem: {ecosystem}\n" in updates
    assert Path(ROOT / "uv.lock").is_file()
