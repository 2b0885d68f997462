"""Programs in the manner of DeZero's book: recurrent networks on a sine, convolutions on digits.

What a program changes beside its imports is marked DIFFERENT; the guide coming-from lists it.
"""

import numpy as np
import pytest

import cygrad.functions as F
import cygrad.layers as L
from cygrad import Variable, no_grad, optimizers
from cygrad.data import DataLoader, SequenceLoader, digits
from cygrad.models import Model


def noisy_sine(steps: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(value, next value), each of shape (1,)."""
    noise = np.random.default_rng(0).uniform(-0.05, 0.05, steps + 1)
    series = np.sin(np.linspace(0.0, 4 * np.pi, steps + 1)) + noise
    return [(series[i : i + 1], series[i + 1 : i + 2]) for i in range(steps)]


class SimpleRNN(Model):
    def __init__(self, hidden_size, out_size):
        super().__init__()
        self.rnn = L.RNN(hidden_size, rng=0)
        self.fc = L.Linear(out_size, rng=1)

    def reset_state(self):
        self.rnn.reset_state()

    def forward(self, x):
        h = self.rnn(x)
        return self.fc(h)


def test_rnn_by_truncated_backpropagation() -> None:
    max_epoch, hidden_size, bptt_length = 15, 20, 30
    train_set = noisy_sine(500)
    seqlen = len(train_set)
    model = SimpleRNN(hidden_size, 1)
    optimizer = optimizers.Adam(0.005).setup(model)
    averages = []
    for _ in range(max_epoch):
        model.reset_state()
        loss, count, total = 0, 0, 0.0
        for x, t in train_set:
            x = x.reshape(1, 1)
            y = model(x)
            loss += F.mean_squared_error(y, t.reshape(1, 1))
            count += 1
            if count % bptt_length == 0 or count == seqlen:
                model.cleargrads()
                loss.backward()
                loss.unchain_backward()
                optimizer.update()
                total += float(loss.data)
                loss = 0
        averages.append(total / count)
    assert averages[-1] < 0.01 < averages[0]

    cosine = np.cos(np.linspace(0.0, 4 * np.pi, 500))
    model.reset_state()
    predicted = []
    with no_grad():
        for x in cosine[:-1]:
            y = model(np.array(x).reshape(1, 1))
            predicted.append(float(y.data[0, 0]))
    assert np.sqrt(np.mean((np.array(predicted[20:]) - cosine[21:]) ** 2)) < 0.15


class BetterRNN(Model):
    def __init__(self, hidden_size, out_size):
        super().__init__()
        self.rnn = L.LSTM(hidden_size, rng=0)
        self.fc = L.Linear(out_size, rng=1)

    def reset_state(self):
        self.rnn.reset_state()

    def forward(self, x):
        y = self.rnn(x)
        return self.fc(y)


def test_lstm_on_streams_side_by_side() -> None:
    max_epoch, batch_size, bptt_length = 20, 10, 25
    series = np.concatenate([x for x, _ in noisy_sine(1000)])
    # DIFFERENT: the loader itself gives windows, where DeZero's gives step by step
    dataloader = SequenceLoader(series, window=bptt_length, batch_size=batch_size)
    model = BetterRNN(20, 1)
    optimizer = optimizers.Adam(0.01).setup(model)
    averages = []
    for _ in range(max_epoch):
        model.reset_state()
        total, count = 0.0, 0
        for xs, ts in dataloader:
            loss = 0
            for x, t in zip(xs, ts, strict=True):
                y = model(x)
                loss += F.mean_squared_error(y, t)
                count += 1
            model.cleargrads()
            loss.backward()
            loss.unchain_backward()
            optimizer.update()
            total += float(loss.data)
        averages.append(total / count)
    assert averages[-1] < 0.01 < averages[0]


# ---- Convolution ------------------------------------------------------------------------------------


def test_convolution_and_pooling() -> None:
    N, C, H, W = 1, 5, 15, 15
    OC, (KH, KW) = 8, (3, 3)
    rng = np.random.default_rng(0)
    x = Variable(rng.standard_normal((N, C, H, W)))
    w = Variable(rng.standard_normal((OC, C, KH, KW)))
    # DIFFERENT: padding and max_pool2d, not pad and pooling
    y = F.conv2d(x, w, b=None, stride=1, padding=1)
    assert y.shape == (N, OC, H, W)
    known = (x.data[0, :, 3:6, 7:10] * w.data[2]).sum()
    assert y.data[0, 2, 4, 8] == pytest.approx(known)
    z = F.max_pool2d(y, 3, stride=3)
    z.backward()
    assert z.shape == (N, OC, 5, 5)
    assert (x.grad.shape, w.grad.shape) == (x.shape, w.shape)
    assert F.avg_pool2d(y, 3).data[0, 0, 0, 0] == pytest.approx(y.data[0, 0, :3, :3].mean())


def test_a_convolutional_network() -> None:
    class ConvNet(Model):
        def __init__(self):
            super().__init__()
            self.conv1 = L.Conv2d(8, 3, padding=1, rng=0)
            self.conv2 = L.Conv2d(16, 3, padding=1, rng=1)
            self.fc = L.Linear(10, rng=2)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            x = F.reshape(x, (x.shape[0], -1))
            return self.fc(x)

    data = digits()
    images = data.train_images.reshape(-1, 1, 8, 8)
    model = ConvNet()
    optimizer = optimizers.Adam(0.005).setup(model)
    for _ in range(3):
        for x, t in DataLoader((images, data.train_labels), 64, rng=0):
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
    with no_grad():
        y = model(data.test_images.reshape(-1, 1, 8, 8))
    assert float(F.accuracy(y, data.test_labels).data) > 0.9
