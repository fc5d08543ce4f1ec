"""The interface texts, as translators get them."""

import re
import shlex

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from config import ROOT


@pytest.fixture(scope="package")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `make messages` finds, by the same options: a text, or the first form of one -> the last
    form."""
    target = tmp_path_factory.mktemp("messages") / "messages.pot"
    options = re.search(r"pybabel --quiet (extract .*) -o ", (ROOT / "Makefile").read_text())
    assert options is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        CommandLineInterface().run(
            ["pybabel", "--quiet", *shlex.split(options[1]), "-o", str(target), "."]
        )
    with target.open("rb") as file:
        texts = [message.id for message in read_po(file) if message.id]
    return {
        text if isinstance(text, str) else text[0]: text if isinstance(text, str) else text[-1]
        for text in texts
    }
