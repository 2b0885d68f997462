"""unchain, unchain_backward, set_creator, cleargrad."""

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


def test_unchain_makes_a_leaf() -> None:
    x = cg.Variable(2.0)
    h = x * 3.0
    y = h * h
    f = h.creator
    h.unchain()
    assert (h.creator, h.generation, f.outputs) == (None, 0, (None,))
    y.backward()
    assert h.grad.item() == 12.0
    assert x.grad is None
    h.unchain()  # again, and on a leaf, is no error
    x.unchain()
    assert h.item() == 6.0 and h.requires_grad


def test_unchained_variables_still_compute() -> None:
    x = cg.Variable([1.0, 2.0])
    y = F.tanh(x)
    y.unchain()
    z = y * y
    z.backward()
    np.testing.assert_array_equal(y.grad.data, 2 * y.data)
    y.data = [5.0, 6.0]
    assert y.at(0) == 5.0


def test_unchain_of_one_of_several_outputs() -> None:
    class Two(cg.Function):
        def forward(self, x):
            return x + 1, x * 2

        def backward(self, ga, gb):
            return ga + gb * 2.0

    x = cg.Variable(3.0)
    a, b = Two()(x)
    a.unchain()
    assert b.creator.outputs == (None, b)
    (a * b).backward()
    assert a.grad.item() == 6.0
    assert x.grad.item() == 8.0


def test_unchain_backward() -> None:
    x = cg.Variable(2.0)
    a = x * 3.0
    b = a * a
    c = b + a
    c.unchain_backward()
    assert c.creator is not None
    assert a.creator is None and b.creator is None
    c.backward()
    assert (a.grad.item(), b.grad.item(), x.grad) == (1.0, 1.0, None)


def test_truncated_backpropagation_through_time() -> None:
    w = cg.Variable(0.5)
    h = cg.Variable(1.0)
    found = []
    for _ in range(4):
        h = h * w
        w.cleargrad()
        loss = h * 2.0
        loss.backward()
        found.append(w.grad.item())
        loss.unchain_backward()
    # Each window sees its own step only: d(2 h w)/dw = 2 h.
    assert found == [2.0, 1.0, 0.5, 0.25]


def test_unchain_backward_of_a_leaf() -> None:
    x = cg.Variable(2.0)
    x.unchain_backward()
    (x * x).backward()
    assert x.grad.item() == 4.0


def test_set_creator() -> None:
    x = cg.Variable(2.0)
    y = F.sin(x)
    z = cg.Variable(7.0)
    z.set_creator(y.creator)
    assert z.creator is y.creator
    assert (z.generation, z.requires_grad) == (1, True)
    (z * 3.0).backward()
    assert x.grad.item() == 3.0 * np.cos(2.0)


@pytest.mark.parametrize("call", [F.sqrt, F.tanh, F.exp, F.expm1, F.tan])
def test_set_creator_of_a_function_whose_output_died(call: object) -> None:
    """Their derivatives are written with the output, which is computed again."""
    x = cg.Variable(0.5)
    call(x).backward()
    expected = x.grad.item()
    z = cg.Variable(0.0)
    f = call(x).creator
    assert f.outputs == (None,)
    z.set_creator(f)
    for create_graph in (False, True):
        x.cleargrad()
        z.backward(create_graph=create_graph)
        assert x.grad.item() == pytest.approx(expected, rel=1e-14)


def test_set_creator_refuses_a_cycle() -> None:
    x = cg.Variable(2.0)
    h = x * 3.0
    y = F.sin(h)
    for v in (x, h):
        with pytest.raises(ValueError, match="cycle"):
            v.set_creator(y.creator)
    assert x.creator is None and h.creator.name == "Mul"
    y.backward()
    assert x.grad.item() == pytest.approx(3 * np.cos(6.0))


def test_set_creator_refuses_what_is_no_called_function() -> None:
    x = cg.Variable(2.0)
    for bad in (None, 1, "f", cg.Variable(1.0), np.sin):
        with pytest.raises(TypeError):
            x.set_creator(bad)
    with pytest.raises(RuntimeError, match="has not been called"):
        x.set_creator(cg.Function())
    assert x.creator is None


def test_set_creator_twice_and_over_another() -> None:
    x = cg.Variable(2.0)
    y, z = F.sin(x), F.exp(x)
    y.set_creator(y.creator)
    y.backward()
    assert x.grad.item() == np.cos(2.0)
    x.cleargrad()
    y.set_creator(z.creator)
    assert z.creator.outputs == (z,)
    y.backward()
    assert x.grad.item() == z.item()


def test_set_creator_with_another_shape() -> None:
    x = cg.Variable([1.0, 2.0])
    f = (x * 2.0).creator
    z = cg.zeros(3)
    z.set_creator(f)
    with pytest.raises((RuntimeError, ValueError)):
        z.backward()
    assert x.grad is None


def test_set_creator_of_several_outputs_stands_for_the_first() -> None:
    class Two(cg.Function):
        def forward(self, x):
            return x + 1, x * 2

        def backward(self, ga, gb):
            return ga * 100.0 + gb

    x = cg.Variable(3.0)
    f = Two()(x)[1].creator
    z = cg.Variable(0.0)
    z.set_creator(f)
    z.backward()
    assert x.grad.item() == 100.0


def test_cleargrad() -> None:
    x = cg.Variable(2.0)
    (x * x).backward()
    g = x.grad
    x.cleargrad()
    assert x.grad is None and g.item() == 4.0
    x.cleargrad()
