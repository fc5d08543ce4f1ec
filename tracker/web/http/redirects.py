"""Addresses that come from outside: followed only when they are of this site."""

from urllib.parse import unquote, urlsplit

from flask import request


def address_here() -> str:
    """Of this request, with its query: to come back to."""
    return request.script_root + request.full_path.rstrip("?")


def own_address(wanted: str, otherwise: str) -> str:
    """`wanted` when it is a path of this site, else `otherwise`: nobody is sent elsewhere by a link
    to here."""
    try:
        parts = urlsplit(wanted.replace("\\", "/"))
    except ValueError:  # not an address at all
        return otherwise
    is_ours = (
        wanted.startswith("/")
        and f"{parts.path}/".startswith(f"{request.script_root}/")
        and not {".", ".."} & set(unquote(parts.path).split("/"))
        and not parts.scheme
        and not parts.netloc
        and "//" not in wanted[:2]
        and wanted.isprintable()
    )
    return wanted if is_ours else otherwise


def own_path(whole: str) -> str:
    """The path and the query of an address of this site, without the host that the request
    named."""
    parts = urlsplit(whole)
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
