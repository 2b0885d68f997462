"""Programs in the manner of DeZero's book: networks, optimizers and loaders, by its names.

What a program changes beside its imports is marked DIFFERENT; the guide coming-from lists it.
"""

from pathlib import Path

import numpy as np
import pytest

import cygrad.functions as F
import cygrad.layers as L
from cygrad import Variable, models, no_grad, optimizers, test_mode
from cygrad import Variable as Parameter
from cygrad.data import DataLoader, digits, spirals
from cygrad.hooks import ClipGrad, WeightDecay
from cygrad.models import MLP, Model


def waves() -> tuple[np.ndarray, np.ndarray]:
    """A sine with noise, at 100 points."""
    rng = np.random.default_rng(0)
    x = rng.random((100, 1))
    return x, np.sin(2 * np.pi * x) + rng.random((100, 1))


# ---- Regression -------------------------------------------------------------------------------


def test_linear_regression() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((100, 1))
    y = 5 + 2 * x + rng.random((100, 1))
    W, b = Variable(np.zeros((1, 1))), Variable(np.zeros(1))

    def predict(x):
        return F.matmul(x, W) + b

    def mean_squared_error(x0, x1):
        diff = x0 - x1
        return F.sum(diff**2) / len(diff)

    lr = 0.1
    for _ in range(1000):
        loss = mean_squared_error(predict(x), y)
        W.cleargrad()
        b.cleargrad()
        loss.backward()
        W.data -= lr * W.grad.data
        b.data -= lr * b.grad.data
    slope, offset = np.polyfit(x[:, 0], y[:, 0], 1)
    assert (W.data[0, 0], b.data[0]) == pytest.approx((slope, offset), abs=1e-3)
    assert loss.data == pytest.approx(F.mean_squared_error(predict(x), y).data, rel=1e-4)


def test_a_network_of_functions() -> None:
    x, y = waves()
    rng = np.random.default_rng(1)
    W1, b1 = Parameter(0.01 * rng.standard_normal((1, 10))), Parameter(np.zeros(10))
    W2, b2 = Parameter(0.01 * rng.standard_normal((10, 1))), Parameter(np.zeros(1))

    def predict(x):
        y = F.sigmoid(F.linear_simple(x, W1, b1))
        return F.linear(y, W2, b2)

    for _ in range(10_000):
        loss = F.mean_squared_error(predict(x), y)
        for p in (W1, b1, W2, b2):
            p.cleargrad()
        loss.backward()
        for p in (W1, b1, W2, b2):
            p.data -= 0.2 * p.grad.data
    assert loss.data < 0.1


def test_layers() -> None:
    x, y = waves()
    l1, l2 = L.Linear(10, rng=0), L.Linear(1, rng=1)
    for _ in range(5000):
        loss = F.mean_squared_error(l2(F.sigmoid(l1(x))), y)
        l1.cleargrads()
        l2.cleargrads()
        loss.backward()
        for layer in (l1, l2):
            for _name, p in layer.params():  # DIFFERENT: names come with the parameters
                p.data -= 0.2 * p.grad.data
    assert loss.data < 0.1


def test_a_layer_of_layers() -> None:
    model = L.Layer()
    model.l1 = L.Linear(5)
    model.l2 = L.Linear(3)
    model.l2(F.sigmoid(model.l1(np.ones((2, 4)))))
    shapes = {name: p.shape for name, p in model.params()}
    assert shapes == {"l1.b": (5,), "l1.w": (4, 5), "l2.b": (3,), "l2.w": (5, 3)}


class TwoLayerNet(Model):
    def __init__(self, hidden_size, out_size):
        super().__init__()
        self.l1 = L.Linear(hidden_size, rng=0)
        self.l2 = L.Linear(out_size, rng=1)

    def forward(self, x):
        y = F.sigmoid(self.l1(x))
        return self.l2(y)


@pytest.mark.parametrize(
    ("optimizer", "iters"),
    [
        (optimizers.SGD(0.2), 5000),
        (optimizers.Momentum(0.05), 3000),
        (optimizers.AdaGrad(0.1), 3000),
        (optimizers.Adam(0.02), 1000),
    ],
)
def test_models_and_optimizers(optimizer, iters: int) -> None:
    x, y = waves()
    model = TwoLayerNet(10, 1)
    optimizer.setup(model)
    for _ in range(iters):
        loss = F.mean_squared_error(model(x), y)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    assert loss.data < 0.1


def test_hooks() -> None:
    def largest_weight(*hooks) -> float:
        x, y = waves()
        model = MLP((10, 10, 1), rng=0)
        optimizer = optimizers.SGD(0.2).setup(model)
        for hook in hooks:
            optimizer.add_hook(hook)
        for _ in range(500):
            loss = F.mean_squared_error(model(x), y)
            model.cleargrads()
            loss.backward()
            optimizer.update()
        return max(np.abs(p.data).max() for _, p in model.params())

    free = largest_weight()
    assert largest_weight(WeightDecay(0.01)) < 0.9 * free
    assert largest_weight(ClipGrad(1e-3)) < largest_weight(ClipGrad(0.05)) < free
    seen = []
    largest_weight(lambda params: seen.append(len(params)))
    assert seen == [6] * 500


# ---- Classification ---------------------------------------------------------------------------------


def test_softmax_cross_entropy() -> None:
    x, t = np.array([[0.2, -0.4], [0.3, 0.5], [1.3, -3.2], [2.1, 0.3]]), np.array([1, 0, 1, 0])
    model = MLP((10, 3), rng=0)
    y = model(x)
    p = F.softmax(y)
    assert np.allclose(F.sum(p, axis=1).data, 1.0)
    loss = F.softmax_cross_entropy(y, t)
    loss.backward()
    assert loss.data == pytest.approx(-np.log(p.data[np.arange(4), t]).mean())


def test_spirals_by_hand_made_batches() -> None:
    max_epoch, batch_size, hidden_size, lr = 150, 30, 10, 1.0
    x, t = spirals(100, noise=0.1)
    model = MLP((hidden_size, 3), rng=0)
    optimizer = optimizers.SGD(lr).setup(model)
    rng = np.random.default_rng(0)
    averages = []
    for _ in range(max_epoch):
        index = rng.permutation(len(x))
        sum_loss = 0.0
        for i in range(len(x) // batch_size):
            batch = index[i * batch_size : (i + 1) * batch_size]
            loss = F.softmax_cross_entropy(model(x[batch]), t[batch])
            model.cleargrads()
            loss.backward()
            optimizer.update()
            sum_loss += float(loss.data) * len(batch)
        averages.append(sum_loss / len(x))
    assert averages[-1] < 0.3 < averages[0]
    with no_grad():
        assert float(F.accuracy(model(x), t).data) > 0.9


class Spiral:
    """A data set as DeZero has them: what can be asked for its length and its examples."""

    def __init__(self, train: bool) -> None:
        self.data, self.label = spirals(100, noise=0.1, rng=0 if train else 1)

    def __getitem__(self, index: int):
        return self.data[index], self.label[index]

    def __len__(self) -> int:
        return len(self.data)


def test_spirals_by_a_loader() -> None:
    train_set, test_set = Spiral(train=True), Spiral(train=False)
    train_loader = DataLoader(train_set, 30, rng=0)
    test_loader = DataLoader(test_set, 30, shuffle=False)
    model = MLP((10, 3), rng=0)
    optimizer = optimizers.SGD(1.0).setup(model)
    for _ in range(150):
        for x, t in train_loader:
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
    sum_loss, sum_acc = 0.0, 0.0
    with no_grad():
        for x, t in test_loader:
            y = model(x)
            sum_loss += float(F.softmax_cross_entropy(y, t).data) * len(t)
            sum_acc += float(F.accuracy(y, t).data) * len(t)
    assert sum_loss / len(test_set) < 0.4
    assert sum_acc / len(test_set) > 0.85


def test_digits_by_relu_and_adam(tmp_path: Path) -> None:
    data = digits()
    train_loader = DataLoader((data.train_images, data.train_labels), 100, rng=0)
    model = MLP((100, 100, 10), activation=F.relu, rng=0)
    optimizer = optimizers.Adam().setup(model)
    for _ in range(15):
        for x, t in train_loader:
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
    with no_grad():
        before = F.accuracy(model(data.test_images), data.test_labels)
    assert float(before.data) > 0.95

    # DIFFERENT: save and load, not save_weights and load_weights
    model.save(tmp_path / "digits.npz")
    again = MLP((100, 100, 10), activation=F.relu)
    again.load(tmp_path / "digits.npz")
    with no_grad():
        assert F.accuracy(again(data.test_images), data.test_labels).data == before.data


def test_dropout() -> None:
    x = np.ones(1000)
    y = F.dropout(x, 0.5, rng=0)
    assert set(y.data.tolist()) == {0.0, 2.0}
    with test_mode():
        y = F.dropout(x)
        assert y.data.tolist() == x.tolist()


def test_a_model_with_dropout_and_batch_normalization() -> None:
    class Net(models.Model):
        def __init__(self):
            super().__init__()
            self.l1 = L.Linear(32, rng=0)
            self.bn = L.BatchNorm()
            self.rng = np.random.default_rng(0)
            self.l2 = L.Linear(10, rng=1)

        def forward(self, x):
            y = F.relu(self.bn(self.l1(x)))
            return self.l2(F.dropout(y, 0.2, self.rng))

    data = digits()
    model = Net()
    optimizer = optimizers.Adam(0.01).setup(model)
    for _ in range(5):
        for x, t in DataLoader((data.train_images, data.train_labels), 64, rng=0):
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
    with no_grad(), test_mode():
        first, second = model(data.test_images), model(data.test_images)
    assert np.array_equal(first.data, second.data)
    assert float(F.accuracy(first, data.test_labels).data) > 0.95
