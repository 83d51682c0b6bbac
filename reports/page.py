"""Pages that stand alone: nothing comes from elsewhere, and no style or script applies but the one that is named."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode

from derbes import __version__
from derbes.reports.safe import encodable


def content_policy(style: str, script: str = "") -> str:
    """The content security policy: exactly this style and this script, and nothing else from anywhere."""
    named = f"style-src '{_hash(style)}'; " + (f"script-src '{_hash(script)}'; " if script else "")
    return f"default-src 'none'; {named}base-uri 'none'; form-action 'none'"


def page(lang: str, title: str, style: str, body: str) -> bytes:
    """A page without a script. ``title`` is text, also the heading; ``body`` is HTML."""
    heading = html.escape(title)
    made = (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{content_policy(style)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{style}</style></head><body><main><h1>{heading}</h1>{body}</main>"
        f"<footer>derbes {__version__}</footer></body></html>\n"
    )
    return str(encodable(made)).encode()


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
