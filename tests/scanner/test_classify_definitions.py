"""Fields by their definition alone: tables, types and labels speak, and some data only a name gives away."""

from __future__ import annotations

import pytest

from derbes.scanner.classify import classify_schema
from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.model.data import Dataset, Field
from derbes.scanner.policy.load import load_policy

POLICY = load_policy("hosting-pro")


def found(table: str, *fields: tuple[str, str, str], kind: str = "schema") -> dict[str, list[str]]:
    """Field -> entities, for (name, type, comment)."""
    dataset = Dataset("", table, kind, "line", "sql", tuple(Field(f"{table}.{n}", n, t, None, c) for n, t, c in fields))
    return {
        row.path.rpartition(".")[2]: [count.entity for count in row.entities]
        for row in classify_schema(dataset, POLICY)
        if row.confidence >= ENOUGH
    }


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("user_avatar", "PHOTO"), ("фото_лица", "PHOTO"), ("селфи", "PHOTO"), ("бет_суреті", "PHOTO"),
        ("faceEmbedding", "BIOMETRIC"), ("отпечаток_пальца", "BIOMETRIC"), ("саусақ_ізі", "BIOMETRIC"),
        ("blood_type", "HEALTH"), ("is_pregnant", "HEALTH"), ("диагноз", "HEALTH"), ("группа_инвалидности", "HEALTH"),
        ("денсаулық_жағдайы", "HEALTH"), ("last_known_location", "GEOLOCATION"), ("геолокация", "GEOLOCATION"),
        ("орналасқан_жері", "GEOLOCATION"), ("nationality_id", "ORIGIN_OR_BELIEF"),
        ("вероисповедание", "ORIGIN_OR_BELIEF"),
        ("ұлты", "ORIGIN_OR_BELIEF"), ("gender", "SEX"), ("marital_status", "FAMILY_STATUS"),
        ("судимость", "CRIMINAL_RECORD"),
        ("жалақы", "INCOME"), ("telegram_username", "SOCIAL_ACCOUNT"),
        ("show_avatar", ""), ("cover_image", ""), ("product_photo", ""), ("ssh_fingerprint", ""),
        ("photo_count", ""), ("health_check", ""),
        ("middlesex", ""), ("datacenter_location", ""),
    ],
)  # fmt: skip
def test_what_only_a_name_gives_away(name: str, entity: str) -> None:
    assert found("t", (name, "varchar(200)", "")) == ({name: [entity]} if entity else {})


@pytest.mark.parametrize("name", ["photo", "latitude", "пол", "telegram"])
def test_names_that_need_people_around(name: str) -> None:
    assert name in found("clients", (name, "text", ""))
    assert name in found("t", (name, "text", ""), ("email", "text", ""))
    assert name not in found("products", (name, "text", ""), ("sku", "text", ""))


def test_a_comment_says_it_too() -> None:
    assert found("clients", ("f7", "text", "Диагноз (по МКБ)")) == {"f7": ["HEALTH"]}


def test_a_table_completes_the_name_of_its_field() -> None:
    assert found("Bankcard", ("number", "char", "")) == {"number": ["CREDIT_CARD"]}
    assert found("emails", ("address", "varchar", "")) == {"address": ["EMAIL_ADDRESS"]}
    assert found("phones", ("number", "varchar", "")) == {"number": ["PHONE_NUMBER"]}
    assert found("invoices", ("number", "varchar", "")) == {}


def test_a_type_that_is_a_name() -> None:
    assert found("t", ("x", "EmailStr", ""), ("y", "phonenumber", ""), ("z", "inet", "")) == {
        "x": ["EMAIL_ADDRESS"],
        "y": ["PHONE_NUMBER"],
        "z": ["IP_ADDRESS"],
    }


def test_the_label_of_a_form_is_what_people_are_asked_for() -> None:
    assert found("form1", ("p1", "", "Телефон"), kind="form") == {"p1": ["PHONE_NUMBER"]}


def test_a_city_is_part_of_the_address_beside_it_alone() -> None:
    assert found("t", ("address", "text", ""), ("city", "text", ""), ("postcode", "text", "")).keys() == {
        "address",
        "city",
        "postcode",
    }
    assert found("shops", ("city", "text", ""), ("opened", "text", "")) == {}
    assert "city" not in found("cities", ("city", "text", ""), ("address", "text", ""))


def test_lists_of_addresses() -> None:
    assert found("queue", ("new_ticket_cc", "char", "If an e-mail address is entered here")) == {
        "new_ticket_cc": ["EMAIL_ADDRESS"]
    }


def test_the_table_of_an_address_is_about_the_one_who_lives_there() -> None:
    rows = (("name", "char", "name"), ("street", "char", ""), ("city", "char", "city"), ("phone", "char", ""))
    assert found("ShippingAddress", *rows).keys() == {"name", "street", "city", "phone"}


def test_a_tax_number_beside_a_company_is_that_of_the_company() -> None:
    assert found("t", ("company_name", "char", ""), ("tax_number", "char", ""))["tax_number"] == ["KZ_BIN"]
