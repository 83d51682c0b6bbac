"""Every target over its seeds, and over what hypothesis makes of them: a short fuzz without a fuzzer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

SEEDS = seeds()


def test_every_target_has_seeds() -> None:
    assert SEEDS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@st.composite
def spoiled(draw: st.DrawFn, name: str) -> bytes:
    """A seed cut, spliced, repeated and with some bytes changed; or just bytes."""
    data = bytearray(draw(st.sampled_from(SEEDS[name])))
    for _ in range(draw(st.integers(0, 4))):
        at, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.integers(0, 4)):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = data[at:end]
            case 2:
                data[at:end] = draw(st.binary(max_size=8))
            case 3:
                data[at:at] = (
                    draw(st.sampled_from([b"\0", b'"', b"'", b"\\", b"\r", b"\n", b"\xff", b"{", b"<", b"("])) * 40
                )
            case _:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_what_is_spoiled_ends_with_a_reason(name: str) -> None:
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(spoiled(name), st.binary(max_size=300)))
    def check(data: bytes) -> None:
        TARGETS[name](data)

    check()
