"""What of an error goes into the log: its type and its place, and no value that it names.

A database tells the row that it refused, a mail server the address, and Python what it could not
read: all of it may be somebody's text.
"""

from collections.abc import Iterator
from typing import Any

from click import ClickException
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import ExcInfo

OF_CODE = (AttributeError, ImportError, NameError, ClickException)
"""What they say is about the program, or in its own words."""


def said_of(error: BaseException) -> str:
    """The kind of error; of a database what refused it: its code, the table, the constraint."""
    orig = getattr(error, "orig", None) or error
    diag = getattr(orig, "diag", None)
    parts = [type(orig).__name__]
    parts += [
        str(part)
        for part in (
            getattr(orig, "sqlite_errorname", None),
            getattr(orig, "sqlstate", None),
            getattr(diag, "table_name", None),
            getattr(diag, "constraint_name", None),
        )
        if part
    ]
    if isinstance(error, OSError) and error.strerror:
        parts.append(error.strerror)
    return " ".join(parts)


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """It, what it was raised from or while that was dealt with, and so on; as Python shows them."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        seen.append(following)
        yield following
        around = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or around


class WithoutValues(ExceptionDictTransformer):
    """Each error of the chain with its stack, as structlog writes it, and what `said_of` says in
    the place of its message."""

    def __init__(self) -> None:
        super().__init__(show_locals=False)

    def __call__(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        stacks = super().__call__(exc_info)
        for stack, error in zip(stacks, chain_of(exc_info[1]), strict=True):
            message = str(error) if isinstance(error, OF_CODE) else said_of(error)
            stack |= {"exc_value": message, "exc_notes": [], "exceptions": [], "syntax_error": None}
        return stacks
