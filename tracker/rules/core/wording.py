"""The words of a framework: they keep the language that the framework is in, whatever the
page's."""

from typing import Annotated

OF_A_FRAMEWORK = "words of a framework"
Wording = Annotated[str, OF_A_FRAMEWORK]
"""What a row's field is that holds titles, texts, names of levels or labels of answers."""
