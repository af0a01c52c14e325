"""Every figure of a run, one after the other: those of analyses, maps, matrices, rankings and series."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.ask import ALIGNMENTS, Ask
from analysis.made import checkpoints_of
from analysis.pipeline import Drawing, Pipeline
from analysis.registry import analyses, projections
from analysis.result import Result
from analysis.rows import number_rows
from analysis.series import shots, training
from analysis.series.course import collapse_in, numbers_of
from analysis.series.matrix import matrices
from analysis.series.measured import families_of, number_title, numbers_in, score_title, scores_in, together
from analysis.series.prediction import predictions, relation
from analysis.series.ranking import Ranking, agreement, in_order, rankings
from analysis.series.series import series_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAPS, DECIDE, COMPARE, SERIES = "Maps", "Which checkpoint, and what goes with it", "Compare", "Series"
LEARNING = "Learning curves"
GRAPH = "Graphs"


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure, the section it belongs to, and the parts of its file's name."""

    section: str
    name: tuple[str, ...]
    figure: "go.Figure"


def figures_of(pipeline: Pipeline, asks: Sequence[Ask], failures: list[str]) -> Iterator[Drawn]:
    """Each figure of what is there; what cannot be drawn joins `failures` and costs nothing else."""
    from analysis.figures.matrix import matrix_figure

    yield from _rankings(pipeline, asks)
    yield from _against(pipeline, asks)
    for ask in asks:
        value = pipeline.find(ask) if ask.kind in ("analysis", "projection") else None
        if isinstance(value, Result) and any(number.value is not None for number in value.numbers.values()):
            yield from _of_answer(ask, value, failures)
        if isinstance(value, Drawing) and not value.why:
            yield _map(pipeline, ask, value)
        if ask.kind == "graph_alignment":
            yield from _of_graph(pipeline, ask)
    for name, matrix in matrices(pipeline, list(asks)).items():
        yield Drawn(COMPARE, ("comparison", name), matrix_figure(matrix))
    yield from _learning(pipeline, asks)
    yield from _series(pipeline)


def _learning(pipeline: Pipeline, asks: Sequence[Ask]) -> Iterator[Drawn]:
    """What few examples give on each task, and how trainings on it went."""
    from analysis.figures.learning import learning_figure
    from analysis.figures.palette import study_colors
    from analysis.figures.training import training_figure

    known = study_colors(checkpoints_of(pipeline.study))
    colors = {space.name: known[space.checkpoint.name] for space in pipeline.spaces()}
    for task in dict.fromkeys(ask.other for ask in asks if ask.kind == "task"):
        mine = [ask for ask in asks if ask.kind == "task" and ask.other == task]
        few, trained = shots.shots_of(pipeline, mine, "accuracy"), training.training_of(pipeline, mine)
        if len(few):
            figure = learning_figure(few, colors, title=shots.finding(few), name="accuracy")
            yield Drawn(LEARNING, ("learning curves", task), figure)
        if len(trained):
            drawn = training_figure(trained, colors, title=training.finding(trained))
            yield Drawn(LEARNING, ("training curves", task), drawn)


def _rankings(pipeline: Pipeline, asks: Sequence[Ask]) -> Iterator[Drawn]:
    """The rankings of each task."""
    from analysis.figures.palette import study_colors
    from analysis.figures.ranking import ranking_figure

    tasks: dict[str, list[Ranking]] = {}
    for one in in_order(rankings(pipeline, asks)):
        tasks.setdefault(one.task, []).append(one)
    colors = study_colors(checkpoints_of(pipeline.study))
    for task, found in tasks.items():
        figure = ranking_figure(found, colors, title=f"{task}: {agreement(found)}")
        yield Drawn(DECIDE, ("ranking", task), figure)


def predicting(pipeline: Pipeline, rows: pd.DataFrame) -> pd.DataFrame:
    """Every number against the first score of each way to score each task: a table of `predictions`."""
    numbers, scores = numbers_in(rows), scores_in(rows, pipeline.spaces())
    first = scores[scores["axis"].isin(scores.drop_duplicates(["task", "method"])["axis"])]
    return predictions(numbers, first, families_of(pipeline.spaces()), seed=pipeline.study.seed)


def _against(pipeline: Pipeline, asks: Sequence[Ask]) -> Iterator[Drawn]:
    """Of each score the number that goes with it most surely."""
    from analysis.figures.against import against_figure
    from analysis.figures.palette import study_colors

    rows = number_rows(pipeline, [ask for ask in asks if ask.kind != "comparison"])
    numbers, scores = numbers_in(rows), scores_in(rows, pipeline.spaces())
    families, colors = families_of(pipeline.spaces()), study_colors(checkpoints_of(pipeline.study))
    for row in predicting(pipeline, rows).drop_duplicates("score").to_dict("records"):
        points = together(numbers, scores, row["axis"], row["score"], pipeline.spaces())
        x, y = number_title(row["axis"]), score_title(row["score"])
        groups = [families[name] for name in points["space"]]
        found = relation(points["x"], points["y"], groups, seed=pipeline.study.seed)
        title = f"{x} and {y}: {found.words}; corrected for all pairs, p = {row['p_corrected']:.3f}"
        yield Drawn(DECIDE, ("against", x, y), against_figure(points, colors, x=x, y=y, title=title))


def _of_answer(ask: Ask, result: Result, failures: list[str]) -> Iterator[Drawn]:
    """The figure of an answer, and its further ones where they have something to show."""
    analysis = analyses()[ask.name]
    for further, draw in {"": analysis.figure, **analysis.figures}.items():
        try:
            figure = draw(result)
        except (ArithmeticError, ValueError, LookupError) as error:  # costs its picture, nothing else
            failures.append(f"the figure of {ask} could not be drawn: {type(error).__name__}: {error}")
        else:
            if figure is not None:
                yield Drawn(analysis.title, (ask.name, ask.subject, ask.other, further), figure)


def _of_graph(pipeline: Pipeline, ask: Ask) -> Iterator[Drawn]:
    """How far linked pairs lie apart, and accuracies beside local consistency, of a space and a graph."""
    from analysis.figures.graphs import link_distances, recovery

    result: Result | None = pipeline.find(ask)
    if result is None or "distances" not in result.tables:
        return
    name = ("alignment", ask.subject, ask.other)
    yield Drawn(GRAPH, (*name, "distances"), link_distances(result))
    table = result.tables["theorem"]
    if len(table) and table["lc_majority"].notna().any():
        holds = bool(result.arrays["recovered"][0])
        figure = recovery(table[table["lc_majority"].notna()].assign(space=ask.subject), holds=holds)
        yield Drawn(GRAPH, (*name, "theorem"), figure)


def _map(pipeline: Pipeline, ask: Ask, drawing: Drawing) -> Drawn:
    from analysis.figures.map import map_figure

    study, title = pipeline.study, f"{ask.subject} by {projections()[ask.name].title}"
    title += f", {ALIGNMENTS[ask.alignment]} {ask.other}" if ask.alignment else ""
    figure = map_figure(pipeline.dataset(), drawing.coordinates, drawing.trust, name=title, k=study.k, seed=study.seed)
    return Drawn(MAPS, map_name(ask), figure)


def map_name(ask: Ask) -> tuple[str, ...]:
    """The parts of a map's name in files."""
    return ask.name, ask.subject, ask.alignment, ask.other if ask.alignment else ""


def _series(pipeline: Pipeline) -> Iterator[Drawn]:
    """The numbers of every series along it."""
    from analysis.figures.course import course_figure

    for series in series_of(pipeline.spaces()):
        table = numbers_of(pipeline, series)
        known = table[table["value"].notna()][["analysis", "number", "other"]].drop_duplicates()
        keys = [(row["analysis"], row["number"], row["other"]) for _, row in known.iterrows()]
        if keys:
            figure = course_figure(series, table, keys, collapse_in(table))
            yield Drawn(SERIES, ("series", series.name, series.along), figure)
