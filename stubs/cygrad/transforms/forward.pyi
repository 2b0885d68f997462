"""Stub of cygrad/transforms/forward.pyx, which Python calls nothing of."""

from typing import final

@final
class Forward: ...
