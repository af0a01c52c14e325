"""The pipeline of the session's study, and how a study comes from a name, a file, or an address.

From the browser a study reaches its own folder and the roots named at start-up, nothing else.
"""

import base64
import json
import re
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from weakref import WeakValueDictionary

import streamlit as st

from analysis.pipeline import Pipeline
from analysis.recipe import hash_of
from analysis.run import STARTER
from analysis.store import Store
from analysis.study import Study
from analysis.study_file import plain, read_study, study_from, study_key
from models.errors import BadInput
from models.hashes import remember_in
from models.place import Place
from ui import startup, state, uploads
from ui.view import View, from_address

SHORT = 1_500  # characters of an address that carries a study whole
LARGEST = 1 << 16  # bytes such a study may unfold to
ANYWHERE = ("pydocs", "digits")  # sources that need no file, so that the address alone is enough
UPLOADS = "uploads"
SECRET = re.compile(r"[0-9a-f]{32}")
_OPEN: "WeakValueDictionary[tuple[str, str, tuple[str, ...], str], Pipeline]" = WeakValueDictionary()


class UploadedElsewhere(BadInput):
    """A study over an upload that this session has not shown to be its own."""


def pipeline() -> Pipeline:
    """The pipeline of the session's study."""
    session = state.session()
    mine = uploads_of(session)
    found = pipeline_of(session.study, session.base, (mine,) if session.base.is_relative_to(mine) else ())
    state.remember("pipeline", found)  # so that it lives as long as a session is at its study
    return found


def pipeline_of(study: Study, base: Path, more: tuple[Path, ...] = ()) -> Pipeline:
    """The one pipeline of a study, which may read the roots of this dashboard and `more`."""
    options = startup.options()
    roots = (*options.trusted, *more)
    return _pipeline(
        json.dumps(plain(study), sort_keys=True),
        str(base),
        tuple(map(str, roots)),
        str(options.cache),
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _pipeline(study: str, base: str, roots: tuple[str, ...], cache: str) -> Pipeline:
    key = (study, base, roots, cache)
    found = _OPEN.get(key)
    if found is None:
        place = Place(Path(base), tuple(map(Path, roots)), (Path(cache) / "uploads",))
        remember_in(Path(cache) / "hashes")
        found = _OPEN[key] = Pipeline(study_from(json.loads(study)), place, Store(Path(cache), (STARTER,)))
    return found


def forget() -> None:
    """Look at files anew: what they hold is known once per pipeline."""
    _pipeline.clear()
    _OPEN.clear()


def uploads_of(session: state.Session) -> Path:
    """The folder of a session's uploads: its name tells nobody the secret that leads there."""
    return startup.options().cache / UPLOADS / hash_of("uploads of", session.own)[:32]


def first_session() -> state.Session:
    """What a tab opens with: study and view of its address, else the study the dashboard was started on."""
    options = startup.options()
    uploads.sweep(options.cache / UPLOADS)
    asked, complaint, awaited = st.query_params.get("study", ""), "", ""
    look = from_address(View(), st.query_params.to_dict())
    if asked:
        try:
            return state.Session(*study_of_address(asked), view=look)
        except UploadedElsewhere:
            awaited = asked  # until the tab has said what secret it keeps
        except BadInput as error:
            complaint = str(error)
    try:
        return state.Session(*first_study(options), view=look, complaint=complaint, awaited=awaited)
    except BadInput as error:
        return state.Session(*built_in(startup.BUILT_IN[0]), complaint=str(error), awaited=awaited)


def recognize(secret: str) -> None:
    """Take up the secret that the tab kept over a reload, and with it the upload that it was at."""
    awaited = state.session().awaited
    state.own(secret if SECRET.fullmatch(secret) else "")
    if awaited:
        _turn_to(awaited)


def revisit() -> None:
    """Be where the address says, after the browser's Back or Forward."""
    given = st.query_params.to_dict()
    session = state.session()
    if "study" not in given:
        return
    state.look(from_address(session.view, given))
    if given["study"] != address_of(session.study, session.base, startup.options().cache):
        _turn_to(given["study"])


def _turn_to(address: str) -> None:
    try:
        state.resume(*study_of_address(address, uploads_of(state.session())))
    except BadInput as error:
        state.complain(str(error))


def first_study(options: startup.Options) -> tuple[Study, Path]:
    """The study that the dashboard was started on, and its folder."""
    if options.study is None:
        return built_in(startup.BUILT_IN[0])
    return read_study(options.study), options.study.parent


@cache
def built_in(name: str) -> tuple[Study, Path]:
    """A built-in study and its folder."""
    file = startup.built_in_file(name)
    return read_study(file), file.parent


def address_of(study: Study, base: Path, cache: Path) -> str:
    """What stands for a study in an address: a built-in's name, the study itself where short, else its key.

    A study under its key is kept in the cache, with the folder its paths start from.
    """
    for name in startup.BUILT_IN:
        if base == startup.STUDIES and built_in(name)[0] == study:
            return name
    content = json.dumps(plain(study), sort_keys=True, separators=(",", ":"))
    if study.dataset is not None and study.dataset.source in ANYWHERE:
        packed = "z" + base64.urlsafe_b64encode(zlib.compress(content.encode(), 9)).decode().rstrip("=")
        if len(packed) <= SHORT and not any(spec.model.startswith((".", "/", "~")) for spec in study.checkpoint):
            return packed
    key = study_key(replace(study, name=f"{study.name}|{base}"))[:24]
    file = cache / "studies" / f"{key}.json"
    if not file.is_file():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_suffix(".draft")
            draft.write_text(json.dumps({"study": plain(study), "base": str(base)}))
            draft.replace(file)
        except OSError:
            return ""  # a full disk costs the address, not the session
    return key


def study_of_address(address: str, mine: Path | None = None) -> tuple[Study, Path]:
    """The study that an address stands for, and its folder; BadInput where it cannot be opened here.

    `mine`: the session's own uploads. UploadedElsewhere for a study over uploads that are not there.
    """
    options = startup.options()
    if address in startup.BUILT_IN:
        return built_in(address)
    if re.fullmatch(r"[0-9a-f]{24}", address):
        return _kept(options.cache / "studies" / f"{address}.json", options, mine)
    if address.startswith("z"):
        base = options.study.parent if options.study is not None else startup.STUDIES
        return study_from(_unpacked(address)), base
    raise BadInput("the study in this address is not one; open a study at the left.")


def study_of_job(folder: Path, mine: Path | None = None) -> tuple[Study, Path]:
    """The study of a job, and its folder; BadInput where it cannot be opened here."""
    return _kept(folder / "job.json", startup.options(), mine)


def _kept(file: Path, options: startup.Options, mine: Path | None) -> tuple[Study, Path]:
    try:
        content = json.loads(file.read_text())
        study, base = study_from(content["study"]), Path(content["base"]).resolve()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("the study in this address is not kept on this machine; open its file at the left.") from error
    if base.is_relative_to(options.cache / UPLOADS):
        if mine is not None and base.is_relative_to(mine) and base.is_dir():
            return study, base
        raise UploadedElsewhere(
            f"the study {study.name!r} used a file that was uploaded in another tab and is seen there alone;"
            " upload it again, and everything computed from it is found again."
        )
    if not any(base.is_relative_to(root) for root in options.trusted):
        raise BadInput(
            f"the study {study.name!r} starts in a folder this dashboard may not read; start it with --root FOLDER."
        )
    return study, base


def _unpacked(address: str) -> dict[str, object]:
    damaged = BadInput("the study in this address is cut off or damaged; ask for the address again.")
    try:
        packed = base64.urlsafe_b64decode(address[1:] + "=" * (-len(address[1:]) % 4))
        unfolding = zlib.decompressobj()
        content = unfolding.decompress(packed, LARGEST)
        table = json.loads(content)
    except (ValueError, zlib.error, RecursionError):
        raise damaged from None
    if unfolding.unconsumed_tail or not isinstance(table, dict):
        raise damaged
    return table
