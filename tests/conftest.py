"""Fixtures: the cycle collector switched off, and a thread with a small stack."""

import gc
import threading
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is freed in the test is freed by reference counting alone."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def in_small_stack() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Runs a function in a thread with a stack of 1 MB; its exceptions come out here."""
    before = threading.stack_size(1 << 20)

    def run(function: Callable[[], None]) -> None:
        failures: list[BaseException] = []

        def guarded() -> None:
            try:
                function()
            except BaseException as failure:  # noqa: BLE001
                failures.append(failure)

        thread = threading.Thread(target=guarded)
        thread.start()
        thread.join()
        if failures:
            raise failures[0]

    yield run
    threading.stack_size(before)
