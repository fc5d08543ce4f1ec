"""What is kept of a picture, and which are refused before a pixel is decoded."""

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tests.factories.evidence import jpeg, png, zipped
from tracker.evidence.files import rules_pictures as files_rules_pictures
from tracker.evidence.files.rules import Upload, cleaned, judge
from tracker.evidence.files.rules_pictures import PIXELS_MAX, SCANS_MAX, check, redrawn
from tracker.rules.errors import Invalid

CANARY = b"canary-43.65N"
PAGE = b"<html><script>alert('" + CANARY + b"')</script></html>"
MOST = 10 * 1024 * 1024


def camera_data(orientation: int = 1) -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = CANARY.decode()
    data.get_ifd(0x8825).update({1: "N", 2: (43.0, 39.0, 0.0), 3: "W", 4: (79.0, 22.0, 0.0)})
    return data


def two_halves() -> Image.Image:
    """Red on the left, blue on the right."""
    made = Image.new("RGB", (64, 32), (255, 0, 0))
    made.paste((0, 0, 255), (32, 0, 64, 32))
    return made


def written(picture: Image.Image, form: str, **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_with_everything() -> bytes:
    whole = jpeg(exif=camera_data(), comment=CANARY, xmp=b"<x:xmpmeta>" + CANARY)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(CANARY)) + CANARY
    own = b"MakerNote" + CANARY
    return whole[:2] + segment(0xED, iptc) + segment(0xE4, own) + whole[2:] + PAGE


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with_everything() -> bytes:
    words = PngInfo()
    words.add_text("Author", CANARY.decode())
    words.add_text("Comment", CANARY.decode(), zip=True)
    words.add_itxt("XML:com.adobe.xmp", CANARY.decode())
    whole = written(two_halves(), "PNG", pnginfo=words, exif=camera_data())
    return whole[:33] + chunk(b"prVt", CANARY) + whole[33:]


@pytest.mark.parametrize(
    ("name", "content"), [("x.jpg", jpeg_with_everything()), ("x.png", png_with_everything())]
)
def test_nothing_is_kept_but_the_pixels(name: str, content: bytes) -> None:
    assert CANARY in content
    kept = cleaned(judge(Upload(name, content), MOST), MOST).content
    assert CANARY not in kept
    assert b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert redrawn(content, name[2:]) == kept, "the same picture gives the same bytes"


@pytest.mark.parametrize("behind", [PAGE, b"\0" * 500, jpeg(), b"ftypmp42" + CANARY])
def test_what_hangs_behind_a_jpeg_is_dropped(behind: bytes) -> None:
    """Cameras write there too: a second picture, a short film."""
    content = jpeg() + behind
    assert redrawn(content, "jpg") == redrawn(jpeg(), "jpg")


def test_a_second_picture_that_the_camera_lists_is_dropped() -> None:
    content = written(two_halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    with Image.open(io.BytesIO(redrawn(content, "jpg"))) as kept:
        assert (kept.format, kept.size, getattr(kept, "n_frames", 1)) == ("JPEG", (64, 32), 1)


@pytest.mark.parametrize(
    ("orientation", "top_left"), [(1, "red"), (3, "blue"), (6, "red"), (8, "blue")]
)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_stays_upright(form: str, orientation: int, top_left: str) -> None:
    content = written(two_halves(), form, exif=camera_data(orientation))
    with Image.open(io.BytesIO(redrawn(content, "jpg" if form == "JPEG" else "png"))) as kept:
        assert kept.size == ((64, 32) if orientation in (1, 3) else (32, 64))
        red, _green, blue = kept.convert("RGB").getpixel((2, 2))
        assert ("red" if red > 200 > blue else "blue") == top_left


def test_a_jpeg_loses_next_to_nothing() -> None:
    before = Image.effect_noise((160, 120), 60).convert("RGB")
    content = written(before, "JPEG", quality=82, subsampling=1)
    kept = redrawn(content, "jpg")
    with Image.open(io.BytesIO(content)) as first, Image.open(io.BytesIO(kept)) as second:
        assert first.quantization == second.quantization
        pairs = zip(first.tobytes(), second.tobytes(), strict=True)
        assert sum(abs(a - b) for a, b in pairs) / (160 * 120 * 3) < 1
    assert abs(len(kept) - len(content)) < len(content) / 10


def swapped_profile() -> bytes:
    """sRGB with red and blue changed for each other: a conversion that skips it is seen."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(content[at : at + 4]): at for at in range(132, 132 + 12 * content[131], 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    content[red + 4 : red + 12], content[blue + 4 : blue + 12] = (
        content[blue + 4 : blue + 12],
        content[red + 4 : red + 12],
    )
    return bytes(content)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_colors_are_put_into_srgb(form: str) -> None:
    content = written(Image.new("RGB", (16, 16), (255, 0, 0)), form, icc_profile=swapped_profile())
    with Image.open(io.BytesIO(redrawn(content, "jpg" if form == "JPEG" else "png"))) as kept:
        red, _green, blue = kept.convert("RGB").getpixel((8, 8))
        assert blue > 200 > red
        assert "icc_profile" not in kept.info


@pytest.mark.parametrize("profile", [b"", b"junk" + CANARY, b"\0" * 128])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_damaged_profile_is_dropped(mode: str, profile: bytes) -> None:
    content = written(Image.new(mode, (16, 16)), "JPEG", icc_profile=profile)
    assert CANARY not in redrawn(content, "jpg")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_each_kind_of_png_stays_what_it_is(mode: str) -> None:
    content = written(Image.new(mode, (9, 7), 1 if mode == "P" else None), "PNG")
    with (
        Image.open(io.BytesIO(content)) as before,
        Image.open(io.BytesIO(redrawn(content, "png"))) as kept,
    ):
        assert (kept.mode, kept.tobytes()) == (before.mode, before.tobytes())


def test_transparent_pixels_stay_so() -> None:
    palette = two_halves().quantize(2)
    content = written(palette, "PNG", transparency=0)
    with Image.open(io.BytesIO(redrawn(content, "png"))) as kept:
        assert kept.info["transparency"] == 0


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(Invalid) as refused:
        judge(Upload(name, content), MOST)
    return refused.value.code


def jpeg_that_says(width: int, height: int) -> bytes:
    content = bytearray(jpeg())
    at = content.find(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", png(50_000, 50_000)),
        ("x.png", png(2**31 - 1, 1)),
        ("x.png", png(5_001, 5_000)),
        ("x.jpg", jpeg_that_says(65_000, 65_000)),
        ("x.jpg", jpeg_that_says(5_001, 5_000)),
    ],
)
def test_too_many_pixels_are_refused_by_the_header(
    name: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    assert refusal(content, name) == "picture_large"


def test_the_most_pixels() -> None:
    assert PIXELS_MAX == 5_000 * 5_000
    check(png(5_000, 5_000), "png")
    check(jpeg_that_says(5_000, 5_000), "jpg")


def test_a_jpeg_of_endless_passes() -> None:
    whole = jpeg(progressive=True)
    at = whole.rfind(b"\xff\xda")
    assert redrawn(whole, "jpg")
    assert refusal(whole[:at] + whole[at:-2] * (SCANS_MAX + 1) + whole[-2:], "x.jpg") == (
        "file_not_what_it_says"
    )


def test_an_animated_picture() -> None:
    still = two_halves()
    content = written(still, "PNG", save_all=True, append_images=[still.rotate(180)] * 3)
    assert refusal(content, "x.png") == "picture_moves"


def test_a_picture_that_grows_past_the_most() -> None:
    content = written(Image.effect_noise((64, 64), 60), "PNG")
    accepted = judge(Upload("x.png", content), MOST)
    with pytest.raises(Invalid) as refused:
        cleaned(accepted, 100)
    assert refused.value.code == "file_large"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("jpg", jpeg()[:-200]),
        ("jpg", jpeg()[:300] + b"\xff\xd9"),
        ("jpg", png()),
        ("png", jpeg()),
        ("png", png(9, 9)),
        ("jpg", zipped("a")),
        ("png", b""),
    ],
)
def test_what_cannot_be_drawn(kind: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        redrawn(content, kind)
    assert refused.value.code == "file_not_what_it_says"


WHOLE = {"jpg": jpeg_with_everything(), "png": png_with_everything()}


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 2_000), st.binary(max_size=8))
def test_any_damage_is_answered(kind: str, at: int, junk: bytes) -> None:
    whole = WHOLE[kind]
    with suppress(Invalid):
        redrawn(whole[: at % len(whole)] + junk + whole[at % len(whole) + len(junk) :], kind)


def test_one_picture_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bool] = []
    monkeypatch.setattr(
        files_rules_pictures, "_as_png", lambda _: drawn.append(files_rules_pictures._turn.locked())
    )
    redrawn(png(), "png")
    assert drawn == [True]
    with suppress(Invalid):
        redrawn(jpeg()[:-200], "jpg")
    assert not files_rules_pictures._turn.locked(), "a refusal gives the turn back"
