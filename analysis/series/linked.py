"""How spaces agree with the graphs of a study, as numbers beside all others: what is asked, and what is there."""

from collections.abc import Iterator, Mapping, Sequence

from analysis.align import names_of
from analysis.ask import Ask
from analysis.graph_asks import alignments_of, classes_of
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.series.scored import place_of

NAME = "alignment"  # of the analysis, as `numbers.csv` has it


def alignment_asks(pipeline: Pipeline, spaces: Sequence[str]) -> list[Ask]:
    """Every space with every graph, graph by graph; none where the study leaves all measures out."""
    if not any(one.basis != "graph" for one in alignments_of(pipeline.study)):
        return []
    graphs = [spec.name for spec in pipeline.study.graph if spec.judge]
    return [Ask("graph_alignment", "", space, name) for name in graphs for space in spaces]


def aligned(pipeline: Pipeline, spaces: Sequence[str]) -> Iterator[tuple[str, str, Mapping[str, Number | None]]]:
    """Each number by name and graph (or `graph|label`), with its value in each space; None where it is not there."""
    asks = alignment_asks(pipeline, spaces)
    if not asks:
        return
    labels = [pipeline.dataset().labels_in(name) for name in classes_of(pipeline)]
    measures = [one for one in alignments_of(pipeline.study) if one.basis != "graph"]
    names = names_of(measures, labels, pipeline.study.k)
    for spec in (one for one in pipeline.study.graph if one.judge):
        found = {ask.subject: pipeline.find(ask) for ask in asks if ask.other == spec.name}
        for name in names:
            number, _, label = name.partition("|")
            values = {space: None if result is None else result.numbers.get(name) for space, result in found.items()}
            yield number, f"{spec.name}|{label}" if label else spec.name, values


def answers(ask: Ask, analysis: str, other: str) -> bool:
    """Whether an ask gives the numbers of an analysis by `other`: of a graph, those by its labels too."""
    if ask.kind == "anchors":
        return analysis == "anchors" and other.startswith(f"{ask.other}|")
    if ask.kind == "graph_alignment":
        return analysis == NAME and other.partition("|")[0] == ask.other
    return place_of(ask) == (analysis, other)
