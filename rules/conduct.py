"""Obscene and insulting words towards the staff or the service, open or masked (clause 12).

Everything is matched at the beginning of a word, after masks are undone («х**ня», «сук@», «пи3дец», Latin look-alikes),
so that «подстрахуйте», «употреблять» and «сукно» stay what they are.
"""

import re
from functools import lru_cache

from rules.insults import ACCUSATIONS, BEASTS, ENGLISH, INSULTS, SAYINGS
from rules.masked_words import MASKS, hides_obscene
from rules.word_patterns import WordPatterns

# Latin letters, digits and signs that are written for Cyrillic ones: «cyка», «г0вно», «пи3дец», «сук@», «6ля»
_LOOK_ALIKES = str.maketrans("aeopcyxkmhtb036@4$z", "аеорсухкмнтвозбачсз")

# the roots of obscene words with their beginnings; ordinary words of the same letters stand in _INNOCENT
_OBSCENE = re.compile(
    r"^(?:(?:на|по|до|от|за|о|об|ни|не|при|про|вы|у|пере|рас|разъ|с|съ|из|вз|въ|под|недо|ъ)?(?:ху[йеёяию]\w*|"
    r"х[уy]ил\w*|пизд\w*|пизж\w*|бляд\w*|бледь|бля+(?:ть|дь|т|ха)?|еба\w*|ёба\w*|еб[уиеоёнлк]\w*|ёб[аыену]\w*|"
    r"ебл\w*|муд[аоие](?:к\w*|ч\w*|л[аи]\w*|зв\w*|хат\w*)|залуп\w*|манд(?:а|ы|е|ой|авош\w*)|пидо?р\w*|"
    r"педик\w*|гандон\w*|говн\w*|г[ао]внюк\w*|дерьм\w*|жоп\w{0,3}|сран\w*|сса[нл]\w*|сука|суки|суке|суку|"
    r"сукой|сучк[аиуе]|сучкой|сучар\w*|сучье\w*|сучий|шлюх\w*|срат\w*|насра\w*|обосра\w*|дроч\w*|трах[ан]\w+|"
    r"усри(?:сь|ться|тесь)|хер(?:а|у|ом|ня|ни|ню|ней|ово|овый|ов\w*|ачит)?|хрен(?:а|ы|ов\w*|отен\w*)?))$"
)
# what every word of _OBSCENE holds
_OBSCENE_CORE = re.compile(
    r"ху|х[уy]|пиз|бл[яе]|[её]б|муд|залуп|манд|пид|педик|гандон|г[ао]вн|дерьм|жоп|сра|сса|су[кч]|шлюх|дроч|"
    r"трах|усри|хер|хрен"
)
_ENDS_OBSCENE = WordPatterns(
    r"долбо[её]б\w*|долба[её]б\w*|дол?бан\w*|уеб\w*|уёб\w*|вы[её]б\w*|за[её]б\w*|за[её]бал\w*|заипал\w*|"
    r"охуе\w*|охуи\w*|ахуе\w*|охуён\w*|нахуй|похуй|распизд\w*|опизд\w*|спизд\w*|хуесос\w*|хуеплёт\w*|хуйн\w*|"
    r"еблан\w*|ебуч\w*|ебан\w*|пиздоб\w*|пиздец\w*|блять|блядь|млять|бляха-?муха|пздц|сцук\w+|нах|о(?:хрене|"
    r"хуе)\w*|ахрене\w*|бля|бляя+|г[ао]вно\w*|говно\w*"
)
# «опять», «страхуй…», «небезызвестный»: begin like an obscene root or hold it inside
_INNOCENT = WordPatterns(
    r"хуа\w*|херсон\w*|херувим\w*|хер(?:ес|тц|ц)\w*|бляш\w*|мандат\w*|мандарин\w*|мандраж\w*|мандал\w*|"
    r"сукн\w*|сучк(?:и|а)?-?деревья|ебит\w*|гадж\w*|ссан|траханье|трахе\w*|сранжир\w*|дерматолог\w*|жопар|"
    r"баранов[аыуойе]\w*|козлов[аыуойес]\w*|гадкий|дауншифт\w*|муди|осло|осла|хамелеон\w*|хамит|по?еб|себ\w*|"
    r"теб\w*|неб\w*|гнидал\w*|лохматы\w*|срат|уебит|педикюр\w*|урод-|дурачит\w*|ворот\w*|поеб|хуж\w*|похуже|"
    r"бестолково|тварьпол|отстоять|отстойник\w*"
)
# «я дура», «сам дурак», «какой я идиот», «чувствую себя идиоткой», «я тупая», «прямо как дебил»: of himself
_OF_HIMSELF = re.compile(
    r"(?:\b(?:я|мы|сам|сама|мне|меня|себя|нами|мной)(?:\s+|,\s*)(?:\w+[\s,]+){0,3}|\b(?:извините|"
    r"простите)\s+(?:\w+\s+){0,3}|\bкак\s+(?:последн\w+\s+)?|\bне\s+)$|\bчувству\w+\s+себя\s+(?:\w+\s+){0,2}$",
    re.I,
)
# «Дура я, конечно», «дурак буду», «мошенники или нет?»
_SAID_OF_HIMSELF_AFTER = re.compile(r"\s+(?:я\b|буд[уе]\w*|или\s+нет|ли\b|(?:\w+\s+)?себя\s+чувств)", re.I)
# «любой дурак зайдёт», «защита от дурака»: of nobody
_OF_NOBODY = re.compile(
    r"\b(?:любо[йм]\w?|кажд\w+|всяк\w+|последн\w+|от|для|даже|мо[йя]\s+\w+|сын|муж|брат|внук)\s+$", re.I
)
_TOWARDS_READER = re.compile(r"\b(?:вы|ваш\w*|вас|вам|вами)\b", re.I)
_TOWARDS_OTHERS = re.compile(r"\b(?:вы|ваш\w*|у\s+вас|вас|вам|вами|они|ты|тебе|ur|your?)\b", re.I)
# «вы дятлы», «Вам дятлам», «у вас там обезьяны», «сборище ослов»
_NAMES_STAFF = re.compile(
    r"\b(?:вы|вам|вас|вами|ваши|ты|господа|сборище|стадо|кучка|банда|одни|сплошные)[\s,—–-]+(?:[\w-]+[\s,—–-]+){0,2}$",
    re.I,
)
# «Ебелев», «Мудрецов»: names
_SURNAME = re.compile(r"[А-ЯЁ][а-яё]{2,}(?:ев|ов|ёв|ева|ова|ёва|инский|ский|ская|енко)")
# «Коровы, свиньи, бараны: вебинар для ветеринаров»
_OF_BEASTS = re.compile(r"\bкоров|\bкоз[ыа]?\b|\bовц|\bлошад|ветеринар|\bферм|зоопарк|\bсказк|\bкуры\b|животн", re.I)
# «Шакалы, а не люди», «Козлы, верните деньги»
_CALLED_FIRST = re.compile(r"\s*,\s*(?:а\s+не|вы\b|[а-яё]+(?:йте|ите|ьте)\b)", re.I)
# «уроды в чате», «в чат лезут какие-то негодяи»: strangers who disturb
_STRANGERS = re.compile(r"\bв\s+чат\w*|\bлезут\b|\bлезет\b|\bтролл\w+|\bхулиган\w+|\bспамер\w*", re.I)
# «верните всё до копейки, паразиты.», «Исправьте, халтурщики несчастные!»: called by that name
_CALLED = (re.compile(r"(?:^|,)\s*(?:[\w-]+\s+)?$"), re.compile(r"(?:\s+[\w-]+)?\s*(?:$|[,.!?)])"))
# «ошибка «вы идиот»», «написано "…"»: what somebody or something else said
_QUOTED = re.compile(r"[«\"“„][^»\"”“\n]{1,80}[»\"”]")
# a word of plain letters, none of them three times running: nothing is masked in it
_PLAIN = re.compile(r"(?!.*(.)\1\1)[а-я]+")
_WORD = re.compile(r"[\w*#@$%•·]+(?:(?:-|\.{1,2}(?=[а-яё]))[\w*#@$%•·]+)*")
_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|\S+\.(?:kz|ru|com)/\S*")
# «без сучка и задоринки»
_WITHOUT_A_HITCH = re.compile(r"\bбез\s+(?:единого\s+)?сучк\w+", re.I)
# «Б.. ЛЯ.. ТЬ», «с у к а»: letters pulled apart
_SPREAD = re.compile(r"(?<!\w)(?:[а-яё]{1,2}[.\s]{1,3}){2,}[а-яё]{1,2}(?!\w)")


def find_misconduct(text: str) -> str | None:
    """The first obscene or insulting word as written, or None.

    A client who curses himself («я дура, не могу найти») and a word he quotes are nothing of the kind; addresses and
    links are not words.
    """
    plain = _ADDRESS.sub(" ", text) if "@" in text or "/" in text else text
    if "сучк" in plain:
        plain = _WITHOUT_A_HITCH.sub(" ", plain)
    spread = _find_spread(plain) or _find_saying(plain)
    if spread is not None:
        return spread
    if not any(map(_kind_of, _WORD.findall(plain))):
        return None
    quoted = [match.span() for match in _QUOTED.finditer(plain)]
    for match in _WORD.finditer(plain):
        kind = _kind_of(match.group())
        if kind == "":
            continue
        inside_quotes = any(start < match.start() < end for start, end in quoted)
        if kind != "obscene" and (inside_quotes or _is_of_himself(plain, match)):
            continue
        if kind == "obscene" and _SURNAME.fullmatch(match.group()):
            continue
        if kind in ("insult", "beast") and _speaks_of_beasts(plain, match):
            continue
        if kind == "insult" and _is_of_strangers(plain, match):
            continue
        if kind == "beast" and not _stands_for_staff(plain, match):
            continue
        if kind == "accusation" and not _is_towards_staff(plain, match):
            continue
        return match.group()
    return None


def _find_saying(text: str) -> str | None:
    for pattern in SAYINGS.possible(text.lower()):
        if (match := pattern.search(text)) is not None:
            return " ".join(match.group().split())
    return None


def _find_spread(text: str) -> str | None:
    for match in _SPREAD.finditer(text.lower()):
        joined = re.sub(r"[.\s]", "", match.group())
        if _ENDS_OBSCENE.match(joined) or joined in {
            "блять",
            "бляяять",
            "сука",
            "суки",
            "пиздец",
            "хуйня",
            "уроды",
            "дебилы",
        }:
            return text[match.start() : match.end()]
    return None


@lru_cache(maxsize=2_000)
def _kind_of(word: str) -> str:
    """``obscene``, ``insult``, ``accusation``, ``beast`` or an empty string for one word."""
    low = word.lower().replace("ё", "е")
    if _PLAIN.fullmatch(low):
        return _kind_of_plain(low)
    if not MASKS.isdisjoint(low):
        if re.search(r"[а-я]", low) is None:
            return ""
        if hides_obscene(low):
            return "obscene"
    return _kind_of_plain(low) or _kind_of_plain(_undone(low))


def _kind_of_plain(form: str) -> str:
    if _INNOCENT.match(form):
        return ""
    if (_OBSCENE_CORE.search(form) and _OBSCENE.match(form)) or _ENDS_OBSCENE.match(form) or ENGLISH.match(form):
        return "obscene"
    if INSULTS.match(form):
        return "insult"
    if ACCUSATIONS.match(form):
        return "accusation"
    return "beast" if BEASTS.match(form) else ""


def _undone(low: str) -> str:
    """The word with look-alikes brought back to Cyrillic; as it is where no Cyrillic letter is in it."""
    if not re.search(r"[а-я]", low):
        return low
    return re.sub(r"(.)\1{2,}", r"\1", low.translate(_LOOK_ALIKES))


def _is_of_himself(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 45) : match.start()]
    clause = re.split(r"[.!?\n]", before)[-1]
    if _SAID_OF_HIMSELF_AFTER.match(text, match.end()) or (
        match.group().lower().startswith("дура") and _OF_NOBODY.search(clause)
    ):
        return True
    found = _OF_HIMSELF.search(clause)
    return found is not None and not _TOWARDS_OTHERS.search(clause[found.start() :])


CLAUSE = 200
"""Characters on either side within which a clause is looked at."""
SHORT_CRY = 3
"""Words. «Мошенники!» alone is meant for the reader."""


def _is_towards_staff(text: str, match: re.Match[str]) -> bool:
    """Whether the clause speaks to the reader («вы воры», «у вас там жулики») and not of somebody who does harm."""
    before, after = _clause_around(text, match)
    if re.search(
        r"от\s+вашего\s+имени|\bзвон\w+|\bукра\w+|\bвзлома\w+|\bпохож\w+\s+на|\bрассыла\w+|\bпредставля\w+|"
        r"\bсделали\s+сайт",
        f"{before} {after}",
        re.I,
    ):
        return False
    if _TOWARDS_OTHERS.search(f"{before} {after}") is not None or len(f"{before} {after}".split()) < SHORT_CRY:
        return True
    return _is_called(before, text[match.end() :])


def _is_of_strangers(text: str, match: re.Match[str]) -> bool:
    """Whether those are meant who disturb the client: «уроды в чате», «лезут какие-то негодяи»."""
    before, after = _clause_around(text, match)
    clause = f"{before} {after}"
    return _STRANGERS.search(clause) is not None and _TOWARDS_READER.search(clause) is None


def _speaks_of_beasts(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence is of real beasts: «300 баранов на ферме», «цирк и клоуны»."""
    before, after = _clause_around(text, match)
    clause = f"{before} {after}"
    return _OF_BEASTS.search(clause) is not None and _TOWARDS_READER.search(clause) is None


def _stands_for_staff(text: str, match: re.Match[str]) -> bool:
    """Whether a beast is the reader: «вы дятлы», «Исправьте, ослы!», a cry of two words."""
    before, after = _clause_around(text, match)
    if before.strip() and match.group().istitle():
        return False  # «С уважением, Козлов Иван»
    return (
        _NAMES_STAFF.search(before) is not None
        or (not before.strip() and _CALLED_FIRST.match(text, match.end()) is not None)
        or (bool(before.strip()) and _is_called(before, text[match.end() :]))
        or (len(f"{before} {after}".split()) < SHORT_CRY and text[match.end() :].lstrip().startswith("!"))
    )


def _clause_around(text: str, match: re.Match[str]) -> tuple[str, str]:
    before = text[max(0, match.start() - CLAUSE) : match.start()]
    after = text[match.end() : match.end() + CLAUSE]
    return re.split(r"[.!?\n]", before)[-1], re.split(r"[.!?\n]", after)[0]


def _is_called(before: str, after: str) -> bool:
    comes, ends = _CALLED
    return comes.search(before) is not None and ends.match(after) is not None
