"""The anchors of a study: every language model on every corpus. Recipe, making, and which are asked.

A corpus is a text in a model's own tokens, so it is kept for each model; a checkpoint without a softmax head has its
reason in place of numbers.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.anchors.fits import parse_fit
from analysis.anchors.measurement import ANCHORS
from analysis.anchors.told import Asked
from analysis.ask import Ask
from analysis.corpora import check_text, corpora_of, corpus_called, fingerprint_of, texts_of
from analysis.laboratory import AnchorsSpec
from analysis.number import CannotAnalyze
from analysis.progress import Progress
from analysis.recipe import Recipe, hash_of
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.spaces import SpaceOf, encoder_recipe, family_of
from analysis.study import Study
from models.bulk import parse_rule
from models.errors import BadInput, nearest

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline
    from models.language_model import LanguageModel

ANCHOR_KINDS = ("corpus", "anchors")
HEADED = ("causal_lm", "masked_lm")
CORPUS = 1  # version of how text becomes windows


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
    for corpus in corpora:
        fingerprint_of(corpus, pipeline.place)
        check_text(corpus, pipeline.place)
    plain = [one for one in study.checkpoint if one.transform == "none"]
    named = [one.name for one in plain if one.family in HEADED] or [one.name for one in plain]
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
    parts = [space.checkpoint.family, *(str(identity.get(name, "")) for name in ("weights", "config", "tokenizer"))]
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
    return Recipe("anchors", ANCHORS.version, params, {"model": inputs["model"], "corpus": corpus.key})


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
    asked = Asked(said.rules, said.fits, study.draws, study.seed)
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


def _check_can(space: SpaceOf, *, sampled: bool) -> None:
    family = space.checkpoint.family
    if family not in HEADED:
        raise CannotAnalyze(f"Family {family!r} has no softmax head; anchors are of family causal_lm or masked_lm.")
    if family == "masked_lm" and sampled:
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
    recipe = encoder_recipe(spec, pipeline.place)
    prepare: Callable[[], None] = getattr(family_of(spec).load(recipe), "prepare", lambda: None)
    prepare()  # what the hub refuses is no reason that the model gives
    try:
        model = open_language_model(recipe)
    except BadInput as error:
        raise CannotAnalyze(str(error)) from None
    pipeline._memory["language model"] = (name, model)
    return model
