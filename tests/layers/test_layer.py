"""Layer: what becomes a parameter, under which name, and what is inside what."""

import copy
import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L


def names(layer: L.Layer) -> list[str]:
    return [name for name, _ in layer.params()]


class Leaf(L.Layer):
    """One parameter, w; the constructor does not call super().__init__."""

    def __init__(self, *shape: int) -> None:
        self.w = cg.ones(*shape)

    def forward(self, x: Any) -> cg.Variable:
        return x * self.w


# ---- What is a parameter ----------------------------------------------------------------------


def test_a_leaf_that_requires_gradients_is_a_parameter() -> None:
    layer = L.Layer()
    layer.b, layer.a = cg.ones(2), cg.ones(3)
    layer._state = cg.ones(1)
    layer.constant = cg.Variable(1.0, requires_grad=False)
    layer.result = layer.a * 2.0
    layer.array = np.ones(3)
    layer.listed = [cg.ones(1)]
    assert names(layer) == ["a", "b"]
    assert layer.params()["a"] is layer.a
    assert "a" in layer.params()
    assert "array" not in layer.params()
    assert layer.layers().__len__() == 0


@pytest.mark.parametrize("other", [None, Leaf(3)])
def test_none_or_a_layer_ends_it(other: Any) -> None:
    layer = Leaf(2)
    layer.w = other
    assert names(layer) == ([] if other is None else ["w.w"])
    assert layer.w is other
    layer.w = cg.ones(4)
    assert names(layer) == ["w"]


@pytest.mark.parametrize(
    "other", [cg.ones(2) * 2.0, cg.Variable(1.0, requires_grad=False), 3.0, np.ones(2), (1.0, 2.0)]
)
def test_a_parameter_is_not_replaced_by_what_is_none(other: Any) -> None:
    layer = Leaf(2)
    before = layer.w
    with pytest.raises(TypeError, match=r"Leaf\.w is a parameter.*\.data"):
        layer.w = other
    with pytest.raises(TypeError, match="the result of Sub"):
        layer.w -= 0.1
    assert layer.w is before
    assert names(layer) == ["w"]
    layer.w = None
    layer.w = other
    assert names(layer) == []


def test_a_constructor_makes_its_parameters_whole() -> None:
    class Scaled(L.Layer):
        def __init__(self) -> None:
            self._scratch = cg.ones(3) * 0.1
            self.w = cg.randn(3, rng=0) * 0.1

    with pytest.raises(ValueError, match=r"Scaled\.w would be the result of Mul.*cg\.normal"):
        Scaled()


def test_deleting_ends_it() -> None:
    layer = Leaf(2)
    del layer.w
    assert names(layer) == []
    with pytest.raises(AttributeError):
        del layer.w
    layer.w = cg.ones(2) * 2.0
    assert names(layer) == []


def test_a_name_may_change_its_kind() -> None:
    layer = Leaf(2)
    layer.w = Leaf(3)
    assert names(layer) == ["w.w"]
    layer.w = cg.ones(1)
    assert names(layer) == ["w"]
    layer._w = Leaf(3)
    assert names(layer) == ["_w.w", "w"]
    layer._w = cg.ones(1)
    assert names(layer) == ["w"]


def test_a_frozen_parameter_remains_one() -> None:
    layer = Leaf(2)
    layer.w.requires_grad = False
    assert names(layer) == ["w"]
    assert list(layer.state_dict()) == ["w"]
    F.sum(layer(cg.ones(2))).backward()
    assert layer.w.grad is None


def test_parameters_are_plain_attributes() -> None:
    layer = Leaf(2)
    assert layer.__dict__["w"] is layer.w
    assert not hasattr(layer, "v")


def test_a_property_and_a_slot_keep_their_meaning() -> None:
    class Doubled(L.Layer):
        @property
        def twice(self) -> cg.Variable:
            return self.half * 2.0

        @twice.setter
        def twice(self, value: cg.Variable) -> None:
            self.half = cg.Variable(value.data / 2.0)

    layer = Doubled()
    layer.twice = cg.ones(2)
    assert names(layer) == ["half"]
    assert layer.twice.data.tolist() == [1.0, 1.0]


def test_a_dataclass_may_be_a_layer() -> None:
    @dataclasses.dataclass
    class Line(L.Layer):
        slope: cg.Variable
        inner: L.Layer

    layer = Line(cg.Variable(1.0), Leaf(2))
    assert names(layer) == ["inner.w", "slope"]


def test_buffers() -> None:
    layer = Leaf(2)
    layer.register_buffer("mean", np.zeros(2))
    layer.register_buffer("_count", cg.Variable(1.0))
    assert names(layer) == ["w"]
    assert list(layer.state_dict()) == ["_count", "mean", "w"]
    assert not layer.mean.requires_grad
    assert not layer._count.requires_grad
    layer.mean = cg.ones(2)
    assert names(layer) == ["w"]
    assert layer.state_dict()["mean"].tolist() == [1.0, 1.0]
    with pytest.raises(
        TypeError, match="Leaf._count is a buffer, and an object of type int is none"
    ):
        layer._count = 3
    layer.mean = None
    layer._count = None
    assert list(layer.state_dict()) == ["w"]
    layer.mean = cg.ones(2)
    assert names(layer) == ["mean", "w"]


def test_a_parameter_may_become_a_buffer() -> None:
    layer = Leaf(2)
    layer.register_buffer("w", layer.w)
    assert names(layer) == []
    assert list(layer.state_dict()) == ["w"]


def test_wrong_buffers() -> None:
    layer = Leaf(2)
    with pytest.raises(ValueError, match=r"Leaf.register_buffer: 'v' is the result"):
        layer.register_buffer("v", layer.w * 2.0)
    with pytest.raises(ValueError, match="dot"):
        layer.register_buffer("a.b", 1.0)
    with pytest.raises(TypeError):
        layer.register_buffer("v", "text")  # type: ignore[arg-type]
    assert list(layer.state_dict()) == ["w"]
    assert not hasattr(layer, "v")


# ---- Layers in layers -------------------------------------------------------------------------


def test_layers_in_containers() -> None:
    layer = L.Layer()
    layer.many = [Leaf(1), F.tanh, (Leaf(2), {"z": Leaf(3), "a": [Leaf(4)]})]
    layer.one = Leaf(5)
    layer.numbers = (1, 2)
    assert names(layer) == ["many.0.w", "many.2.0.w", "many.2.1.a.0.w", "many.2.1.z.w", "one.w"]
    assert [n for n, _ in layer.layers()] == [
        "many.0",
        "many.2.0",
        "many.2.1.a.0",
        "many.2.1.z",
        "one",
    ]


def test_a_list_may_grow() -> None:
    layer = L.Layer()
    layer.many = []
    assert names(layer) == []
    for _ in range(12):
        layer.many.append(Leaf(1))
    assert names(layer) == [f"many.{i}.w" for i in range(12)]


def test_keys_of_a_dict_are_sorted_numbers_by_their_value() -> None:
    layer = L.Layer()
    layer.of = {10: Leaf(1), "b": Leaf(2), 9: Leaf(3), "a": Leaf(4)}
    assert names(layer) == ["of.9.w", "of.10.w", "of.a.w", "of.b.w"]


def test_two_of_the_same_name_are_refused() -> None:
    layer = L.Layer()
    layer.of = {1: Leaf(1), "1": Leaf(2)}
    with pytest.raises(ValueError, match=r"two of them are called 'of\.1\.w'"):
        layer.params()
    with pytest.raises(ValueError, match=r"of\.1\.w"):
        layer.state_dict()


def test_what_is_shared_counts_once_under_its_first_name() -> None:
    net = L.Layer()
    net.second = net.first = Leaf(2)
    net.third = Leaf(3)
    net.third.v = net.first.w
    net.all = [net.third]
    assert names(net) == ["all.0.v", "all.0.w"]
    assert [name for name, _ in net.layers()] == ["all.0", "first"]
    assert list(net.state_dict()) == ["all.0.v", "all.0.w"]
    net.load_state_dict({"all.0.v": [5.0, 6.0], "all.0.w": [1.0, 2.0, 3.0]})
    assert net.second.w.data.tolist() == [5.0, 6.0]


def test_a_cycle_of_layers() -> None:
    parent, child = Leaf(1), Leaf(2)
    parent.child, child.parent, child.itself = child, parent, [child]
    assert names(parent) == ["child.w", "w"]
    assert names(child) == ["parent.w", "w"]
    assert [name for name, _ in parent.layers()] == ["child"]
    parent.reset_state()
    parent.cleargrads()
    assert repr(parent) == (
        "Leaf(w=(1,)\n  child: Leaf(w=(2,)\n    itself.0: ...\n    parent: ...\n  )\n)"
    )
    parent.load_state_dict({"child.w": [1.0, 2.0], "w": [3.0]})
    assert child.w.data.tolist() == [1.0, 2.0]


def test_a_list_that_holds_itself() -> None:
    layer = L.Layer()
    layer.many = [Leaf(1)]
    layer.many.append(layer.many)
    assert names(layer) == ["many.0.w"]


def test_state_is_reset_through_layers_that_hold_each_other() -> None:
    class Counter(L.Layer):
        def __init__(self) -> None:
            self.count = 1

        def reset_state(self) -> None:
            self.count = 0
            super().reset_state()

    a, b, c = Counter(), Counter(), Counter()
    a.many, b.back, b.other = [b], a, {"c": c}
    a.reset_state()
    assert (a.count, b.count, c.count) == (0, 0, 0)
    b.count = c.count = 1
    a.reset_state()
    assert (b.count, c.count) == (0, 0)


def test_methods_may_be_hidden_by_attributes() -> None:
    layer = L.Layer()
    layer.layers = [Leaf(2)]
    assert names(layer) == ["layers.0.w"]
    assert list(layer.state_dict()) == ["layers.0.w"]
    layer.cleargrads()
    layer.reset_state()


# ---- What is done with them -------------------------------------------------------------------


def test_cleargrads() -> None:
    net = L.Layer()
    net.inner, net.v = [Leaf(2)], cg.ones(2)
    for clear in (net.cleargrads, net.params().cleargrads):
        F.sum(net.inner[0](net.v)).backward()
        assert [p.grad.data.tolist() for _, p in net.params()] == [[1.0, 1.0]] * 2
        clear()
        assert [p.grad for _, p in net.params()] == [None, None]


def test_parameters_show_themselves() -> None:
    layer = Leaf(2, 3)
    assert repr(layer.params()) == "Parameters(\n  w: (2, 3)\n)"
    assert repr(L.Layer().params()) == "Parameters()"
    with pytest.raises(KeyError, match="no 'v' here, but: w"):
        layer.params()["v"]
    with pytest.raises(KeyError, match="none"):
        layer.layers()["v"]


def test_a_call_is_forward() -> None:
    class Affine(L.Layer):
        def forward(self, x: float, *, plus: float = 0.0) -> tuple[float, float]:
            return x, plus

    assert Affine()(1.0, plus=2.0) == (1.0, 2.0)
    with pytest.raises(TypeError):
        Affine()()  # type: ignore[call-arg]
    with pytest.raises(NotImplementedError, match="Layer has no forward"):
        L.Layer()(1.0)


def test_repr_shows_the_structure() -> None:
    net = L.Layer()
    net.first, net.w = [Leaf(2), L.Linear(3)], cg.ones(4, 5)
    assert repr(net) == "Layer(w=(4, 5)\n  first.0: Leaf(w=(2,))\n  first.1: Linear(3)\n)"


def network() -> L.Sequential:
    net = L.Sequential(L.Linear(3, in_size=2, rng=0), F.tanh, L.RNN(4, rng=1), L.Linear(1, rng=2))
    net(cg.ones(5, 2))
    net.tied = net[0]
    return net


@pytest.mark.parametrize("how", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_and_pickles_are_equal_and_independent(how: Any) -> None:
    net = network()
    other = how(net)
    assert other.tied is other[0]
    assert names(other) == names(net)
    assert repr(other) == repr(net)
    x = cg.rand(5, 2, rng=3)
    assert np.array_equal(net(x).data, other(x).data)  # both remember the first call
    assert other[0].w is not net[0].w
    assert not any(
        np.shares_memory(p.data, q.data) for _, p in net.params() for _, q in other.params()
    )
    other.extra = cg.ones(1)
    assert names(net) == names(network())


def test_a_layer_without_parameters_yet_can_be_copied() -> None:
    layer = L.LSTM(3, rng=0)
    other = pickle.loads(pickle.dumps(layer))
    x = cg.ones(2, 2)
    assert np.array_equal(layer(x).data, other(x).data)


def test_a_shallow_copy_has_attributes_of_its_own() -> None:
    layer = Leaf(2)
    other = copy.copy(layer)
    other.v = cg.ones(1)
    assert other.w is layer.w
    assert names(other) == ["v", "w"]
    assert names(layer) == ["w"]
