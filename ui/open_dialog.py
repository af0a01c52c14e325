"""Open another study: a built-in one, a file uploaded here, or a study file."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.jobs import Job
from analysis.opening import MINILM
from analysis.plugin import Preview
from analysis.registry import sources
from analysis.study import CheckpointSpec, DatasetSpec, Study, check_name
from analysis.study_file import parse_study, read_study, study_from, study_key
from models.errors import BadInput
from models.place import Place
from ui import dialogs, opened, startup, state, uploads, words, work
from ui.dialogs import Dialog

NONE, RECENT = "none", 6
ROLES = ("text", "image", "vector", "id", "labels", "numeric")


def show() -> None:
    """Open the dialog."""
    dialogs.ask_for("open")


def _inside() -> None:
    _built_in()
    _recent()
    st.divider()
    _uploaded()


def _built_in() -> None:
    words.quiet("Studies that come with this dashboard:")
    with st.container(horizontal=True):
        for name in startup.BUILT_IN:
            action = partial(_turn_to, *opened.built_in(name))
            st.button(name, key=f"open.{name}", on_click=dialogs.attempt, args=(action,))
        started = startup.options().study
        known = started is None or started.parent == startup.STUDIES
        if started is not None and not known:
            st.button(
                words.literal(started.stem),
                key="open.started",
                help="The study it was started on",
                on_click=dialogs.attempt,
                args=(lambda: _turn_to(read_study(started), started.parent),),
            )


def _recent() -> None:
    """Studies that jobs were started for, the latest first: a tab that was closed is found again."""
    here, mine = study_key(state.session().study), opened.uploads_of(state.session())
    jobs = {job.study: job for job in reversed(work.visible_jobs()) if job.study != here}
    if not jobs:
        return
    words.quiet("Lately computed:")
    with st.container(horizontal=True):
        for job in list(reversed(jobs.values()))[:RECENT]:
            action = partial(_of_job, job, mine)
            named = words.literal(job.title.partition(":")[0])
            st.button(
                f"{named} · {words.lasting(time.time() - job.updated)} ago",
                key=f"open.{job.study}",
                help=words.literal(job.title),
                on_click=dialogs.attempt,
                args=(action,),
            )


def _of_job(job: Job, mine: Path) -> None:
    _turn_to(*opened.study_of_job(job.folder, mine))


def _uploaded() -> None:
    file = st.file_uploader(
        "A file of yours: a table (CSV, TSV, JSON lines, Parquet, Feather), vectors (.npy, .npz, safetensors, word"
        " vectors), a zip of images with a folder per label, or a study (.toml)",
        key="open.file",
        max_upload_size=uploads.LIMITS.bytes >> 20,
    )
    if file is None:
        words.quiet("It stays on this machine, is seen in this tab alone, and is removed when the tab is long gone.")
        return
    content = file.getvalue()
    folder = opened.uploads_of(state.session())
    if file.name.endswith(".toml"):
        _turn_to(parse_study(_text(content, file.name), name=Path(file.name).stem, where=file.name), folder)
        dialogs.close()
        st.rerun()
    kept = state.remembered("upload")
    if kept is None or kept[0] != file.file_id:
        kept = (file.file_id, uploads.keep(file.name, content, folder))
        state.remember("upload", kept)
    path: Path = kept[1]
    readings = readings_of(path, folder)
    source = next(iter(readings))
    if len(readings) > 1:
        titles = {name: sources()[name].title for name in readings}
        source = (
            st.segmented_control("Read it as", list(titles), format_func=titles.__getitem__, default=source) or source
        )
    _choose(path, folder, *readings[source])


def readings_of(path: Path, folder: Path) -> dict[str, tuple[DatasetSpec, Preview]]:
    """How an uploaded file can be read, told by content, the likeliest first: the dataset section with its preview."""
    problems, found = [], {}
    place, relative = Place(folder, (folder,)), str(path.relative_to(folder))
    for source in ("images",) if path.is_dir() else ("table", "vectors", "images"):
        try:
            bare = dataset_from({"source": source, "path": relative})
            found[source] = (bare, sources()[source].preview(bare, place))
        except BadInput as error:
            problems.append(str(error))
    if not found:
        raise BadInput(problems[0])
    if {"table", "vectors"} <= found.keys() and len(found["table"][1].columns) == 1:
        found = {"vectors": found["vectors"], "table": found["table"]}  # lines of a word and its numbers
    return found


def dataset_from(table: dict[str, Any]) -> DatasetSpec:
    """A dataset section from plain values."""
    dataset = study_from({"dataset": table, "checkpoint": [{"name": "any"}]}).dataset
    assert dataset is not None
    return dataset


def _choose(path: Path, folder: Path, bare: DatasetSpec, preview: Preview) -> None:
    suggestion = dict(preview.suggestion)
    words.quiet(" ".join([f"{words.counted(preview.rows, 'row')}.", *preview.notes]))
    if len(preview.columns):
        st.dataframe(preview.columns, hide_index=True, height=min(280, 38 + 35 * len(preview.columns)))
    columns = [str(name) for name in preview.columns["column"]] if len(preview.columns) else []
    form = f"upload.{path.parent.name}.{bare.source}"  # of this file: another begins with what is suggested for it
    with st.form(form, border=False):
        kept = _roles(form, columns, suggestion) if bare.source == "table" else suggestion
        if suggestion.get("text"):
            twins = "Add a random twin of MiniLM and TF-IDF, to compare with"
            st.checkbox(twins, value=True, key=f"{form}.control")
        st.text_input("Name of the study", value=uploads.clean(path.stem), key=f"{form}.name")
        action = partial(_open, form, bare, kept, folder)
        st.form_submit_button("Open the study", type="primary", on_click=dialogs.attempt, args=(action,))


def _open(form: str, bare: DatasetSpec, kept: dict[str, Any], folder: Path) -> None:
    """Open what the form says: the roles chosen in it, and what is kept beside them."""
    chosen = {role: state.answer(f"{form}.{role}") for role in ROLES}
    chosen = kept | {role: "" if name == NONE else name for role, name in chosen.items() if name is not None}
    filled = {key: value for key, value in chosen.items() if value not in ("", (), [], None)}
    spec = dataset_from({"source": bare.source, "path": bare.path} | _plain(filled))
    name = state.answer(f"{form}.name")
    check_name("study", name)
    encoders = encoders_for(spec, control=bool(state.answer(f"{form}.control")))
    _turn_to(Study(name=name, dataset=spec, checkpoint=encoders), folder)


def _roles(form: str, columns: list[str], suggestion: dict[str, Any]) -> dict[str, Any]:
    """Ask which column plays which part, the suggestion chosen; what is suggested beside them is given back."""
    kept = {key: value for key, value in suggestion.items() if key in ("header", "columns", "array")}
    left, right = st.columns(2)
    options = [NONE, *columns]
    for where, role, label in (
        (left, "text", "Texts to embed"),
        (left, "image", "Images to embed"),
        (left, "vector", "Vectors that are there"),
        (right, "id", "Id"),
    ):
        given = suggestion.get(role, "")
        where.selectbox(label, options, index=options.index(given) if given in options else 0, key=f"{form}.{role}")
    given_labels = [c for c in suggestion.get("labels", ()) if c in columns]
    right.multiselect("Labels", columns, default=given_labels, key=f"{form}.labels")
    given_numbers = [c for c in suggestion.get("numeric", ()) if c in columns]
    right.multiselect("Numbers to embed", columns, default=given_numbers, key=f"{form}.numeric")
    return kept


def encoders_for(spec: DatasetSpec, *, control: bool) -> tuple[CheckpointSpec, ...]:
    """What embeds samples of this kind at once; BadInput where nothing here does."""
    found: list[CheckpointSpec] = []
    if spec.source == "vectors" or spec.vector:
        found.append(CheckpointSpec(name="vectors", family="vectors"))
    if spec.text:
        found.append(CheckpointSpec(name="MiniLM", model=MINILM))
        if control:
            found.append(CheckpointSpec(name="MiniLM (random)", model=MINILM, init="random"))
            found.append(CheckpointSpec(name="TF-IDF", family="tfidf"))
    if spec.numeric:
        found.append(CheckpointSpec(name="columns", family="numeric"))
    if not found and (spec.source == "images" or spec.image):
        found.append(CheckpointSpec(name="pixels", family="numeric"))
    if not found:
        raise BadInput("no column was chosen to embed; choose texts, images, vectors or numbers.")
    return tuple(found)


def _turn_to(study: Study, base: Path) -> None:
    """Open a study; it begins with its Overview, wherever this was asked for."""
    if base.is_relative_to(startup.options().cache / opened.UPLOADS):
        base.mkdir(parents=True, exist_ok=True)
    state.open_study(study, base)
    state.remember("landing", True)


def _plain(filled: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in filled.items()}


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"study {name!r} is not UTF-8 text; give a TOML file.") from None


DIALOG = Dialog("Open a study", _inside)
