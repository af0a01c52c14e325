"""The ways to begin and the tasks of the matrix in words."""

import pandas as pd

from analysis.registry import generators, sequence_tasks
from analysis.reproductions.synthetic import NATURAL, WAYS, Way

STATISTICS = {
    "mean_sd": "Each tensor drawn anew with the mean and SD of that of {source}, and nothing else of it.",
    "scale": "Each tensor drawn anew with the SD of that of {source}, norms at its mean, and nothing else of it.",
}
OTHERS = {
    "random": "Weights drawn at random.",
    "gain": "Weights drawn at random, all but norms times two: a control.",
    "higher rate": "Weights drawn at random, fine-tuned at three times the rate: a control.",
    NATURAL: "Pre-trained on source code and its documentation: to restore spans that are hidden.",
}


def in_words(way: Way) -> str:
    """What a way begins with."""
    if way.name in OTHERS:
        return OTHERS[way.name]
    source = NATURAL if way.source == NATURAL else generators()[way.source].title
    if way.mode:
        return STATISTICS[way.mode].format(source=source)
    return f"Pre-trained on the synthetic task {source} alone: {generators()[way.source].describe}"


def ways(names: list[str]) -> pd.DataFrame:
    """A row for each of these that is known."""
    rows = [(name, in_words(WAYS[name])) for name in names if name in WAYS]
    return pd.DataFrame(rows, columns=["way", "begins with"])


def tasks(names: list[str]) -> pd.DataFrame:
    """The same of tasks."""
    known = sequence_tasks()
    return pd.DataFrame([(name, known[name].describe) for name in names if name in known], columns=["task", "asks for"])
