"""Other libraries' chatter, kept off our standard error: their progress bars, advice and deprecations."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """Run a block of transformers' or torch's code without their warnings and progress bars."""
    from transformers.utils import logging as speech

    before = speech.get_verbosity()
    bars = speech.is_progress_bar_enabled()
    speech.set_verbosity(logging.CRITICAL)
    speech.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        speech.set_verbosity(before)
        if bars:
            speech.enable_progress_bar()
