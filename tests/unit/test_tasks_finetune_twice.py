"""Two runs that want the same training: one does it, the other waits and finds it made."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analysis.ask import Ask
from analysis.run import open_study
from models.finetuning.loop import Training
from tests.unit.test_tasks_finetune import TASK, model, write

__all__ = ["model"]
ASK = Ask("task", "finetune", "tiny", "kinds")


def test_one_of_two_runs_trains_and_both_have_the_score(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK + "seeds = [0]\n")
    pipelines = [open_study(study, cache=tmp_path / "cache") for _ in range(2)]
    finish, trained = Training.finish, []

    def counted(self: Training) -> object:
        trained.append(self)
        return finish(self)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as both:
        patch.setattr(Training, "finish", counted)
        for pipeline in pipelines:
            pipeline.dataset()
        first, second = both.map(lambda pipeline: pipeline.make(ASK), pipelines)
    assert len(trained) == 1
    assert first.numbers["accuracy"].value == second.numbers["accuracy"].value
    assert not list((tmp_path / "cache" / "partial").glob("*.lock"))
