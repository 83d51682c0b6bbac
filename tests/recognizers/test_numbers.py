"""Number modules: doctests, published vectors, and what must be refused."""

from __future__ import annotations

import doctest
import importlib
import pickle
from datetime import date
from types import ModuleType

import numpy as np
import pytest

from derbes.recognizers.numbers import bin_, card, email, iban, iban_registry, iin, mrz, phone, rnn, vector
from derbes.recognizers.numbers.exceptions import ValidationError

MODULES = ["iin", "bin_", "rnn", "iban", "bic", "phone", "email", "id_card", "passport", "ru_passport", "mrz", "card"]

VALID: dict[str, list[str]] = {
    "iin": [
        "870521300459",
        "870521 300459",
        "870521-300459",
        "870521310022",
        "000101500011",
        "040229600120",
        "800416100254",
        "990101300122",
        "870521000458",
    ],
    "bin_": [
        "061240001236",
        "180340012346",
        "150950000175",
        "230740005121",
        "110641000316",
        "091042000079",
        "120143000192",
        "240544000177",
        "240664000174",
        "200160000452",
        "970340000883",
        "180340000611",
    ],
    "rnn": ["620321000456"],
    "iban": [
        "KZ86 125K ZT50 0410 0100",
        "kz84722c000012345678",
        "КZ84722C000012345678",
        "NO07.8380.08.06006",
        "ES72 2013-0692-81-0201150993",
        "MC1112739000700011111000h79",
        "BE71 0961 2345 6769",
        "GB29NWBK60161331926819",
        "SC52BAHL01031234567890123456USD",
        "IR200170000000339545727003",
        "RU0204452560040702810412345678901",
    ],
    "bic": ["CASPKZKA", "hsbkkzkx", "DEUTDEFF500", "SABRKZKA", "KZKOKZKX", "NFBAKZ23"],
    "phone": [
        "+7 (701) 123-45-67",
        "87011234567",
        "77011234567",
        "7011234567",
        "8(7172)55-66-77",
        "+7 6001234567",
        "+7 495 123-45-67",
        "8 701 123 45 67 вн.номер 12",
        "+7 727 2505050 ext 5",
        "＋7 701 123 45 67",
        "+7\xa0701\xa0123‑45‑67",
        "tel:+77011234567",
        "+7 (747) 7654321",
    ],
    "email": ["zhanar.a@mail.kz", '"n.serikuly"@corp.kz', "yerzhan@xn--80a1acny.xn--80ao21a", "d+host@gmail.com"],
    "id_card": ["045678912", "№ 045678912"],
    "passport": ["N12345678", "N 1234567", "\u041d12345678", "10123456"],
    "ru_passport": ["45 12 345678", "4512№345678"],
    "card": ["4400 4301 2345 6789"],
}
INVALID: dict[str, list[object]] = {
    "iin": [
        "",
        "870521300458",
        "870532300459",
        "870521700018",
        "991231500016",
        "87052130045",
        "8705213004590",
        None,
        870521300459,
        "٨٧٠٥٢١٣٠٠٤٥٩",
        "000000000000",
    ],
    "bin_": ["180370012343", "181340012346", "180345012346", "180340012347", "870521300459"],
    "rnn": ["620321000457", "000000000000"],
    "iban": [
        "KZ84722C000012345679",
        "KZ84722C00001234567",
        "XX431234",
        "0098",
        "ES2121000418450200051331",
        "QQ93 1234 5678",
        "ES89 3183 1500 9500 0121 0562",
        "GI22 NW3K 0000 0000 7099 453",
        "BG93 BNBG 9661 1A20 3456 78",
        "AD48 0001 2030",
    ],
    "bic": ["XXXXKZXX", "CASPKZK", "12345678", "KABKKZKA"],
    "phone": [
        "12345",
        "",
        "010-38238383",
        "+9676338855",
        "19676338855",
        "6676338855",
        "+99676338855",
        "+70000000000",
        "+7 701 12 34",
        "1732283100x",
        "250-50-50",
        "8 (7172) 55-66-777",
        "abc",
    ],
    "email": [
        "icon@2x.png",
        "foo@bar..kz",
        "name@.kz",
        "a@b",
        "@username",
        "a b@c.kz",
        "a@" + "b" * 64 + ".kz",
        ".a@b.kz",
    ],
    "id_card": ["45678912", "000000000", "04567891A"],
    "passport": ["n12345678", "N123456", "NN1234567"],
    "ru_passport": ["4571345678", "0012345678", "451234567"],
    "mrz": [
        "P<KAZ",
        "X" * 90,
        "IDKAZ0456789136870521300459<<<8705219M3105205KAZ<<<<<<<<<<<8BEKMUKHANOV<<DAUREN<<<<<<<<<<<",
    ],
    "card": ["4400 4301 2345 6788", "1234567890123452", "4400"],
}


def module(name: str) -> ModuleType:
    return importlib.import_module(f"derbes.recognizers.numbers.{name}")


@pytest.mark.parametrize("name", [*MODULES, "vector"])
def test_doctests(name: str) -> None:
    result = doctest.testmod(module(name))
    assert result.attempted > 0 and result.failed == 0


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in VALID for number in VALID[name]])
def test_valid(name: str, number: str) -> None:
    numbers = module(name)
    compact = numbers.validate(number)
    assert numbers.is_valid(number)
    assert numbers.validate(compact) == compact, "the compact form is its own compact form"


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in INVALID for number in INVALID[name]])
def test_invalid(name: str, number: object) -> None:
    numbers = module(name)
    assert not numbers.is_valid(number)
    with pytest.raises(ValidationError) as raised:
        numbers.validate(number)
    assert not number or str(number) not in repr(raised.value) + str(raised.value)
    assert type(pickle.loads(pickle.dumps(raised.value))) is type(raised.value)


def test_no_number_of_a_prefix_that_is_never_issued() -> None:
    assert iin.check_digit("87052131006") is None
    assert not any(iin.is_valid(f"87052131006{digit}") for digit in range(10))


def test_birth_date_is_not_in_the_future() -> None:
    assert iin.birth_date("991231500016", today=date(2099, 12, 30)) is None
    assert iin.birth_date("991231500016", today=date(2099, 12, 31)) == date(2099, 12, 31)


def test_iban_registry_has_a_shape_for_every_country_once() -> None:
    words = (iban_registry.REGISTRY + iban_registry.NATIONAL).split()
    assert len(words[::2]) == len(set(words[::2])) >= 110
    assert all(iban_registry.length(code) for code in iban_registry.shapes())
    assert iban_registry.length("KZ") == 20 and iban_registry.length("MT") == 31 and iban_registry.length("NO") == 15


def test_a_changed_digit_of_an_iban_is_always_caught() -> None:
    number = "KZ84722C000012345678"
    for index in range(2, len(number)):
        for digit in "0123456789":
            if number[index].isdigit() and digit != number[index]:
                assert not iban.is_valid(number[:index] + digit + number[index + 1 :])


def test_masks_agree_with_their_scalar_twins() -> None:
    random = np.random.default_rng(7)
    numbers = random.integers(0, 10**12, 20_000)
    dense = [iin_like(random) for _ in range(20_000)]
    strings = np.array(
        [f"{number:012d}" for number in numbers] + dense + ["", "87052130045", "8705213004590", "x" * 12]
    )
    for mask, twin in (
        (vector.iin_mask, iin.is_valid),
        (vector.bin_mask, bin_.is_valid),
        (vector.check_digit_mask, iin.check_digit_ok),
        (vector.contemporary_iin_mask, lambda number: iin.is_valid(number) and iin.is_contemporary(number)),
    ):
        expected = [twin(text) for text in strings.tolist()]
        assert mask(strings).tolist() == expected
        assert mask(strings.astype("S13")).tolist() == expected
        assert sum(expected) > 20
    assert (vector.iin_mask(numbers) == vector.iin_mask(strings[: len(numbers)])).all()


def iin_like(random: np.random.Generator) -> str:
    date_part = f"{random.integers(0, 100):02d}{random.integers(0, 14):02d}{random.integers(0, 33):02d}"
    return f"{date_part}{random.integers(0, 10)}{random.integers(0, 100_000):05d}"


def test_natural_persons_behind_requisites() -> None:
    assert rnn.is_natural_person("620321000456")
    assert bin_.is_farm("240664000174") and not bin_.is_farm("180340012346")


def test_mrz_gives_the_iin() -> None:
    zone = mrz.validate("P<KAZBEKMUKHANOV<<DAUREN" + "<" * 20 + "\nN123456785KAZ8705219M3105205870521300459<<20")
    assert mrz.iin_of(zone) == "870521300459"


def test_extension_and_service_numbers() -> None:
    assert phone.extension("+7 7212 41 00 00 доб. 105") == "105"
    assert phone.is_service(phone.validate("8 800 080 77 77"))


def test_numbers_need_no_presidio() -> None:
    import subprocess
    import sys

    modules = ", ".join(f"derbes.recognizers.numbers.{name}" for name in MODULES)
    code = f"import sys, {modules}; print('presidio_analyzer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_luhn_and_top_level_domains() -> None:
    assert card.luhn_ok("79927398713")
    assert {"kz", "қаз", "com", "xn--80ao21a"} <= email.top_level_domains()
    assert "png" not in email.top_level_domains()
