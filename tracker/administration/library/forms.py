"""The library's settings, and a new library with its first administrator."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.rules.calendar import time_zones
from tracker.rules.regions import Paper, Region
from tracker.rules.texts import EMAIL_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.fields import TOO_LONG
from tracker.web.ui.form import Form
from tracker.web.ui.templating.dates import example

refusal_messages(
    library_name_taken=_l("This name can’t be used here. Choose another one."),
    time_zone_unknown=_l("There is no such time zone. Choose one from the list."),
    days_out_of_range=_l("Enter whole days from 1 to %(longest)s."),
    months_out_of_range=_l("Enter whole months from 1 to %(longest)s, or nothing."),
)

REGIONS = {
    Region.US: _l("United States"),
    Region.AU: _l("Australia"),
    Region.CA: _l("Canada"),
    Region.GB: _l("United Kingdom"),
    Region.IE: _l("Ireland"),
    Region.IN: _l("India"),
    Region.NZ: _l("New Zealand"),
    Region.ZA: _l("South Africa"),
}

PAPERS = {Paper.LETTER: _l("Letter (8.5 × 11 in)"), Paper.A4: _l("A4 (210 × 297 mm)")}


DAYS_NEEDED = _l("Enter a number of days.")


class RegionForm(Form):
    """Offers each region with this moment as it is written there."""

    region: Any

    def __init__(self, now: dt.datetime, **so_far: Any) -> None:
        super().__init__(**so_far)
        self.region.choices = fields.choices(
            (region, f"{name}: {example(region, now)}") for region, name in REGIONS.items()
        )


class LibraryForm(RegionForm):
    name = fields.line(_l("Name"), _l("Enter the library's name."))
    time_zone = SelectField(
        _l("Time zone"),
        choices=fields.choices((name, name.replace("_", " ")) for name in time_zones()),
        description=_l(
            "Days and times are shown in it; memberships and rounds begin and end by it."
        ),
    )
    region: Any = SelectField(
        _l("Date and time format"),
        description=_l("For pages and PDFs. CSV and JSON files don’t change."),
    )
    paper = SelectField(
        _l("Paper"),
        choices=fields.choices(PAPERS.items()),
        description=_l("For PDFs, and for pages that you print."),
    )
    review_days: Any = IntegerField(
        _l("Days to answer a review"),
        [InputRequired(DAYS_NEEDED)],
        description=_l("Reviews sent from now on."),
    )
    differences_days: Any = IntegerField(
        _l("Days to talk about differences"),
        [InputRequired(DAYS_NEEDED)],
        description=_l("After them, what was not settled ends with no agreement."),
    )
    endorsement_months: Any = IntegerField(
        _l("Months until a reviewed rating expires"),
        [Optional()],
        description=_l(
            "Empty: never. Learners are reminded 30 days before. Those that are older already "
            "expire within a day of saving this; what is expired stays so."
        ),
    )
    names_to_coordinators = BooleanField(
        _l("Coordinators see reviewed levels by name"),
        description=_l(
            "For the people in their teams. Without it they see levels as numbers only. Who has "
            "sent is always shown by name. If you turn it on, they can see earlier reviews "
            "after 7 days. The people concerned are told."
        ),
    )
    hr_email = StringField(
        _l("Email of the HR contact"),
        [Length(max=EMAIL_MAX, message=TOO_LONG)],
        description=_l(
            "Gets a mail when somebody objects to a new reader of their record: that they did, and "
            "who decides. They need no account."
        ),
    )


class NewLibraryForm(RegionForm):
    library = fields.line(_l("Library"), _l("Enter the library's name."))
    time_zone: Any = LibraryForm.time_zone
    region: Any = LibraryForm.region
    paper: Any = LibraryForm.paper
    name = fields.line(_l("First administrator"), _l("Enter a name."))
    email = fields.email(_l("Their email"), description=_l("They sign in with it."))
