"""Learning curves on the page: what few examples give, and how a training went, each figure with its export."""

from typing import TYPE_CHECKING

from analysis.ask import Ask
from analysis.figures.learning import learning_figure
from analysis.figures.palette import Theme
from analysis.figures.training import training_figure
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.report import file_name
from analysis.series.shots import METHOD, finding, shots_of
from analysis.series.standings import title_of
from analysis.series.training import finding as said_of_training
from analysis.series.training import training_of
from ui import figure_panel, live, state, words, work
from ui.task_choice import Choice
from ui.task_table import colors_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOW = "Lines: mean over seeds and draws of the examples; coloured bands: 95 % intervals; grey: what chance would give."


def draw(pipeline: Pipeline, chosen: Choice) -> None:
    """Draw the curves of each task that has been scored from few shots, or by training."""
    asks = [ask for ask in chosen.every if ask.name == METHOD and pipeline.find(ask) is not None]
    for task in dict.fromkeys(ask.other for ask in asks):
        _curve(pipeline, task, [ask for ask in asks if ask.other == task])
    if asks:
        words.quiet(HOW)
    for task in chosen.tasks:
        trained = [ask for ask in chosen.every if ask.other == task and task_methods()[ask.name].trains]
        if trained:
            job = work.job_at(pipeline, [ask for ask in trained if pipeline.find(ask) is None])
            every = 2 if job is not None and job.active else None
            live.draw(_training, pipeline, task, trained, every=every, key=f"training.{task}")


def _training(pipeline: Pipeline, task: str, asks: list[Ask]) -> None:
    """How every training of a task went, or goes; drawn anew while one is at work."""
    table = training_of(pipeline, asks)
    if table.empty:
        return

    def on(paper: Theme) -> "go.Figure":
        return training_figure(table, colors_of(pipeline), title=said_of_training(table), theme=paper)

    name = file_name("training curves", task)
    figure_panel.draw(pipeline, asks, on, key=f"figure.training.{task}", name=name, data=lambda: table)


def _curve(pipeline: Pipeline, task: str, asks: list[Ask]) -> None:
    number = state.view().score or "accuracy"
    table = shots_of(pipeline, asks, number)
    if table.empty and number != "accuracy":
        number, table = "accuracy", shots_of(pipeline, asks, "accuracy")
    if table.empty:
        return
    key, name = f"figure.shots.{task}", file_name("learning curves", task, number)

    def on(paper: Theme) -> "go.Figure":
        said = finding(table)
        return learning_figure(table, colors_of(pipeline), title=said, name=title_of(number), theme=paper)

    figure_panel.draw(pipeline, asks, on, key=key, name=name, data=lambda: table)
