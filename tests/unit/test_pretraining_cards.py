"""Recipe cards: ours say what the study says, the known ones are whole."""

from pathlib import Path

import pytest

from analysis.made import MadeCheckpoint
from analysis.recipe_cards import KNOWN, RecipeCard, card_of_made
from tests.unit.test_pretraining_study import BASE, SIPT, folder, pipeline_of

__all__ = ["folder"]


def test_a_checkpoint_of_ours_is_described_in_the_papers_terms(folder: Path) -> None:
    labels = {"name": "topics", "source": "labels", "label": "topic"}
    links = {"name": "links", "path": "links.csv"}
    sections = [BASE, SIPT | {"weight": [0.0, 0.1], "seeds": [0]}]
    sections += [SIPT | {"name": "cliques", "graph": "topics", "weight": [1.0], "seeds": [0]}]
    sections += [SIPT | {"name": "cosine", "loss": "multi_similarity", "weight": [0.5], "seeds": [0]}]
    pipeline = pipeline_of(folder, *sections, graph=[links, labels])
    specs = [space.checkpoint for space in pipeline.spaces()]
    base, plain, linked, cliques, cosine = (
        card_of_made(spec, pipeline.study) for spec in specs if isinstance(spec, MadeCheckpoint)
    )
    assert (base.how, base.weight, base.within) == ("none", 0.0, "masked LM, 15% of tokens hidden")
    assert "random weights of bert-tiny" in base.reference and plain.how == "none"
    assert (linked.how, linked.depth, linked.distance, linked.weight) == ("explicit", "deep", "euclidean", 0.1)
    assert linked.graph == "links (edges)" and "weight 0.1" in linked.sentence
    assert (cliques.depth, cliques.within) == ("shallow", "")
    assert cosine.distance == "cosine"


def test_a_card_with_half_a_structure_is_no_card() -> None:
    with pytest.raises(ValueError, match="a structure in one place"):
        RecipeCard(name="x", within="", graph="", how="explicit")


def test_known_methods_have_one_card_each_and_a_source() -> None:
    assert len({card.name for card in KNOWN}) == len(KNOWN) and all(card.reference for card in KNOWN)
    named = {card.name: card for card in KNOWN}
    assert named["BERT"].how == "implicit" and named["CLIP"].depth == "shallow" and named["word2vec"].weight == 0
