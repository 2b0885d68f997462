"""Files: written whole or not at all, and read only if nothing is wrong with them."""

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.layers as L


def layer() -> L.Linear:
    return L.Linear(2, in_size=1, rng=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a saved layer."""
    path = tmp_path / "model"
    layer().save(path)
    return path


def loads_nothing(path: Path, match: str = "") -> None:
    """Loading is refused, the file named, and nothing changed."""
    target = layer()
    before = target.w.data.tobytes(), target.b.data.tobytes()
    with pytest.raises(ValueError, match=match or "damaged") as caught:
        target.load(path)
    assert "Linear.load" in str(caught.value)
    assert repr(str(path)) in str(caught.value)
    assert (target.w.data.tobytes(), target.b.data.tobytes()) == before


def test_a_round_trip_is_bit_for_bit(tmp_path: Path) -> None:
    net = L.Sequential(L.Linear(3, in_size=2, rng=0), L.BatchNorm(3), L.GRU(4, 3, rng=1))
    net[0].w.data[0] = [np.nan, -0.0, 5e-324]
    net[1].running_mean.data[...] = 7.0
    net.save(tmp_path / "a")
    other = L.Sequential(L.Linear(3, in_size=2), L.BatchNorm(3), L.GRU(4, 3))
    other.load(tmp_path / "a")
    for (name, a), (_, b) in zip(net.state_dict().items(), other.state_dict().items(), strict=True):
        assert a.tobytes() == b.tobytes(), name
    other.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_path_is_used_as_it_is(tmp_path: Path) -> None:
    for name in ("model", "model.txt", "model.npz"):
        layer().save(str(tmp_path / name))
        layer().load(str(tmp_path / name))
    assert sorted(os.listdir(tmp_path)) == ["model", "model.npz", "model.txt"]


def test_numpy_reads_it(path: Path) -> None:
    with np.load(path, allow_pickle=False) as archive:
        assert sorted(archive) == ["b", "w"]
        assert np.array_equal(archive["w"], layer().w.data)


def test_a_file_of_numpy_s_can_be_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", w=np.ones((1, 2), np.float32), b=[1, 2])
    target = layer()
    target.load(tmp_path / "a.npz")
    assert (target.w.data.tolist(), target.b.data.tolist()) == ([[1.0, 1.0]], [1.0, 2.0])


def test_any_name_will_do(tmp_path: Path) -> None:
    net = L.Layer()
    net.file = cg.ones(1)  # numpy.savez has arguments of these names
    net.allow_pickle = cg.ones(2)
    net.of = {"a/b": layer(), "../c": layer(), "\u00e4": layer()}
    net.save(tmp_path / "model")
    net.file.data[...] = 5.0
    net.load(tmp_path / "model")
    assert net.file.item() == 1.0


def test_a_layer_without_arrays(tmp_path: Path) -> None:
    L.Layer().save(tmp_path / "empty")
    L.Layer().load(tmp_path / "empty")
    with pytest.raises(ValueError, match="missing: b"):
        layer().load(tmp_path / "empty")


# ---- Writing ----------------------------------------------------------------------------------


def test_what_was_there_is_replaced(path: Path) -> None:
    changed = layer()
    changed.w.data[...] = 5.0
    changed.save(path)
    target = layer()
    target.load(path)
    assert target.w.data.tolist() == [[5.0, 5.0]]
    assert os.listdir(path.parent) == ["model"]


def test_what_was_there_survives_a_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no space left")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            with pytest.raises(OSError, match="no space left"):
                layer().save(path)
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == ["model"]


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    changed = layer()
    changed.w.data[...] = 5.0
    changed.save(link)
    assert link.is_symlink()
    target = layer()
    target.load(path)
    assert target.w.data.tolist() == [[5.0, 5.0]]


def test_only_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match=r"Linear.save: .*folder' is not a file"):
        layer().save(tmp_path / "folder")
    with pytest.raises(FileNotFoundError):
        layer().save(tmp_path / "nowhere" / "model")
    with pytest.raises(TypeError):
        layer().save(3)  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == ["folder"]


def test_permissions_are_those_of_a_new_file(path: Path) -> None:
    plain = path.with_name("plain")
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_file_that_is_replaced_keeps_its_permissions(path: Path) -> None:
    path.chmod(0o600)
    L.Linear(2, in_size=2).save(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_without_parameters(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Linear.save: Linear\(3\) has no parameters yet"):
        L.Linear(3).save(tmp_path / "model")
    assert os.listdir(tmp_path) == []


# ---- Reading ----------------------------------------------------------------------------------


def test_what_cannot_be_opened_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        layer().load(tmp_path / "model")
    with pytest.raises(IsADirectoryError):
        layer().load(tmp_path)


def test_a_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    L.Linear(3, in_size=1, bias=False).save(path)
    loads_nothing(path, r"does not fit, nothing was loaded\n  missing: b\n  w: has shape \(1, 3\)")


def test_a_file_cut_short_anywhere_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        loads_nothing(path)


def test_a_changed_byte_is_found_or_harmless(path: Path) -> None:
    whole = path.read_bytes()
    right = layer()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0x55
        path.write_bytes(damaged)
        target = L.Linear(2, in_size=1, rng=1)
        before = target.w.data.tobytes()
        try:
            target.load(path)
        except ValueError as error:
            assert repr(str(path)) in str(error)
            assert target.w.data.tobytes() == before
        else:  # a date, a version: nothing that matters
            assert target.w.data.tobytes() == right.w.data.tobytes()


def rewritten(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def npy(array: Any, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


class Bomb:
    """Says that it was unpickled."""

    exploded = False

    def __reduce__(self) -> Any:
        return setattr, (Bomb, "exploded", True)


def test_something_else_is_refused(path: Path) -> None:
    for content in (
        b"",
        b"text",
        npy(np.ones(2)),
        pickle.dumps({"w": 1}),
        b"PK\x03\x04" + b"0" * 50,
    ):
        path.write_bytes(content)
        loads_nothing(path)


def test_python_objects_are_refused_and_not_made(path: Path) -> None:
    objects = np.array([Bomb()], dtype=object)
    rewritten(path, **{"w.npy": npy(objects, allow_pickle=True), "b.npy": npy(np.zeros(2))})
    loads_nothing(path, "Object arrays cannot be loaded")
    path.write_bytes(pickle.dumps(Bomb()))
    loads_nothing(path)
    assert not Bomb.exploded


def test_odd_archives_are_refused(path: Path) -> None:
    w, b = npy(np.ones((1, 2))), npy(np.ones(2))
    rewritten(path, **{"w.npy": w, "b.npy": b, "note.txt": b"text"})
    loads_nothing(path, "'note.txt' in it is not an array")
    rewritten(path, **{"w.npy": w, "b.npy": b"text"})
    loads_nothing(path)
    rewritten(path, **{"w.npy": w, "b.npy": b + b"more"})
    loads_nothing(path, "'b' in it is longer than its shape")
    rewritten(path, **{"w.npy": w, "b.npy": b.replace(b"(2,)", b"(3,)")})
    loads_nothing(path, "b: has shape")
    rewritten(path, **{"w.npy": w, "b.npy": b.replace(b"(2,), }    ", b"(1<<60,), }")})
    loads_nothing(path)
    rewritten(path, **{"w.npy": w, "b.npy": npy(np.array(["a", "b"]))})
    loads_nothing(path, "b: is not an array of real numbers")
    rewritten(path, **{"w.npy": w, "b.npy": npy(np.ones(2) * 1j)})
    loads_nothing(path, "b: is not an array of real numbers")


def test_two_arrays_of_the_same_name_are_refused(path: Path) -> None:
    rewritten(path, **{"v.npy": npy(np.ones((1, 2))), "w.npy": npy(np.ones((1, 2)))})
    path.write_bytes(path.read_bytes().replace(b"v.npy", b"w.npy"))
    loads_nothing(path, "it has two arrays called 'w'")


def test_a_size_too_large_for_memory_is_refused(path: Path) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % (1 << 55)
    header += b" " * (127 - 10 - len(header)) + b"\n"
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    rewritten(path, **{"w.npy": npy(np.ones((1, 2))), "b.npy": start + header})
    loads_nothing(path, "b: has shape")
