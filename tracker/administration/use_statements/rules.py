"""Sentences that the program once offered for the use statement, and nothing keeps yet."""

UNKEPT = (
    "Your records are kept while you work here and for one year after.",
    "You can take all of them with you.",
    "You can ask for them to be erased",
    "For as long as you work here and two years after.",
    "You can ask for a copy, or for its erasure, at any time.",
)


def unkept(text: str) -> list[str]:
    """Those of them that a published text holds, however its lines are broken."""
    published = " ".join(text.split()).casefold()
    return [sentence for sentence in UNKEPT if sentence.casefold() in published]
