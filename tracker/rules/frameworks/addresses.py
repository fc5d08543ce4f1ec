"""What the address of a page calls a framework, where a page is about one of several."""

from collections.abc import Iterable


def address_keys(frameworks: Iterable[tuple[int, str]]) -> dict[int, str]:
    """By id, in the order given: its slug, as on every page. Of two versions of one, the later in
    the list has its id too."""
    keys: dict[int, str] = {}
    for framework_id, slug in frameworks:
        keys[framework_id] = f"{slug}-{framework_id}" if slug in keys.values() else slug
    return keys
