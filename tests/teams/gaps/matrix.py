"""What the people by domain of a gaps page say, read from its HTML."""

import re

Cells = dict[str, dict[str, str]]


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def _table(page: str) -> str:
    found = re.search(r'<table class="table matrix is-people.*?</table>', page, re.DOTALL)
    return found[0] if found else ""


def _domains(table: str) -> list[str]:
    return list(map(_words, re.findall(r'<th class="is-turned"[^>]*>(.*?)</th>', table, re.DOTALL)))


def cells(page: str) -> Cells:
    """By person, as they stand, and domain, as the columns stand: the sentence of the cell."""
    table = _table(page)
    found: Cells = {}
    body = table.partition("<tbody>")[2].partition("</tbody>")[0]
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        head, *rest = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        name = _words(re.sub(r'<span class="soft small".*', "", head, flags=re.DOTALL))
        hidden = (re.findall(r'class="visually-hidden">([^<]*)<', each) for each in rest)
        found[name] = dict(zip(_domains(table), (each[-1] for each in hidden), strict=True))
    return found


def below(page: str) -> dict[str, str]:
    """By domain: "1 of 2"."""
    table = _table(page)
    foot = table.partition("<tfoot>")[2]
    figures = re.findall(r"<td>.*?</span>\s*([^<]*)</a>", foot, re.DOTALL)
    return dict(zip(_domains(table), map(str.strip, figures), strict=True))


def domains(page: str) -> dict[str, str]:
    """By domain, those with most need of each section first: what stands beside the bar."""
    found = re.findall(
        r'<li class="need[^>]*>\s*<a[^>]*>(.*?)</a>.*?<div class="need-words[^>]*>(.*?)</li>',
        page,
        re.DOTALL,
    )
    return {_words(title): _words(said) for title, said in found}
