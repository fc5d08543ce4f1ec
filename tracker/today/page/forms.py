"""Having read how ratings are used."""

from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from tracker.web.ui.form import Form


class UseStatementReadForm(Form):
    """`use_statement_id` names the text that was shown, `next` where to go on."""

    use_statement_id = IntegerField(
        validators=[InputRequired(), NumberRange(1, 2**31 - 1)], widget=HiddenInput()
    )
    next = HiddenField()
