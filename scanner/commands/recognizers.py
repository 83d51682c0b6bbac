"""``derbes recognizers``: what is recognized, and by which category of the policy it is judged."""

from __future__ import annotations

import json
from typing import Any

import click

from derbes.reports.i18n import tr
from derbes.scanner.commands.common import language_option, policy_options

# What each recognizer that ships finds, for people; a recognizer from elsewhere speaks by its docstring.
ABOUT = {
    "AddressRecognizer": "почтовые адреса на русском, казахском (все алфавиты) и английском",
    "DateOfBirthRecognizer": "дата рождения цифрами или словами, только рядом с подписью",
    "EmailAddressRecognizer": "адреса электронной почты, и записанные в обход роботов: (at), [точка]",
    "IdentityDocumentRecognizer": "номера удостоверений, паспортов, видов на жительство и других документов",
    "KzBicRecognizer": "БИК банков Казахстана, по списку",
    "KzBinRecognizer": "БИН организации, с контрольной цифрой",
    "KzIbanRecognizer": "номер счёта (ИИК, IBAN), с контрольными цифрами",
    "KzIinRecognizer": "ИИН физического лица, с датой и контрольной цифрой",
    "KzRnnRecognizer": "РНН (до 2013 года), только рядом с подписью",
    "MrzRecognizer": "машиночитаемая зона документа (TD1, TD2, TD3)",
    "NameRecognizer": "имена людей на русском, казахском и латинице: правила, а где они молчат, модель",
    "OrganizationRecognizer": "организации с правовой формой: казахстанской, российской или иной",
    "PaymentCardRecognizer": "номер банковской карты, с контрольной цифрой",
    "PhoneNumberRecognizer": "номера телефонов, с добавочным",
    "TechnicalRecognizer": "IP- и MAC-адреса, cookie и номера сеансов, браузеры",
}


@click.command(short_help="что умеет распознавать derbes")
@click.option("--json", "as_json", is_flag=True, help="для программ")
@policy_options
@language_option
def recognizers(as_json: bool, config: str | None, policy: str | None, lang: str) -> None:
    """Распознаватели, их сущности и категории политики."""
    from derbes.recognizers.registry import load_recognizers
    from derbes.scanner.commands.run import load

    categories = load(config, policy).policy.category_by_entity
    rows = [
        {
            "name": recognizer.name,
            "entities": list(recognizer.ENTITIES),
            "categories": sorted({categories.get(entity, "undeclared") for entity in recognizer.ENTITIES}),
            "country": recognizer.COUNTRY_CODE,
            "about": _about(recognizer),
        }
        for recognizer in load_recognizers()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['name']:<28} {', '.join(row['entities'])}")
        click.echo(f"{'':<28} {', '.join(row['categories'])}: {row['about']}")


def _about(recognizer: Any) -> str:
    name = str(recognizer.name)
    return tr(ABOUT[name]) if name in ABOUT else ((type(recognizer).__doc__ or name).strip().splitlines()[0])
