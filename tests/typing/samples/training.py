"""Optimizers, hooks and schedules, as a user types them."""

from collections.abc import Iterator
from typing import Any, assert_type

import cygrad as cg
import cygrad.functions as F
from cygrad.hooks import ClipGrad, WeightDecay
from cygrad.optimizers import Adam, CosineSchedule, Hook, Optimizer, WarmUp


class Line:
    def __init__(self) -> None:
        self.slope = cg.Variable(0.0)
        self.offset = cg.Variable(0.0)

    def params(self) -> Iterator[tuple[str, cg.Variable]]:
        yield "offset", self.offset
        yield "slope", self.slope


def show(parameters: list[cg.Variable]) -> None:
    assert len(parameters) == 2


line = Line()
hooks: list[Hook] = [ClipGrad(10.0), WeightDecay(0.0), show]
optimizer = assert_type(Adam(lr=0.1, hooks=hooks).setup(line), Adam)
schedule = WarmUp(optimizer, 10, after=CosineSchedule(optimizer, 300))
x = cg.linspace(0, 1, 20).data
for _ in range(300):
    line.slope.cleargrad()
    line.offset.cleargrad()
    loss = F.mean((line.slope * x + line.offset - (3 * x - 1)) ** 2)
    loss.backward()
    optimizer.update()
    schedule.step()
assert abs(line.slope.item() - 3) < 0.01 and abs(line.offset.item() + 1) < 0.01

state = assert_type(optimizer.state_dict(), dict[str, Any])
again: Optimizer = Adam()
again.load_state_dict(state, line)
again.update([line.slope, line.offset])
again.update(line.slope)
assert_type(again.lr, float)
again.lr = 1
