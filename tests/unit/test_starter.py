"""The starter layer is what this code makes: the same samples and texts, and an answer to all that the study wants."""

from pathlib import Path

from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.run import STARTER
from analysis.starter import STUDY
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place


def pipeline(cache: Path, *layers: Path) -> Pipeline:
    return Pipeline(read_study(STUDY), Place(STUDY.parent), Store(cache, layers))


def test_the_starter_holds_the_samples_that_are_read_today_and_every_answer_but_the_vectors(tmp_path: Path) -> None:
    shipped, fresh = pipeline(tmp_path / "a", STARTER), pipeline(tmp_path / "b")
    assert shipped.dataset().ids == fresh.dataset().ids
    assert shipped.dataset(items=True).item_key("text") == fresh.dataset().item_key("text")
    assert [str(ask) for ask in wanted(shipped) if ask.kind != "space" and shipped.find(ask) is None] == []
    assert shipped.store.complaints == []
