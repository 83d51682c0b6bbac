"""The language of what people read: Russian message ids, gettext catalogues for Kazakh and English.

Machine names (rule ids, codes, JSON keys) are never translated.
"""

from __future__ import annotations

import gettext as _gettext
import os
import re
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("ru", "kk", "en")
_LOCALES = Path(__file__).parent / "locale"
_THIN = "\u202f"  # narrow no-break space parts thousands
_current = ["ru"]


def use_language(lang: str | None) -> str:
    """Choose the language of this process: ``lang``, else ``DERBES_LANG``, else Russian. Returns the choice."""
    choice = (lang or os.environ.get("DERBES_LANG") or "ru")[:2].lower()
    _current[0] = choice if choice in LANGUAGES else "ru"
    return _current[0]


def language() -> str:
    """The language in use."""
    return _current[0]


@lru_cache(maxsize=8)
def catalogue(lang: str) -> _gettext.NullTranslations:
    """The catalogue of a language; Russian needs none."""
    return _gettext.translation("derbes", _LOCALES, languages=[lang], fallback=True)


def tr(message: str, lang: str | None = None, /, **params: object) -> str:
    """Translate a Russian template and fill it in."""
    text = catalogue(lang or _current[0]).gettext(message) if message else ""
    return text.format(**params) if params else text


def count(number: int, one: str, few: str, many: str, lang: str | None = None) -> str:
    """``3 файла``: the number with the right form of the word. The catalogue is asked by ``one|few|many``."""
    lang = lang or _current[0]
    forms = catalogue(lang).gettext(f"{one}|{few}|{many}").split("|")
    if lang == "en":
        word = forms[0] if number == 1 else forms[min(1, len(forms) - 1)]
    elif lang == "kk":
        word = forms[0]  # Kazakh does not bend a noun after a numeral
    else:
        tail, hundred = number % 10, number % 100
        index = 0 if tail == 1 and hundred != 11 else 1 if tail in (2, 3, 4) and hundred not in (12, 13, 14) else 2
        word = forms[min(index, len(forms) - 1)]
    return f"{integer(number, lang)} {word}"


def integer(number: int, lang: str | None = None) -> str:
    """``18 420``, in English ``18,420``."""
    separator = "," if (lang or _current[0]) == "en" else _THIN
    return f"{number:,}".replace(",", separator)


def decimal(number: float, digits: int = 1, lang: str | None = None) -> str:
    """``4,1``, in English ``4.1``."""
    text = f"{number:.{digits}f}"
    return text if (lang or _current[0]) == "en" else text.replace(".", ",")


def short(number: int, lang: str | None = None) -> str:
    """Numbers of tables: ``18 420``, ``1,28 млн``."""
    lang = lang or _current[0]
    if number < 100_000:
        return integer(number, lang)
    if number < 1_000_000:
        return f"{round(number / 1000)}{_THIN}{tr('тыс.', lang)}"
    return f"{decimal(number / 1e6, 2 if number < 1e7 else 1, lang)}{_THIN}{tr('млн', lang)}"


_PERIOD = re.compile(r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?")


def period(iso: str | None, lang: str | None = None) -> str:
    """``P1Y6M`` as ``1 год 6 месяцев``; what is no ISO 8601 duration stands as it is."""
    found = _PERIOD.fullmatch(iso or "")
    if found is None or not any(found.groups()):
        return iso or ""
    years, months, weeks, days = (int(number or 0) for number in found.groups())
    parts = (
        count(years, "год", "года", "лет", lang) if years else "",
        count(months, "месяц", "месяца", "месяцев", lang) if months else "",
        count(weeks, "неделя", "недели", "недель", lang) if weeks else "",
        count(days, "день", "дня", "дней", lang) if days else "",
    )
    return " ".join(part for part in parts if part)


def day(iso: str | None, lang: str | None = None) -> str:
    """``2026-11-22…`` as ``22.11.2026``; English keeps ISO."""
    if not iso:
        return ""
    date = iso[:10]
    if (lang or _current[0]) == "en":
        return date
    return ".".join(reversed(date.split("-")))
