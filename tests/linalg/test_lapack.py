"""NumPy's loops called from C: the same as NumPy's functions, and what serves where they are not."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import cygrad as cg
import cygrad.linalg as LA

HIDDEN = """
import sys
import numpy as np, numpy.testing
del np.linalg._umath_linalg
sys.modules["numpy.linalg._umath_linalg"] = None
import cygrad.linalg as LA
from cygrad.linalg.lapack import _find_loops
assert not _find_loops()
a = np.array([[[3.0, 1.0], [1.0, 2.0]]] * 2)
np.testing.assert_array_equal(LA.inv(a).data, np.linalg.inv(a))
np.testing.assert_array_equal(LA.det(a).data, np.linalg.det(a))
np.testing.assert_array_equal(LA.slogdet(a)[1].data, np.linalg.slogdet(a)[1])
np.testing.assert_array_equal(LA.cholesky(a).data, np.linalg.cholesky(a))
np.testing.assert_array_equal(LA.solve(a, a).data, np.linalg.solve(a, a))
for f in (LA.inv, LA.cholesky):
    try:
        f(np.zeros((2, 2)))
    except np.linalg.LinAlgError as error:
        assert f.__name__ in str(error)
    else:
        raise AssertionError
"""


def test_without_numpys_loops() -> None:
    path = ":".join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-P", "-c", HIDDEN],
        env={"PYTHONPATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("n", [1, 2, 7, 16, 40])
def test_the_same_bits_as_numpys(n: int) -> None:
    rng = np.random.default_rng(n)
    a = rng.normal(size=(3, n, n)) + 2.0 * np.eye(n)
    p = a @ a.swapaxes(1, 2) + np.eye(n)
    for x in (a, a[::-1], a.swapaxes(1, 2), np.asfortranarray(a)):
        np.testing.assert_array_equal(LA.inv(x).data, np.linalg.inv(x))
        np.testing.assert_array_equal(LA.det(x).data, np.linalg.det(x))
        np.testing.assert_array_equal(LA.solve(x, a).data, np.linalg.solve(x, a))
        np.testing.assert_array_equal(LA.slogdet(x)[0].data, np.linalg.slogdet(x)[0])
    np.testing.assert_array_equal(LA.cholesky(p).data, np.linalg.cholesky(p))


def test_an_invalid_operation_before_is_not_taken_for_a_failure() -> None:
    for n in (2, 20):
        with np.errstate(invalid="ignore"):
            float(np.inf) * np.zeros(3) - np.inf
        cg.functions.log(cg.Variable(-np.ones(1000)))
        LA.cholesky(np.eye(n))
        LA.inv(np.eye(n))


def test_a_failure_leaves_no_warning_behind() -> None:
    with np.errstate(all="raise"):
        with pytest.raises(np.linalg.LinAlgError):
            LA.inv(np.zeros((3, 3)))
        np.add(np.ones(3), 1.0)


def test_data_replaced_by_another_thread() -> None:
    """The numbers that LAPACK reads stay, whatever x.data becomes meanwhile."""
    x = cg.Variable(np.eye(60) * 2.0)
    stop = threading.Event()

    def replace() -> None:
        while not stop.is_set():
            x.data = np.eye(60) * 2.0

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        for _ in range(50):
            np.testing.assert_array_equal(LA.inv(x).data, np.eye(60) * 0.5)
            np.testing.assert_array_equal(LA.solve_triangular(x, np.eye(60)).data, np.eye(60) * 0.5)
    finally:
        stop.set()
        thread.join()
