"""Properties are judged by what they find, never by how long a busy machine takes."""

from hypothesis import HealthCheck, Phase, settings

from tests.engines import LONG, REQUIRED

SEARCH = settings(
    max_examples=5000, database=None, derandomize=True, deadline=None, phases=[Phase.generate]
)
"""How the partners of property tests look for a broken rule's counterexample: always in the same
way."""

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "unshrunk",
    settings.get_profile("untimed"),
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
)
"""For `make mutants`, which asks whether a test fails and not for the smallest example, and is to
say the same each time."""
settings.register_profile("few", settings.get_profile("untimed"), max_examples=30)
"""For `make test`, each time with others. CI looks at a hundred."""
settings.load_profile("untimed" if LONG or "postgres" in REQUIRED else "few")
