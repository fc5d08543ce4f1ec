"""Refusals that a user can cause. They carry a code and facts, never page text: the web floor has
the words."""


class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not a fault)
    """A use case said no. `code` names the reason; `facts` fill the words shown for it."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Invalid(Refusal):
    """What was sent cannot be used: shown beside `field` where one is named, status 422."""

    def __init__(self, code: str, field: str | None = None, **facts: object) -> None:
        super().__init__(code, **facts)
        self.field = field


class Conflict(Refusal):
    """The record changed since the page was made, or cannot make this move now: status 409."""


class TooLarge(Refusal):
    """More was sent than is taken there: status 413."""


class Untaken(Refusal):
    """What was sent is of a kind that is not taken there: status 415."""


class Unkept(Refusal):
    """The server has no room for what was sent, or cannot write it: status 507."""


class Unchecked(Refusal):
    """What was sent must be checked first, and cannot be just now: status 503."""


class Unreachable(Refusal):
    """What is needed lies where the server cannot reach it just now: status 503."""


class Uncounted(Refusal):
    """What is asked for of many people is being counted anew: status 503."""


class Damaged(Refusal):
    """What was stored is gone or is not what was stored: status 410."""


class Missing(Refusal):
    """No such record, or not one the actor may know of: status 404."""

    def __init__(self, code: str = "missing", **facts: object) -> None:
        super().__init__(code, **facts)
