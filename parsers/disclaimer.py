"""Paragraphs that a company, a virus scanner or a mailing list puts under every letter."""

import re

MAX_LENGTH = 6000
"""Characters of a paragraph that are looked at."""

# Each of these alone says it: nobody writes so by hand.
_PLAIN = re.compile(
    r"confidentiality notice|virus[- ]free\b.{0,20}(?:avast|avg|www)|avast\.com"
    r"|checked (?:for viruses )?by (?:avg|avast|norton)"
    r"|scanned (?:for viruses|by)|before printing this e?-?mail|consider the environment before"
    r"|think before you print"
    r"|подумайте об окружающей среде|прежде чем (?:рас)?печатать это (?:письмо|сообщение)"
    r"|проверено на (?:наличие )?вирус|вирусов нет"
    r"|без вирусов\.|you received this message because you are subscribed|to unsubscribe from this (?:group|list)"
    r"|mailing list\s*$|listinfo/|нұсқау: бұл хат құпия",
    re.IGNORECASE,
)
# Two different kinds of these say it: «конфиденциальная информация» + «предназначено только для адресата».
_SECRET = re.compile(
    r"confidential|privileged|proprietary|конфиденциальн|коммерческ\w+ тайн|служебн\w+ тайн|құпия|конфіденційн"
    r"|vertraulich|confidentiel"
    r"|riservat|confidencia|vertrouwelijk|poufn|fortrolig|konfidentiell|důvěrn|gizli|охраняем\w+ законом",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"intended (?:recipient|only|solely|for)|named addressee|individual or entity|предназначен\w* (?:только "
    r"|исключительно |лишь )?(?:для|лиц\w*|адресат)"
    r"|только (?:для )?(?:адресат|получател|лиц)\w*|адресат|адресован|указанн\w+ получател|unintended"
    r"|destinataire|destinatari|bestimmt|bestemd|адресатқа|арналған"
    r"|uso esclusivo|exclusively for|sole use",
    re.IGNORECASE,
)
_BY_MISTAKE = re.compile(
    r"in error|by mistake|not the (?:intended|named)|по ошибке|ошибочно|не являетесь (?:получател|адресат"
    r"|надлежащ|предполагаем)\w*|қателесіп|қате|помилков|irrtümlich"
    r"|par erreur|per errore|por error|por engano|abusievelijk|omyłk",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"(?:is|are) (?:strictly )?prohibited|(?:copy|copying|disclos\w+|distribut\w+|dissemination)\b|удалите"
    r"|уничтож|запрещ|копирован|распростран|раскрыт"
    r"|delete (?:it|this|the)|notify (?:the sender|us)|уведомите|сообщите (?:об этом )?отправител|liable"
    r"|ответственност|жойыңыз|löschen|cancellar|détruire|verwijder"
    r"|viruses|вирус",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"this (?:e-?\s?mail|message|communication|transmission)|(?:это|данное"
    r"|настоящее) (?:электронное )?(?:сообщение|письмо)|содержимое (?:этого|данного)|информация, содержащаяся"
    r"|бұл (?:хат|хабарлама|электрондық)|цей лист|diese e-?mail|dieser nachricht|ce message|este (?:mensaje"
    r"|correo)|questo messaggio|esta mensagem|dit bericht|information contained"
    r"|ta wiadomość|the contents of|любые вложения|any attachments",
    re.IGNORECASE,
)


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph is no words to the reader but a notice that stands under every letter.

    «Это конфиденциальные данные, не публикуйте их» is a client's request: one kind of sign is not enough.
    """
    text = paragraph[:MAX_LENGTH]
    if _PLAIN.search(text):
        return True
    if not _SELF.search(text):
        return False
    signs = sum(bool(pattern.search(text)) for pattern in (_SECRET, _ADDRESSED, _BY_MISTAKE, _FORBIDDEN))
    return signs >= 2
