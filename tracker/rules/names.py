"""Names of people, shortened, and as they are compared."""

import unicodedata
from collections.abc import Collection


def short_name(name: str) -> str:
    """A name as it stands beside an endorsement: "Maria Ortiz" becomes "M. Ortiz"; a single word
    stays."""
    first, _, rest = name.strip().partition(" ")
    return f"{first[0]}. {rest.strip()}" if rest.strip() else first


def first_name(name: str) -> str:
    return name.strip().partition(" ")[0]


def telling_length(names: Collection[str]) -> int:
    """How many letters, two or more, tell the names apart."""
    length = 2
    while len({name[:length] for name in names}) < len(set(names)):
        length += 1
    return length


def folded(text: str) -> str:
    """For comparing: without case, accents and doubled spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        "".join(letter for letter in letters if not unicodedata.combining(letter)).split()
    )
