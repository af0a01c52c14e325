"""A task of the samples' texts, asked of the language models by a prompt and words; the study gains it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analysis.anchor_asks import anchor_asks, anchors_of, head_of
from analysis.anchor_prompts import check_prompt
from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.laboratory import PromptSpec
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.study import Study
from models.errors import BadInput
from ui import anchor_offer, costs, opened, panel, samples_panel, state, task_offer, words

KEY, FIRST, MOST = "anchors.prompt", 2, 12  # values of the column: at first, at most
TEMPLATES = {"causal_lm": "{text} It was", "masked_lm": "{text} It was {mask}."}
TELLS = (
    "Each text stands in the prompt, and its label is told from the words that may come next: the sum over them of what"
    " their logits are above a bound. Then the head is shifted, which moves no probability: the raw score breaks, the"
    " one relative to the anchor holds."
)
NO_LABELS = (
    "A prompt asks for a label of the samples' texts, and this study has none: open samples with a column of texts and"
    " one of labels."
)
NOT_READ = "A prompt asks for a label of the samples' texts; they are not read yet."
HOLDS = "{text} is where the text stands. A causal model is asked at the end; a masked one where {mask} stands."
SINGLE = "One or more, with blanks between; each a single token of the model."


def draw(pipeline: Pipeline, looked_at: Sequence[Ask] = ()) -> None:
    """Draw the form, and the prompts that can be removed. `looked_at`: the answers that it adds to, else all."""
    if not anchor_offer.has_model(pipeline.study):
        return
    with st.expander("Ask a task by a prompt"):
        dataset = pipeline.find_dataset()
        if pipeline.study.dataset is not None and dataset is None:
            panel.offer(pipeline, [samples_panel.READ], NOT_READ, button="Read the samples", place=KEY)
        elif dataset is None or not columns_of(dataset):
            words.note(NO_LABELS)
        else:
            _form(pipeline, dataset, looked_at)
        for prompt in anchors_of(pipeline.study).prompt:
            st.button(
                f"Remove {prompt.name}",
                key=f"{KEY}.remove.{prompt.name}",
                type="tertiary",
                on_click=_remove,
                args=(prompt.name,),
            )


def columns_of(dataset: Dataset) -> list[str]:
    """The label columns that words can tell: of classes, over samples that have texts."""
    named = dataset.labels if "text" in dataset.modalities else ()
    return [name for name in named if dataset.labels_in(name).kind == "categorical"]


def _form(pipeline: Pipeline, dataset: Dataset, looked_at: Sequence[Ask]) -> None:
    words.quiet(TELLS)
    kinds = {head_of(spec) for spec in checkpoints_of(pipeline.study)}
    usual = TEMPLATES["causal_lm" if "causal_lm" in kinds else "masked_lm"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Label column", columns_of(dataset), key=f"{KEY}.label", width=200)
        template = st.text_input("Prompt", usual, key=f"{KEY}.template", width=420, help=HOLDS)
    counts = dataset.frame[label].dropna().astype(str).value_counts()
    values = [str(value) for value in counts.index]
    chosen = st.multiselect(
        "Told from words",
        values,
        default=values[:FIRST],
        max_selections=MOST,
        format_func=lambda value: f"{value} · {counts[value]:,}",
        key=f"{KEY}.values.{label}",
        help="Each is a task of its own: has a text this label, or another?",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = {
            value: st.text_input(f"Words for {value}", key=f"{KEY}.words.{label}.{value}", width=220, help=SINGLE)
            for value in chosen
        }
    lacking = [f"words for {value}" for value, given in typed.items() if not given.split()]
    if lacking or not typed:
        words.quiet(f"Name {words.listed(lacking or ['a label'])}; then a button here says how long it takes.")
        return
    try:
        spec = prompt_from(pipeline.study, label, template, typed)
        changed = replace(pipeline, study=with_prompt(pipeline.study, spec))
        without = check_prompt(pipeline, spec, dataset)
        asks = [ask for ask in looked_at or anchor_asks(changed) if changed.find(ask) is None]
        takes = words.lasting(costs.seconds_for(changed, asks))
    except BadInput as error:
        words.trouble(str(error))
        return
    if without:
        words.quiet(f"{without[0]} {words.counted(len(without), 'model')} cannot be asked so and will say why.")
    if changed.study == pipeline.study and not asks:
        words.quiet("This is computed already and stands above.")
        return
    args = (changed.study, asks)
    st.button(f"Ask · about {takes}", key=f"{KEY}.ask", type="primary", on_click=anchor_offer.begin, args=args)


def prompt_from(study: Study, label: str, template: str, typed: dict[str, str]) -> PromptSpec:
    """The prompt that was asked for, under the name of its column; where the study has it, that one."""
    said = {value: " ".join(given.split()) for value, given in typed.items()}
    known = anchors_of(study).prompt
    name, count = task_offer.named_after(label), 1
    spec = PromptSpec(name=name, label=label, template=template, words=said)
    for other in known:
        if replace(other, name=name) == spec:
            return other
    while spec.name in (other.name for other in known):
        count += 1
        spec = replace(spec, name=f"{name} ({count})")
    return spec


def with_prompt(study: Study, spec: PromptSpec) -> Study:
    """The study with a prompt, in the place of one of its name where there is one."""
    anchors = anchors_of(study)
    kept = tuple(other for other in anchors.prompt if other.name != spec.name)
    return study if spec in anchors.prompt else replace(study, anchors=replace(anchors, prompt=(*kept, spec)))


def _remove(name: str) -> None:
    study = state.session().study
    anchors = anchors_of(study)
    kept = tuple(prompt for prompt in anchors.prompt if prompt.name != name)
    dataset = opened.pipeline().find_dataset()
    changed = replace(study, anchors=replace(anchors, prompt=kept))
    state.open_study(changed, state.session().base, same_samples=None if dataset is None else dataset.ids)
