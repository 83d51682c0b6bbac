"""The forms of names: one key for all scripts and spellings, case endings, suffixes of surnames and patronymics.

Rules only, no list and no dictionary. Sources: the passport, 2018 and 2021 Latin alphabets of Kazakh, the Russian
declension of names as in petrovich (MIT), the case endings of Kazakh with their harmony variants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# Latin letters that look like Cyrillic ones, for words in which the two scripts are mixed.
_TO_CYRILLIC = str.maketrans("ABCEHIKMOPTXYaceikopxyhḣƟ", "АВСЕНІКМОРТХУасеікорхуһһӨ")
_TO_LATIN = str.maketrans("АВСЕНІКМОРТХУасеікорхуһ", "ABCEHIKMOPTXYaceikopxyh")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

# Kazakh letters stand beside the Russian ones that replace them; digraphs of Latin are folded before.
_LETTERS = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхъыьэ", "abvgdeziiklmnoprstufh i e", strict=True)),
        **dict(zip("әғқңөұүһі", "agknouuhi", strict=True)),
        **{"ё": "e", "ж": "j", "ц": "q", "ч": "q", "ш": "s", "щ": "s", "ю": "iu", "я": "ia", "ъ": "", "ь": ""},
        **dict(zip("áäàâéèêíïıóöôúüūûýỳÿ", "aaaaeeeiiiooouuuuuiii"[:20], strict=True)),
        **{"ǵ": "g", "ğ": "g", "ń": "n", "ñ": "n", "ş": "s", "ç": "q", "š": "s", "č": "q", "ž": "j", "'": "", "`": ""},
        **{"y": "i", "q": "k", "w": "v", "x": "ks", "c": "k"},
    }
)
_DIGRAPHS = {
    "shch": "s", "dzh": "j", "zh": "j", "kh": "h", "sh": "s", "ch": "ч", "ts": "ч", "tz": "ч", "ph": "f", "ck": "k",
    "ci": "чi", "ce": "чe", "дж": "j", "th": "t", "gh": "g",
}  # fmt: skip
_DIGRAPH = re.compile("|".join(_DIGRAPHS))
_SOFT_I = re.compile(r"i+(?=[aeou])|(.)(?=\1)")


def unmix(word: str) -> str:
    """A word of mixed scripts in the script of most of its letters; any other word as it is."""
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not (cyrillic and latin):
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """The key of a name: Әсел, Асель, Assel and Ásel are ``asel``; Ержан, Yerzhan and Erjan are ``erjan``."""
    low = _DIGRAPH.sub(lambda m: _DIGRAPHS[m[0]], word.lower())
    return _SOFT_I.sub("", low.translate(_LETTERS).replace("-", ""))


_KK_CASE = re.compile(
    r"(?:[нд][ыі]ң|т[ыі]ң|[ғқгкн][ае]|[дтн][ыі]|[дт][ае]н?|н[ае]н|нд[ае]|н|[мбп]ен"
    r"|[лдт][ае]р(?:[дт]?[ыі]ң?|[ғг][ае]|д[ае]н?)?|еке|еке(?:ң|ме)|ның)$"
)
_KK_CASE_LATIN = re.compile(r"'?(?:[ndt]y[nń]|[ndt]i[nń]|[gkqn][ae]|[dt][ae]n?|[ndt][yi]|men|ben|pen)$")
# Russian ending -> what the dictionary form has in its place.
_RU_CASE = {
    "а": ("",), "у": ("", "а"), "ом": ("",), "е": ("", "а", "я", "й", "ь"), "ы": ("а",), "и": ("я", "ь", "а"),
    "я": ("й", "ь"), "ю": ("й", "ь", "я"), "ем": ("й", "ь", ""), "ой": ("а",), "ою": ("а",), "ей": ("я", "а", "ь"),
    "ею": ("я", "а"), "ью": ("ь",), "ии": ("ия",), "ию": ("ий", "ия"), "ием": ("ий",), "ья": ("ий",),
}  # fmt: skip


_VANISHED_E = {"льв": "лев", "павл": "павел"}


def russian_bases(low: str) -> Iterator[str]:
    """Dictionary forms a Russian given name in an oblique case may come from (``low``: lower case, Cyrillic)."""
    for size in (1, 2, 3):
        if len(low) - size >= 2:
            stem = _VANISHED_E.get(low[:-size], low[:-size])
            for base in _RU_CASE.get(low[-size:], ()):
                yield stem + base


def kazakh_bases(low: str) -> Iterator[str]:
    """``low`` with one and with two Kazakh case endings taken off, for Cyrillic and Latin."""
    ending = _KK_CASE_LATIN if low.isascii() else _KK_CASE
    for _ in range(2):
        match = ending.search(low)
        if not match or match.start() < 3:
            return
        low = low[: match.start()]
        yield low


_KK = (
    "(?:[нд][ыі]ң|т[ыі]ң|[ғқгкн][ае]|[дтн][ыі]|[дт][ае]н?|н[ае]н|нд[ае]н?|н|[мбп]ен|[лдт][ае]р(?:д[ыі]ң|[ғг][ае])?"
    "|н[ыі]к[ыі]|дағы|ме[нд]|еке)?"
)
_SURNAME = re.compile(
    rf"(?:[бвгғдёжзйкқлмнңпрстфхһцчшщьаеиіоуұүыюяәө](?:[оеё]в|[ғг]?ал[иі]ев|ин|ын)(?:[аы]?{_KK}|[уе]|ым|ой|ою|ых|ыми)"
    r"|[сц]к(?:ий|ой|ая|ого|ому|им|ом|ую|их|ими)" + _KK +
    r"|[бвгдзклмнпрстфхцчшщ](?:енко" + _KK + r"|[ую]к(?:а|у|ом|е)?)|[аеиоуя]?янц?(?:а|у|ом|е)?|дзе|швили|[нл]ко)$"
)  # fmt: skip
_SURNAME_LATIN = re.compile(r"(?:[a-z](?:[oeyi]v|in|yn)a?|sk(?:y|i|iy|ii|aya|aia|aja)|enko|chuk|yan|dze|shvili)$")
_ADJECTIVE = re.compile(r"[сц]к(?:ий|ой|ая|ого|ому|им|ом|ую|их|ими)$|sk(?:y|iy|ii|aya|aia|aja)$")
_SHORT_STEM = re.compile(r"^.{1,2}(?:ов|ев|ин|ын|ук|юк|ян|ov|ev|in|yn)[аa]?$")
_PATRONYMIC = re.compile(
    rf"(?:(?:[оеь]вич|[иь]ич)(?:а|у|ем|е|и|ей|ам|{_KK})|(?:[оеё]вн|[иі]ничн|ьиничн|[мкт]ичн)(?:а|ы|е|у|ой|ою|{_KK}|а{_KK})"
    rf"|(?:лук|кузьм|фом|иль|сав|никит)ич(?:а|у|ем|е)?"
    rf"|(?:(?<=...)[ұуү?]л[ыи]|[қкг?][ыи]з[ыи]){_KK})$"
)
_PATRONYMIC_LATIN = re.compile(
    r"(?:[oey]vich|[oey]vn[ae]|(?P<son>(?<=...)(?:u|ū|ú|ý)l[yi])|[kqg][yi]zy|kizi|oglu|ogly)"
    r"(?:'?(?:[ndt][yi]n|[gkqn][ae]|[dt][ae]n?|men|ben))?$"
)
PARTICLES = frozenset(
    [
        "оглы",
        "оглу",
        "огли",
        "улы",
        "ұлы",
        "кызы",
        "қызы",
        "гызы",
        "қизи",
        "кизи",
        "ogly",
        "oglu",
        "ogli",
        "uly",
        "uli",
        "kyzy",
        "qyzy",
        "gyzy",
        "kizi",
    ]
)


def is_surname_form(low: str) -> bool:
    """The ending of a Russian, russified Kazakh, Ukrainian, Armenian or Georgian surname, in any case."""
    if len(low) < 4 or _SHORT_STEM.match(low):
        return False
    return bool((_SURNAME_LATIN if low.isascii() else _SURNAME).search(low)) and (not low.isascii() or len(low) >= 5)


def is_adjectival(low: str) -> bool:
    """The ending -ский, -цкая, which adjectives of places and institutions share with surnames."""
    return bool(_ADJECTIVE.search(low))


def is_patronymic_form(low: str) -> bool:
    """-ович, -овна, -ұлы, -қызы with case endings; a lost Kazakh letter may stand as ``?`` (``ерлан?ызы``)."""
    if len(low) < 5 or low in PARTICLES:
        return False
    return bool((_PATRONYMIC_LATIN if low.isascii() and "?" not in low else _PATRONYMIC).search(low))


@lru_cache(maxsize=1 << 16)
def surname_key(low: str) -> str:
    """One key for all cases and both genders of a surname, so that a later mention is known again."""
    for base in (*kazakh_bases(low), low):
        if match := re.search(
            r"(?:[оеё]в|ин|ын|[сц]к)(?=(?:а|у|ым|е|ой|ою|ы|ых|ыми|ий|ая|ого|ому|им|ом|ую|их)?$)", base
        ):
            return fold(base[: match.end()])
    return fold(re.sub(r"(?<=..[бвгджзклмнпрстфхцчшщ])(?:а|у|ом|е)$", "", low))


def latin_father(low: str) -> str:
    """The name before -uly in Latin, an ending of English words too (truly, Julian); empty for other endings."""
    match = _PATRONYMIC_LATIN.search(low) if low.isascii() else None
    return low[: match.start()] if match and match["son"] else ""


_DOUBLE = re.compile("-([а-яё]{2,30}?)(?:ов|ев)(?:ич(?:а|у|ем|е)?|н(?:а|ы|е|у|ой))$")


def double_father(low: str) -> str:
    """The second name before -ович in a double word, «Нур-Магомедович», else empty: «Бонч-Бруевич» is a surname."""
    match = _DOUBLE.search(low)
    return match[1] if match else ""
