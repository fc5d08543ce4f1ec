"""How a library writes dates, and what it prints on."""

from enum import StrEnum


class Region(StrEnum):
    """ISO 3166 codes of where English is written, each with its own order of a date and its own
    time of day."""

    US = "US"
    AU = "AU"
    CA = "CA"
    GB = "GB"
    IE = "IE"
    IN = "IN"
    NZ = "NZ"
    ZA = "ZA"


class Paper(StrEnum):
    """Sizes of a sheet, named as CSS names them."""

    LETTER = "letter"
    A4 = "a4"
