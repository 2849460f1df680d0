"""A client who says that it is urgent, or that we took him wrongly."""

import re

_OBJECTS = re.compile(
    r"\bсрочн(?!\w*\s+не\b)\w*|\bнеотложн\w+|\bэкстренн\w+|\bгорит\b|\bнемедленно\b|\bне\s+мо(?:гу|жем)\s+(?:столько\s+|так\s+долго\s+)?ждать|\bне\s+терпит|"
    r"\bждать\s+(?:до\s+)?понедельник\w*|\bдо\s+понедельника\s+(?:не|поздно)|\b(?:раньше|быстрее)\s+(?:чем\s+)?(?:в\s+)?понедельник\w*|"
    # «вы неверно поняли», «вы меня не так поняли», «это не возврат», «я не о том», «не про это»
    r"\b(?:неверно|неправильно|не\s+так|не\s+правильно|не\s+верно|не\s+то)\s+(?:меня\s+|нас\s+|вы\s+|мой\s+|наш\s+|вопрос\s+)*поня\w+|\bпоняли\s+(?:меня\s+|нас\s+)?(?:неверно|неправильно|не\s+так)|"
    r"\bя\s+(?:не\s+(?:о\s+том|про\s+то|об\s+этом|это)|спрашивал[аи]?\s+(?:о\s+другом|не\s+(?:о|про)))|\bвы\s+ошиблись|\bэто\s+не\s+(?:возврат|предложение|сотрудничеств\w+|доработк\w+|запрос)|"
    r"\bшұғыл\b|\bтез\s+арада\b|\burgent\w*|\basap\b|\bcannot\s+wait|\bcan't\s+wait|\bmisunderstood",
    re.I,
)
_NOT_URGENT = re.compile(r"\b(?:не|ничего)\s+срочн\w+|\bэто\s+не\s+срочно|\bnot\s+urgent", re.I)
# what one of them always holds, in lower case: looked for first, since few letters do
_MAY_OBJECT = re.compile(
    r"срочн|неотложн|экстренн|горит|немедленно|ждать|терпит|понедельник|поня|спрашивал|ошиблись|я\s+не\s+(?:о|про|эт)|"
    r"это\s+не\s|шұғыл|тез\s|urgent|asap|wait|misunder"
)


def find_objection(subject: str, words: str) -> str | None:
    """The words by which the client objects («срочно», «вы неверно поняли»), or None. «Не срочно» is no objection."""
    for text in (words, subject):
        if _MAY_OBJECT.search(text.lower()) is None:
            continue
        match = _OBJECTS.search(_NOT_URGENT.sub(" ", text))
        if match is not None:
            return " ".join(match.group().split())
    return None
