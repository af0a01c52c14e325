"""[[pretraining]] in a study: what it makes, what is refused at the door, and what moves a checkpoint's key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.ask import Ask
from analysis.made import MadeCheckpoint, checkpoints_of
from analysis.pipeline import Pipeline
from analysis.pretraining import made_in, pretraining_asks
from analysis.recipe_cards import card_of_made
from analysis.series.series import series_of
from analysis.store import Store
from analysis.study_file import study_from
from models.errors import BadInput
from models.place import Place
from tests.tiny_models import write_model

ROWS = "id,text,topic\na,one red cat,x\nb,two red dogs,x\nc,three blue trees,y\nd,four blue mats,y\n"
LINKS = "source,target\na,b\nc,d\n"
BASE = {"name": "base", "architecture": "bert-tiny", "objective": "mlm", "seeds": [0]}
SIPT = {"name": "sipt", "start": "base(weight=0.0,seed=0)", "graph": "links"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "links.csv").write_text(LINKS)
    return tmp_path


def study_of(*sections: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    dataset = {"path": "rows.csv", "id": "id", "text": "text", "labels": ["topic"]}
    graph = [{"name": "links", "path": "links.csv"}]
    return {"dataset": dataset, "graph": graph, "k": 2, "pretraining": [dict(one) for one in sections], **more}


def pipeline_of(folder: Path, *sections: Mapping[str, Any], **more: Any) -> Pipeline:
    return Pipeline(study_from(study_of(*sections, **more)), Place(folder), Store(folder / "cache"))


def test_a_section_makes_a_checkpoint_for_each_weight_and_seed_a_series_along_the_weight(folder: Path) -> None:
    pipeline = pipeline_of(folder, BASE, SIPT | {"weight": [0.0, 0.1], "seeds": [0, 1]})
    names = [one.name for one in checkpoints_of(pipeline.study)]
    assert names[:3] == ["base(weight=0.0,seed=0)", "sipt(weight=0.0,seed=0)", "sipt(weight=0.0,seed=1)"]
    assert names[3:] == ["sipt(weight=0.1,seed=0)", "sipt(weight=0.1,seed=1)"]
    assert [space.name for space in pipeline.spaces()] == names
    (series,) = series_of(pipeline.spaces())
    assert (series.name, series.along, [one.at for one in series.members]) == ("sipt", "weight", [0, 0, 0.1, 0.1])
    assert pretraining_asks(pipeline)[0] == Ask("pretraining", "base(weight=0.0,seed=0)")


def test_defaults_are_those_stated(folder: Path) -> None:
    section = pipeline_of(folder, BASE, SIPT).study.pretraining[1]
    assert section.weights == (0.0, 0.1, 0.5) and section.seeds == (0, 1, 2)
    said = section.settings(weight=0.1, seed=0)
    assert (said.lr, said.batch, said.max_length, said.margin, said.loss) == (5e-5, 16, 128, 10.0, "contrastive")
    assert section.settings(weight=0.1, seed=0, unit=True).margin == 1.0
    assert pipeline_of(folder, BASE).study.pretraining[0].settings(weight=0, seed=0).lr == 1e-3


def test_the_start_may_be_an_earlier_section_seed_by_seed(folder: Path) -> None:
    pipeline = pipeline_of(folder, BASE | {"seeds": [0, 1]}, SIPT | {"start": "base", "weight": [0.1], "seeds": [0, 1]})
    starts = [one.start for one in checkpoints_of(pipeline.study)[2:] if isinstance(one, MadeCheckpoint)]
    assert [one.name for one in starts if one] == ["base(weight=0.0,seed=0)", "base(weight=0.0,seed=1)"]


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ([SIPT | {"start": "bsae"}], "starts from 'bsae'"),
        ([SIPT, BASE], "starts from 'base"),
        ([BASE, SIPT | {"start": "base", "seeds": [3]}], "makes 0 checkpoints of seed 3"),
        ([BASE, SIPT | {"graph": "lniks"}], "names graph 'lniks'; did you mean 'links'"),
        ([BASE, SIPT | {"graph": ""}], "names no `graph`"),
        ([{"name": "x", "graph": "links"}], "names no `architecture`"),
        ([BASE | {"architecture": "bert-tny"}], "no architecture 'bert-tny'"),
        ([BASE | {"weight": [0.1]}], "knows no weight"),
        ([BASE | {"objective": "mml"}], "objective of .* is 'mml'"),
        ([BASE | {"steps": 0}], "steps of .* is 0"),
        ([BASE | {"lr": 0.0}], "lr of .* is 0.0"),
        ([BASE, SIPT | {"weight": [0.1, 1.5]}], "a weight of .* is 1.5"),
        ([BASE, SIPT | {"weight": [0.1, 0.1]}], "names weight 0.1 twice"),
        ([BASE, SIPT | {"weight": []}], "has no weights"),
        ([BASE, SIPT | {"corpus": ["pydocs"]}], "'mlm', 'clm' and 'span' alone read"),
        ([BASE | {"corpus": ["nowhere.txt"]}], "nowhere.txt"),
        ([BASE | {"lora": 8}], "has `lora`, which needs a `start`"),
        ([BASE, SIPT | {"lora": -1}], "lora of .* is -1"),
        ([BASE, SIPT | {"los": "contrastive"}], "unknown key 'los'"),
    ],
)
def test_what_cannot_be_made_is_refused_before_any_work(
    folder: Path, sections: list[dict[str, Any]], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        pipeline_of(folder, *sections).spaces()


def test_a_start_that_tells_no_tokens_is_refused(folder: Path) -> None:
    write_model(folder / "gpt", "gpt2")
    models = [{"name": "counts", "family": "tfidf"}, {"name": "gpt", "family": "causal_lm", "model": "gpt"}]
    for name in ("counts", "gpt"):
        with pytest.raises(BadInput, match=f"starts from '{name}', whose family"):
            pipeline_of(folder, SIPT | {"start": name}, checkpoint=models).spaces()
    write_model(folder / "t5", "t5")
    with pytest.raises(BadInput, match="starts from 't5', a T5, which has no masked-LM head"):
        pipeline_of(folder, SIPT | {"start": "t5"}, checkpoint=[{"name": "t5", "model": "t5"}]).spaces()


def test_lora_starts_from_weights_that_lie_somewhere_and_learns_faster(folder: Path) -> None:
    write_model(folder / "bert", "bert")
    drawn = {"name": "drawn", "model": "bert", "init": "random"}
    with pytest.raises(BadInput, match="starts from 'drawn', whose weights are drawn"):
        pipeline_of(folder, SIPT | {"start": "drawn", "lora": 4}, checkpoint=[drawn]).spaces()
    pipeline = pipeline_of(folder, BASE, SIPT | {"lora": 4})
    made = made_in(pipeline)["sipt(weight=0.1,seed=0)"]
    assert made.section.settings(weight=0.1, seed=0).lr == 5e-4
    assert card_of_made(made, pipeline.study).reference == "500 steps of LoRA, rank 4, from base(weight=0.0,seed=0)"


def key(folder: Path, *sections: Mapping[str, Any], weight: float = 0.1, **more: Any) -> str:
    return made_in(pipeline_of(folder, *sections, **more))[f"sipt(weight={weight},seed=0)"].key


def test_only_what_moves_the_weights_moves_the_key(folder: Path) -> None:
    usual, plain = key(folder, BASE, SIPT), key(folder, BASE, SIPT, weight=0.0)
    assert usual != plain
    other = {"loss": "multi_similarity", "pooling": "cls", "margin": 3.0}
    assert key(folder, BASE, SIPT | other, weight=0.0) == plain  # nothing of it is read with weight 0
    assert key(folder, BASE, SIPT | {"loss": "multi_similarity"}) != usual
    assert key(folder, BASE, SIPT, analyses=["spectrum"], task=[{"name": "t", "label": "topic"}]) == usual
    unlabeled = study_of()["dataset"] | {"labels": []}
    assert key(folder, BASE, SIPT, dataset=unlabeled) == usual
    assert key(folder, BASE | {"steps": 7}, SIPT, weight=0.0) != plain  # what it starts from is another
    assert key(folder, BASE, SIPT | {"lora": 0}) == usual != key(folder, BASE, SIPT | {"lora": 8})
    (folder / "links.csv").write_text(LINKS + "a,c\n")
    assert key(folder, BASE, SIPT) != usual and key(folder, BASE, SIPT, weight=0.0) == plain
    (folder / "rows.csv").write_text(ROWS.replace("blue", "green"))
    assert key(folder, BASE, SIPT, weight=0.0) != plain


def test_a_checkpoint_is_read_as_what_it_starts_from(folder: Path) -> None:
    write_model(folder / "bert", "bert")
    given = {"name": "bert", "model": "bert", "pooling": "max", "normalize": True, "prefix": "say ", "layers": "all"}
    pipeline = pipeline_of(folder, SIPT | {"start": "bert", "weight": [0.1], "seeds": [0]}, checkpoint=[given])
    made = pipeline.space_called("sipt(weight=0.1,seed=0)@1")
    assert (made.card.pooling, made.card.normalize, made.card.layers, made.card.width) == ("max", True, 3, 16)
    assert made.checkpoint.prefix == "say " and made.card.weights_sha256 == ""
    assert pipeline.find(Ask("space", subject=made.name)) is None
