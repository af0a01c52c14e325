"""The starter layer is what this code makes: the same samples and texts, and an answer to all that the study wants."""

from pathlib import Path

from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.run import STARTER
from analysis.starter import STUDY
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place
from tests import newest


def pipeline(cache: Path, *layers: Path) -> Pipeline:
    return Pipeline(read_study(STUDY), Place(STUDY.parent), Store(cache, layers))


def drawn(study: Pipeline) -> set[str]:
    """The spaces whose weights are drawn here: a key names the torch and transformers that draw them."""
    moved = any(line.startswith(("torch:", "transformers:")) for line in newest.moved())
    return {made.name for made in study.study.checkpoint if moved and made.init != "pretrained"}


def test_the_starter_holds_the_samples_that_are_read_today_and_every_answer_but_the_vectors(tmp_path: Path) -> None:
    shipped, fresh = pipeline(tmp_path / "a", STARTER), pipeline(tmp_path / "b")
    assert shipped.dataset().ids == fresh.dataset().ids
    assert shipped.dataset(items=True).item_key("text") == fresh.dataset().item_key("text")
    asks = [ask for ask in wanted(shipped) if ask.kind != "space" and not drawn(shipped) & {ask.subject, ask.other}]
    assert len(asks) > 50
    assert [str(ask) for ask in asks if shipped.find(ask) is None] == []
    assert shipped.store.complaints == []
