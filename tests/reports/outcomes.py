"""One outcome for all reports: every state, severity and kind of place, and names that would like to act."""

from __future__ import annotations

from dataclasses import replace

from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import Location
from derbes.scanner.model.findings import Exemption, Outcome, PolicyRef, PurposeRef, Text, Violation
from derbes.scanner.model.inventory import (
    Classification,
    EntityCount,
    Inventory,
    PlaceRecord,
    Reason,
    Run,
    Unscanned,
)
from derbes.scanner.model.places import Place, Retention, SourceLine

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"'><svg/onload=alert(3)>",
    "\x1b[31mred\x1b]8;;http://evil.example\x07link",
    "[bold red]rich[/]",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)",
    "two\nlines",
    "::error file=x::owned",
    "\u202egnp.exe",
    "${{ github.token }} {{ 7*7 }} {% raw %}",
    "| pipe | `tick` [a](javascript:alert(4)) @everyone #1 ![i](http://evil.example/x.png) http://evil.example",
    "]]> -->",
    "\udcff\udcfe",
)
HOST = "db1.secret-host.int"

POLICY = PolicyRef(
    "test-policy",
    "Политика ТОО «Проба» <b>&</b>",
    "2026-09-01",
    "9f3c1b7e" * 8,
    {
        "1.1": "О чём эта политика.",
        "1.2": "Перечень данных:\nимя, адрес электронной почты, номер документа.",
        "1.3": "Журналы ведутся для технической информации. <b>Жирно</b> & {скобки}",
        "1.4": "Цели обработки.",
    },
    {
        "full_name": {"ru": "фамилия, имя, отчество", "kk": "тегі, аты, әкесінің аты", "en": "full name"},
        "email": {"ru": "адрес электронной почты", "kk": "электрондық пошта мекенжайы", "en": "e-mail address"},
        "identity_document": {"ru": "данные документа", "kk": "құжат деректері", "en": "identity document"},
        "undeclared": {"ru": "не названо в перечне", "kk": "тізімде аталмаған", "en": "not on the list"},
        "technical": {"ru": "техническая информация", "kk": "техникалық ақпарат", "en": "technical information"},
    },
    {"full_name": "1.2", "email": "1.2", "identity_document": "1.2", "technical": "1.3"},
    {"client": {"ru": "клиенты", "kk": "клиенттер", "en": "clients"}},
    {"services": PurposeRef("1.4", {"ru": "оказание услуг", "kk": "қызмет көрсету", "en": "services"}, "P5Y")},
    {
        "personal-data-in-log": {
            "ru": "Персональные данные в журнале",
            "kk": "Журналдағы дербес деректер",
            "en": "Personal data in a log",
        },
        "not-in-policy": {"ru": "Нет в перечне", "kk": "Тізімде жоқ", "en": "Not on the list"},
    },
)


def place(name: str, location: str = "", **given: object) -> Place:
    return Place(id=name, target=location or name, location=location or name, **given)  # type: ignore[arg-type]


def field(where: str, path: str, category: str, units: int, **given: object) -> Classification:
    whole: dict[str, object] = {"units_read": 100, "units_total": 100, "sampled": False, "interval": None} | given
    return Classification(
        place=where,
        part=str(whole.pop("part", "")),
        dataset=str(whole.pop("dataset", "")),
        path=path,
        category=category,
        confidence=0.9,
        role="column",
        units_with=units,
        entities=(EntityCount("PERSON", units, 0),),
        reasons=(
            Reason("values", 1.0, "встречается в {units} значениях из {values}", {"units": units, "values": 100}),
        ),
        examples=("Н•••••••",),
        **whole,  # type: ignore[arg-type]
    )


def violation(name: str, severity: str, where: str, path: str, category: str, **given: object) -> Violation:
    whole: dict[str, object] = {
        "rule": "personal-data-in-log",
        "clauses": ("1.3",),
        "units": 118,
        "locations": (Location(7, 14), Location(9, 3)),
        "message": Text({"ru": "данные в журнале {path}", "kk": "журналдағы деректер {path}", "en": "data in {path}"},
                        {"path": path or where}),
        "remedy": Text({"ru": "маскировать", "kk": "бүркемелеу", "en": "mask it"}),
        "examples": ("••••••••••27",),
        "owner": "Отдел эксплуатации",
    } | given  # fmt: skip
    return Violation(
        id=name, severity=severity, place=where, path=path, category=category, entities=("PERSON",), **whole  # type: ignore[arg-type]
    )  # fmt: skip


def _records() -> tuple[PlaceRecord, ...]:
    billing = place(
        "billing",
        f"postgresql://{HOST}/billing",
        kind="database",
        declared=True,
        owner="Отдел биллинга",
        subjects=("client",),
        purposes=("services",),
        roles=("billing_app",),
        retention=Retention("P1Y6M", "closed_at"),
        declared_at=SourceLine("derbes.yml", 14),
    )
    logs = place("web-logs", "logs/*.log", kind="log", declared=True, declared_at=SourceLine("derbes.yml", 22))
    tables = tuple(
        Dataset("", name, "database", "row", "postgresql", rows_total=4000)
        for name in ("public.clients", "public.orders")
    )
    lines = tuple(Dataset(part, "", "log", "line", "log") for part in ("access.log", "app.log"))
    return (
        PlaceRecord(place=billing, status="scanned", unit="row", units_read=4100, units_total=4100, datasets=tables),
        PlaceRecord(place=logs, status="scanned", unit="line", units_read=900, units_total=900, datasets=lines),
        PlaceRecord(place=place(f"mysql://{HOST}/shop", kind="database"), status="scanned", unit="row", units_read=5),
        PlaceRecord(place=place("exports/clients.csv", kind="file"), status="partial", unit="row", units_read=40),
        PlaceRecord(place=place("backup.zip!logs/app.log", kind="file"), status="skipped", unit="line"),
    )


FIELDS = (
    field("billing", "public.clients.name", "full_name", 4000, dataset="public.clients", units_read=4000),
    field("billing", "public.clients.mail", "email", 60, dataset="public.clients", sampled=True, interval=(2100, 2700),
          units_total=4000),
    field("billing", "public.orders.note", "identity_document", 3, dataset="public.orders"),
    field("web-logs", "access.log#request", "email", 118, part="access.log"),
    field("web-logs", "access.log#remote_addr", "technical", 900, part="access.log"),
    field(f"mysql://{HOST}/shop", "users.name", "full_name", 5, dataset="users"),
    field("exports/clients.csv", "bday", "undeclared", 40),
)  # fmt: skip
VIOLATIONS = (
    violation("DRB-00000001", "critical", "billing", "public.orders.note", "identity_document", clauses=("1.2", "1.4")),
    violation("DRB-00000002", "major", "web-logs", "access.log#request", "email"),
    violation("DRB-00000003", "major", "exports/clients.csv", "bday", "undeclared", rule="not-in-policy",
              clauses=("1.2",), owner=None, interval=(30, 52), locations=(Location(3, 0),)),
    violation("DRB-00000004", "minor", f"mysql://{HOST}/shop", "users.name", "full_name", state="known"),
    violation("DRB-00000005", "minor", "web-logs", "app.log#line", "full_name", state="accepted"),
)  # fmt: skip
UNSCANNED = (
    Unscanned("backup.zip!logs/app.log", "", "file-encrypted", "файл в архиве закрыт паролем"),
    Unscanned("billing", "vault.*", "no-select", "нет права SELECT: {table}", {"table": "vault"}, "выдать {table}"),
)
EXEMPTIONS = (
    Exemption(id="DRB-00000005", reason="Нужно для расследований", by="a.seitova", until="2026-11-30",
              approved_by=None, status="expiring"),
    Exemption(id="DRB-000000FF", reason="Старое", by="b", until="2026-01-01", approved_by="dpo", status="expired"),
)  # fmt: skip
RUN = Run(
    id="20261122-030000-abcd",
    command="check",
    started_at="2026-11-22T03:00:00+05:00",
    finished_at="2026-11-22T03:41:00+05:00",
    complete=False,
    executor="serial",
)


def outcome() -> Outcome:
    """An ordinary one."""
    return Outcome(
        inventory=Inventory(run=RUN, places=_records(), fields=FIELDS, unscanned=UNSCANNED),
        policy=POLICY,
        violations=VIOLATIONS,
        exemptions=EXEMPTIONS,
        declared_only=True,
    )


def clean() -> Outcome:
    """Everything read, nothing found."""
    record = PlaceRecord(
        place=place("empty.csv", kind="file"),
        status="scanned",
        unit="row",
        units_read=3,
        units_total=3,
        datasets=(Dataset("empty.csv", "", "file", "row", "csv"),),
    )
    return Outcome(
        inventory=Inventory(run=replace(RUN, complete=True), places=(record,), fields=(), unscanned=()),
        policy=POLICY,
        violations=(),
    )


def hostile() -> Outcome:
    """Every string from outside is an attack, in every place where one can stand."""
    records, fields, violations, unscanned, exemptions = [], [], [], [], []
    for number, attack in enumerate(HOSTILE):
        records.append(
            PlaceRecord(
                place=place(
                    attack,
                    attack,
                    kind="file",
                    declared=True,
                    owner=attack,
                    subjects=(attack,),
                    roles=(attack,),
                    purposes=(attack,),
                    transfer=attack,
                    retention=Retention(attack),
                ),
                status="scanned",
                unit="row",
                units_read=5,
            )
        )
        fields.append(field(attack, attack, attack, 5, part=attack, dataset=attack))
        text = Text({"ru": "{path}: данные", "en": "{path}: data", "kk": "{path}: деректер"}, {"path": attack})
        violations.append(
            violation(f"DRB-{number:08X}", "critical", attack, attack, attack, message=text, remedy=text, owner=attack,
                      examples=(attack,))
        )  # fmt: skip
        unscanned.append(Unscanned(attack, attack, "file-unreadable", "не читается: {why}", {"why": attack}, "{why}"))
        exemptions.append(
            Exemption(id=attack, reason=attack, by=attack, until="2026-12-31", approved_by=attack, status="expiring")
        )
    policy = replace(POLICY, title=HOSTILE[0], clauses={"1.3": " ".join(HOSTILE)}, id=HOSTILE[1])
    inventory = Inventory(
        run=replace(RUN, id="<run>"), places=tuple(records), fields=tuple(fields), unscanned=tuple(unscanned)
    )
    return Outcome(
        inventory=inventory,
        policy=policy,
        violations=tuple(violations),
        exemptions=tuple(exemptions),
        declared_only=True,
    )


def databases() -> Outcome:
    """All attacks as names of PostgreSQL places, tables and columns."""
    whole = hostile()
    records = tuple(
        replace(r, place=replace(r.place, kind="database", location=f"postgresql://db:5433/{n}"))
        for n, r in enumerate(whole.inventory.places)
    )
    fields = tuple(replace(f, part="", dataset=f"s.{f.dataset}") for f in whole.inventory.fields)
    return replace(whole, inventory=replace(whole.inventory, places=records, fields=fields))


def many(number: int) -> Outcome:
    """An outcome with ``number`` violations over as many tables, for sizes."""
    clauses = {"1.2": POLICY.clauses["1.2"] + " Слова пункта." * 30, "1.3": POLICY.clauses["1.3"] + " Ещё слова." * 30}
    fields = tuple(
        field("billing", f"public.table_{n}.column_{n}", "email", 50 + n, dataset=f"public.table_{n}")
        for n in range(number)
    )
    long = Text(
        {"ru": "адрес электронной почты: ни одна из целей места (ответ на обращение) его не предусматривает " * 2}
    )
    severities = ("critical", "major", "minor")
    violations = tuple(
        violation(f"DRB-{n:08X}", severities[n % 3], "billing", f"public.table_{n}.column_{n}", "email",
                  clauses=("1.2", "1.3"), message=long)
        for n in range(number)
    )  # fmt: skip
    whole = outcome()
    inventory = replace(whole.inventory, fields=fields)
    return replace(whole, inventory=inventory, violations=violations, policy=replace(POLICY, clauses=clauses))
