"""Sending, answering, asking, agreeing, and the sentences for what a review refuses."""

from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional

from tracker.frameworks.versions.rules import Ground
from tracker.reviews.review.rules import ReviewerResponse, response_of
from tracker.rules.errors import Invalid
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    review_nothing_chosen=_l("Choose at least one statement to send."),
    review_too_many=_l(
        "You chose %(count)s statements; a review holds at most %(most)s. Send the rest in another."
    ),
    review_yourself=_l("Nobody reviews themselves. Choose somebody else."),
    review_not_supervisor=_l("This person cannot review it now. Choose somebody from the list."),
    review_one_only=_l(
        "%(name)s can review one statement at a time. Choose one statement, or another reviewer."
    ),
    review_not_rated=_l(
        "Some of these statements cannot be sent: you have not rated them, or your library does "
        "not rate them. Choose from the list below."
    ),
    review_out_already=_l(
        "Some of these statements are with a reviewer already. Nothing was sent; the list shows "
        "what can be sent now."
    ),
    review_ground_needed=_l("Say how you know. Your answer is kept on this page."),
    review_ground_empty=_l(
        "No evidence was sent with this statement. Choose another way that you know it."
    ),
    review_told_needed=_l(
        "Write in the note what you were told. The learner reads it after the reveal."
    ),
    review_text_needed=_l("Write something here first."),
    review_text_long=_l(
        "This can be %(longest)s characters long; it has %(length)s. It is kept on this page: "
        "shorten it and send it again."
    ),
    review_answer_needed=_l("Choose an answer, or Return to ask a question."),
    review_ground_unknown=_l("This isn’t a way to know it that is offered. Choose again."),
    review_nothing_ticked=_l("Select each that this answer is for first. Nothing was saved yet."),
    review_bar_needed=_l("Choose the answer for what you selected first. Nothing was saved yet."),
    answers_refused=_l(
        "Nothing was saved yet. Look at what is marked, then send again; all that you chose is "
        "kept."
    ),
    review_item_changed=_l(
        "You saved another answer to this statement in the meantime, perhaps in another tab. Both "
        "are on this page; nothing was lost."
    ),
    review_changed=_l(
        "This review changed after you opened this page, so nothing was revealed. Check your "
        "answers, then reveal."
    ),
    review_not_ready=_l(
        "There is nothing to reveal now: a statement still waits for an answer, or all were "
        "revealed before. Nothing was changed."
    ),
    differences_over=_l(
        "The last day of this review is over. What still differs ends with no agreement, and what "
        "isn’t rated isn’t counted. Both ratings stay on record. You can send the statement again."
    ),
    week_taken=_l(
        "One more week has been taken for this review already, which can be done once. The date "
        "stays as it is. If there is too little time, talk to each other, or have the review "
        "reassigned."
    ),
    confirmation_own=_l(
        "You confirmed or withdrew this in another window after you opened this page. Compare what "
        "stands with what you chose here, then confirm again if yours should replace it."
    ),
    confirmation_unseen=_l(
        "The other of you agreed in the meantime, and your page did not show it. Read it here, "
        "then confirm again; what you chose is kept."
    ),
    step_owner=_l("Choose one of you two."),
    step_date_needed=_l("Enter the day by which it should be done."),
    step_date=_l("Enter a day from today on, within five years."),
    statement_hidden=_l(
        "You can’t do this yet: it would show you earlier ratings. You have one statement of this "
        "person to review by itself, or their record isn’t open to you yet."
    ),
    endorsement_over=_l(
        "This reviewed rating isn’t current anymore, so there is nothing to ask a second opinion "
        "on. You can send the statement for review as always."
    ),
    nothing_to_give=_l("Select a review, or enter a date. Nothing was changed."),
    review_not_for_all=_l(
        "This person can’t review all of what is selected. Select fewer reviews, choose somebody "
        "else, or, for your own reviews, enter a date."
    ),
    open_work_changed=_l(
        "Something here was finished, withdrawn, or given to somebody else meanwhile, so nothing "
        "was changed. Look at the list again."
    ),
    deputy_unknown=_l(
        "This person supervises and coordinates no team of your library now. Choose one from the "
        "list."
    ),
    deputy_days=_l("Enter a day from today on, within a year."),
    review_withdrawn=_l(
        "The person who sent this review withdrew it. There is nothing left to do."
    ),
)


class ReaderForm(Form):
    """`reviewer` is "person-team"; who may be chosen is the service's to say."""

    reviewer = RadioField(
        _l("Who should review?"), [InputRequired(_l("Choose a reviewer."))], validate_choice=False
    )

    @property
    def person_and_team(self) -> tuple[int, int]:
        """Raises Invalid("review_not_supervisor") for what the page does not offer."""
        match [fields.an_id(part) for part in str(self.reviewer.data).split("-")]:
            case [int(person_id), int(team_id)]:
                return person_id, team_id
        raise Invalid("review_not_supervisor", "reviewer")


class SendForm(ReaderForm):
    """`all_at_once`, `without_drafts` and `back`: what was answered where so many are sent at once,
    or where something typed is not sent yet.
    `second_to`: who rated it first, where a second opinion is asked for."""

    second_to: Any = HiddenField(filters=[fields.id_or_none])
    statements = SelectMultipleField(
        _l("Statements"), coerce=fields.id_or_none, choices=[], validate_choice=False
    )
    all_at_once = BooleanField()
    without_drafts = BooleanField()
    back = BooleanField()

    def validate_reviewer(self, field: RadioField) -> None:
        if self.second_to.data and str(field.data).split("-")[0] == str(self.second_to.data):
            raise ValidationError(_("This person rated it first. Choose somebody else."))

    @property
    def chosen(self) -> list[int]:
        return [
            statement_id for statement_id in self.statements.data or [] if statement_id is not None
        ]


class GiveForm(Form):
    """`reviewer`: the choices are handed in. `reviews`: those that were ticked; which of them can
    go on is the service's to say."""

    reviews = SelectMultipleField(
        _l("Reviews"), coerce=fields.id_or_none, choices=[], validate_choice=False
    )
    reviewer = fields.select_id(_l("Give to"), _l("Choose somebody."))
    until_on: Any = fields.day(
        _l("Until"),
        description=_l(
            "With a date they are also your backup reviewer from today to that day: new reviews "
            "can be sent to them, and they can take what comes in to you."
        ),
    )
    note = StringField(
        _l("Why"), description=_l("The people who sent these reviews and the new reviewer read it.")
    )

    @property
    def chosen(self) -> list[int]:
        return [review_id for review_id in self.reviews.data or [] if review_id is not None]


class AnswerForm(Form):
    """An answer, or a question in its place. `version` is the item's that the page showed.

    Which answers there are is the framework's to say: the service asks it."""

    answer = RadioField(
        _l("Answer"),
        [InputRequired(_l("Choose an answer, or Return to ask a question."))],
        validate_choice=False,
    )
    ground = RadioField(
        _l("How do you know?"),
        [Optional(strip_whitespace=False)],
        choices=fields.choices((key, key) for key in Ground),
    )
    note = TextAreaField(_l("Note, or your question"))
    version = IntegerField(_l("Version"), [InputRequired()])

    def response(self, item_id: int) -> ReviewerResponse:
        """Of a form that is valid."""
        ground, note = self.ground.data or "", self.note.data or ""
        return response_of(item_id, self.answer.data, ground, note, self.version.data or 0)


class RevealForm(Form):
    version = IntegerField(_l("Version"), [InputRequired()])


class ReplyForm(Form):
    text = TextAreaField(_l("Your reply"))


class ThanksForm(Form):
    text = TextAreaField(_l("Your thanks"))


class StepForm(Form):
    """`owner`: the choices are handed in."""

    text = StringField(_l("Next step"))
    owner = SelectField(
        _l("Whose"), [InputRequired(_l("Choose one of you two."))], coerce=fields.id_or_none
    )
    due_on = DateField(_l("By"), [Optional()])
