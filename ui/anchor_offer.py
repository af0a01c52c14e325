"""A text for the language models of a study: which, how much, and which words are no bulk; the study gains it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analysis.anchor_asks import anchor_asks, anchors_of, head_of
from analysis.ask import Ask
from analysis.laboratory import CorpusSpec
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.study import CheckpointSpec, Study
from models.bulk import parse_rule
from models.errors import BadInput, Failed
from ui import change_dialog, costs, opened, state, words, work

KEY = "anchors"
SOURCES = {"sampled": "text that each model writes itself", "pydocs": "docstrings of installed packages", "": "a file"}
KINDS = {"causal_lm": "writes on (GPT-2, OPT, Llama)", "masked_lm": "fills gaps (BERT)"}
NO_TEXT = "This study asks nothing of anchors yet. Give its language models a text, and the answer stands here."
NO_MODEL = "This study has no language model. Add one with a softmax head, and a text; the answer stands here."
MOST = 10_000_000  # tokens


def can(study: Study) -> bool:
    """Whether a study asks for anchors, of a language model or of checkpoints that have their reason."""
    return bool(study.checkpoint or study.pretraining) and (study.anchors is not None or bool(study.corpus))


def has_model(study: Study) -> bool:
    """Whether a checkpoint of the study has a head."""
    return any(head_of(spec) for spec in checkpoints_of(study))


def draw(pipeline: Pipeline, *, expanded: bool = False) -> None:
    """Draw the form; `expanded`: there is nothing else on the page, so it says why."""
    if expanded:
        words.note(NO_TEXT if has_model(pipeline.study) else NO_MODEL)
    with st.expander("Ask on a text", expanded=expanded):
        _form(pipeline)


def _form(pipeline: Pipeline) -> None:
    model = kind = ""
    if not has_model(pipeline.study):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            model = st.text_input("Language model", key=f"{KEY}.model", width=340, placeholder="a folder, or gpt2")
            kind = st.selectbox(
                "Kind of model", list(KINDS), format_func=KINDS.__getitem__, key=f"{KEY}.kind", width=260
            )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox("Text", list(SOURCES), format_func=SOURCES.__getitem__, key=f"{KEY}.source", width=280)
        path = "" if source else st.text_input("File", key=f"{KEY}.path", width=240, placeholder="text.txt")
        tokens = st.number_input("Tokens", 1_000, MOST, 30_000, step=10_000, key=f"{KEY}.tokens", width=150)
        rules = st.text_input(
            "Words left out of the bulk",
            "none top:10 top:100",
            key=f"{KEY}.rules",
            width=260,
            help="One or more, with blanks between: none, top:10 (each context's 10 most probable), threshold:0.01"
            " (those at least so probable), words:he,she (these words, which are a task too).",
        )
    wanting = [] if has_model(pipeline.study) or model.strip() else ["a language model"]
    wanting += [] if source or path.strip() else ["a text file"]
    if wanting:
        words.quiet(f"Name {words.listed(wanting)}; then a button here says how long it takes.")
        return
    try:
        changed = replace(pipeline, study=with_text(pipeline.study, source, path, int(tokens), rules, model, kind))
        mine = [ask for ask in anchor_asks(changed) if ask.other == changed.study.corpus[-1].name]
        missing = [ask for ask in mine if changed.find(ask) is None]
        takes = words.lasting(costs.seconds_for(changed, missing))
    except BadInput as error:
        words.quiet(str(error))
        return
    if changed.study == pipeline.study and not missing:
        words.quiet("This is computed already and stands above.")
        return
    st.button(f"Compute · about {takes}", key=f"{KEY}.add", type="primary", on_click=begin, args=(changed.study, mine))


def with_text(
    study: Study, source: str, path: str, tokens: int, rules: str, model: str = "", kind: str = "causal_lm"
) -> Study:
    """The study with a corpus and rules, and with a model where it has none. BadInput for what is none."""
    chosen = tuple(dict.fromkeys(rules.split()))
    for rule in chosen:
        parse_rule(rule)
    if not source and not path.strip():
        raise BadInput("no file is named; give a text file in the study's folder or one that the dashboard may read.")
    if not has_model(study):
        if not model.strip():
            raise BadInput("no language model is named; give a folder, or a name on the hub such as gpt2.")
        spec = CheckpointSpec(name=model.strip().rstrip("/").split("/")[-1], family=kind, model=model.strip())  # type: ignore[arg-type]
        study = change_dialog.with_checkpoint(study, spec, twin=False)
    named = path.strip().replace("\\", "/").split("/")[-1] if path.strip() else source
    given = CorpusSpec(name=named, path=path.strip(), source=source, tokens=tokens)  # type: ignore[arg-type]
    kept = tuple(spec for spec in study.corpus if spec.name != given.name)
    return replace(study, corpus=(*kept, given), anchors=replace(anchors_of(study), rules=chosen))


def begin(study: Study, asks: Sequence[Ask]) -> None:
    """Turn to the study, to the text of these asks, and start a job for what is missing of them.

    In a callback, so that no drawing of the page loses it.
    """
    dataset = opened.pipeline().find_dataset() if study.dataset is not None else None
    ids = () if study.dataset is None else None if dataset is None else dataset.ids
    try:
        state.open_study(study, state.session().base, same_samples=ids)
        state.change(corpus=asks[0].other if asks else state.view().corpus)
        pipeline = opened.pipeline()
        missing = [ask for ask in asks if pipeline.find(ask) is None]
        if missing:
            work.start(pipeline, missing, f"{pipeline.study.name}: {words.listed([str(ask) for ask in missing])}")
    except (BadInput, Failed) as error:
        state.complain(str(error))
