"""The one error that is the user's to mend: a sentence that names the thing, the value and the way out."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 1_000  # characters of a sentence; what a file or a stranger put in it may be of any length
LONGEST_NAME = 80  # characters that a wrong name is compared by


def sentence(words: str) -> str:
    r"""One line that can be read at a glance: line ends become blanks, and the middle of a long one is left out.

    >>> sentence("cut\noff"), len(sentence("x" * 70_000))
    ('cut off', 1000)
    """
    line = " ".join(words.splitlines())
    half = (LONGEST - 3) // 2
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3 - half]} … {line[-half:]}"


class BadInput(ValueError):
    """Input that cannot be used. Its message is one sentence, shown as it is, without a traceback."""

    def __init__(self, words: str) -> None:
        super().__init__(sentence(words))


class Failed(RuntimeError):
    """Work that broke in the middle. Its message is one sentence; what was finished is kept."""

    def __init__(self, words: str) -> None:
        super().__init__(sentence(words))


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
    close = get_close_matches(name[:LONGEST_NAME], choices, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(choices)}"
