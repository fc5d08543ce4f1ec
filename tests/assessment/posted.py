"""What a browser sends of a page of statements as it stands."""

import re


def fields(page: str) -> dict[str, str]:
    """Of the cards' form, or of the grid's."""
    form = re.search(r"<form [^>]*data-(?:ratings|grid)>.*?</form>", page, re.DOTALL)
    assert form is not None
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form[0]):
        name, value = (re.search(rf' {part}="([^"]*)"', tag)[1] for part in ("name", "value"))  # type: ignore[index]
        if 'type="hidden"' in tag or " checked" in tag:
            found[name] = value
    return found | dict(re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)<', form[0]))
