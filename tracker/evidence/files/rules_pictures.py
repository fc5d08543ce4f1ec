"""A picture is drawn anew from its pixels: where and with what it was taken, its comments, and
whatever hangs behind it stay out.

What a camera hangs behind a picture (a second picture, a short film) nobody can take off by hand,
so a tail is dropped and not refused.
"""

import io
import threading
from struct import error as StructError  # noqa: N812
from zlib import error as ZlibError  # noqa: N812

from PIL import Image, ImageCms, ImageOps
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile

from tracker.rules.errors import Invalid

PIXELS_MAX = 25_000_000
"""Most pixels of a picture, read from its header: a camera of 24 megapixels is within."""
SCANS_MAX = 100
"""Most passes of a progressive JPEG; a camera makes ten, and each costs as much as a picture."""
SHOWN = frozenset({"transparency", "srgb", "gamma", "chromaticity"})
"""What a PNG says beside its pixels that is needed to show them."""
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    StructError,
    ZlibError,
)
"""What Pillow raises for content that is not what it should be."""

Image.MAX_IMAGE_PIXELS = PIXELS_MAX
_turn = threading.Lock()


def check(content: bytes, kind: str) -> None:
    """By the header alone, no pixel is decoded. Raises Invalid: picture_large, picture_moves,
    file_not_what_it_says."""
    try:
        with _opened(content, kind) as picture:
            pixels = picture.width * picture.height
            moves = getattr(picture, "is_animated", False)
    except BROKEN as error:
        raise _broken(kind) from error
    if kind == "jpg" and content.count(b"\xff\xda") > SCANS_MAX:
        raise _broken(kind)
    if pixels > PIXELS_MAX:
        raise Invalid("picture_large", "file", most=PIXELS_MAX // 1_000_000)
    if moves:
        raise Invalid("picture_moves", "file")


def redrawn(content: bytes, kind: str) -> bytes:
    """Upright, in sRGB, with its pixels only. The same picture always gives the same bytes.

    One at a time in a process, so that its memory is bounded. Raises Invalid as `check` does.
    """
    check(content, kind)
    with _turn:
        try:
            with _opened(content, kind) as picture:
                return _as_jpeg(picture) if kind == "jpg" else _as_png(picture)
        except BROKEN as error:
            raise _broken(kind) from error


def _opened(content: bytes, kind: str) -> JpegImageFile | PngImageFile:
    """Never another format, and never what a JPEG holds beside its first picture."""
    return (JpegImageFile if kind == "jpg" else PngImageFile)(io.BytesIO(content))


def _as_jpeg(picture: Image.Image) -> bytes:
    """With the tables it was made with, so that next to nothing is lost."""
    assert isinstance(picture, JpegImageFile)
    tables, sampling = picture.quantization, get_sampling(picture)
    return _written(_upright(picture), "JPEG", qtables=tables, subsampling=sampling)


def _as_png(picture: Image.Image) -> bytes:
    return _written(_upright(picture), "PNG")


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    profile = picture.info.get("icc_profile")
    return _in_srgb(picture, profile) if profile else picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """As it is where the profile is damaged, or is not one for these pixels."""
    mode = "RGB" if picture.mode == "CMYK" else picture.mode
    if mode not in ("RGB", "RGBA"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        same = mode == picture.mode
        made = ImageCms.profileToProfile(picture, source, target, outputMode=mode, inPlace=same)
    except (ImageCms.PyCMSError, *BROKEN):
        return picture
    return made or picture


def _written(picture: Image.Image, form: str, **options: object) -> bytes:
    picture.info = {name: value for name, value in picture.info.items() if name in SHOWN}
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _broken(kind: str) -> Invalid:
    return Invalid("file_not_what_it_says", "file", ending=kind.upper())
