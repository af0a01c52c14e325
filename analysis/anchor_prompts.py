"""What is wrong with a prompt, said before any work: its column and values, its place for the text, and its words.

Whether a word is one token depends on the model, so every language model of the study is asked; only its tokenizer is
read for it. One model that can be asked is enough; what the others lack stands beside their missing numbers.
"""

from typing import TYPE_CHECKING, Any

from analysis.anchor_asks import head_of
from analysis.anchors.tasks import FEWEST
from analysis.dataset import Dataset
from analysis.laboratory import PromptSpec
from analysis.spaces import SpaceOf, encoder_recipe
from models.errors import BadInput, nearest
from models.prompts import check_template
from models.tokens import word_tokens

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline


def check_prompt(pipeline: "Pipeline", spec: PromptSpec, dataset: Dataset) -> tuple[str, ...]:
    """BadInput for a prompt that no language model can be asked; else why some of them cannot, a sentence each."""
    _check_values(spec, dataset)
    models = {space.checkpoint.name: space for space in pipeline.spaces() if head_of(space.checkpoint)}
    wrong: dict[str, BadInput] = {}
    for name, space in models.items():
        try:
            _check_model(pipeline, space, spec)
        except BadInput as error:
            wrong[name] = error
    if wrong and len(wrong) == len(models):
        raise next(iter(wrong.values()))
    return tuple(dict.fromkeys(str(error) for error in wrong.values()))


def _check_values(spec: PromptSpec, dataset: Dataset) -> None:
    """Refuse a column that is none, or values of it that too few texts have, or lack."""
    where = f"[[anchors.prompt]] {spec.name!r}"
    if spec.label not in dataset.labels:
        raise BadInput(f"label of {where} is {spec.label!r}{nearest(spec.label, dataset.labels)}")
    column = dataset.frame[spec.label].dropna().astype(str)
    counts = column.value_counts()
    for value in spec.words:
        if value not in counts:
            raise BadInput(f"words of {where} name {value!r}, which no {spec.label!r} is{nearest(value, counts.index)}")
        if min(counts[value], len(column) - counts[value]) < 2 * FEWEST:
            raise BadInput(
                f"{counts[value]:,} of {len(column):,} texts have {spec.label!r} {value!r}; {2 * FEWEST} that have it"
                f" and {2 * FEWEST} that have not are needed to ask {where}: leave it out, or take more samples."
            )


def _check_model(pipeline: "Pipeline", space: SpaceOf, spec: PromptSpec) -> None:
    """Refuse a template that a model cannot be asked by, and words that are no single token of it."""
    name = space.checkpoint.name
    masked = head_of(space.checkpoint) == "masked_lm"
    check_template(spec.template, masked=masked, where=f"[[anchors.prompt]] {spec.name!r}")
    if not space.card.weights_sha256:
        return  # one of ours that is not trained yet: its words are not learnt either
    tokenizer, wrong = _tokenizer(pipeline, space), []
    for word in dict.fromkeys(word for words in spec.words.values() for word in words.split()):
        try:
            word_tokens(tokenizer, word, name)
        except BadInput as error:
            wrong.append(str(error))
    if wrong:
        raise BadInput(" ".join(wrong))


def _tokenizer(pipeline: "Pipeline", space: SpaceOf) -> Any:
    """That of a model, read once; the steps of a training share theirs."""
    from models.language_model import open_tokenizer

    spec = space.checkpoint
    key = f"tokenizer of {spec.tokenizer or spec.model}"
    if key not in pipeline._memory:
        pipeline._memory[key] = open_tokenizer(encoder_recipe(spec, pipeline.place))
    return pipeline._memory[key]
