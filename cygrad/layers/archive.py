"""Arrays under names in a file: NumPy's npz, written whole or not at all, read without pickle."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed anyway
    fcntl = None  # type: ignore[assignment,unused-ignore]

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

__all__ = ["Header", "read_archive", "write_archive"]

# What an array's header says, before the array is unpacked: its shape and its dtype.
Header: TypeAlias = tuple[tuple[int, ...], np.dtype[Any]]


def write_archive(path: str | os.PathLike[str], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file that numpy.load reads; equal arrays give equal bytes.

    What was there is replaced at once, when the new file is complete on the disk. `numpy.savez`
    is not used: it adds .npz to the path, takes no array called "file", and writes in place. What
    saves of this file that were killed have left beside it is removed.
    """
    import zipfile  # here, as importing it takes longer than all layers

    target = os.path.realpath(os.fsdecode(path))  # a link stays a link
    if os.path.exists(target) and not os.path.isfile(target):
        raise ValueError(f"{os.fsdecode(path)!r} is not a file, and would be replaced by one")
    remove_leavings(target)
    unfinished, lock = begin(target)
    try:
        with open(unfinished, "r+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, array in arrays.items():
                    # ZipInfo's own date, of 1980, is always the same.
                    entry = zipfile.ZipInfo(f"{name}.npy")
                    with archive.open(entry, "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):  # what others may not read stays so
            os.chmod(unfinished, os.stat(target).st_mode & 0o7777)
        os.replace(unfinished, target)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise
    finally:
        if lock is not None:
            os.close(lock)


# ---- Files that are being written -------------------------------------------------------------
#
# A save locks its file as long as it is under way. The system drops the lock of a process that is
# killed: a file without a lock is one that nobody will finish.


def begin(target: str) -> tuple[str, int | None]:
    """An empty file beside the target, and what holds its lock until that is closed."""
    while True:
        unfinished = f"{target}.{os.urandom(4).hex()}.tmp"
        with open(unfinished, "xb"):
            pass
        if fcntl is None:
            return unfinished, None
        try:
            lock = os.open(unfinished, os.O_RDWR)
        except FileNotFoundError:  # see below
            continue
        if is_locked_by_us(lock) and os.path.exists(unfinished):
            return unfinished, lock
        os.close(lock)  # another save has just taken it for one of those without a lock


def is_locked_by_us(file: int) -> bool:
    """Lock a file, unless another has; True as well where the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def remove_leavings(target: str) -> None:
    """Remove what killed saves of the target have left; no reason to fail if that cannot be."""
    folder, name = os.path.split(target)
    leaving = re.compile(re.escape(name) + r"\.[0-9a-f]{8}\.tmp")
    with suppress(OSError):
        for found in filter(leaving.fullmatch, os.listdir(folder)):
            with suppress(OSError):
                remove_unlocked(os.path.join(folder, found))


def remove_unlocked(path: str) -> None:
    if fcntl is None:
        os.remove(path)
        return
    lock = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.remove(path)
    finally:
        os.close(lock)


# ---- Reading ----------------------------------------------------------------------------------


def read_archive(
    path: str | os.PathLike[str], check: Callable[[Mapping[str, Header]], None]
) -> dict[str, NDArray[Any]]:
    """The arrays of an npz file.

    `check` sees what the headers say, and raises if it does not want such arrays: so a small file
    that unpacks to much memory is refused before it does.

    Raises
    ------
    OSError
        If it cannot be opened.
    ValueError
        If it is something else, or damaged, or holds Python objects.
    """
    import zipfile

    # For bytes that are no archive, zipfile, zlib and numpy raise a dozen kinds of exception.
    with open(path, "rb") as file:
        try:
            archive = zipfile.ZipFile(file)
            entries = entries_of(archive)
            headers = {name: header_of(archive, name, entry) for name, entry in entries.items()}
        except Exception as error:
            raise damaged(path, error) from error
        check(headers)
        try:
            return {name: array_of(archive, name, entry) for name, entry in entries.items()}
        except Exception as error:
            raise damaged(path, error) from error


def damaged(path: str | os.PathLike[str], error: Exception) -> ValueError:
    return ValueError(f"{os.fsdecode(path)!r} is damaged, or not a file that save() wrote: {error}")


def entries_of(archive: ZipFile) -> dict[str, ZipInfo]:
    entries: dict[str, ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename.removesuffix(".npy")
        if name == entry.filename:
            raise ValueError(f"{name!r} in it is not an array")
        if name in entries:
            raise ValueError(f"it has two arrays called {name!r}")
        entries[name] = entry
    return entries


def header_of(archive: ZipFile, name: str, entry: ZipInfo) -> Header:
    with archive.open(entry) as member:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):  # others may be of any length, and are for what is not plain numbers
            raise ValueError(f"{name!r} in it is of version {version} of the format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    if dtype.hasobject:
        raise ValueError(f"{name!r} in it: Object arrays cannot be loaded")
    return shape, dtype


def array_of(archive: ZipFile, name: str, entry: ZipInfo) -> NDArray[Any]:
    with archive.open(entry) as member:
        array: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):  # and at the end zipfile compares the checksum
            raise ValueError(f"{name!r} in it is longer than its shape")
    return array
