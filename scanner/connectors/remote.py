"""Object stores and other machines through fsspec: ``s3://``, ``sftp://`` and whatever else has a driver.

One unit a file: parts of a remote file cost a connection each, and its readers stream anyway. Credentials are the
driver's business (its environment variables and files), or stand in the URL by a ``${VARIABLE}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.credentials import resolve
from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.dispatch import guarded, read_stream
from derbes.scanner.connectors.readers.limits import Budget
from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import Stamp, TextBatch, Unit
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place


class RemoteSource(Source):
    """``place.target`` is an fsspec URL of a file, a folder or a glob. Raises ``UsageError`` when it does not open."""

    def __init__(self, place: Place, options: Options) -> None:
        super().__init__(place, options)
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise UsageError(
                "missing-driver", "для места {place} нужен пакет fsspec", "pip install 'derbes[remote]'", place=place.id
            ) from None
        url = resolve(place)
        scheme = url.partition("://")[0]
        try:
            found = url_to_fs(url)
        except ImportError:
            hint = "поставьте драйвер fsspec для {scheme}, например s3fs для s3"
            message = "для места {place} не установлен драйвер {scheme}"
            raise UsageError("missing-driver", message, hint, place=place.id, scheme=scheme) from None
        except ValueError:
            raise UsageError("dsn-parse", "не удалось разобрать адрес места {place}", place=place.id) from None
        self.files: Any = found[0]
        self.root: str = found[1].rstrip("/")

    def units(self) -> Iterator[Unit | Unscanned]:
        """Every file below the root, by name; parts are as long as what the URL named."""
        try:
            names = sorted(self._names())
            for name in names:
                info = self.files.info(name)
                size = int(info.get("size") or 0)
                part = self._part(name)
                limit = self.options.max_file_size
                if limit is not None and size > limit:
                    message = "файл больше {limit} байт и не прочитан"
                    yield Unscanned(self.place.id, part, "limit-size", message, {"limit": limit, "size": size})
                else:
                    yield Unit(f"{name}:{size}", {"url": name, "part": part}, size, _stamp(info))
        except Exception as error:  # every driver has its own; their texts may hold addresses and keys
            message = "хранилище не отвечает ({reason})"
            yield Unscanned(self.place.id, "", "connection-lost", message, {"reason": type(error).__name__})

    def read(self, unit: Unit) -> Iterator[Item]:
        """Stream one file through the reader of its format."""
        part = str(unit.spec["part"])
        reading = Reading(
            self.place.id,
            part,
            str(unit.spec["url"]),
            self.options,
            Budget(self.options, packed=unit.weight),
            self.place.encoding or self.options.encoding,
        )
        read_anything = False
        for item in reading.budget.timed(guarded(self._read(unit, reading), reading)):
            read_anything = True
            yield item
        if not read_anything:
            yield TextBatch(reading.dataset("text", unit="line"), b"", 1, 0)

    def _read(self, unit: Unit, reading: Reading) -> Iterator[Item]:
        with self.files.open(unit.spec["url"], "rb") as stream:
            yield from read_stream(cast("IO[bytes]", stream), reading)

    def _names(self) -> list[str]:
        if any(char in self.root for char in "*?["):
            return [name for name in self.files.glob(self.root) if self.files.isfile(name)]
        if self.files.isfile(self.root):
            return [self.root]
        return list(self.files.find(self.root))

    def _part(self, name: str) -> str:
        if name == self.root:
            return ""
        if self.place.declared:
            folder = self.root.split("*", 1)[0].rpartition("/")[0] if "*" in self.root else self.root
            return name.removeprefix(folder).lstrip("/")
        return f"{self.place.location.partition('://')[0]}://{name.lstrip('/')}"


# How drivers call what changes with the content; a size alone would not tell.
_MARKS = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "mtime", "updated", "created")


def _stamp(info: Mapping[str, Any]) -> Stamp | None:
    """What the driver knows the state of a file by, if it is enough."""
    marks = [(name, str(info[name])) for name in _MARKS if info.get(name)]
    return Stamp(repr([info.get("size"), *marks])) if marks else None
