"""Extensions that cimport cygrad, built as their users would: softplus.pyx, huber.pyx, probe.pyx."""

import hashlib
import importlib.util
import itertools
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.testing import assert_allclose

import cygrad as cg
import cygrad.functions as F
from cygrad import abi, interface
from cygrad.numerical import check_grads

SOURCES = Path(__file__).parent / "cimport"
PACKAGE = Path(abi.__file__).parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of its own, in which the extensions have been built."""
    pytest.importorskip("Cython")
    pytest.importorskip("setuptools")
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if sys.platform != "win32" and shutil.which(compiler) is None:
        pytest.skip(f"no compiler: {compiler} is not here")
    folder = tmp_path_factory.mktemp("cimport")
    for source in SOURCES.iterdir():
        if source.suffix in (".py", ".pyx"):
            shutil.copy(source, folder)
    build = subprocess.run(
        [sys.executable, "-P", "build.py", "-q", "build_ext", "--inplace"],
        cwd=folder,
        env=os.environ | {"CFLAGS": "-O1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    return folder


def load(folder: Path, name: str) -> ModuleType:
    (path,) = [p for p in folder.glob(f"{name}.*") if p.suffix in (".so", ".pyd")]
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def softplus(built: Path) -> ModuleType:
    return load(built, "softplus")


@pytest.fixture(scope="module")
def huber(built: Path) -> ModuleType:
    return load(built, "huber")


@pytest.fixture(scope="module")
def probe(built: Path) -> ModuleType:
    return load(built, "probe")


# ---- The examples of the guide -----------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (0,), (0, 4), (9000,)])
def test_softplus_is_the_built_in_one(softplus: ModuleType, shape: tuple[int, ...]) -> None:
    x = cg.randn(*shape, rng=1)
    y = softplus.softplus(x)
    assert_allclose(y.data, F.softplus(x).data, rtol=1e-14)
    y.backward()
    gx = x.grad
    x.cleargrad()
    F.softplus(x).backward()
    assert_allclose(gx.data, x.grad.data, rtol=1e-14)


def test_softplus_of_numbers_views_and_constants(softplus: ModuleType) -> None:
    assert abs(softplus.softplus(0.0).item() - np.log(2)) < 1e-15
    assert softplus.softplus([0.0, 1.0]).creator is None
    x = cg.randn(3, 4, rng=2)
    assert np.array_equal(softplus.softplus(x.T).data, softplus.softplus(x).data.T)
    softplus.softplus(x.T).sum().backward()
    assert_allclose(x.grad.data, F.sigmoid(x).data, rtol=1e-14)
    with cg.no_grad():
        assert softplus.softplus(x).creator is None


def test_softplus_to_the_third_order(softplus: ModuleType) -> None:
    x = cg.Variable([-0.3, 1.2])
    check_grads(softplus.softplus, x, order=2)
    operation = softplus.Softplus(2.0)
    assert isinstance(operation, cg.Function)
    check_grads(operation, x, order=2)
    third = cg.elementwise_grad(cg.elementwise_grad(cg.elementwise_grad(softplus.softplus)))
    s = F.sigmoid(x).data
    assert_allclose(third(x.data), s * (1 - s) * (1 - 2 * s), rtol=1e-12)


def test_softplus_in_a_graph(softplus: ModuleType) -> None:
    x = cg.Variable([0.5, -0.5], name="x")
    y = softplus.softplus(x)
    assert repr(y.creator) == "Softplus(x([ 0.5, -0.5]))"
    z = y * y + y  # its gradient comes by two ways
    z.backward()
    s = F.sigmoid(x).data
    assert_allclose(x.grad.data, (2 * y.data + 1) * s, rtol=1e-14)


def test_an_operation_lives_as_long_as_its_graphs(softplus: ModuleType) -> None:
    x = cg.Variable([0.5, -0.5])
    y = softplus.Softplus(3.0)(x)
    assert y.creator is not None and y.creator.name == "Softplus"
    y.backward()
    assert_allclose(x.grad.data, F.sigmoid(3.0 * x).data, rtol=1e-14)


def test_shapes_that_changed_are_errors(softplus: ModuleType) -> None:
    x = cg.ones(3)
    y = softplus.softplus(x)
    x.data = np.ones(2)
    with pytest.raises(RuntimeError, match="changed since"):
        y.backward()
    x = cg.ones(3)
    y = softplus.softplus(x)
    z = y.sum()
    y.data = np.ones(2)
    with pytest.raises(RuntimeError, match="another shape|changed since"):
        z.backward()


def test_bad_input(softplus: ModuleType) -> None:
    with pytest.raises(TypeError, match="softplus"):
        softplus.softplus("a")
    with pytest.raises(TypeError, match="Softplus takes 1 inputs, got 2"):
        softplus.Softplus(1.0)(1.0, 2.0)
    with pytest.raises(TypeError, match="pickle"):
        softplus.Softplus(1.0).__reduce__()


def test_huber_of_two_inputs(huber: ModuleType) -> None:
    x, t = cg.Variable([[0.2, -3.0, 5.0]]), cg.Variable([[0.0], [1.5]])
    d = np.abs(x.data - t.data)
    y = huber.huber(x, t)
    assert_allclose(y.data, np.where(d < 1, d**2 / 2, d - 0.5), rtol=1e-14)
    check_grads(huber.huber, x, t, order=2)
    check_grads(huber.Huber(3.0), x, 2.2, order=2)


@pytest.mark.parametrize("n", [3, 10000])  # with the GIL, and without
def test_huber_of_constants(huber: ModuleType, n: int) -> None:
    x, t = cg.randn(n, rng=1), np.zeros(n)
    slope = np.clip(x.data, -1.0, 1.0)
    huber.huber(x, t).backward()
    assert np.array_equal(x.grad.data, slope)
    x.cleargrad()
    huber.huber(t, x).backward()
    assert np.array_equal(x.grad.data, slope)


# ---- Every part of the interface ---------------------------------------------------------------


def test_several_inputs_are_broadcast(probe: ModuleType) -> None:
    a, b, c = cg.randn(2, 3, rng=1), cg.randn(3, rng=2), cg.randn(2, 1, rng=3)
    assert_allclose(probe.blend(a, b, c).data, a.data * b.data + c.data)
    check_grads(probe.blend, a, b, c, order=2)
    y = probe.blend(a, 2.0, c)
    y.backward()
    assert np.array_equal(a.grad.data, np.full((2, 3), 2.0))
    assert np.array_equal(c.grad.data, np.full((2, 1), 3.0))
    with pytest.raises(ValueError, match=r"Blend: operands could not be broadcast"):
        probe.blend(cg.ones(2), cg.ones(3), 1.0)
    y = probe.blend(a, b, c)
    b.data = np.ones(2)
    with pytest.raises(RuntimeError, match="changed since"):
        y.backward()


def test_gradients_that_nobody_wants(probe: ModuleType) -> None:
    for constants in itertools.product((False, True), repeat=3):
        xs = [cg.Variable([2.0, 3.0, 5.0], requires_grad=not constant) for constant in constants]
        y = probe.blend(*xs)
        y.backward()
        slopes = [[2.0, 3.0, 5.0], [2.0, 3.0, 5.0], [1.0, 1.0, 1.0]]
        for x, constant, slope in zip(xs, constants, slopes, strict=True):
            assert x.grad is None if constant else x.grad.data.tolist() == slope


def test_what_is_wanted(probe: ModuleType) -> None:
    x, c = cg.Variable([0.0]), np.zeros(1)
    y = probe.offered(x, c)
    y.backward()
    assert y.item() == 1.0 and x.grad.item() == 2.0
    x.cleargrad()
    probe.offered(c, x).backward()
    assert x.grad.item() == 12.0
    other = cg.Variable([0.0])
    x.cleargrad()
    probe.offered(other, x).backward()
    assert x.grad.item() == 22.0 and other.grad.item() == 2.0


def test_an_operation_with_shapes_of_its_own(probe: ModuleType) -> None:
    a, b = cg.randn(4, 3, rng=1), cg.randn(3, 4, rng=2)
    assert_allclose(probe.row_dots(a, b.T).data, (a.data * b.data.T).sum(axis=1), rtol=1e-14)
    check_grads(lambda a, b: probe.row_dots(a, b.T), a, b, order=2)
    with pytest.raises(ValueError, match="two matrices of one shape"):
        probe.row_dots(a, b)
    c = b.T.data
    probe.row_dots(a, c).backward()
    assert_allclose(a.grad.data, c)
    y = probe.row_dots(a, b.T)
    a.data = np.ones((5, 3))
    with pytest.raises(RuntimeError, match="changed since"):
        y.backward()


@pytest.mark.parametrize("ndim", [-2, -(2**31), 33, 64])
def test_shapes_that_there_cannot_be(probe: ModuleType, ndim: int) -> None:
    assert probe.axes(32)(7.0).data.tolist() == np.full((1,) * 32, 7.0).tolist()
    with pytest.raises(ValueError, match=f"Axes.output_shape gave {ndim} axes, not 0 to 32"):
        probe.axes(ndim)(7.0)


def test_a_gradient_by_the_rule_alone(probe: ModuleType) -> None:
    x = cg.randn(2, 3, rng=1)
    y = probe.sum_of_squares(x)
    assert y.shape == () and abs(y.item() - (x.data**2).sum()) < 1e-14
    check_grads(probe.sum_of_squares, x, order=2)


def test_long_arrays_are_computed_without_the_gil(probe: ModuleType) -> None:
    assert probe.locked(cg.ones(10)).data.all()
    assert not probe.locked(cg.ones(10000)).data.any()
    assert not probe.unlocked(cg.ones(10)).data.any()


def test_errors_from_c(probe: ModuleType) -> None:
    for n in (2, 10000):  # with the GIL, and without
        with pytest.raises(ValueError, match="Root: a negative number"):
            probe.root(-cg.ones(n))
    x = cg.Variable([4.0])
    y = probe.root(x)
    with pytest.raises(NotImplementedError, match="Root has no cdef method vjp"):
        y.backward(create_graph=True)
    y.backward()
    assert x.grad.item() == 0.25


def test_check_grads_runs_backward_in_c(probe: ModuleType) -> None:
    check_grads(probe.root, [4.0, 2.0])
    with pytest.raises(NotImplementedError, match="order 2 to check: Root has no cdef method vjp"):
        check_grads(probe.root, [4.0, 2.0], order=2)
    with pytest.raises(AssertionError, match=r"order 1 by input 0 .* backward\(\) gives"):
        check_grads(probe.crooked, [4.0, 2.0])


def test_an_output_that_is_gone_is_computed_again(probe: ModuleType) -> None:
    x, v = cg.Variable([4.0]), cg.Variable([1.0])
    y = probe.root(x)
    v.set_creator(y.creator)
    del y
    v.backward()
    assert x.grad.item() == 0.25


def test_what_is_not_there(probe: ModuleType) -> None:
    with pytest.raises(NotImplementedError, match="Nothing has no cdef method forward"):
        probe.nothing(1.0)
    for arity in (0, -1, 33):
        with pytest.raises(ValueError, match="arity"):
            probe.crowd(arity)(1.0)
    with pytest.raises(TypeError, match="not None"):
        probe.applied(None, cg.ones(1))
    with pytest.raises(TypeError, match="not None"):
        probe.applied(probe.nothing, None)
    with pytest.raises(TypeError, match="not None"):
        probe.many_applied(probe.nothing, None)
    for function in (probe.first, probe.size, probe.gradient):
        with pytest.raises(TypeError, match="not None"):
            function(None)
    with pytest.raises(ValueError, match="NULL"):
        probe.wrapped(1)
    with pytest.raises(ValueError, match="dimensions"):
        probe.wrapped(65)


def test_memoryviews_of_data_and_gradient(probe: ModuleType) -> None:
    x = cg.Variable([1.0, 2.0, 3.0])
    assert probe.total(x) == 6.0 and probe.first(x) == 1.0 and probe.size(x) == 3
    assert probe.gradient(x) is None
    (x * x).backward()
    probe.double_gradient(x)
    assert np.array_equal(x.grad.data, [4.0, 8.0, 12.0])
    assert probe.gradient(x) is x.grad
    y = x * 2
    assert type(probe.creator(y)) is cg.Function
    with pytest.raises(BufferError, match="not contiguous"):
        probe.first(cg.ones(2, 3).T)
    with pytest.raises(BufferError, match="lose its gradient"):
        cg.grad(lambda x: x * probe.first(x))(1.0)


def test_variables_around_a_memoryview(probe: ModuleType) -> None:
    numbers = np.arange(6.0).reshape(2, 3)
    for x in probe.around(numbers):
        assert x.shape == (2, 3) and x.requires_grad and np.shares_memory(x.data, numbers)
        (x * x).sum().backward()
        assert np.array_equal(x.grad.data, 2 * numbers)
    _, x = probe.around(np.full((1, 2), 7.0))
    assert x.data.tolist() == [[7.0, 7.0]]  # the array lives on in x


def test_on_several_threads(softplus: ModuleType) -> None:
    x = cg.randn(20000, rng=1)
    expected = softplus.softplus(x).data
    results: list[bool] = []

    def run() -> None:
        for _ in range(10):
            results.append(np.array_equal(softplus.softplus(x).data, expected))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 40


# ---- The binary interface ----------------------------------------------------------------------

# Of what extensions see of each version, without comments and blank lines. If this fails, either
# the change is undone, or abi.ABI and the names that end in it rise: it breaks what has been built.
DIGESTS = {1: "660af1c37d28ab50"}


def test_the_interface_has_a_number_of_its_own() -> None:
    text = ""
    for name in ("interface.pxd", "abi.pxd", "include/cygrad.h"):
        source = (PACKAGE / name).read_text()
        source = re.sub(r"(?s)/\*.*?\*/" if name[-1] == "h" else "#.*", "", source)
        text += "\n".join(line.strip() for line in source.splitlines() if line.strip())
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == DIGESTS[abi.ABI]


def test_an_extension_of_another_version_is_refused(built: Path) -> None:
    program = (
        "import cygrad.abi as abi, cygrad.interface as interface\n"
        "del abi.Variable_1, abi.Function_1, interface.CFunction_1\n"
        "abi.ABI = 2\n"
        "import {}"
    )
    for name in ("softplus", "probe"):
        run = subprocess.run(
            [sys.executable, "-c", program.format(name)],
            cwd=built,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1
        assert "ImportError: this extension was built against version 1" in run.stderr
        assert "has version 2. Build the extension again" in run.stderr


def test_names_of_other_versions() -> None:
    for module in (abi, interface):
        with pytest.raises(ImportError, match="built against version 99 of cygrad's binary"):
            _ = module.Variable_99
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = module.nothing


def test_what_a_build_needs() -> None:
    assert (Path(cg.get_include()) / "cygrad.h").is_file()
    for name in ("__init__.pxd", "abi.pxd", "interface.pxd"):
        assert (PACKAGE / name).is_file()


@pytest.mark.parametrize("name", ["softplus.pyx", "huber.pyx"])
def test_the_guide_has_the_examples(name: str) -> None:
    guide = (PACKAGE / "guides" / "own-function.md").read_text(encoding="utf-8")
    assert f"`{name}`" in guide
    assert (SOURCES / name).read_text() in guide
