"""The one error that is the user's to mend: a sentence that names the thing, the value and the way out."""

from collections.abc import Iterable
from difflib import get_close_matches


class BadInput(ValueError):
    """Input that cannot be used. Its message is one sentence, shown as it is, without a traceback."""


class Failed(RuntimeError):
    """Work that broke in the middle. Its message is one sentence; what was finished is kept."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known names are nearest to a wrong one, as the end of a sentence.

    >>> nearest("metrc", ["metric", "k"])
    "; did you mean 'metric'?"
    >>> nearest("zzz", ["metric", "k"])
    '; there are: k, metric'
    >>> nearest("zzz", [])
    '; there is none.'
    """
    choices = sorted(known)
    if not choices:
        return "; there is none."
    close = get_close_matches(name, choices, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(choices)}"
