"""Arrays under names in a file: NumPy's npz, written whole or not at all, read without pickle."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_archive", "write_archive"]


def write_archive(path: str | os.PathLike[str], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file that numpy.load reads; equal arrays give equal bytes.

    What was there is replaced at once, when the new file is complete on the disk. `numpy.savez`
    is not used: it adds .npz to the path, takes no array called "file", and writes in place.
    """
    import zipfile  # here, as importing it takes longer than all layers

    target = os.path.realpath(os.fsdecode(path))  # a link stays a link
    if os.path.exists(target) and not os.path.isfile(target):
        raise ValueError(f"{os.fsdecode(path)!r} is not a file, and would be replaced by one")
    unfinished = f"{target}.{os.urandom(4).hex()}.tmp"
    try:
        with open(unfinished, "xb") as file:
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


def read_archive(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """The arrays of an npz file.

    Raises
    ------
    OSError
        If it cannot be opened.
    ValueError
        If it is something else, or damaged, or holds Python objects.
    """
    import zipfile

    arrays: dict[str, NDArray[Any]] = {}
    with open(path, "rb") as file:
        # For bytes that are no archive, zipfile, zlib and numpy raise a dozen kinds of exception.
        try:
            with zipfile.ZipFile(file) as archive:
                for entry in archive.infolist():
                    name = entry.filename.removesuffix(".npy")
                    if name == entry.filename:
                        raise ValueError(f"{name!r} in it is not an array")
                    if name in arrays:
                        raise ValueError(f"it has two arrays called {name!r}")
                    with archive.open(entry) as member:
                        arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
                        if member.read(1):  # and at the end zipfile compares the checksum
                            raise ValueError(f"{name!r} in it is longer than its shape")
        except Exception as error:
            raise ValueError(
                f"{os.fsdecode(path)!r} is damaged, or not a file that save() wrote: {error}"
            ) from error
    return arrays
