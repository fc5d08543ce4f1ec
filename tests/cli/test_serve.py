"""`tracker serve` refuses what could not work, before it serves."""

import pytest
from click.testing import CliRunner

from tracker.cli.serve import serve


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_for_every_address_it_must_be_told_its_own(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.delenv("TRACKER_BASE_URL", raising=False)
    done = CliRunner().invoke(serve, ["--host", host])
    assert done.exit_code == 1
    assert done.output.startswith(f"With --host {host} set TRACKER_BASE_URL")


def test_the_demo_is_not_served_to_other_machines() -> None:
    done = CliRunner().invoke(serve, ["--demo", "--host", "192.0.2.1"])
    assert done.exit_code == 1
    assert "127.0.0.1 only" in done.output
