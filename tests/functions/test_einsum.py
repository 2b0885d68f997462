"""einsum: np.einsum's grammar over random subscripts, products of many, and what is refused."""

import random
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import weights


def random_case(seed: int) -> tuple[str, list[np.ndarray]]:
    choose, rng = random.Random(seed), np.random.default_rng(seed)
    lengths = dict(zip("ijkl", choose.choices((1, 2, 3, 0), weights=(2, 3, 3, 0.2), k=4)))
    further = choose.choices((1, 2, 3), k=choose.randint(0, 2))
    terms, operands = [], []
    for _ in range(choose.randint(1, 4)):
        term = "".join(choose.choices("ijkl", k=choose.randint(0, 3)))
        shape = [lengths[letter] for letter in term]
        if choose.random() < 0.4:
            at, n = choose.randint(0, len(term)), choose.randint(0, len(further))
            own = [choose.choice((length, length, 1)) for length in further[len(further) - n :]]
            term = term[:at] + "..." + term[at:]
            shape[at:at] = own
        terms.append(term)
        operands.append(rng.uniform(0.5, 1.5, shape))
    subscripts = ",".join(terms)
    if choose.random() < 0.7:
        letters = sorted(set(subscripts) - set(".,"))
        output = "".join(choose.sample(letters, choose.randint(0, len(letters))))
        at = choose.randint(0, len(output))
        subscripts += f"->{output[:at]}{'...' if '...' in subscripts else ''}{output[at:]}"
    return subscripts, operands


@pytest.mark.parametrize("seed", range(300))
def test_random_subscripts_are_numpys(seed: int) -> None:
    subscripts, operands = random_case(seed)
    expected = np.einsum(subscripts, *operands)
    inputs = [cg.Variable(a) for a in operands]
    y = F.einsum(subscripts, *inputs)
    assert not any(y is x for x in inputs)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, strict=True)
    # Linear in each operand: its gradient, projected on the operand, is the output's projection.
    seed_gradient = weights(y.shape)
    y.grad = cg.Variable(seed_gradient)
    y.backward()
    for x in inputs:
        assert x.grad.shape == x.shape
        projected = (x.grad.data * x.data).sum()
        np.testing.assert_allclose(projected, (expected * seed_gradient).sum(), rtol=1e-11)


def test_nothing_is_recorded_for_constants() -> None:
    assert F.einsum("ij,jk->ik", np.ones((2, 3)), np.ones((3, 4))).creator is None


def test_an_operand_that_is_handed_through_gives_a_new_variable() -> None:
    x = cg.ones(2, 3)
    for subscripts in ("ij->ij", "ij", "...", "...->...", "i...->i..."):
        y = F.einsum(subscripts, x)
        assert y is not x
        assert y.creator is not None


def test_the_trace_of_a_large_matrix_costs_its_diagonal() -> None:
    x = F.broadcast_to(cg.Variable(2.0), (3, 3))
    assert F.einsum("ii->", x).item() == 6.0
    x = cg.zeros(1000, 1000)
    F.einsum("ii", x).backward()
    np.testing.assert_array_equal(x.grad.data, np.eye(1000))


def test_many_operands() -> None:
    rng = np.random.default_rng(0)
    chain = [rng.normal(size=(3, 3)) for _ in range(12)]
    subscripts = ",".join(f"{chr(97 + k)}{chr(98 + k)}" for k in range(12)) + "->am"
    np.testing.assert_allclose(
        F.einsum(subscripts, *chain).data, np.linalg.multi_dot(chain), rtol=1e-11
    )


def test_higher_derivatives() -> None:
    """x^T M x has the Hessian M + M^T, and no third derivative."""
    m = np.arange(9.0).reshape(3, 3)
    x = cg.Variable([1.0, 2.0, 3.0])
    F.einsum("i,ij,j->", x, m, x).backward(create_graph=True)
    rows = []
    for g in list(x.grad):
        x.cleargrad()
        g.backward(create_graph=True)
        rows.append(x.grad.data)
    np.testing.assert_array_equal(rows, m + m.T)


M = np.ones((2, 3))
REFUSED: dict[str, tuple[Any, ...]] = {
    "too few operands": ("ij,jk->ik", M),
    "too many operands": ("ij", M, M),
    "too few letters": ("i", M),
    "too many letters": ("ijk", M),
    "too many letters beside an ellipsis": ("ijk...", M),
    "lengths": ("ij,ij->", M, M.T),
    "lengths of a diagonal": ("ii->i", M),
    "unknown letter": ("ij->ik", M),
    "output twice": ("ij->ii", M),
    "two arrows": ("ij->i->j", M),
    "half an arrow": ("ij-i", M),
    "the other half": ("ij>i", M),
    "comma in the output": ("ij->i,j", M),
    "digits": ("1j", M),
    "not ASCII": ("\u00e9j", M),
    "two dots": ("i..", M),
    "four dots": ("....", M),
    "two ellipses": ("...i...", M),
    "dots apart": (".i..", M),
    "no ellipsis in the output": ("...j->j", M),
    "ellipses that do not broadcast": ("...,...", M, np.ones((2, 2))),
    "no operands": ("ij",),
    "empty": ("", M),
}


@pytest.mark.parametrize("case", REFUSED)
def test_einsum_refuses(case: str) -> None:
    subscripts, *operands = REFUSED[case]
    with pytest.raises(ValueError):
        np.einsum(subscripts, *operands)
    with pytest.raises(ValueError, match="einsum") as error:
        F.einsum(subscripts, *operands)
    if operands:
        assert "(2, 3)" in str(error.value)


def test_too_many_axes() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    with pytest.raises(ValueError, match="einsum"):
        F.einsum(f"{letters}...,{letters.upper()}...", *[np.ones((1,) * 27)] * 2)
    with pytest.raises(ValueError, match="einsum"):
        F.einsum(f"{letters},{letters.upper()}", *[np.ones((1,) * 26)] * 2)


def test_the_interleaved_form_is_refused() -> None:
    with pytest.raises(TypeError, match="einsum: the subscripts come first"):
        F.einsum(M, [0, 1], M, [0, 1])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        F.einsum("ij", M, optimize=True)  # type: ignore[call-arg]
