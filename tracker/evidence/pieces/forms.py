"""What somebody can show: text, link, file and day. Lengths are checked by the service, which knows
them cleaned."""

from collections.abc import Collection
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from tracker.evidence.files.rules import Upload, clean_name, kind_of
from tracker.evidence.pieces.rules import EvidenceContent, may_be_drawn
from tracker.rules.errors import Refusal
from tracker.web.http.errors import put_on, refusal_messages
from tracker.web.ui.fields import an_id
from tracker.web.ui.form import Form

refusal_messages(
    evidence_archived=_l("This evidence is archived. Restore it first; nothing was changed."),
    evidence_changed=_l(
        "This evidence was changed in another window after you opened this page. What you typed "
        "is still here: "
        "compare it with the newest version, and save again to put yours in its place."
    ),
    evidence_done_in_future=_l("The day it was done cannot be in the future."),
    evidence_done_long_ago=_l("Check the year of the day it was done."),
    evidence_jot_empty=_l("Write a line first."),
    evidence_jot_long=_l(
        "That is longer than a line of %(most)s characters. Shorten it, or add it as evidence."
    ),
    evidence_link_not_web=_l(
        "This is not a web address. Write it like https://example.org/page, without a user name or "
        "spaces."
    ),
    evidence_links_many=_l("Choose at most %(most)s statements at a time."),
    evidence_links_none=_l("Choose a statement first."),
    evidence_reason_long=_l(
        "A reason may have at most %(most)s characters. Shorten the longest one."
    ),
    evidence_statement_unknown=_l(
        "One of the statements is not of your framework. Choose from the list."
    ),
    evidence_text_long=_l(
        "The text may have at most %(most)s characters. Shorten it, or add the rest as a file."
    ),
    evidence_title_empty=_l("Give it a title."),
    evidence_title_long=_l(
        "The title may have at most %(most)s characters; the text below has room for more."
    ),
    file_away=_l(
        "The place where files are kept can’t be reached just now. The file is still there; try "
        "again in a few minutes."
    ),
    file_damaged=_l(
        "The stored file is damaged or missing, so it is not handed out. What you wrote beside it "
        "is unharmed. "
        "Tell your administrator; if you still have the file, add it again."
    ),
    file_empty=_l("The file is empty. Choose one that has something in it."),
    file_infected=_l(
        "The virus scanner found something harmful in the file. Nothing was saved. Delete the "
        "file, and tell whoever looks after your computer."
    ),
    file_large=_l("The file is larger than %(most)s MB. Send a smaller one, or add it as a link."),
    file_not_kept=_l(
        "The server has no room for the file, so nothing was saved. What you typed is still here. "
        "Tell your administrator, or save it without the file for now."
    ),
    file_not_what_it_says=_l(
        "The content of the file is not a whole %(ending)s file. Save it again as what its name "
        "says, a text as UTF-8, and choose it."
    ),
    file_type_unknown=_l("Only PDF, PNG, JPEG, DOCX, XLSX and TXT files are taken."),
    file_unsafe=_l(
        "The file holds macros, a password or parts that are not safe to keep. Save it without "
        "them."
    ),
    file_unchecked=_l(
        "The file can’t be checked for viruses now. Nothing was saved; what you typed is still "
        "here. Try again later, or save it without the file."
    ),
    file_store_away=_l(
        "The place where files are kept can’t be reached just now, so nothing was saved. What you "
        "typed is still here. Try again in a few minutes, or save it without the file for now."
    ),
    files_many=_l("Choose at most %(most)s files at a time."),
    files_on_the_way=_l(
        "Another upload of yours is still being saved. Wait until it is done, and send this one "
        "again."
    ),
    files_full=_l(
        "Your files would take more than the %(total)s MB that one person has. Use a link instead."
    ),
    office_field=_l(
        "A field or formula in the file starts a program or loads something: %(what)s. Put its "
        "text in its place, or print the file to PDF. Then choose the new file."
    ),
    office_field_hidden=_l(
        "The file has a field whose name is worked out by another field, so it can’t be checked. "
        "Put its text in its place, or print the file to PDF. Then choose the new file."
    ),
    office_fields_anew=_l(
        "The file updates all its fields when it’s opened. Print it to PDF, and choose the "
        "new file."
    ),
    office_link=_l(
        "The file has a link to %(what)s. Only links to web pages and email addresses can be kept. "
        "Remove the link, or print the file to PDF. Then choose the new file."
    ),
    office_macro=_l(
        "The file holds a macro or an add-in, which is a program (%(what)s). Save it as DOCX or "
        "XLSX without it, or print it to PDF. Then choose the new file."
    ),
    office_media=_l(
        "The file holds sound, video, or a 3D model (%(what)s). Delete it, or print the file to "
        "PDF. Then choose the new file."
    ),
    office_nested=_l(
        "Another document is inside the file (%(what)s). Delete it there, or print the file to "
        "PDF. Then choose the new file, and add the other document by itself."
    ),
    office_object=_l(
        "The file holds an object of another program (%(what)s). Put a picture of it in its place, "
        "or print the file to PDF. Then choose the new file."
    ),
    office_outside=_l(
        "The file loads something from elsewhere when it’s opened: %(what)s. Put the picture, "
        "text, or numbers themselves into the file (Break Link in Word and Excel), or print it to "
        "PDF. Then choose the new file."
    ),
    office_unknown=_l(
        "The file holds something that can’t be checked: %(what)s. Save it as a new DOCX or XLSX "
        "file, or print it to PDF. Then choose the new file."
    ),
    office_unreadable=_l(
        "A part of the file can’t be read, so it can’t be checked: %(what)s. Save it as a new DOCX "
        "or XLSX file, or print it to PDF. Then choose the new file."
    ),
    pages_large=_l(
        "Pictures of the pages would take more than %(most)s MB. Print fewer pages of the file to "
        "PDF, and choose the new file."
    ),
    pages_many=_l(
        "Pictures can be kept of at most %(pages)s pages, and the PDF has more. Print the pages "
        "that you need to PDF, and choose the new file."
    ),
    pages_in_turn=_l(
        "Pictures of another PDF of yours are still being made. Nothing was saved; what you typed "
        "is still here. Wait a few seconds, then choose the file and save again."
    ),
    pages_not_drawn=_l(
        "Pictures of the pages of the PDF couldn’t be made: it is damaged, or takes too long. "
        "Print it to PDF again, and choose the new file. If you chose several, save them one by "
        "one."
    ),
    pages_not_now=_l(
        "Pictures of pages can’t be made just now. Nothing was saved; what you typed is still "
        "here. Try again in a minute, or save it without the file."
    ),
    **dict.fromkeys(
        ("pdf_files", "pdf_form", "pdf_media", "pdf_opens", "pdf_outside", "pdf_script"),
        _l(
            "The PDF has %(what)s, so it can’t be kept as it is. Print it to PDF again and choose "
            "the new file, or keep pictures of its pages."
        ),
    ),
    pdf_link=_l(
        "The PDF has a link to %(what)s. Only links to web pages and email addresses can be kept. "
        "Print it to PDF without the link and choose the new file, or keep pictures of its pages."
    ),
    pdf_locked=_l(
        "The PDF is locked, so it can’t be checked. Open it, print it to PDF again, and choose "
        "the new file."
    ),
    pdf_unknown=_l(
        "The PDF has something that isn’t known to be safe (“%(what)s”). Print it to PDF again and "
        "choose the new file, or keep pictures of its pages."
    ),
    pdf_unreadable=_l(
        "Parts of the PDF can’t be read, so it can’t be checked. Print it to PDF again, and choose "
        "the new file."
    ),
    picture_large=_l(
        "The picture has more than %(most)s million pixels. Save a smaller copy of it, and choose "
        "that one."
    ),
    picture_moves=_l("The picture is animated. Save a still picture of it, and choose that one."),
)

ATTACHED, VIDEO, MODEL = _l("an attached file"), _l("a video or animation"), _l("a 3D model")
SCRIPT, ELSEWHERE = _l("a script"), _l("the address of a file elsewhere")
IN_A_PDF = {
    **dict.fromkeys(("/JS", "/JavaScript", "/ECMAScript"), SCRIPT),
    "/Launch": _l("a command that starts a program"),
    "/ImportData": _l("a command that loads data"),
    "/RichMediaExecute": _l("a command to a video"),
    "/PS": _l("a program in PostScript"),
    **dict.fromkeys(("/EF", "/EmbeddedFiles", "/EmbeddedFile", "/FileAttachment"), ATTACHED),
    "/GoToE": _l("a link to an attached file"),
    **dict.fromkeys(("/Collection", "/Navigator"), _l("a portfolio of files")),
    "ZIP": _l("a ZIP file"),
    "/GoToR": _l("a link to another file"),
    **dict.fromkeys(("/Filespec", "/F", "/FFilter", "/UF"), ELSEWHERE),
    "/OPI": _l("a picture that is loaded from elsewhere"),
    **dict.fromkeys(("/3D", "/3DAnnot", "/3DView", "/U3D", "/PRC", "/GoTo3DView"), MODEL),
    **dict.fromkeys(("/Movie", "/Screen", "/RichMedia", "/RichMediaContent", "/MediaClip"), VIDEO),
    **dict.fromkeys(("/Rendition", "/Renditions"), VIDEO),
    "/Sound": _l("a sound"),
    "/AlternatePresentations": _l("a slide show"),
    "/XFA": _l("a form that only Adobe’s programs show"),
    "/SubmitForm": _l("a button that sends what is typed"),
    "/AA": _l("a command that runs by itself"),
    "/OpenAction": _l("a command that runs when it’s opened"),
}
"""What a name stands for, by which a PDF is refused."""


class EvidenceForm(Form):
    title = StringField(_l("Title"), [InputRequired(_l("Give it a title."))])
    text = TextAreaField(_l("What you did, and what came of it"), [Optional()])
    done_on = DateField(_l("Day it was done"), [Optional()])
    url = StringField(_l("Link"), [Optional()])
    file: Any = MultipleFileField(_l("Files"), [Optional()])
    draw = BooleanField(_l("Keep pictures of its pages instead"))
    may_draw = False
    """Whether that is offered: it stays so once it was chosen."""

    def refuse(self, refusal: Refusal) -> None:
        """Say so in words; of a PDF that carries something offer pictures."""
        self.may_draw = may_be_drawn(refusal)
        if self.may_draw and refusal.code != "pdf_link":
            name = str(refusal.facts["what"])
            refusal.facts["what"] = IN_A_PDF.get(name, name.lstrip("/"))
        put_on(self, refusal)

    def content(self) -> EvidenceContent:
        return EvidenceContent(
            self.title.data or "", self.text.data or "", self.url.data or "", self.done_on.data
        )

    def uploads(self, most: int) -> list[Upload]:
        """The files that were sent, each cut one byte past `most`: enough to know that it is too
        large.

        One whose name cannot be read comes without it, or as a text: it is refused, not left out in
        silence.
        """
        sent_files = [_read(sent, most) for sent in request.files.getlist(self.file.name)]
        if not sent_files and request.form.get(self.file.name):
            return [Upload("", b"")]
        return [upload for upload in sent_files if upload.name or upload.content]

    def sends(self, kinds: Collection[str]) -> bool:
        names = [sent.filename or "" for sent in request.files.getlist(self.file.name)]
        return any(kind_of(clean_name(name)) in kinds for name in names)

    @property
    def sent_name(self) -> str:
        """The names of the files that came with a form which is shown again, as the browser doesn't
        keep them."""
        names = [sent.filename for sent in request.files.getlist(self.file.name)]
        return ", ".join(name for name in names if name)


def _read(sent: FileStorage, most: int) -> Upload:
    sent.stream.seek(0)
    return Upload(sent.filename or "", sent.stream.read(most + 1))


class EditForm(EvidenceForm):
    file = FileField(_l("File"), [Optional()])
    version = HiddenField()
    drop_file = BooleanField(_l("Take the file away"))

    def upload(self, most: int) -> Upload | None:
        return next(iter(self.uploads(most)), None)

    @property
    def base_version(self) -> int:
        """The version that the page showed; 0, which no version has, when it does not say."""
        return an_id(self.version.data or "") or 0


class JotForm(Form):
    line = StringField(
        _l("Quick note: what you did, in one line"), [InputRequired(_l("Write a line first."))]
    )

    def refuse(self, refusal: Refusal) -> None:
        put_on(self, refusal)


class LinkForm(Form):
    evidence_id = StringField()
    statement_id = StringField()
    reason = StringField()
