"""Learning-rate schedules: closed forms, and that they can be saved and returned to."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from cygrad.optimizers import (
    SGD,
    CosineSchedule,
    ExponentialSchedule,
    Schedule,
    StepSchedule,
    WarmUp,
)

MAKERS: dict[str, Callable[[SGD], Schedule]] = {
    "step": lambda o: StepSchedule(o, 3, 0.5),
    "exponential": lambda o: ExponentialSchedule(o, 0.9),
    "cosine": lambda o: CosineSchedule(o, 10, 0.01),
    "warm-up": lambda o: WarmUp(o, 4),
    "warm-up, cosine": lambda o: WarmUp(o, 4, after=CosineSchedule(o, 10)),
}

EXPECTED: dict[str, Callable[[int], float]] = {
    "step": lambda k: 0.2 * 0.5 ** (k // 3),
    "exponential": lambda k: 0.2 * 0.9**k,
    "cosine": lambda k: 0.01 + 0.19 * (1 + math.cos(math.pi * min(k, 10) / 10)) / 2,
    "warm-up": lambda k: 0.2 * min((k + 1) / 5, 1),
    "warm-up, cosine": lambda k: (
        0.2 * (k + 1) / 5 if k < 4 else 0.1 * (1 + math.cos(math.pi * min(k - 4, 10) / 10))
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_rates(name: str) -> None:
    optimizer = SGD(lr=0.2)
    schedule = MAKERS[name](optimizer)
    for count in range(20):
        assert schedule.count == count
        assert optimizer.lr == schedule.lr_at(count)
        assert optimizer.lr == pytest.approx(EXPECTED[name](count), rel=1e-12, abs=1e-17)
        schedule.step()


def test_ends_are_exact() -> None:
    optimizer = SGD(lr=0.3)
    cosine = CosineSchedule(optimizer, 7, 0.1)
    assert cosine.lr_at(0) == 0.3 and cosine.lr_at(7) == 0.1
    warm = WarmUp(optimizer, 7)
    assert warm.lr_at(7) == 0.3 and warm.lr_at(0) > 0


def test_an_assigned_rate_lasts_until_the_next_step() -> None:
    optimizer = SGD(lr=1.0)
    schedule = ExponentialSchedule(optimizer, 0.5)
    optimizer.lr = 77.0
    schedule.step()
    assert optimizer.lr == 0.5


@pytest.mark.parametrize("name", MAKERS)
def test_saved_and_loaded(name: str) -> None:
    optimizer, other = SGD(lr=0.2), SGD(lr=9.0)
    schedule, fresh = MAKERS[name](optimizer), MAKERS[name](other)
    for _ in range(6):
        schedule.step()
    fresh.load_state_dict({k: np.array(v) for k, v in schedule.state_dict().items()})
    for _ in range(6):
        assert other.lr == optimizer.lr
        schedule.step()
        fresh.step()


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    ("change", "error"),
    [({"count": -1}, ValueError), ({"new": 1}, ValueError), ({"base_lr": "x"}, TypeError)],
)
def test_a_bad_state_changes_nothing(
    name: str, change: dict[str, object], error: type[Exception]
) -> None:
    optimizer = SGD(lr=0.2)
    schedule = MAKERS[name](optimizer)
    schedule.step()
    before, lr = schedule.state_dict(), optimizer.lr
    with pytest.raises(error, match=next(iter(change))):
        schedule.load_state_dict({**before, "base_lr": 0.5, **change})
    assert schedule.state_dict() == before and optimizer.lr == lr
    missing = dict(before)
    del missing["base_lr"]
    with pytest.raises(ValueError, match="there is no 'base_lr'"):
        schedule.load_state_dict(missing)


def test_a_state_whose_rate_overflows_changes_nothing() -> None:
    optimizer = SGD(lr=1.0)
    schedule = WarmUp(optimizer, 1, after=ExponentialSchedule(optimizer, 2.0))
    before = schedule.state_dict()
    with pytest.raises(ValueError, match="lr must be"):
        schedule.load_state_dict({**before, "count": 10**6})
    assert schedule.state_dict() == before and optimizer.lr == 0.5
    with pytest.raises(ValueError, match="after: .*no place for 'x'"):
        schedule.load_state_dict({**before, "after.x": 1})
    with pytest.raises(ValueError, match="no place for 'gamma'"):
        WarmUp(optimizer, 1).load_state_dict(
            {**WarmUp(optimizer, 1).state_dict(), "after.gamma": 1}
        )


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: StepSchedule(o, 0), ValueError, "step_size must be at least 1"),
        (lambda o: StepSchedule(o, 1.5), TypeError, "step_size must be an int"),
        (lambda o: StepSchedule(o, 1, -0.1), ValueError, "gamma"),
        (lambda o: ExponentialSchedule(o, float("nan")), ValueError, "gamma"),
        (lambda o: CosineSchedule(o, 0), ValueError, "total_steps"),
        (lambda o: CosineSchedule(o, 1, -1.0), ValueError, "min_lr"),
        (lambda o: WarmUp(o, 0), ValueError, "steps"),
        (lambda o: WarmUp(o, 1, after=o), TypeError, "after must be a schedule"),
        (lambda o: WarmUp(o, 1, after=StepSchedule(SGD(), 1)), ValueError, "another optimizer"),
        (lambda o: StepSchedule(0.1, 1), TypeError, "takes an optimizer, not float"),
    ],
)
def test_bad_settings(
    make: Callable[[SGD], Schedule], error: type[Exception], message: str
) -> None:
    optimizer = SGD(lr=0.2)
    with pytest.raises(error, match=message):
        make(optimizer)
    assert optimizer.lr == 0.2
