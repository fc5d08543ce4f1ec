"""What the commands say of the levels of a framework: which no one can reach, and what they need."""

import json
from pathlib import Path

from flask import Flask

from tests.cli.test_frameworks import PATH, publish, run
from tests.frameworks.one_a_level import one_a_level


def test_levels_that_no_one_can_reach_are_told_in_one_line(app: Flask, tmp_path: Path) -> None:
    """By the check, the import, and the publishing."""
    file = tmp_path / "digital.json"
    file.write_text(json.dumps(one_a_level(domains=21)), "utf-8")
    told = "no one can reach these levels, as at least 2 statements must apply and each lists 1: Area 1"
    for words in (("check", str(file)), ("import", str(file)), ("publish", "digital")):
        done = run(app, *words)
        assert done.exit_code == 0
        (line,) = done.stderr.splitlines()
        assert told in line
        assert line.endswith("; …. In all: 168")
    file.write_text(json.dumps(one_a_level(domains=21, least=1)), "utf-8")
    assert run(app, "check", str(file)).stderr == ""


def test_another_rule_is_in_the_diff(app: Flask, tmp_path: Path) -> None:
    publish(app)
    file = tmp_path / "next.json"
    data = json.loads(PATH.read_text("utf-8")) | {"version": "26.11", "needs": "2/3", "least": 1}
    file.write_text(json.dumps(data), "utf-8")
    assert run(app, "import", str(file)).exit_code == 0
    said = run(app, "diff", "library-technicians").stdout.splitlines()
    assert "rule     4/5, at least 2 -> 2/3, at least 1" in said
    rules = json.loads(run(app, "diff", "library-technicians", "--json").stdout)["rules"]
    assert rules == [{"needs": "4/5", "least": 2}, {"needs": "2/3", "least": 1}]
