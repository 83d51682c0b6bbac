"""From the parts of a mail to text: headers, charsets that lie, HTML.

Programs declare charsets that are not true, or none at all; what bytes mean is decided here.
"""

from __future__ import annotations

import html
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from itertools import pairwise

from derbes.scanner.connectors.encodings import guess, is_known
from derbes.scanner.connectors.mail_parts import Part

_MAX_HEADER = 20_000  # the standard library's decoders are not linear
_MAX_LINES = 100_000
_RAW = re.compile("[\udc80-\udcff]")
_WORD = re.compile(r"=\?[^?\s]{2,64}\?[bBqQ]\?")
_FOLD = re.compile(r"\r?\n[ \t]*")
_LATIN = frozenset({"latin-1", "latin1", "iso-8859-1", "iso8859-1", "cp1252", "windows-1252", "us-ascii", "ascii"})

# A thing that is never closed reaches to the end: every alternative consumes what it looked at.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style)\b.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]{0,20})(?P<attributes>[^<>]{0,20000})>?",
    re.DOTALL | re.IGNORECASE,
)
_BLOCKS = frozenset((
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "hr", "blockquote", "pre", "section", "article", "header",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "form", "option", "title",
))  # fmt: skip
_LINK = re.compile(r"""href\s*=\s*["']?(?:mailto|tel):([^"'?&\s>]{3,320})""", re.IGNORECASE)
_BLANK = re.compile(r"[ \t\r\f\v]+")
_LINES = re.compile(r" ?\n[ \n]*")


def decode_bytes(data: bytes, charset: str | None) -> str:
    """``data`` in the declared charset when that can be true, else in the one that reads best.

    Latin-1 fits any bytes and is what careless programs declare, so it is believed only when nothing better fits.
    """
    if charset and is_known(charset) and charset.lower() not in _LATIN:
        try:
            return data.decode(charset)
        except (UnicodeError, ValueError):
            pass
    return data.decode(guess(data), "replace")


def header_text(value: str) -> str:
    """A header as a person reads it: unfolded, encoded words decoded, raw bytes in whatever encoding they are."""
    text = _FOLD.sub(" ", value)
    if _RAW.search(text):
        return decode_bytes(text.encode("utf-8", "surrogateescape"), None)
    if len(text) > _MAX_HEADER or not _WORD.search(text):
        return text
    try:
        words = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    decoded = "".join(word if isinstance(word, str) else decode_bytes(word, charset) for word, charset in words)
    return decoded if decoded.strip() else text


def headers(part: Part, *names: str) -> str | None:
    """All headers of these names (lower-case), one a line, each text once; ``None`` when there is none."""
    texts = dict.fromkeys(header_text(value).strip() for name in names for value in part.values.get(name, ()))
    return "\n".join(filter(None, texts)) or None


def sent(part: Part) -> str | None:
    """The day on which a mail was sent, as an ISO date; ``None`` when it says none that could be true."""
    try:
        return parsedate_to_datetime(part.values["date"][0][:200]).date().isoformat()
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return None


def part_text(part: Part) -> str:
    """A text part as plain text."""
    text = decode_bytes(part.payload(), part.content.get_content_charset()).replace("\r\n", "\n")
    return html_text(text) if part.kind == "text/html" else text


def html_text(source: str) -> str:
    """What a reader of an HTML mail sees, blocks on lines of their own, and the addresses of mail and phone links."""
    pieces: list[str] = []
    done = 0
    for tag in _TAG.finditer(source):
        pieces.append(html.unescape(source[done : tag.start()]).replace("\n", " "))
        done = tag.end()
        name = (tag["tag"] or "").lower()
        pieces.append("\n" if name in _BLOCKS else " " if name in ("td", "th") else "")
        link = _LINK.search(tag["attributes"] or "") if name == "a" else None
        if link and html.unescape(link[1]) not in source[done : done + 400]:
            pieces.append(f" {html.unescape(link[1])} ")
    pieces.append(html.unescape(source[done:]).replace("\n", " "))
    return _LINES.sub("\n", _BLANK.sub(" ", "".join(pieces))).strip()


def join_texts(texts: list[str]) -> str | None:
    """Bodies one after another; of the later ones only the lines that were not in those before (a mail usually says
    the same thing twice, as text and as HTML)."""
    kept = texts[:1]
    seen: set[str] = set()
    for before, text in pairwise(texts):
        if len(seen) < _MAX_LINES:
            seen.update(" ".join(line.split()) for line in before.split("\n"))
        kept.append("\n".join(line for line in text.split("\n") if " ".join(line.split()) not in seen))
    return "\n\n".join(text.strip("\n") for text in kept if text.strip()) or None
