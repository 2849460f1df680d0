"""A picture of the screen among a letter's attachments."""

import re

from parsers.mail import Attachment

TINY = 6_000
"""Bytes. A smaller picture without a telling name is a logo or a tracking dot, no picture of a screen."""

_IMAGE = re.compile(r"\.(?:png|jpe?g|heic|heif|webp|bmp|gif|tiff?)$", re.I)
# «Снимок экрана 2024-04-02 101522.png», «Screenshot_2024…», «скрин чата 1.png», «캡처_0302.png»
_NAMED_SO = re.compile(r"скрин|screen|scrin|skrin|снимок|экран|принтскрин|printscr|capture|캡처|bildschirm|ekran", re.I)
# «IMG_0712.PNG», «photo_2024-04-19.jpg», «WhatsApp Image 2024…», «2026-03-06_11-20.png», «image.png»
_FROM_CAMERA = re.compile(
    r"^(?:img|dsc|dcim|pxl|photo|whatsapp image|telegram|фото|изображение|image(?!\d{3}\b)|clip|pasted|вставка)"
    r"[\W_]*\d|^\d{4}[-_.]?\d\d[-_.]?\d\d|^(?:image|изображение|clipboard|pasted)\.",
    re.I,
)
# «ошибка.png», «белая_страница.png», «до.png», «после.png», «чат_пусто_1.png», «dashboard_cpu.png», «настройки.PNG»
_SHOWS_STATE = re.compile(
    r"ошибк|error|err\d|oshibk|страниц|stranic|page|настройк|settings|вход|login|меню|menu|чат|chat|dashboard|"
    r"диспетчер|консол"
    r"|console|postman|(?:^|[\W_])(?:до|после|было|стало|сейчас|bug|баг)(?=[\W_])|начислен|пусто|status|опрос|"
    r"плеер|player|кнопк|окно",
    re.I,
)
# «logo.png», «image001.png» of Outlook's signatures, «чек.jpg», «акт 301.jpg», «обложка.jpg», «фон_1920.jpg»
_ANOTHER_THING = re.compile(
    r"logo|лого|^image\d{3}|подпись|signature|banner|баннер|чек|chek|check|kvit|квитанц|(?:^|[\W_])акт|счет|"
    r"счёт|приказ|заявлен|письм|"
    r"облож|фон(?:[\W_]|$)|background|букет|листовк|флаер|макет|эскиз|резюме|паспорт|договор|сертифик|sert|"
    r"портрет|аватар|avatar|"
    r"афиш|постер|отделени|предложени|справк|^фото\.|icon|иконк|facebook|instagram|telegram\.|spacer|pixel",
    re.I,
)
_ORNAMENT = re.compile(
    r"logo|лого|подпись|signature|banner|баннер|icon|иконк|facebook|instagram|telegram\.|spacer|pixel", re.I
)
_NUMBERED_BY_OUTLOOK = re.compile(r"^image\d{3}|^фото\.", re.I)
# «квадраты вместо букв (скрин)»: then the one picture of the letter is it, whatever its name
_TEXT_NAMES_SCREENSHOT = re.compile(r"скрин(?!ят|ь)|screenshot|снимок\s+экрана|принтскрин", re.I)
_TEXT_SPEAKS_OF_SCREEN = re.compile(
    r"скрин|снимок|снимк|экран|ekran|сфот(?:к|ограф)|screen|на\s+фото|\bсм\.|обв[её]л|"
    r"картинк\w*[\w\s,]{0,20}\bвид|rasmga",
    re.I,
)


def find_screenshot(attachments: tuple[Attachment, ...], text: str) -> str | None:
    """The file name of the first attachment that is plainly a picture of the screen, or None.

    A picture without a telling name counts where ``text`` speaks of the screen. One without any name is judged by type
    and size; inline pictures that Outlook numbers («image001.png») belong to signatures.
    """
    if not attachments:
        return None
    speaks = bool(_TEXT_SPEAKS_OF_SCREEN.search(text))
    for attachment in attachments:
        if _is_screenshot(attachment, speaks=speaks):
            return attachment.filename or attachment.content_type
    pictures = [each.filename for each in attachments if each.filename and _IMAGE.search(each.filename)]
    if len(pictures) == 1 and not _ORNAMENT.search(pictures[0]) and _TEXT_NAMES_SCREENSHOT.search(text):
        return pictures[0]
    return None


def _is_screenshot(attachment: Attachment, *, speaks: bool) -> bool:
    name = attachment.filename or ""
    if not (_IMAGE.search(name) or (not name and attachment.content_type.startswith("image/"))):
        return False
    if _NAMED_SO.search(name):
        return True
    if _ANOTHER_THING.search(name):
        return bool(_NUMBERED_BY_OUTLOOK.search(name)) and speaks and attachment.size > 5 * TINY
    if not name:
        return attachment.size > 5 * TINY
    if _FROM_CAMERA.search(name):
        return not re.match(r"(?:image|изображение)\.", name, re.I) or attachment.size > TINY or speaks
    return bool(_SHOWS_STATE.search(name)) or speaks
