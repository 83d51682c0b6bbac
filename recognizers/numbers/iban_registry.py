"""Shapes of the account number (BBAN) behind the country code and check digits of an IBAN.

``n`` digits, ``a`` capital letters, ``c`` digits or capital letters, each with its count, as in the SWIFT IBAN registry
(ISO 13616). ``NATIONAL`` are countries outside of the registry that write their accounts so (central banks' pages, as
collected in public lists). Territories use the shape of their country.
"""

from __future__ import annotations

import re
from functools import cache

REGISTRY = """
AD 8n12c   AE 19n     AL 8n16c   AT 16n     AZ 4a20c   BA 16n     BE 12n     BG 4a6n8c  BH 4a14c   BI 23n
BR 23n1a1c BY 4c4n16c CH 5n12c   CR 18n     CY 8n16c   CZ 20n     DE 18n     DJ 23n     DK 14n     DO 4c20n
EE 16n     EG 25n     ES 20n     FI 14n     FK 2a12n   FO 14n     FR 10n11c2n GB 4a14n  GE 2a16n   GI 4a15c
GL 14n     GR 7n16c   GT 24c     HN 4a20n   HR 17n     HU 24n     IE 4a14n   IL 19n     IQ 4a15n   IS 22n
IT 1a10n12c JO 4a4n18c KW 4a22c  KZ 3n13c   LB 4n20c   LC 4a24c   LI 5n12c   LT 16n     LU 3n13c   LV 4a13c
LY 21n     MC 10n11c2n MD 20c    ME 18n     MK 3n10c2n MN 16n     MR 23n     MT 4a5n18c MU 4a19n3a NI 4a20n
NL 4a10n   NO 11n     OM 3n16c   PK 4a16c   PL 24n     PS 4a21c   PT 21n     QA 4a21c   RO 4a16c   RS 18n
RU 14n15c  SA 2n18c   SC 4a20n3a SD 14n     SE 20n     SI 15n     SK 20n     SM 1a10n12c SO 19n    ST 21n
SV 4a20n   TL 19n     TN 20n     TR 6n16c   UA 6n19c   VA 18n     VG 4a16n   XK 16n     YE 4a4n18c
"""
NATIONAL = """
AO 21n DZ 22n BF 2c22n BJ 2c22n CF 23n CG 23n CI 2c22n CM 23n CV 21n GA 23n GQ 23n GW 2c19n IR 22n KM 23n
MA 24n MG 23n ML 2c22n MZ 21n NE 2c22n SN 2c22n TD 23n TG 2c22n
"""
TERRITORIES = {
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "GG IM JE",
}
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[0-9A-Z]"}


@cache
def shapes() -> dict[str, str]:
    """Country code -> shape."""
    words = (REGISTRY + NATIONAL).split()
    known = dict(zip(words[::2], words[1::2], strict=True))
    known.update({code: known[parent] for parent, codes in TERRITORIES.items() for code in codes.split()})
    return known


@cache
def pattern(country: str) -> re.Pattern[str] | None:
    """What the BBAN of ``country`` must match in full; ``None`` for a country without IBANs."""
    shape = shapes().get(country)
    if shape is None:
        return None
    return re.compile("".join(f"{_CLASSES[kind]}{{{count}}}" for count, kind in re.findall("([0-9]+)([nac])", shape)))


@cache
def length(country: str) -> int | None:
    """Characters of a whole IBAN of ``country``."""
    shape = shapes().get(country)
    return 4 + sum(map(int, re.findall("[0-9]+", shape))) if shape else None
