"""What a person names on the command line, as places."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from derbes.scanner.addresses import safe_location
from derbes.scanner.connectors import is_database
from derbes.scanner.connectors.credentials import resolve
from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Place
from derbes.scanner.policy.config import Config


def places_of(targets: Sequence[str], config: Config | None) -> list[Place]:
    """Declared ids, paths, globs, ``-`` and URLs as places; without targets every declared place."""
    if not targets:
        if config is None:
            raise UsageError("usage", "не сказано, что проверять", "назовите файл, папку или адрес базы; derbes init")
        if not config.places:
            hint = "впишите места (places) или назовите файл, папку, адрес базы: derbes scan ПАПКА"
            raise UsageError("usage", "в {file} нет ни одного места", hint, file=os.path.relpath(config.file))
        return rooted_places(config)
    return list({place.id: place for place in (_place(target, config) for target in targets)}.values())


def rooted_places(config: Config) -> list[Place]:
    """All declared places with targets that can be opened from the current folder."""
    return [_rooted(place, config) for place in config.places]


def _place(target: str, config: Config | None) -> Place:
    if config is not None and (declared := config.place(target)) is not None:
        return _rooted(declared, config)
    if not is_database(target):
        return Place(id=target, target=target, location=target)
    for place in config.places if config is not None else ():
        if _same(place, target):
            return place
    location = safe_location(target)
    return Place(id=location, target=_hidden(target), location=location, kind="database")


def _rooted(place: Place, config: Config) -> Place:
    """Paths in ``derbes.yml`` start from its folder; addresses are shown without what is secret in them."""
    try:
        target = resolve(place)
    except UsageError:
        return place  # opening it will say which variable is missing
    if is_database(target):
        return replace(place, location=safe_location(target), kind=place.kind or "database")
    if "://" in target or target == "-" or Path(target).is_absolute():
        return place
    rooted = os.path.relpath(config.folder.absolute() / target)
    return replace(place, target=rooted, location=rooted)


def _same(place: Place, target: str) -> bool:
    try:
        return resolve(place) == target
    except UsageError:
        return False  # a variable that is not set: that place is somewhere else


def _hidden(target: str) -> str:
    """Put an address with a password into the environment; units carry the variable's name alone."""
    name = f"DERBES_TARGET_{sum(key.startswith('DERBES_TARGET_') for key in os.environ) + 1}"
    os.environ[name] = target
    return "${" + name + "}"
