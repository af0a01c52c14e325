"""The anchors of language models, as numbers beside all others: what is asked, and what is there."""

from collections.abc import Iterator, Mapping, Sequence

from analysis.anchor_asks import head_of
from analysis.anchors.measurement import ANCHORS
from analysis.ask import Ask
from analysis.corpora import corpora_of
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.result import Result

NAME = ANCHORS.name


def anchor_asks_of(pipeline: Pipeline, spaces: Sequence[str]) -> list[Ask]:
    """Every language model among these spaces on every corpus: of a checkpoint, its last layer stands for it."""
    models = [
        space.name
        for space in pipeline.spaces()
        if space.name == space.checkpoint.name
        and head_of(space.checkpoint)
        and space.checkpoint.transform == "none"
        and space.name in spaces
    ]
    return [Ask("anchors", "", name, corpus.name) for corpus in corpora_of(pipeline.study) for name in models]


def anchored(pipeline: Pipeline, spaces: Sequence[str]) -> Iterator[tuple[str, str, Mapping[str, Number | None]]]:
    """Each number by name and `corpus|rule|fit`, with its value of each model; what no model has is left out."""
    found: dict[str, dict[str, Result | None]] = {}
    for ask in anchor_asks_of(pipeline, spaces):
        found.setdefault(ask.other, {})[ask.subject] = pipeline.find(ask)
    for corpus, results in found.items():
        for name in dict.fromkeys(name for result in results.values() if result for name in result.numbers):
            number, _, of = name.partition("|")
            values = {space: result.numbers.get(name) if result else None for space, result in results.items()}
            yield number, f"{corpus}|{of}", values
