"""The anchors of a study: every language model on every corpus. Recipe, making, and which are asked.

A corpus is a text in a model's own tokens, so it is kept for each model; a checkpoint without a softmax head has its
reason in place of numbers.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from analysis.anchors.fits import parse_fit
from analysis.anchors.measurement import ANCHORS
from analysis.anchors.prompts import Prompt
from analysis.anchors.told import Asked
from analysis.ask import Ask
from analysis.corpora import check_text, corpora_of, corpus_called, fingerprint_of, texts_of
from analysis.laboratory import AnchorsSpec
from analysis.made import MadeCheckpoint, checkpoints_of
from analysis.number import CannotAnalyze
from analysis.progress import Progress
from analysis.recipe import Recipe, hash_of
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.spaces import SpaceOf, encoder_recipe, family_of
from analysis.study import CheckpointSpec, Study
from analysis.study_file import plain
from models.bulk import parse_rule
from models.errors import BadInput, nearest
from models.prompts import check_template

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline
    from models.language_model import LanguageModel

Headed = Literal["causal_lm", "masked_lm"]
ANCHOR_KINDS = ("corpus", "anchors")
HEADED: tuple[Headed, ...] = ("causal_lm", "masked_lm")
CORPUS = 1  # version of how text becomes windows


def head_of(spec: CheckpointSpec) -> Headed | None:
    """As what a checkpoint is read for its softmax head; None where it has none.

    One that we pre-train keeps its masked-LM head, whatever family it began in.
    """
    if isinstance(spec, MadeCheckpoint) and spec.family == "transformer":
        return None if spec.section.sequences else "masked_lm"
    return spec.family if spec.family in HEADED else None


def anchors_of(study: Study) -> AnchorsSpec:
    """What the study asks of anchors, said or not."""
    return study.anchors or AnchorsSpec()


def anchor_asks(pipeline: "Pipeline") -> list[Ask]:
    """Every language model on every corpus; where there is none, every checkpoint, to say why. Checks what it can."""
    study = pipeline.study
    corpora = corpora_of(study)
    if not corpora:
        return []
    spec = anchors_of(study)
    for text in spec.rules:
        parse_rule(text)
    for text in spec.fits:
        parse_fit(text)
    if spec.prompt and study.dataset is None:
        raise BadInput(f"[[anchors.prompt]] {spec.prompt[0].name!r} needs a [dataset] with texts and labels; add one.")
    for prompt in spec.prompt:
        masked = "{mask}" in prompt.template
        check_template(prompt.template, masked=masked, where=f"[[anchors.prompt]] {prompt.name!r}")
    for corpus in corpora:
        fingerprint_of(corpus, pipeline.place)
        check_text(corpus, pipeline.place)
    bare = [one for one in checkpoints_of(study) if one.transform == "none"]
    named = [one.name for one in bare if head_of(one)] or [one.name for one in bare]
    if not named:
        raise BadInput("the study has corpora but no [[checkpoint]]; add one of family causal_lm or masked_lm.")
    return [Ask("anchors", "", name, corpus.name) for name in named for corpus in corpora]


def model_of(pipeline: "Pipeline", name: str) -> SpaceOf:
    """Any space of a checkpoint: its card says what decides the model."""
    spaces = {space.checkpoint.name: space for space in pipeline.spaces()}
    if name not in spaces:
        raise BadInput(f"no checkpoint {name!r}{nearest(name, spaces)}")
    return spaces[name]


def anchor_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe:
    """Recipe of a corpus (`other`) in the tokens of a checkpoint (`subject`), or of its anchors there."""
    study, space, spec = pipeline.study, model_of(pipeline, ask.subject), corpus_called(pipeline.study, ask.other)
    identity = space.card.identity
    names = ("weights", "config", "tokenizer", *(["made"] if "made" in identity else []))
    parts = [str(head_of(space.checkpoint) or space.checkpoint.family), *(str(identity.get(n, "")) for n in names)]
    params: dict[str, Any] = {
        "window": spec.window,
        "tokens": spec.tokens,
        "source": "path" if spec.path else "sampled" if spec.sampled else spec.source,
    }
    inputs = {"model": hash_of(*parts), **fingerprint_of(spec, pipeline.place)}
    if spec.sampled:
        params["seed"] = study.seed
    corpus = Recipe("corpus", CORPUS, params, inputs)
    if ask.kind == "corpus":
        return corpus
    said = anchors_of(study)
    params = {"rules": list(said.rules), "fits": list(said.fits), "draws": study.draws, "seed": study.seed}
    made_of = {"model": inputs["model"], "corpus": corpus.key}
    if said.prompt:
        params["prompts"] = [plain(prompt) for prompt in said.prompt]
        made_of["samples"] = pipeline.dataset_recipe.key
    return Recipe("anchors", ANCHORS.version, params, made_of)


def make_anchors(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make a corpus in a model's tokens, or the anchors of the model on it, and keep them."""
    start = time.perf_counter()
    progress(0, 1, str(ask))
    found = _corpus(pipeline, ask, progress) if ask.kind == "corpus" else _anchors(pipeline, ask, progress)
    seconds = time.perf_counter() - start
    numbers = {name: replace(number, seconds=seconds) for name, number in found.numbers.items()}
    content, arrays, tables = result_to_parts(replace(found, numbers=numbers))
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=seconds)


def _anchors(pipeline: "Pipeline", ask: Ask, progress: Progress) -> Result:
    from analysis.anchors.measure import answered, unanswered

    study, spec = pipeline.study, corpus_called(pipeline.study, ask.other)
    said = anchors_of(study)
    asked = Asked(said.rules, said.fits, study.draws, study.seed, prompts_of(pipeline))
    try:
        _check_can(model_of(pipeline, ask.subject), sampled=spec.sampled)
        corpus: Result = pipeline.make(Ask("corpus", "", ask.subject, ask.other), progress)
        if corpus.notes[:1] == ("",):
            raise CannotAnalyze(corpus.notes[1])
        model = language_model(pipeline, ask.subject)
    except CannotAnalyze as error:
        return unanswered(asked, str(error))
    found = answered(model, corpus.arrays["windows"], asked, progress)
    return replace(found, notes=(*found.notes, *corpus.notes))


def prompts_of(pipeline: "Pipeline") -> tuple[Prompt, ...]:
    """The prompts of a study with its texts and their labels; BadInput for a label that the samples lack."""
    found = []
    for spec in anchors_of(pipeline.study).prompt:
        dataset = pipeline.dataset(items=True)
        if spec.label not in dataset.labels:
            where = f"label of [[anchors.prompt]] {spec.name!r}"
            raise BadInput(f"{where} is {spec.label!r}{nearest(spec.label, dataset.labels)}")
        column, texts = dataset.frame[spec.label], list(dataset.items("text"))
        known = column.notna().to_numpy().nonzero()[0]
        words = {value: tuple(given.split()) for value, given in spec.words.items()}
        labels = column.astype(str).to_list()
        mine = [texts[row] for row in known], [labels[row] for row in known]
        found.append(Prompt(spec.name, spec.template, *mine, words=words))
    return tuple(found)


def _check_can(space: SpaceOf, *, sampled: bool) -> None:
    kind = head_of(space.checkpoint)
    if kind is None:
        family = space.checkpoint.family
        raise CannotAnalyze(f"Family {family!r} has no softmax head; anchors are of family causal_lm or masked_lm.")
    if kind == "masked_lm" and sampled:
        raise CannotAnalyze("A masked language model fills gaps and writes no text; give a [[corpus]] with `path`.")


def _corpus(pipeline: "Pipeline", ask: Ask, progress: Progress) -> Result:
    """Windows of a corpus; a text that fills none has the reason as a note after an empty one."""
    from models.windows import cut, sampled, tokens_of

    model, spec = language_model(pipeline, ask.subject), corpus_called(pipeline.study, ask.other)
    window = min(spec.window, model.longest)
    notes = [] if window == spec.window else [f"Windows of {window} tokens, the longest that the model reads."]
    try:
        if spec.sampled:
            notes.append("Text that the model wrote itself.")
            count, seed = max(1, spec.tokens // window), pipeline.study.seed
            windows = sampled(model, count, window, seed=seed, report=progress)
        else:
            progress(0, 1, f"reading {spec.name}")
            windows = cut(model, tokens_of(model, texts_of(spec, pipeline.place), spec.tokens), window)
    except BadInput as error:
        return Result({}, notes=("", str(error)))
    return Result({}, arrays={"windows": windows}, notes=tuple(notes))


def language_model(pipeline: "Pipeline", name: str) -> "LanguageModel":
    """A checkpoint's language model, kept until another is asked for. CannotAnalyze for one without a head."""
    from models.language_model import LanguageModel, open_language_model

    kept = pipeline._memory.get("language model")
    if kept is not None and kept[0] == name:
        model: LanguageModel = kept[1]
        return model
    pipeline._memory.pop("language model", None)
    spec = model_of(pipeline, name).checkpoint
    recipe = replace(encoder_recipe(spec, pipeline.place), family=head_of(spec) or spec.family)
    prepare: Callable[[], None] = getattr(family_of(spec).load(recipe), "prepare", lambda: None)
    prepare()  # what the hub refuses is no reason that the model gives
    try:
        model = replace(open_language_model(recipe), name=name)
    except BadInput as error:
        raise CannotAnalyze(str(error)) from None
    pipeline._memory["language model"] = (name, model)
    return model
