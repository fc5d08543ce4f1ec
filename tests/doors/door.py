"""The shape of a row in the doors table."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.factories.world import World

ACTORS = (
    "anonymous",
    "ana",  # owner
    "ben",  # another learner of the same team
    "sue",  # own supervisor
    "hugo",  # another supervisor
    "cora",  # coordinator above
    "carl",  # coordinator elsewhere
    "adam",  # administrator
    "olaf",  # somebody of another library
)


@dataclass(frozen=True)
class Door:
    """One endpoint and method. `values` gives the parts of the address; `arrange` prepares the
    world before it."""

    endpoint: str
    expect: str
    method: str = "GET"
    values: Callable[[World], dict[str, object]] = lambda world: {}
    data: dict[str, str] = field(default_factory=dict)
    arrange: Callable[[World], None] = lambda world: None

    @property
    def statuses(self) -> dict[str, int]:
        return dict(zip(ACTORS, map(int, self.expect.split()), strict=True))
