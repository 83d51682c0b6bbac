"""Which files a path, folder or glob means: in one order, without following loops, and nothing left unsaid."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePath
from urllib.parse import unquote

from derbes.scanner.connectors.credentials import resolve
from derbes.scanner.model.data import Stamp
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file: how to open it, what it is called in reports, its size and its stamp when it was listed."""

    path: str
    part: str
    size: int
    stamp: Stamp | None = None


SETTLED = 2.0  # seconds; the clocks of file systems tick as coarsely as that


def discover(place: Place, follow_links: bool = False) -> Iterator[Entry | Unscanned]:
    """Files of ``place`` in sorted order. A target that matches nothing yields nothing."""
    target = target_of(place)
    if os.path.lexists(target) or not _MAGIC.search(target):
        yield from _Walk(place, target, follow_links).start()
    else:
        yield from _Walk(place, fixed_part(target), follow_links, Glob(target)).folder()


def file_stamp(info: os.stat_result) -> Stamp | None:
    """What the state of a file is known by. ``None`` just after a change: another one might not show in its times."""
    if time.time() - max(info.st_mtime, info.st_ctime) < SETTLED:
        return None
    marks = (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_dev)
    return Stamp(repr(marks), changed=info.st_mtime)


def target_of(place: Place) -> str:
    """The path or pattern that a place names: variables put in, ``file://`` and ``~`` opened."""
    target = resolve(place)
    if target.lower().startswith("file://"):
        target = unquote(target[7:])
    return str(Path(target).expanduser()) if target.startswith("~") else target


def fixed_part(pattern: str) -> str:
    """The folder of a glob in which the search begins."""
    fixed = []
    for part in PurePath(pattern).parts[:-1]:
        if _MAGIC.search(part):
            break
        fixed.append(part)
    return str(Path(*fixed)) if fixed else "."


def display(path: str) -> str:
    """``path`` as text that can be written anywhere: bytes that are no UTF-8 stand as ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


# File systems that hold no data: their files are answers of the kernel, some of which never end.
_PSEUDO = frozenset(
    "proc sysfs cgroup cgroup2 debugfs tracefs securityfs devpts mqueue bpf pstore configfs efivarfs fusectl "
    "binfmt_misc hugetlbfs rpc_pipefs selinuxfs".split()
)


@cache
def pseudo_devices() -> frozenset[int]:
    """Device numbers of the mounted file systems that hold no data (Linux; elsewhere there are none)."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    found = set()
    for mount in mounts:
        fields, _, rest = mount.partition(" - ")
        if rest.partition(" ")[0] in _PSEUDO:
            major, _, minor = fields.split(" ")[2].partition(":")
            found.add(os.makedev(int(major), int(minor)))
    return frozenset(found)


class Glob:
    """A pattern with ``*``, ``?``, ``[…]`` inside a name and ``**`` for any folders. A folder that matches is meant
    with all that is in it, as a shell would hand it on."""

    def __init__(self, pattern: str) -> None:
        parts = os.path.normpath(pattern).split("/")
        self._parts = [None if part == "**" else re.compile(_translate(part), re.S) for part in parts]

    def verdict(self, path: str) -> tuple[bool, bool]:
        """Whether ``path`` (or a folder above it) matches, and whether something below it might."""
        states = self._closed({0})
        for name in os.path.normpath(path).split("/"):
            if len(self._parts) in states:
                return True, True
            states = self._closed({n for state in states for n in self._step(state, name)})
        matched = len(self._parts) in states
        return matched, bool(states)

    def _step(self, state: int, name: str) -> Iterator[int]:
        if state == len(self._parts):
            return
        part = self._parts[state]
        if part is None:
            yield from (state, state + 1)
        elif part.fullmatch(name):
            yield state + 1

    def _closed(self, states: set[int]) -> set[int]:
        """With the states that ``**`` reaches by matching no folder at all; a last ``**`` wants one name at least."""
        last = len(self._parts) - 1
        out = set(states)
        for state in sorted(states):
            while state < last and self._parts[state] is None:
                state += 1
                out.add(state)
        return out


def _translate(part: str) -> str:
    return fnmatch.translate(re.sub(r"\*+", "*", part))


@dataclass(slots=True)
class _Walk:
    """Depth first, by name, with a stack of its own: folders may be nested deeper than Python's."""

    place: Place
    root: str
    follow: bool
    glob: Glob | None = None
    seen: set[tuple[int, int]] = field(default_factory=set)

    def start(self) -> Iterator[Entry | Unscanned]:
        """The target is one path, not a pattern."""
        try:
            info = Path(self.root).stat()
        except OSError as error:
            if os.path.lexists(self.root):
                yield self._failed(error, self.root, "")
            return
        if stat.S_ISDIR(info.st_mode):
            yield from self.folder()
        else:
            yield from self._file(self.root, "", info)

    def folder(self) -> Iterator[Entry | Unscanned]:
        """Everything below the root."""
        stack: list[tuple[tuple[int, int], Iterator[os.DirEntry[str]]]] = []
        yield from self._enter(self.root, stack)
        while stack:
            item = next(stack[-1][1], None)
            if item is None:
                stack.pop()
            else:
                yield from self._visit(item, stack)

    def _visit(
        self, item: os.DirEntry[str], stack: list[tuple[tuple[int, int], Iterator[os.DirEntry[str]]]]
    ) -> Iterator[Entry | Unscanned]:
        wanted, below = self.glob.verdict(item.path) if self.glob else (True, True)
        part = self._part(item.path)
        try:
            info = item.stat(follow_symlinks=True)
        except OSError as error:
            if wanted and (item.is_symlink() or error.errno != errno.ENOENT):
                yield self._failed(error, item.path, part)
            return
        if not stat.S_ISDIR(info.st_mode):
            if wanted:
                yield from self._file(item.path, part, info)
        elif not (wanted or below) or (item.name == ".git" and Path(item.path, "HEAD").is_file()):
            return  # not what is looked for; nor is git's own store (decision 0014)
        elif (info.st_dev, info.st_ino) in {identity for identity, _ in stack}:
            yield self._problem(part, item.path, "link-loop", "ссылка {path} ведёт в папку, в которой лежит")
        elif self.follow or not item.is_symlink():
            if (info.st_dev, info.st_ino) not in self.seen:
                yield from self._enter(item.path, stack)
        elif not self._inside(item.path):
            yield self._problem(
                part, item.path, "file-special", "ссылка на папку {path} не пройдена", "пройти ссылки: --follow-links"
            )

    def _enter(
        self, folder: str, stack: list[tuple[tuple[int, int], Iterator[os.DirEntry[str]]]]
    ) -> Iterator[Entry | Unscanned]:
        try:
            here = Path(folder).stat()
            with os.scandir(folder) as listing:
                items = sorted(listing, key=lambda item: os.fsencode(item.name))
        except FileNotFoundError:
            return
        except OSError as error:
            yield self._failed(error, folder, self._part(folder))
            return
        if here.st_dev in pseudo_devices():
            yield self._problem(self._part(folder), folder, "file-special", "не данные, а вид на ядро системы: {path}")
            return
        self.seen.add((here.st_dev, here.st_ino))
        stack.append(((here.st_dev, here.st_ino), iter(items)))

    def _file(self, path: str, part: str, info: os.stat_result) -> Iterator[Entry | Unscanned]:
        if info.st_dev in pseudo_devices():
            yield self._problem(part, path, "file-special", "не данные, а вид на ядро системы: {path}")
        elif stat.S_ISREG(info.st_mode):
            yield Entry(path, part, info.st_size, file_stamp(info))
        else:
            yield self._problem(part, path, "file-special", "не обычный файл (канал, сокет или устройство): {path}")

    def _inside(self, link: str) -> bool:
        return Path(os.path.realpath(link)).is_relative_to(os.path.realpath(self.root))

    def _part(self, path: str) -> str:
        """Relative to the place where it is declared, as given on the command line where it is not."""
        return display(os.path.relpath(path, self.root) if self.place.declared else os.path.normpath(path))

    def _failed(self, error: OSError, path: str, part: str) -> Unscanned:
        if error.errno == errno.ELOOP:
            return self._problem(part, path, "link-loop", "ссылки ходят по кругу: {path}")
        if error.errno == errno.ENOENT:
            return self._problem(part, path, "file-vanished", "ссылка {path} ведёт в никуда")
        if error.errno not in (errno.EACCES, errno.EPERM):
            reason = errno.errorcode.get(error.errno or 0, "?")
            return self._problem(part, path, "file-unreadable", "не читается ({reason}): {path}", reason=reason)
        return self._problem(
            part,
            path,
            "file-unreadable",
            "нет права читать {path}",
            "дайте право на чтение тому, кто запускает проверку",
        )

    def _problem(self, part: str, path: str, code: str, message: str, hint: str = "", **params: object) -> Unscanned:
        return Unscanned(self.place.id, part, code, message, {"path": display(path), **params}, hint)
