"""What names of fields say."""

from __future__ import annotations

import pytest

from derbes.recognizers.fields import about, label_for, read, read_comment


@pytest.mark.parametrize(("name", "kind"), [
    ("ИИН", "iin"), ("zhsn", "iin"), ("Контактное лицо", "full_name"), ("familiya", "last_name"),
    ("clientPhone2", "phone"),
    ("billing_e-mail", "email"), ("ИдентификационныйКодЛичности", "iin"), ("ТелефонКлиента", "phone"),
    ("company_bin", "bin"), ("bin_iin", "iin_bin"), ("kem_vydan", "document"), ("clientname", "full_name"),
    ("Адрес_регистрации", "address"), ("ip_address", "ip"), ("swift_code", "bic"), ("туған күні", "birth"),
])  # fmt: skip
def test_sure_names(name: str, kind: str) -> None:
    assert [(reading.kind.name, reading.sure) for reading in read(name)] == [(kind, True)]


@pytest.mark.parametrize("name", [
    "email_verified", "phone_type", "email_count", "address_format", "address_id", "is_phone_valid", "Тип телефона",
    "product_name", "card_bin", "status", "", "___", "12",
])  # fmt: skip
def test_names_that_say_nothing(name: str) -> None:
    assert read(name) == ()
    assert label_for(name) == ""


@pytest.mark.parametrize("name", ["name", "contact", "location", "bin", "tax_id", "ИдентификационныйНомер"])
def test_names_that_mean_many_things_give_no_label(name: str) -> None:
    assert read(name)
    assert not any(reading.sure for reading in read(name))
    assert label_for(name) == ""


def test_comments_and_tables() -> None:
    assert [r.kind.name for r in read_comment("Фамилия клиента (как в документе)")] == ["last_name"]
    assert (about("tblclients"), about("client_groups"), about("Suppliers")) == ("people", "things", "companies")


def test_long_names_are_read_in_bounded_time() -> None:
    assert read("phone_" * 200_000) is not None
