"""Which language a letter is written in."""

import re
from string import ascii_lowercase

from parsers.mail import Language

_SAMPLE = 2000
"""Characters that are looked at; the beginning is the author's own."""
_FEWEST_LETTERS = 4

_WORD = re.compile(r"[^\W\d_]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+")
_CYRILLIC = frozenset(map(chr, range(0x400, 0x500)))
_LATIN = frozenset(ascii_lowercase)
_KAZAKH_LETTERS = frozenset("әғқңөұүһ")
# «і» is Kazakh, Ukrainian and Belarusian: it speaks for Kazakh only beside a letter that the others do not have.
_SHARED_LETTERS = frozenset("і")
_EITHER_LETTER = _KAZAKH_LETTERS | _SHARED_LETTERS
_NOT_RUSSIAN = frozenset("ґєїђјљњћџѓќѕў")

# Words that stand in nearly every letter, also as they are typed on a Russian keyboard (калай for қалай).
_KAZAKH_WORDS = (
    "сәлем салем сәлеметсіз салеметсиз салеметсіз сәлеметсіздер салеметсиздер бе ма ме ба па пе мен сіз сиз "
    "сіздер сиздер біз бизге бізге және жане бар жоқ жок керек қалай калай қашан кашан неге емес үшін ушин "
    "бойынша рахмет рақмет ракмет өтінемін отинемин отінемін отиниш өтініш көмектесіңіз комектесиниз комектесіңіз "
    "болады болмайды болмай тұр тур жатыр кіре алмаймын алмай алмаймыз алмадым маған маган менің менин сіздің "
    "сиздин біздің биздин бұл ол осы деген деп дейді дейди қате кате жазып шығады шыгады шықпайды ашылмайды "
    "ашылмай жүктелмейді жуктелмейди істемейді истемейди жұмыс жумыс жасамайды аккаунтқа вебинарға айтыңызшы "
    "айтынызшы беріңізші бериниз беріңіз жіберіңіз жибериниз қайтару кайтару ақша акша төлем толем шот құжат "
    "кужат құжаттар кужаттар сурақ сурак сұрақ курсқа кілтсөз керегі енді енди бірақ бирак егер қазір казир бүгін "
    "бугин кеше ертең ертен жақсы жаксы құрметпен курметпен қайырлы кайырлы күн кун таң кеш келді келди келген "
    "кете бердім бердим қосылу косылу тіркелу тиркелу тіркеле сабақ сабак оқушы окушы оқушылар окушылар мұғалім "
    "мугалим"
)
_KAZAKH = frozenset(_KAZAKH_WORDS.split())
_UKRAINIAN = frozenset(
    ("що", "як", "від", "ви", "ми", "але", "чи", "це", "й", "і", "будь", "доброго", "можу", "до", "у", "з")
)
_RUSSIAN_WORDS = (
    "и в не на я что с по как это мы у к за вы из но то все от так же бы для если или есть меня нас вас нам вам "
    "мне он она они уже при до только ещё еще когда где был была были будет можно нужно пожалуйста спасибо "
    "здравствуйте добрый день почему нет да этот эта эти этого наш наша ваш ваша очень просим прошу после через "
    "под без о об чтобы"
)
_RUSSIAN = frozenset(_RUSSIAN_WORDS.split())
# Russian without a Russian keyboard: «Zdravstvuite, ne mogu zaiti v kabinet»
_TYPED_RUSSIAN_WORDS = (
    "ne na chto kak ya v u s k menya mne vse eto est net pozhaluista pozhaluysta pojaluista pojaluysta "
    "zdravstvuite zdravstvuyte zdravstvujte dobryi dobryy dobryj den podskazhite podskajite mozhno nuzhno uzhe "
    "tozhe nado po za ot dlya pri ili esli spasibo mogu rabotaet pochemu vchera segodnya shto chtoby vam vas nas "
    "nam privet kogda ochen eshe"
)
_TYPED_RUSSIAN = frozenset(_TYPED_RUSSIAN_WORDS.split())
_ENGLISH_WORDS = (
    "the and to of a in is it you that i for we on with are this have my not be can your at from please thanks "
    "thank hello hi dear our was but or if do does how what when there would could cannot has been will me as "
    "need help regards"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())


def find_language(text: str) -> Language:
    """The language of ``text``: that of most of its words, so that a quoted English error or a product's name does not
    count. ``OTHER`` for too few letters and for anything but Russian, Kazakh and English. Pure and bounded."""
    sample = text[:_SAMPLE].lower()
    if "@" in sample or "://" in sample or "www." in sample:
        sample = _LINK.sub(" ", sample)
    words = _WORD.findall(sample)
    letters = set(sample)
    cyrillic = _with_any(words, letters, _CYRILLIC)
    latin = _with_any(words, letters, _LATIN)
    cyrillic_letters, latin_letters = sum(map(len, cyrillic)), sum(map(len, latin))
    others = sum(map(len, words)) - cyrillic_letters - latin_letters
    if cyrillic_letters + latin_letters < _FEWEST_LETTERS or others > cyrillic_letters + latin_letters:
        return Language.OTHER
    # «Здравствуйте! При входе пишет "An unexpected error occurred, please contact the administrator"» is Russian.
    if cyrillic_letters * 6 >= latin_letters:
        return _of_cyrillic(cyrillic, letters)
    return _of_latin(latin)


def _with_any(words: list[str], letters: set[str], wanted: frozenset[str]) -> list[str]:
    """The words with one of the ``wanted`` letters. ``letters``: all that occur, so that most texts need no search."""
    if letters.isdisjoint(wanted):
        return []
    return [word for word in words if not wanted.isdisjoint(word)]


def _of_cyrillic(words: list[str], letters: set[str]) -> Language:
    russian = sum(map(_RUSSIAN.__contains__, words))
    own = len(_with_any(words, letters, _KAZAKH_LETTERS))
    shared = len(_with_any(words, letters, _SHARED_LETTERS))
    known = sum(map(_KAZAKH.__contains__, words))
    foreign = len(_with_any(words, letters, _NOT_RUSSIAN))
    if not own and sum(map(_UKRAINIAN.__contains__, words)) > known:
        foreign += shared
    if foreign > max(own, known) and foreign * 12 > len(words):
        return Language.OTHER
    kazakh = known
    if own or shared:
        kazakh = sum(word in _KAZAKH or not _EITHER_LETTER.isdisjoint(word) for word in words)
    if kazakh > russian and (kazakh >= 2 or len(words) <= 4):
        return Language.KAZAKH
    return Language.RUSSIAN


def _of_latin(words: list[str]) -> Language:
    """English by its small words (product names alone are no language), or Russian typed in Latin letters."""
    known = sum(word in _ENGLISH for word in words)
    typed = sum(word in _TYPED_RUSSIAN for word in words)
    if typed >= 2 and typed > known and typed * 12 >= len(words):
        return Language.RUSSIAN
    enough = known >= 2 or (known == 1 and len(words) <= 4)
    return Language.ENGLISH if enough and known * 8 >= len(words) else Language.OTHER
