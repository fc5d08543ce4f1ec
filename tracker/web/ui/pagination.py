"""Which page of a long list the address asks for."""

from flask import request


def page_number() -> int:
    """`?page=` of a list; the first for anything that is no number of a page."""
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1
