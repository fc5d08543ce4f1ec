"""Names of people, shortened."""


def short_name(name: str) -> str:
    """A name as it stands beside an endorsement: "Maria Ortiz" becomes "M. Ortiz"; a single word
    stays."""
    first, _, rest = name.strip().partition(" ")
    return f"{first[0]}. {rest.strip()}" if rest.strip() else first


def first_name(name: str) -> str:
    return name.strip().partition(" ")[0]
