"""The file of a gaps page, what stands about one domain, and some gaps to show."""

import csv
import io
from collections.abc import Callable

from tests.client import Client
from tests.factories.levels import stand
from tests.factories.world import World
from tracker.frameworks.versions.rules_levels import TargetState

SignIn = Callable[[str], Client]
GAP, AT, NOT_ASSESSED = TargetState.GAP, TargetState.AT_TARGET, TargetState.NOT_ASSESSED


def file(client: Client, url: str) -> list[list[str]]:
    """The one table of a file: each line as long as its head."""
    response = client.http.get(url)
    assert response.status_code == 200
    lines = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert {len(line) for line in lines} == {len(lines[0])}
    return lines


def about(client: Client, url: str) -> dict[str, str]:
    """What the files say of their figures, for that one of them."""
    return dict(map(tuple, file(client, url.replace("gaps.csv", "gaps/about.csv"))[1:]))


def some_gaps(world: World) -> None:
    """Ana: at target in Communication, a gap in Leadership. Ben: a gap in Communication; Leadership
    not his work."""
    stand(world, "ana", AT, "communication", by="sue")
    stand(world, "ana", GAP, "leadership", by="sue")
    stand(world, "ben", GAP, "communication", by="sue")
    stand(world, "ben", NOT_ASSESSED, "leadership", by="sue")
