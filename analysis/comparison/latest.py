"""What was made last from one thing, in each thread its own: several measures of a draw ask for it in turn."""

import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


class Latest(threading.local):
    """Keeps one thing made and what it was made from."""

    def __init__(self) -> None:
        self._from: object = None
        self._made: object = None

    def of(self, source: object, make: Callable[[], Made]) -> Made:
        """What `make` gives for this very source, made anew where the latest was for another."""
        if self._from is not source:
            self._made, self._from = make(), source
        made: Made = self._made  # type: ignore[assignment]
        return made
