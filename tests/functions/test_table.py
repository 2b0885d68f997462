"""Every operation of the table: values, first and second derivatives, and what a call leaves alone."""

import inspect

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import central, gradients, projected_gradient, second_gradients, variables, weights
from operations import ALIASES, OPERATIONS, WITHOUT_GRADIENT, Operation

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def test_every_public_operation_has_a_row() -> None:
    names = {operation.name for operation in OPERATIONS} | WITHOUT_GRADIENT
    without = set(F.__all__) - names - set(ALIASES)
    assert not without, f"{without} want rows in tests/operations.py"
    assert names | set(ALIASES) == set(F.__all__)


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_another_name_is_the_same_function(alias: str, name: str) -> None:
    assert getattr(F, alias) is getattr(F, name)


def test_every_function_of_the_package_is_public() -> None:
    assert all(getattr(F, name) for name in F.__all__)  # those that are imported when asked for
    public = {name for name in vars(F) if callable(getattr(F, name)) and name[0] != "_"}
    assert public == set(F.__all__)
    assert all(inspect.isroutine(getattr(F, name)) for name in public)


@every_operation
def test_forward_is_numpys(operation: Operation) -> None:
    y = operation.call(*variables(operation.inputs))
    expected = np.asarray(operation.reference(*operation.inputs))
    assert isinstance(y, cg.Variable)
    assert y.shape == expected.shape
    assert y.data.dtype == np.float64
    if operation.exact:
        np.testing.assert_array_equal(y.data, expected, strict=True)
    else:
        np.testing.assert_allclose(y.data, expected, rtol=operation.rtol, atol=1e-300)


@every_operation
def test_arrays_and_lists_are_constants(operation: Operation) -> None:
    y = operation.call(*variables(operation.inputs))
    for convert in (np.asarray, lambda x: x.tolist()):
        constant = operation.call(*[convert(x) for x in operation.inputs])
        assert isinstance(constant, cg.Variable)
        assert constant.creator is None
        assert not constant.requires_grad
        np.testing.assert_array_equal(constant.data, y.data)


@every_operation
def test_first_derivative(operation: Operation) -> None:
    def projected(*xs: np.ndarray) -> float:
        y = operation.reference(*xs)
        return float((y * weights(np.shape(y))).sum())

    expected = central(projected, operation.inputs)
    for g, e in zip(gradients(operation.call, operation.inputs), expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-7, atol=1e-8)


@every_operation
def test_second_derivative(operation: Operation) -> None:
    expected = central(lambda *xs: projected_gradient(operation.call, xs), operation.inputs)
    for g, e in zip(second_gradients(operation.call, operation.inputs), expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-7)


@every_operation
def test_fused_backward_is_the_composed_rule(operation: Operation) -> None:
    fused = gradients(operation.call, operation.inputs)
    composed = gradients(operation.call, operation.inputs, create_graph=True)
    for g, e in zip(fused, composed, strict=True):
        np.testing.assert_array_max_ulp(g, e, maxulp=operation.ulps)


@every_operation
def test_gradients_add_up(operation: Operation) -> None:
    once = gradients(operation.call, operation.inputs)
    inputs = variables(operation.inputs)
    y = operation.call(*inputs)
    for _ in range(2):
        y.grad = cg.Variable(weights(y.shape))
        y.backward()
    for x, g in zip(inputs, once, strict=True):
        if operation.composed:
            np.testing.assert_array_max_ulp(x.grad.data, g + g, maxulp=2)
        else:
            np.testing.assert_array_equal(x.grad.data, g + g)


@every_operation
def test_adding_to_a_gradient_is_the_gradient_added(operation: Operation) -> None:
    """Kernels that add in place give what the gradient by itself, then added, gives."""
    alone = gradients(operation.call, operation.inputs)
    inputs = variables(operation.inputs)
    for x in inputs:
        F.mul(x, 3.0).backward()
    y = operation.call(*inputs)
    y.grad = cg.Variable(weights(y.shape))
    y.backward()
    for x, g in zip(inputs, alone, strict=True):
        maxulp = 4 if operation.composed else 1
        np.testing.assert_array_max_ulp(x.grad.data, g + 3.0, maxulp)


@every_operation
def test_constant_inputs_get_no_gradient(operation: Operation) -> None:
    expected = gradients(operation.call, operation.inputs)
    for k in range(len(operation.inputs)):
        inputs = variables(operation.inputs)
        inputs[k].requires_grad = False
        y = operation.call(*inputs)
        assert y.requires_grad == (len(inputs) > 1)
        y.grad = cg.Variable(weights(y.shape))
        y.backward()
        for i, x in enumerate(inputs):
            if i == k:
                assert x.grad is None
            else:
                np.testing.assert_array_equal(x.grad.data, expected[i])


@every_operation
def test_no_grad_records_nothing(operation: Operation) -> None:
    inputs = variables(operation.inputs)
    with cg.no_grad():
        y = operation.call(*inputs)
    assert y.creator is None
    assert not y.requires_grad
    np.testing.assert_array_equal(y.data, operation.call(*inputs).data)


@every_operation
def test_inputs_and_seed_are_not_modified(operation: Operation) -> None:
    inputs = variables(operation.inputs)
    y = operation.call(*inputs)
    seed = cg.Variable(weights(y.shape))
    y.grad = seed
    y.backward()
    for x, original in zip(inputs, operation.inputs, strict=True):
        np.testing.assert_array_equal(x.data, original, strict=True)
    np.testing.assert_array_equal(seed.data, weights(y.shape))
    for x in inputs:
        x.grad.data[...] = 7.0
    np.testing.assert_array_equal(seed.data, weights(y.shape))
    np.testing.assert_array_equal(operation.call(*inputs).data, y.data)


@every_operation
@pytest.mark.parametrize("create_graph", [False, True], ids=["plain", "create_graph"])
def test_each_gradient_has_memory_of_its_own(operation: Operation, create_graph: bool) -> None:
    inputs = variables(operation.inputs)
    y = operation.call(*inputs)
    y.backward(retain_grad=True, create_graph=create_graph)
    arrays = [v.grad.data for v in [*inputs, y]]
    for i, a in enumerate(arrays):
        assert a.flags.writeable and a.flags.c_contiguous
        assert not any(np.shares_memory(a, b) for b in arrays[i + 1 :])
        assert not any(np.shares_memory(a, v.data) for v in [*inputs, y])


@pytest.mark.parametrize(
    "operation",
    [
        o
        for o in OPERATIONS
        if len(o.inputs) > 1
        and len({x.shape for x in o.inputs}) == 1
        and not o.name.startswith("binary_cross_entropy")  # its scores are no probabilities
    ],
    ids=str,
)
def test_same_variable_in_every_place(operation: Operation) -> None:
    """f(x, x) gets the sum of what f(x, y) gives to x and to y."""
    x = operation.inputs[0]
    separate = gradients(operation.call, [x] * len(operation.inputs))
    v = cg.Variable(np.array(x))
    y = operation.call(*[v] * len(operation.inputs))
    y.grad = cg.Variable(weights(y.shape))
    y.backward()
    np.testing.assert_allclose(v.grad.data, sum(separate), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.elementwise], ids=str)
def test_an_elementwise_node_has_the_name_of_a_function(operation: Operation) -> None:
    """But for capitals: what an error says, in small letters, is then what the caller has written."""
    name = operation.call(*variables(operation.inputs)).creator.name.lower()
    made_of_another = name in F.__all__  # deg2rad is a product
    assert name == operation.name or made_of_another, (
        f"the Op of F.{operation.name} is to have its name, with capitals and all underscores"
    )


@every_operation
def test_repr_of_the_graph(operation: Operation) -> None:
    y = operation.call(*variables(operation.inputs))
    assert y.creator.name in repr(y.creator)
    assert y.creator.outputs == (y,) or y in y.creator.outputs
    assert y.generation == y.creator.generation + 1
