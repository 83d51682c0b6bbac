"""Forms of HTML and of the template languages around it: Blade, Twig, Jinja, Vue, React (JSX).

The standard library's parser reads the tags; before it, code between braces is made harmless without moving a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePath

from derbes.scanner.connectors.schema.base import Defined, Definition, Item, defined, gathered

# Words of the HTML standard that say what a field is, as a comment would say it.
AUTOCOMPLETE = {
    "name": "full name", "given-name": "first name", "additional-name": "middle name", "family-name": "last name",
    "email": "email", "tel": "phone", "tel-national": "phone", "tel-local": "phone", "bday": "date of birth",
    "street-address": "address", "address-line1": "address", "address-line2": "address", "cc-number": "card number",
    "cc-name": "cardholder name", "organization": "organization",
}  # fmt: skip
TYPES = {"email": "email", "tel": "phone"}
_NO_INPUT = frozenset({"submit", "button", "reset", "image"})
_NO_DATA = re.compile(r"_?(?:csrf|token|method|nonce|authenticity_token|csrfmiddlewaretoken|_wpnonce)\w{0,30}", re.I)
_CODE = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)"
    r"|<script\b[^>]{0,300}>.*?(?:</script|\Z)|<style\b[^>]{0,300}>.*?(?:</style|\Z)"
    r"|\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)|\{!!.*?(?:!!\}|\Z)|\{\#.*?(?:\#\}|\Z)|<\?.*?(?:\?>|\Z)|<%.*?(?:%>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_WIDGET = re.compile(r"\bform\.(\w{1,60})")  # {{ form.phone }}, {{ form_row(form.phone) }}
# Helpers that write a field: `f.text_field :phone` (Rails), `Form::text('phone')` (Laravel), `$form->field($m, 'x')`
_HELPER = re.compile(
    r"(?:\bf\.|\bform\.|\bForm::|\$form->)"
    r"(?P<kind>(?!label|submit|error|hint|open|close|begin|end)[a-zA-Z]\w{1,30})[ (]\s?"
    r"(?:\$\w{1,40},\s?)?[:'\"](?P<name>\w{1,60})"
)
_OPENS_FORM = re.compile(
    r"\b(?:form_with|form_for|form_tag|simple_form_for|Form::open|Form::model|ActiveForm::begin)\b"
)
_METHOD = re.compile(r"\bmethod['\"]?\s?(?::|=>|=)\s?[:'\"](\w{1,10})", re.IGNORECASE)
_WIDGET_PART = frozenset(
    "as_p as_table as_div as_ul media errors non_field_errors hidden_fields visible_fields management_form fields label"
    " vars children instance submit csrf_token is_multipart".split()
)


def read_forms(text: str, path: str) -> Iterator[Item]:
    """Every form of a template; fields outside any form belong to the page."""
    stem = PurePath(path).name.partition(".")[0]
    reader = _Reader(stem, path.endswith((".jsx", ".tsx", ".js", ".ts", ".vue")))
    reader.feed(harmless(text, reader.code_is_tags))
    reader.close()
    yield from reader.definitions()


def harmless(text: str, jsx: bool) -> str:
    """``text`` with code blanked out, widgets of form libraries as inputs; every line keeps its number."""

    def blank(found: re.Match[str]) -> str:
        code = found.group()
        lines = "\n" * code.count("\n")
        if not code.startswith("<!") and not _in_tag(text, found.start()):
            helped = "".join(_helped(code[:2000]))
            if helped:
                return helped + lines
        if code.startswith(("{{", "{%")):
            names = [name for name in _WIDGET.findall(code[:1000]) if name not in _WIDGET_PART]
            if names and not _in_tag(text, found.start()):
                return f"<widget name={names[-1]}>{lines}"
        return lines or " "

    if jsx:
        text = _quoted_braces(text)
    plain = _CODE.sub(blank, text)
    return plain[: plain.rfind(">") + 1]  # a tag that never closes is looked at again from every "<" in it


def _helped(code: str) -> Iterator[str]:
    """Tags in place of the helpers that would write them."""
    if _OPENS_FORM.search(code):
        method = _METHOD.search(code)
        yield f"<form method={method[1] if method else 'post'}>"
    for helper in _HELPER.finditer(code):
        kind = {"email": "email", "telephone": "tel", "phone": "tel", "tel": "tel"}.get(
            helper["kind"].partition("_")[0]
        )
        yield f"<widget name={helper['name']}{f' type={kind}' if kind else ''}>"


def _in_tag(text: str, at: int) -> bool:
    """Whether ``at`` stands within a tag, as far as the last angle bracket says."""
    before = text[max(0, at - 500) : at]
    return before.rfind("<") > before.rfind(">")


def _quoted_braces(text: str) -> str:
    """JSX's ``attribute={code}`` as ``attribute="code"``: what is in braces may hold ``>`` and quotes."""
    pieces, at = [], 0
    closing = _braces(text)
    for found in re.finditer(r"=\{", text):
        start = found.end()
        end = closing.get(start - 1)
        if found.start() < at or end is None:
            continue
        code = text[start:end]
        literal = re.fullmatch(r"""\s{0,20}["'`]([^"'`$]{0,200})["'`]\s{0,20}""", code)
        inner = literal[1] if literal else "{" + re.sub(r"[\"<>&]", " ", code) + "}"
        pieces += [text[at : found.start()], '="', inner, '"']
        at = end + 1
    return "".join([*pieces, text[at:]])


def _braces(text: str) -> dict[int, int]:
    """Opening brace -> the one that closes it, in one pass."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for found in re.finditer(r"[{}]", text):
        if found.group() == "{":
            opened.append(found.start())
        elif opened:
            pairs[opened.pop()] = found.start()
    return pairs


@dataclass(slots=True)
class _Form:
    name: str
    line: int
    method: str
    action: str
    end: int = 0
    fields: dict[str, Defined] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, stem: str, code_is_tags: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.code_is_tags = code_is_tags
        self.page = _Form(stem, 1, "", "")
        self.forms: list[_Form] = []
        self.open: _Form | None = None
        self.inputs: list[tuple[_Form, str, int, str, str, int | None, str]] = []  # … , id
        self.labels: dict[str, str] = {}
        self.label: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.lower(): (value or "").strip() for name, value in reversed(attrs)}
        line = self.getpos()[0]
        if tag in ("form", "b-form", "v-form", "el-form", "formik"):
            self._form(tag, given, line)
        elif tag == "label":
            self._name_labels()
            self.label = (given.get("for") or given.get("htmlfor") or "", [])
        elif tag in ("input", "textarea", "select", "widget") or re.search(r"input|field|textarea|select|picker", tag):
            self._input(tag, given, line)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("form", "b-form", "v-form", "el-form", "formik") and self.open is not None:
            self.open.end = self.getpos()[0]
            self.open = None
        elif tag == "label":
            self._name_labels()

    def handle_data(self, data: str) -> None:
        if self.label is not None and len(self.label[1]) < 8:
            self.label[1].append(data[:200])

    def _form(self, tag: str, given: dict[str, str], line: int) -> None:
        handled = any(
            re.match(r"@submit|v-on:submit|onsubmit|wire:submit|\(ngsubmit\)|hx-p|x-on:submit", a) for a in given
        )
        method = given.get("method", "" if handled or tag != "form" or self.code_is_tags else "GET").upper()
        action = given.get("action", "")
        name = given.get("id") or given.get("name") or given.get("ref") or _last(action)
        number = len(self.forms) + 1
        name = name if re.fullmatch(r"[\w-]{1,60}", name) else f"form{number}"
        if any(form.name == name for form in self.forms):
            name = f"{name}{number}"
        self.open = _Form(name, line, method if re.fullmatch(r"[A-Z]{0,10}", method) else "", action[:200])
        self.forms.append(self.open)

    def _input(self, tag: str, given: dict[str, str], line: int) -> None:
        kind = given.get("type", "textarea" if tag == "textarea" else "").lower()
        model = next(
            (value for key, value in given.items() if key.startswith(("v-model", "wire:model", "ng-model"))), ""
        )
        registered = re.search(r"register\(\s*['\"`]([\w.\[\]]{1,80})", " ".join((*given, *given.values()))[:2000])
        name = (
            given.get("name") or given.get("formcontrolname") or (registered[1] if registered else "") or _last(model)
        )
        name = _plain(name) or _plain(given.get("id", ""))
        if not name or kind in _NO_INPUT or _NO_DATA.fullmatch(name):
            return
        said = AUTOCOMPLETE.get((given.get("autocomplete") or "").lower().split(" ")[-1]) or TYPES.get(kind, "")
        words = said or given.get("label") or given.get("aria-label") or given.get("title") or ""
        limit = given.get("maxlength", "")
        length = int(limit) if limit.isdigit() and len(limit) < 7 else None
        hint = words or ("" if "{" in given.get("placeholder", "{") else given["placeholder"])
        where = self.open or self.page
        self.inputs.append((where, name, line, kind, hint, length, given.get("id", "")))
        if self.label is not None and not self.label[0]:
            self.label = (given.get("id") or f"#{len(self.inputs)}", self.label[1])
            self.labels.setdefault(self.label[0], "")

    def _name_labels(self) -> None:
        if self.label is not None and self.label[0]:
            self.labels[self.label[0]] = " ".join(" ".join(self.label[1]).split())
        self.label = None

    def definitions(self) -> Iterator[Definition]:
        """Forms with fields, the page last."""
        self._name_labels()
        for number, (form, name, line, kind, hint, length, id_) in enumerate(self.inputs, start=1):
            label = self.labels.get(id_) if id_ else self.labels.get(f"#{number}")
            said = hint if hint in {*AUTOCOMPLETE.values(), *TYPES.values()} else label or hint
            form.fields.setdefault(name, defined(form.name, name, line, kind, said.rstrip(" *:"), length))
        for form in (*self.forms, self.page):
            if form.fields:
                yield Definition(
                    name=form.name,
                    format="form",
                    line=form.line,
                    end=form.end,
                    fields=gathered(form.fields),
                    shape="form",
                    exposed=(form.method, form.action, form.line) if form is not self.page else None,
                )


def _last(path: str) -> str:
    """The last word of ``form.client.phone``, ``/callback/``: what the thing is called."""
    found = re.findall(r"[\w-]+", path.partition("?")[0][:200])
    return found[-1] if found else ""


def _plain(name: str) -> str:
    """``client[phone]`` and ``client.phone`` are called ``phone``; a name that code computes is none."""
    if "{" in name and not re.search(r"\w\}?$", name):
        return ""
    words = [word for word in re.findall(r"[^\W][\w-]*", name[:120]) if not word.isdigit()]
    return words[-1] if words else ""
