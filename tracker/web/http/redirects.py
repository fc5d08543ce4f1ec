"""Addresses that come from outside: followed only when they are of this site."""

from urllib.parse import urlsplit


def own_address(wanted: str, otherwise: str) -> str:
    """`wanted` when it is a path of this site, else `otherwise`: nobody is sent elsewhere by a link
    to here."""
    parts = urlsplit(wanted.replace("\\", "/"))
    is_ours = (
        wanted.startswith("/")
        and not parts.scheme
        and not parts.netloc
        and "//" not in wanted[:2]
        and wanted.isprintable()
    )
    return wanted if is_ours else otherwise
