"""How a study says that weights are drawn from statistics, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from analysis.spaces import encoder_recipe, spaces_of
from analysis.study import CheckpointSpec, DatasetSpec, Study
from models.embedding_job import family_called
from models.errors import BadInput
from models.place import Place
from models.weight_groups import scheme_of
from tests.tiny_models import write_model


@pytest.mark.parametrize(
    ("grouping", "mode", "said"),
    [
        ("per_tensor", "", "no grouping of weights 'per_tensor'"),
        ("", "mean", "did you mean 'mean_sd'"),
        ("", "constant", "write for example 'constant=0.4'"),
        ("", "gain=nan", "finite number"),
        ("", "gain=much", "finite number"),
    ],
)
def test_schemes_that_there_are_not_are_refused(grouping: str, mode: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        scheme_of(grouping, mode)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"init": "statistics", "init_from": "MiniLN"}, r"no checkpoint of this study; did you mean 'MiniLM'\?"),
        ({"init": "statistics", "init_from": "drawn"}, "no trained weights"),
        ({"init": "random", "mode": "scale"}, "mode of checkpoint 'new' is of no use with init = 'random'"),
        ({"init": "shuffled", "init_from": "MiniLM"}, "needs a `grouping`"),
        ({"init": "statistics", "grouping": "layers"}, "no grouping of weights 'layers'"),
    ],
)
def test_a_study_says_what_is_wrong_with_its_initialization(changes: dict[str, Any], said: str) -> None:
    known = [CheckpointSpec(name="MiniLM", model="m"), CheckpointSpec(name="drawn", model="m", init="random")]
    with pytest.raises(BadInput, match=said):
        new = CheckpointSpec(name="new", model="m", **changes)
        Study(dataset=DatasetSpec(source="pydocs"), checkpoint=(*known, new))


def test_a_study_names_the_checkpoint_that_statistics_come_from(tmp_path: Path) -> None:
    for model in ("t5", "bert"):
        write_model(tmp_path / model, model)
    new = CheckpointSpec(name="new", model="bert", init="statistics", init_from="trained", grouping="whole_model")
    study = Study(dataset=DatasetSpec(source="pydocs"), checkpoint=(CheckpointSpec(name="trained", model="t5"), new))
    space = spaces_of(study, Place(tmp_path))[1]
    made = encoder_recipe(space.checkpoint, Place(tmp_path))
    assert (made.init_from, made.grouping) == ("t5", "whole_model")
    assert space.card.weights_sha256 == family_called("transformer").describe(made).weights_sha256
