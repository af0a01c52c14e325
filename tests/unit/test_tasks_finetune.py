"""Fine-tuning as a task of a study: its rows, what it refuses in a sentence, and that nothing is trained twice."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.jobs import cancel, snapshot, submit
from analysis.plan import wanted
from analysis.run import open_study
from analysis.series.scores import score_table
from analysis.task_asks import methods_of
from analysis.task_data import spec_called, task_of
from analysis.task_training import live_curves
from analysis.tasks.learning import parts_of
from models.errors import BadInput
from models.finetuning import loop
from models.finetuning.loop import Training
from models.shard_maker import one_thread
from tests.tiny_models import WORDS, write_model
from tests.unit.test_tasks_study import made
from ui.costs import START, TEXTS_A_SECOND, seconds_for

STUDY = """
k = 3
draws = 20
analyses = ["health"]
[finetuning]
epochs = 4
lr = 5e-3
batch = 8
[dataset]
path = "t.csv"
text = "text"
labels = ["kind"]
[[checkpoint]]
name = "tiny"
model = "bert"
init = "random"
"""
TASK = '[[task]]\nname = "kinds"\nlabel = "kind"\nmethods = ["finetune"]\n'
KINDS = ("animal", "place", "color")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "bert"
    write_model(folder, "bert")
    return folder


def samples(seed: int, count: int, kinds: int = 3) -> pd.DataFrame:
    """Texts of words that belong to their kind."""
    rng = np.random.default_rng(seed)
    codes = np.arange(count) % kinds
    texts = [" ".join(rng.choice(WORDS[5 * c : 5 * c + 5], rng.integers(3, 8))) for c in codes]
    return pd.DataFrame({"text": texts, "kind": [KINDS[c] for c in codes]})


def write(folder: Path, model: Path, task: str, study: str = STUDY) -> Path:
    (folder / "bert").symlink_to(model)
    samples(0, 75).to_csv(folder / "t.csv", index=False)
    (folder / "study.toml").write_text(study + task)
    return folder / "study.toml"


def why(said: dict[str, Any], name: str) -> str:
    return " ".join(entry["why"] for entry in said["without_an_answer"] if name in entry["ask"])


def test_a_label_column_is_learnt_by_three_seeds_beside_the_probe(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK.replace('"finetune"', '"finetune", "linear"'))
    found, _ = made(study)
    row = found["tiny", "kinds|finetune", "accuracy"]
    assert row.value > 0.8 > 0.55 > row.null_high and row.low <= row.value <= row.high
    usual = {"accuracy", "macro_f1", "auroc", "mcc"}
    assert {number for _, other, number in found if other == "kinds|finetune"} == usual
    pipeline = open_study(study, cache=tmp_path / "cache")
    pipeline.dataset()
    result = pipeline.find(Ask("task", "finetune", "tiny", "kinds"))
    curves, by_seed = result.tables["curves"], result.tables["by_seed"]
    assert set(curves["seed"]) == {0, 1, 2} and by_seed["seed"].tolist() == [0, 1, 2]
    ends = curves.dropna(subset=["dev"]).groupby("seed")["epoch"].apply(list)
    assert all(epochs == list(range(1, len(epochs) + 1)) for epochs in ends)
    np.testing.assert_allclose(curves.dropna(subset=["dev"]).groupby("seed")["dev"].max(), by_seed["dev"])
    assert len(curves["loss"].unique()) > 3 and curves.groupby("seed")["loss"].first().nunique() == 3
    table = score_table(pipeline, [Ask("task", name, "tiny", "kinds") for name in ("finetune", "linear")])
    assert set(table["method"]) == {"finetune", "linear"}


def test_other_draws_and_another_k_train_nothing_again(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK)
    before, _ = made(study)
    study.write_text(study.read_text().replace("draws = 20", "draws = 30").replace("k = 3", "k = 4"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "finish", lambda self: pytest.fail("trained again"))
        after, _ = made(study)
    of = ("tiny", "kinds|finetune", "accuracy")
    assert after[of].value == before[of].value and after[of].null_mean != before[of].null_mean


def test_the_curve_is_there_while_it_trains(tmp_path: Path, model: Path) -> None:
    pipeline = open_study(write(tmp_path, model, TASK), cache=tmp_path / "cache")
    pipeline.dataset()
    ask = Ask("task", "finetune", "tiny", "kinds")
    assert live_curves(pipeline, ask).empty
    lengths, words = [], []

    def hear(done: int, total: int, message: str) -> None:
        lengths.append(len(live_curves(pipeline, ask)))
        words.append(message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "EVERY", 0.0)
        pipeline.make(ask, hear)
    assert lengths == sorted(lengths) and 0 in lengths and len(set(lengths)) > 6
    assert any("seed 1, epoch 2 of at most 4, loss 0." in one and "macro F1 on dev" in one for one in words)
    assert len(live_curves(pipeline, ask)) == len(pipeline.find(ask).tables["curves"])


def test_a_worker_that_is_cancelled_leaves_its_epochs_to_go_on_from(tmp_path: Path, model: Path) -> None:
    settings = STUDY.replace("epochs = 4", "epochs = 100_000\npatience = 0")
    pipeline = open_study(write(tmp_path, model, TASK + "seeds = [0]\n", settings), cache=tmp_path / "cache")
    pipeline.dataset()
    ask = Ask("task", "finetune", "tiny", "kinds")
    with pytest.MonkeyPatch.context() as patch:  # of another number of threads it would begin anew
        patch.setenv("OMP_NUM_THREADS", "1")
        job = submit(pipeline, [ask])
    deadline = time.monotonic() + 300
    while live_curves(pipeline, ask).empty:
        assert time.monotonic() < deadline and snapshot(job.folder).active, snapshot(job.folder).message
        time.sleep(0.05)
    cancel(job)
    assert snapshot(job.folder).state == "cancelled"
    kept = int(live_curves(pipeline, ask)["step"].max())
    heard: list[int] = []

    class Enough(Exception):
        pass

    def hear(done: int, total: int, message: str) -> None:
        heard.append(done)
        if "loss" in message:
            raise Enough

    with one_thread(), pytest.MonkeyPatch.context() as patch, pytest.raises(Enough):
        patch.setattr(loop, "EVERY", 0.0)
        pipeline.make(ask, hear)
    assert kept >= 7 and heard[-1] == kept + 1


def test_a_training_is_estimated_by_its_epochs_and_seeds(tmp_path: Path, model: Path) -> None:
    pipeline = open_study(write(tmp_path, model, TASK), cache=tmp_path / "cache")
    pipeline.dataset()
    found = seconds_for(pipeline, [Ask("task", "finetune", "tiny", "kinds")])
    assert found == pytest.approx(START + 5 + 3 * 75 * 4 * 3 / TEXTS_A_SECOND)


def test_dev_is_apart_from_test_and_repeats_stay_together(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK)
    twice = pd.concat([samples(0, 75), samples(0, 75).head(40)])
    twice.to_csv(tmp_path / "t.csv", index=False)
    pipeline = open_study(study, cache=tmp_path / "cache")
    pipeline.dataset()
    task = task_of(pipeline, spec_called(pipeline, "kinds"))
    texts = twice["text"].to_numpy()
    for split in task.splits:
        parts = parts_of(task, split)
        train, dev, test = (set(texts[rows]) for rows in (parts.train, parts.dev, parts.test))
        assert dev and not dev & test and not dev & train and not train & test
        assert sorted([*parts.train, *parts.dev]) == split.train.tolist()
        assert len(set(task.labels.codes[parts.dev])) == 3


@pytest.mark.parametrize("dev", [True, False])
def test_given_files_are_learnt_from_and_a_dev_file_chooses(tmp_path: Path, model: Path, dev: bool) -> None:
    task = '[[task]]\nname = "own"\nlabel = "kind"\ntrain = "train.csv"\ntest = "test.csv"\nmethods = ["finetune"]\n'
    study = write(tmp_path, model, task + ('dev = "dev.csv"\n' if dev else ""))
    strange = pd.DataFrame({"text": ["the cat"], "kind": ["new"]})
    samples(1, 60).to_csv(tmp_path / "train.csv", index=False)
    pd.concat([samples(2, 12), samples(3, 2), strange]).to_csv(tmp_path / "dev.csv", index=False)
    pd.concat([samples(3, 24), strange]).to_csv(tmp_path / "test.csv", index=False)
    found, said = made(study)
    row = found["tiny#own", "own|finetune", "accuracy"]
    assert row.n == 25 and 0.8 < row.value <= 24 / 25
    assert any("1 classes that never occur in training (such as 'new')" in note for note in said["notes"])
    pipeline = open_study(study, cache=tmp_path / "cache")
    task_now = task_of(pipeline, spec_called(pipeline, "own"))
    parts = parts_of(task_now, task_now.splits[0])
    if dev:  # without the class that nobody learnt, and without the two texts that are asked
        assert parts.dev.tolist() == list(range(60, 72)) and len(parts.train) == 60
    else:
        assert len(parts.dev) == 6 and len(parts.train) == 54


def test_what_has_no_checkpoint_to_train_keeps_its_row_and_says_why(tmp_path: Path, model: Path) -> None:
    more = '[[checkpoint]]\nname = "words"\nfamily = "tfidf"\n'
    more += '[[checkpoint]]\nname = "white"\nmodel = "bert"\ninit = "random"\ntransform = "whitened"\n'
    more += '[[checkpoint]]\nname = "layers"\nmodel = "bert"\ninit = "random"\nlayers = [1]\n'
    study = write(tmp_path, model, more + TASK)
    pipeline = open_study(study, cache=tmp_path / "cache")
    pipeline.dataset()
    for space, sentence in (
        ("words", "nothing to be fine-tuned; only transformers"),
        ("white", "derived from vectors"),
        ("layers@1", "is one layer; fine-tuning trains the whole checkpoint and is asked of its last layer, 2"),
    ):
        numbers = pipeline.make(Ask("task", "finetune", space, "kinds")).numbers
        assert set(numbers) == {"accuracy", "macro_f1", "auroc", "mcc"}
        assert all(number.value is None and sentence in number.why for number in numbers.values())


def test_one_sample_of_each_class_trains_without_a_dev_part(tmp_path: Path, model: Path) -> None:
    task = '[[task]]\nname = "own"\nlabel = "kind"\ntrain = "train.csv"\ntest = "test.csv"\nmethods = ["finetune"]\n'
    study = write(tmp_path, model, task)
    samples(1, 3).to_csv(tmp_path / "train.csv", index=False)
    samples(3, 24).to_csv(tmp_path / "test.csv", index=False)
    found, said = made(study)
    assert found["tiny#own", "own|finetune", "accuracy"].n == 24
    assert any("No class of training can spare a sample" in note for note in said["notes"])


def test_a_training_that_breaks_down_leaves_a_row_that_says_so(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK)
    with pytest.MonkeyPatch.context() as patch:
        of = loop.loss_of
        patch.setattr(loop, "loss_of", lambda *given: of(*given) * float("inf"))
        found, said = made(study)
    assert pd.isna(found["tiny", "kinds|finetune", "accuracy"].value)
    assert "seed 0 broke down: at step 1 of" in why(said, "finetune") and "smaller lr" in why(said, "finetune")


def test_one_class_has_nothing_to_tell_apart(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK)
    samples(0, 40, kinds=1).to_csv(tmp_path / "t.csv", index=False)
    found, said = made(study)
    assert pd.isna(found["tiny", "kinds|finetune", "mcc"].value) and "hold one class" in why(said, "finetune")


def test_numbers_are_foretold(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, TASK.replace('"kind"', '"size"').replace("seeds", "seeds") + "seeds = [0]\n")
    frame = samples(0, 75)
    sizes = frame["kind"].map({kind: 10 * i for i, kind in enumerate(KINDS)}) + np.arange(75) / 100
    frame.assign(size=sizes).to_csv(tmp_path / "t.csv", index=False)
    found, _ = made(study)
    assert found["tiny", "kinds|finetune", "spearman"].value > 0.7


def test_scored_pairs_are_trained_only_where_the_task_says_so(tmp_path: Path, model: Path) -> None:
    study = write(
        tmp_path, model, '[[task]]\nname = "alike"\npairs = "pairs.csv"\nmethods = ["finetune"]\nseeds = [0]\n'
    )
    one, other = samples(1, 60), samples(2, 60).iloc[np.random.default_rng(0).permutation(60)]
    same = (one["kind"].to_numpy() == other["kind"].to_numpy()) + np.random.default_rng(1).random(60) / 10
    pd.DataFrame({"a": one["text"], "b": other["text"].to_numpy(), "score": same}).to_csv(
        tmp_path / "pairs.csv", index=False
    )
    found, _ = made(study)
    assert {other for _, other, _ in found} == {"alike|finetune", "alike|similarity"}
    assert found["tiny#alike", "alike|finetune", "spearman"].n == 10
    assert found["tiny#alike", "alike|similarity", "spearman"].n == 60
    study.write_text(study.read_text().replace('methods = ["finetune"]\n', ""))
    pipeline = open_study(study, cache=tmp_path / "cache")
    assert methods_of(pipeline.study.task[0]) == ["similarity"]


def test_pairs_whose_score_changes_are_scored_anew(tmp_path: Path, model: Path) -> None:
    study = write(tmp_path, model, '[[task]]\nname = "alike"\npairs = "pairs.csv"\n')
    pairs = pd.DataFrame({"a": samples(1, 12)["text"], "b": samples(2, 12)["text"], "score": np.arange(12.0)})
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    before = made(study)[0]["tiny#alike", "alike|similarity", "spearman"].value
    pairs.assign(score=-pairs["score"]).to_csv(tmp_path / "pairs.csv", index=False)
    assert made(study)[0]["tiny#alike", "alike|similarity", "spearman"].value == pytest.approx(-before)


def test_two_texts_of_a_sample_are_read_as_a_pair(tmp_path: Path, model: Path) -> None:
    task = '[[task]]\nname = "nli"\nlabel = "kind"\ntrain = "train.csv"\ntest = "test.csv"\ntext = "a"\ntext_b = "b"\n'
    study = write(tmp_path, model, task + 'methods = ["finetune", "knn"]\nseeds = [0]\n')
    for name, seed, count in (("train", 1, 60), ("test", 2, 24)):
        frame = samples(seed, count).rename(columns={"text": "b"}).assign(a="and not")
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    found, _ = made(study)
    assert found["tiny#nli", "nli|finetune", "accuracy"].value > 0.8
    assert found["tiny#nli", "nli|knn", "accuracy"].value > 0.5


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ('label = "kind"\ntext_b = "b"', "`text_b` but no `train` file"),
        ('pairs = "p.csv"\nseparator = "|"', "`separator` but no `label`"),
    ],
)
def test_keys_that_do_not_go_together_are_said(tmp_path: Path, model: Path, task: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        wanted(open_study(write(tmp_path, model, f'[[task]]\nname = "x"\n{task}\n')))
