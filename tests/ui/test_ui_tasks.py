"""Scores on tasks among what a space lacks: named and priced like any other answer."""

from pathlib import Path

from analysis.ask import Ask
from analysis.run import open_study
from tests.unit.test_command_line import write_world
from tests.unit.test_tasks_study import TASK
from ui.costs import seconds_for
from ui.space_row import name_of


def test_a_missing_score_has_a_name_and_a_price(tmp_path: Path) -> None:
    pipeline = open_study(write_world(tmp_path, TASK), cache=tmp_path / "cache")
    pipeline.dataset()
    ask = Ask("task", "linear", "columns", "kinds")
    assert name_of(ask) == "linear probe on kinds" and str(ask) == "linear of columns on kinds"
    assert ask.spaces == ("columns",) and Ask.from_json(ask.to_json()) == ask
    assert seconds_for(pipeline, [ask]) > 0
    pipeline.make(ask)
    assert seconds_for(pipeline, [ask]) == 0
