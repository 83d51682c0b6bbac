"""All recognizers by name, imported only when asked for (``derbes --help`` must not wait for a model)."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from derbes.recognizers.base import TextRecognizer

# Class name -> module and entities, so that nothing is imported for entities nobody asked for.
RECOGNIZERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AddressRecognizer": ("derbes.recognizers.address", ("ADDRESS",)),
    "DateOfBirthRecognizer": ("derbes.recognizers.date_of_birth", ("DATE_OF_BIRTH",)),
    "EmailAddressRecognizer": ("derbes.recognizers.email", ("EMAIL_ADDRESS",)),
    "IdentityDocumentRecognizer": (
        "derbes.recognizers.identity_document",
        ("KZ_ID_CARD", "KZ_PASSPORT", "KZ_RESIDENCE_PERMIT", "RU_PASSPORT", "IDENTITY_DOCUMENT"),
    ),
    "KzBicRecognizer": ("derbes.recognizers.kz_bic", ("KZ_BIC",)),
    "KzBinRecognizer": ("derbes.recognizers.kz_bin", ("KZ_BIN",)),
    "KzIbanRecognizer": ("derbes.recognizers.kz_iban", ("KZ_IBAN",)),
    "KzIinRecognizer": ("derbes.recognizers.kz_iin", ("KZ_IIN",)),
    "KzRnnRecognizer": ("derbes.recognizers.kz_rnn", ("KZ_RNN",)),
    "MrzRecognizer": ("derbes.recognizers.mrz", ("MRZ",)),
    # rules and model together; PersonRecognizer and NerRecognizer are its two halves
    "NameRecognizer": ("derbes.recognizers.ner", ("PERSON",)),
    "OrganizationRecognizer": ("derbes.recognizers.organization", ("ORGANIZATION",)),
    "PaymentCardRecognizer": ("derbes.recognizers.credit_card", ("CREDIT_CARD",)),
    "PhoneNumberRecognizer": ("derbes.recognizers.phone", ("PHONE_NUMBER",)),
    "TechnicalRecognizer": ("derbes.recognizers.technical", ("IP_ADDRESS", "MAC_ADDRESS", "COOKIE", "USER_AGENT")),
}


def load_recognizers(entities: Iterable[str] | None = None) -> list[TextRecognizer]:
    """Recognizers that yield any of ``entities`` (default: all), in alphabetical order of their names.

    An entity that no recognizer yields is a ``ValueError``.
    """
    wanted = None if entities is None else set(entities)
    if wanted is not None and (unknown := wanted - set(supported_entities())):
        raise ValueError(f"no recognizer yields: {', '.join(sorted(unknown))}")
    chosen = (name for name, (_, yields) in RECOGNIZERS.items() if wanted is None or wanted & set(yields))
    return [recognizer_class(name)() for name in chosen]


def recognizer_class(name: str) -> type[TextRecognizer]:
    """The class called ``name`` in ``RECOGNIZERS``."""
    loaded: type[TextRecognizer] = getattr(import_module(RECOGNIZERS[name][0]), name)
    return loaded


def presidio_conf() -> Path:
    """The YAML file for Presidio's ``RecognizerRegistryProvider(conf_file=…)``.

    Presidio finds classes by name among those that are imported, so this imports them all.
    """
    for name in RECOGNIZERS:
        recognizer_class(name)
    return Path(__file__).with_name("kz_recognizers.yaml")


def supported_entities() -> list[str]:
    """Every entity that some recognizer yields, sorted."""
    return sorted({entity for _, yields in RECOGNIZERS.values() for entity in yields})
