"""A picture of the screen among the attachments."""

import pytest

from parsers.mail import Attachment
from rules.screenshot import find_screenshot


def _picture(name: str | None, *, size: int = 80, inline: bool = False, kind: str = "image/png") -> Attachment:
    return Attachment(filename=name, content_type=kind, size=size, inline=inline, content_id=None, digest="")


@pytest.mark.parametrize(
    "name",
    [
        "Снимок экрана 2024-04-02 101522.png",
        "Screenshot_20240409-113207_Halyk.jpg",
        "скрин чата 1.png",
        "IMG_0712.PNG",
        "photo_2024-04-19.jpg",
        "WhatsApp Image 2024-04-22 at 17.40.11.jpeg",
        "2026-03-06_11-20.png",
        "белая_страница.png",
        "до.png",
    ],
)
def test_a_picture_with_a_telling_name_is_one(name: str) -> None:
    assert find_screenshot((_picture(name),), "") == name


@pytest.mark.parametrize(
    "name",
    [
        "logo.png",
        "image001.png",
        "чек.jpg",
        "акт 301.jpg",
        "обложка.jpg",
        "Screenshot.pdf",
        "screenrec_0421.mp4",
        "букет.jpg",
    ],
)
def test_other_attachments_are_no_screenshots(name: str) -> None:
    assert find_screenshot((_picture(name, inline=True),), "") is None


def test_a_pasted_picture_counts_by_its_size() -> None:
    assert find_screenshot((_picture("image.png", size=90_000, inline=True),), "") is not None
    assert find_screenshot((_picture("image.png", size=900, inline=True),), "") is None


def test_a_picture_of_any_name_counts_where_the_text_speaks_of_the_screen() -> None:
    assert find_screenshot((_picture("123.png"),), "на скрине обвела") is not None
    assert find_screenshot((_picture("123.png"),), "") is None


def test_a_nameless_picture_is_judged_by_its_size() -> None:
    assert find_screenshot((_picture(None, size=90_000),), "") == "image/png"
    assert find_screenshot((_picture(None, size=900),), "") is None


def test_the_one_picture_of_a_letter_that_speaks_of_a_screenshot_is_it() -> None:
    assert find_screenshot((_picture("письмо_outlook.png"),), "квадраты вместо букв (скрин)") is not None
    assert find_screenshot((_picture("письмо_outlook.png"),), "квадраты вместо букв") is None
    assert find_screenshot((_picture("logo.png"),), "скрин пришлю завтра") is None
