"""A run of Hugging Face's Trainer, opened as a folder: its checkpoints are a series, its metrics at their steps."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.ask import Ask
from analysis.imports.trainer_state import METRIC_SOURCE
from analysis.metrics import Imported, asks_of
from analysis.opening import study_of
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place
from tests.tiny_models import TEXTS, write_model


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve steps of training, evaluated and saved every four, logged to TensorBoard's format too."""
    pytest.importorskip("accelerate", reason="no accelerate, which Hugging Face's Trainer needs")
    pytest.importorskip("tensorboardX", reason="no tensorboardX, which writes event files")
    import torch
    import transformers as t

    folder = tmp_path_factory.mktemp("trained")
    write_model(folder / "start", "bert")
    tokenizer = t.AutoTokenizer.from_pretrained(folder / "start")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = t.AutoModelForSequenceClassification.from_pretrained(folder / "start", num_labels=2)
    rows = [dict(tokenizer(text), labels=i % 2) for i, text in enumerate(TEXTS * 4)]

    def accuracy(found: Any) -> dict[str, float]:
        return {"accuracy": float((found.predictions.argmax(-1) == found.label_ids).mean())}

    settings = t.TrainingArguments(
        output_dir=str(folder / "my-run"),
        max_steps=12,
        per_device_train_batch_size=4,
        eval_strategy="steps",
        eval_steps=4,
        save_steps=4,
        logging_steps=2,
        learning_rate=0.01,
        use_cpu=True,
        report_to=["tensorboard"],
        disable_tqdm=True,
    )
    trainer = t.Trainer(
        model=model,
        args=settings,
        train_dataset=rows,
        eval_dataset=rows,
        compute_metrics=accuracy,
        data_collator=t.DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
    )
    trainer.train()
    return folder / "my-run"


def opened(run: Path, cache: Path) -> tuple[Pipeline, Imported]:
    study, _ = study_of([str(run)])
    pipeline = Pipeline(study, Place(cache), Store(cache))
    (ask,) = asks_of(study)
    assert ask == Ask("metrics", "trainer_state", other=str(run)) and pipeline.find(ask) is None
    imported = pipeline.make(ask)
    assert isinstance(imported, Imported)
    return pipeline, imported


def test_a_folder_of_a_trainer_is_a_series_with_its_metrics_at_the_right_steps(run: Path, tmp_path: Path) -> None:
    pipeline, imported = opened(run, tmp_path)
    series = [(spec.name, spec.series, spec.at) for spec in pipeline.study.checkpoint]
    assert series == [(f"my-run(step={step})", "my-run", step) for step in (4, 8, 12)]
    log = json.loads((run / "checkpoint-12/trainer_state.json").read_text())["log_history"]
    logged = {(entry["step"], name): value for entry in log for name, value in entry.items()}
    for step in (4, 8, 12):
        for name in ("eval_accuracy", "eval_loss"):
            number = imported.numbers[f"my-run(step={step})", "|read(trainer_state:my-run)", name]
            assert number.value == pytest.approx(logged[step, name], abs=0) and number.low is None
    curve = imported.frame.query("metric == 'loss'")
    assert curve["step"].tolist() == [2, 4, 6, 8, 10, 12]
    assert curve["checkpoint"].tolist() == [f"my-run(step={s})" if s % 4 == 0 else "" for s in (2, 4, 6, 8, 10, 12)]
    assert set(curve["how"][curve["checkpoint"] == ""]) == {"no checkpoint at this step; there are some at 4, 8, 12"}
    names = {name for *_, name in imported.numbers}
    assert "learning_rate" in set(imported.frame["metric"]) and not names & {"learning_rate", "eval_runtime", "epoch"}


def test_its_event_files_say_the_same(run: Path, tmp_path: Path) -> None:
    from analysis.imports.tensorboard import METRIC_SOURCE as EVENTS

    frame = EVENTS.read(MetricsSpec(source="tensorboard", path=str(run)), Place(tmp_path)).frame
    found = frame[frame["metric"] == "eval/accuracy"].set_index("step")["value"]
    _, imported = opened(run, tmp_path)
    said = imported.frame[imported.frame["metric"] == "eval_accuracy"].set_index("step")["value"]
    assert found.index.tolist() == [4, 8, 12] and np.allclose(found, said[found.index], atol=1e-6)


def test_the_snapshot_is_found_again_and_changes_with_the_files(tmp_path: Path) -> None:
    write_states(tmp_path / "r", {10: [{"step": 10, "eval_f1": 0.5}]})
    spec, place = MetricsSpec(source="trainer_state", path="r"), Place(tmp_path)
    first = METRIC_SOURCE.fingerprint(spec, place)
    assert METRIC_SOURCE.fingerprint(spec, place) == first
    write_states(tmp_path / "r", {10: [{"step": 10, "eval_f1": 0.6}]})
    assert METRIC_SOURCE.fingerprint(spec, place) != first


def write_states(folder: Path, states: dict[int, list[dict[str, Any]]], max_steps: int = 100) -> None:
    for step, log in states.items():
        file = folder / f"checkpoint-{step}" / "trainer_state.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"global_step": step, "max_steps": max_steps, "log_history": log}))


def read(folder: Path, path: str = "r") -> Any:
    return METRIC_SOURCE.read(MetricsSpec(source="trainer_state", path=path), Place(folder))


def test_a_run_that_stopped_half_way_says_so_and_keeps_what_it_logged(tmp_path: Path) -> None:
    write_states(tmp_path / "r", {20: [{"step": 10, "loss": 2.0}, {"step": 20, "loss": 1.0}]})
    found = read(tmp_path)
    assert (
        found.frame["value"].tolist() == [2.0, 1.0]
        and "the last state of run 'r' is of step 20 of 100" in found.notes[0]
    )


def test_of_a_state_that_is_cut_off_the_entries_before_the_cut_are_read(tmp_path: Path) -> None:
    log = [{"step": step, "loss": float(step)} for step in range(1, 51)]
    write_states(tmp_path / "r", {50: log})
    file = tmp_path / "r/checkpoint-50/trainer_state.json"
    text = file.read_text()
    file.write_text(text[: text.index('{"step": 31') + 9])
    found = read(tmp_path)
    assert found.frame["step"].tolist() == list(range(1, 31))
    assert "is cut off or damaged; 30 entries of its log were read" in found.notes[0]


def test_a_nan_is_missing_with_why_and_no_earlier_value_stands_in(tmp_path: Path) -> None:
    write_states(tmp_path / "r", {9: [{"step": 8, "eval_mcc": 0.3}, {"step": 9, "eval_mcc": float("nan")}]})
    found = read(tmp_path)
    assert found.frame["why"].tolist() == ["", "NaN where it was logged"] and np.isnan(found.frame["value"][1])


def test_names_and_steps_that_no_file_can_hold_are_mended(tmp_path: Path) -> None:
    (tmp_path / "trainer_state.json").write_text('{"log_history": [{"step": 1e999, "f\\ud800": 0.5, "x": 1e999}]}')
    frame = read(tmp_path, "trainer_state.json").frame
    assert frame["metric"].tolist() == ["f?", "x"] and frame["step"].isna().all()
    assert frame["why"].tolist() == ["", "infinite where it was logged"]
    frame.to_parquet(tmp_path / "kept.parquet")


def test_of_a_step_logged_again_differently_the_later_value_is_kept_and_counted(tmp_path: Path) -> None:
    old = [{"step": 10, "loss": 2.0}, {"step": 20, "loss": 1.5}]
    again = [{"step": 10, "loss": 2.0}, {"step": 20, "loss": 1.25}, {"step": 30, "loss": 1.0}]
    write_states(tmp_path / "r", {20: old, 30: again}, max_steps=30)
    found = read(tmp_path)
    assert found.frame["value"].tolist() == [2.0, 1.25, 1.0]
    assert found.notes == (
        "1 value of trainer_state 'r' was logged again at its step, differently; the later one is kept.",
    )


def test_the_file_a_checkpoint_a_run_and_a_folder_of_runs_are_all_read(tmp_path: Path) -> None:
    write_states(tmp_path / "all/r", {5: [{"step": 5, "loss": 1.0}]})
    write_states(tmp_path / "all/s", {5: [{"step": 5, "loss": 2.0}]})
    for path in ("all/r/checkpoint-5/trainer_state.json", "all/r/checkpoint-5", "all/r"):
        assert read(tmp_path, path).frame[["run", "value"]].to_numpy().tolist() == [["r", 1.0]]
    assert read(tmp_path, "all").frame["run"].tolist() == ["r", "s"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"best": 1}', "has no `log_history`, so it is no state of a Trainer"),
        ("[1, 2]", "has no `log_history`"),
        ('{"log_history": [3, "x", {"step": 1}]}', "holds no metric"),
        ("", "holds no metric .*cut off or damaged; 0 entries"),
    ],
)
def test_what_is_no_state_of_a_trainer_is_refused_in_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "trainer_state.json").write_text(content)
    with pytest.raises(BadInput, match=sentence):
        read(tmp_path, "trainer_state.json")


def test_a_run_beyond_the_allowed_folders_is_refused_links_included(tmp_path: Path) -> None:
    write_states(tmp_path / "secret", {5: [{"step": 5, "loss": 1.0}]})
    (tmp_path / "open/checkpoint-5").mkdir(parents=True)
    (tmp_path / "open/checkpoint-5/trainer_state.json").symlink_to(tmp_path / "secret/checkpoint-5/trainer_state.json")
    confined = Place(tmp_path / "open", (tmp_path / "open",))
    for path in ("../secret", "."):
        with pytest.raises(BadInput, match="outside the folders this dashboard may read"):
            METRIC_SOURCE.read(MetricsSpec(source="trainer_state", path=path), confined)
