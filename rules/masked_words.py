"""Obscene words behind masks: «х**ня», «пи#дец», «уб*юдки», «му.ак»."""

import re

MASKS = frozenset("*#@$%_•·.")
"""The signs that stand for hidden letters."""

# Latin letters beside Cyrillic ones: «x*йня»
_ALIKE_LETTERS = str.maketrans("aeopcyxkmhtb", "аеорсухкмнтв")
_RUN = re.compile(r"[#@$%_•·.]+")
_HIDING = re.compile(r"[*#@$%_•·]+")
_POINT = re.compile(r"(?<=[а-я])\.(?=[а-я])")
LEAST_VISIBLE = 2
"""Letters. Fewer say nothing; where a point may be a full stop or an abbreviation («т.е»), one more is needed."""

# what a mask may hide, with «*» for one or more hidden letters
_SHAPES = re.compile(
    r"^(?:х[*]+(?:й|и|я|ня|ни|ню|ней|ево|евый|вый|во|ли|сосы|есос\w*|ёв\w*)|х-[нй][яюие]\w*|ху\*+\w*|"
    r"х\*+[уеё]\w*|х[ер]\*+\w*|о\*+(?:ел|уел)\w*|о[хx]\*+\w*|на\*+(?:й|уй)|п[*]+(?:ц|ец|дец|ду|да)\w*|"
    r"пи[*]+\w*|п\*з\w*|б[*]+(?:ь|ть|дь|я)?|бл[*]+\w*|б\*я\w*|с[*]+(?:ка|ки|и|а)|су[*]+\w*|сук\*|г[*]+(?:но|"
    r"вно|но\w*)|го?[*]+но|говн\*|е[*]+\w*|ё[*]+\w+|еб[*]+\w*|ёб[*]+\w*|м[*]+(?:к|ки|ак|аки|даки|даков|"
    r"даки\w*)|муд[*]+\w*|д[*]+(?:мо|ьмо|билы|бил|бы)|де[*]+(?:лы|илы)|за[*]+(?:ли|бали|л[иа]?)|про[*]+\w+|"
    r"долб[*]+\w*|ж[*]+(?:па|пу|пе|пой|а)|у[*]+(?:оды|бки|бков|бкам\w*|бок|бищ\w*)|хе[*]+\w*|х@\w+|х\*\w+|"
    r"по[*]+(?:й|уй)|ох[*]+\w*|тв[*]+\w*|нах[*]+\w*|[сбхпе][*]{2,}|[*]{2,}(?:[иае]те|[иае]ть|ный|ная|ное|ные|"
    r"ец|ня|ню|ули?|али?))$"
)
# words that are masked in ways no shape foresees: each sign hides a letter or two
_OFTEN_MASKED_WORDS = """
хуй хуя хуйня хуйню хуйней хуево хуевый хуевая хуевые хуесос хуесосы нахуй похуй нихуя охуели охуел охуела охуеть
охуевший ахуели ахуел ахуеть пизда пизду пиздец пиздят пиздеж спиздили распиздяи блядь блять бляди блядский сука
суки сукины сучка ебать ебаный ебаная ебаное ебаные ебучий ебучая ебете ебите ебут заебали заебал заебало заебись
наебали наебываете долбоеб долбоебы долбоебов уебки уебков уебок уебище мудак мудаки мудаков мудила гандон гандоны
гондоны говно говна говняный дерьмо дерьма дерьмовый жопа жопу жопе мразь мрази твари тварь дебил дебилы дебилов
идиот идиоты идиотов урод уроды уродов ублюдки ублюдок кретины придурки козлы пидоры пидорасы шлюха сволочи скоты
херня херню хрень срань гниды лохи дура дураки тупые чмо
"""
_OFTEN_MASKED = tuple(_OFTEN_MASKED_WORDS.split())


def hides_obscene(word: str) -> bool:
    """Whether a ``word`` in lower case, with one of ``MASKS`` and a Cyrillic letter in it, can be read as obscene."""
    low = word.translate(_ALIKE_LETTERS)
    return bool(_SHAPES.match(_RUN.sub("*", low)) or _SHAPES.match(low)) or _is_often_masked(low)


def _is_often_masked(low: str) -> bool:
    parts = (_HIDING if _HIDING.search(low) else _POINT).split(low)
    visible = sum(map(len, parts))
    runs = len(parts) - 1
    if runs == 0 or visible < LEAST_VISIBLE + (_HIDING.search(low) is None):
        return False
    return any(
        visible + runs <= len(word) <= len(low) + runs and word.startswith(parts[0]) and word.endswith(parts[-1])
        for word in _OFTEN_MASKED
        if all(part in word for part in parts[1:-1])
    )
