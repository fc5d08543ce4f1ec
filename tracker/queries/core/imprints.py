"""What a document must say beside its figures: the library it comes from, and whose text it
quotes."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from tracker.db import ask_made
from tracker.models import Framework, Library
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class Imprint:
    """`notices` are (what it is about, its words), as the framework's page shows them."""

    library: str
    lang: str
    sources: Wording
    notices: tuple[tuple[Wording, Wording], ...]


_ASKED = (
    select(Library.name, Framework.lang, Framework.about)
    .join(Framework, Framework.id == bindparam("framework"))
    .where(Library.id == bindparam("library"))
)


def imprint(framework_id: int, library_id: int) -> Imprint:
    """One query."""
    row = ask_made(_ASKED, {"framework": framework_id, "library": library_id}).one()
    notices = tuple(
        (notice["about"], notice["text"]) for notice in row.about.get("attributions", [])
    )
    return Imprint(row.name, row.lang, row.about.get("sources_line", ""), notices)
