"""How work says how far it is: a function of how much is done, how much there is, and one line of words."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, message: str) -> None:
    """Say nothing."""
