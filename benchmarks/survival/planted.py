"""Code planted in every format that is read, and in every name that is shown or exported: none of it may run.

In Python an audit hook hears whatever would start a process, import, evaluate or write a marked file while hostile
files are opened; exports are read as a spreadsheet would read them. The long form shows the same names, as ids, labels,
columns and texts, on every page of a real browser, and asks it what ran.
"""

import io
import json
import os
import pickle
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.survival.names import FORMULAS, MARK, MARKUP, formulas_in
from benchmarks.survival.outcome import Outcome
from benchmarks.survival.readers import readers
from benchmarks.survival.shown import shown

ROOT = Path(__file__).resolve().parents[2]
RUNS = ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "exec", "ctypes.dlopen")
HEARD: list[str] = []
LOOKING: list[bool] = []


def planted_at() -> Path:
    """The file that is there once planted code has run."""
    return Path(tempfile.gettempdir()) / MARK


class Planted:
    """What runs where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        """Touch a file."""
        return os.system, (f"touch {planted_at()}",)


def rows(*, short: bool = False, minutes: float = float("inf")) -> list[Outcome]:
    """A line for what is read, one for what is written, and in the long form one for what is shown."""
    return [_read(), _written(), *([] if short else [shown()])]


def hostile() -> list[tuple[str, bytes]]:
    """Reader, and a file for it that would run something in a careless one."""
    found: list[tuple[str, bytes]] = []
    objects = np.empty(3, dtype=object)
    objects[:] = [Planted()] * 3
    for kind, save in (("npy", np.save), ("npz", np.savez), ("npz", np.savez_compressed)):
        out = io.BytesIO()
        save(out, objects)  # type: ignore[operator]
        found.append((kind, out.getvalue()))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        bare = pickle.dumps(Planted(), protocol=protocol)
        wrapped = pickle.dumps({"state_dict": {"w": Planted()}}, protocol=protocol)
        for content in (bare, wrapped):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr("archive/data.pkl", content)
                archive.writestr("archive/version", "3\n")
            legacy = b"".join(pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001, {})) + content
            found += [("torch file", data) for data in (content, legacy, out.getvalue())]
        found += [(kind, bare) for kind in readers()]  # a pickle under every name
    gadgets = (b"c__builtin__\neval\n(S'1'\ntR.", b"ctorch\nload\n(S'x'\ntR.", b"cnumpy\nload\n(S'x'\ntR.")
    gadgets += (b"ctorch.hub\nload\n(S'x'\ntR.", b"ctorch._utils\n__builtins__\n.", b"cbuiltins\ngetattr\n.")
    found += [("torch file", gadget) for gadget in gadgets]
    yaml = f'!!python/object/apply:os.system ["touch {planted_at()}"]'.encode()
    found += [("TOML", yaml), ("TOML", b"name = \"x\"\n[dataset]\nsource = \"__import__('os').system('id')\"\n")]
    entity = b'<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml><node id="&x;"/></graphml>'
    bomb = (
        b"<!DOCTYPE g [" + b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 9) for i in range(1, 12)) + b"]>"
    )
    found += [("GraphML", entity), ("GraphML", bomb + b"<graphml>&a11;</graphml>")]
    found += [("GraphML", b'<?xml-stylesheet href="http://x/"?><graphml><xi:include href="/etc/passwd"/></graphml>')]
    for text in (*MARKUP, *FORMULAS):
        frame = pd.DataFrame({text: [text, "a", "b"], "id": ["1", text + "2", "3"]})
        found += [
            ("CSV", frame.to_csv(index=False).encode()),
            ("JSONL", frame.to_json(orient="records", lines=True).encode()),
        ]
        found.append(("trainer state", json.dumps({"log_history": [{"step": 1, text: 1.0}]}).encode()))
    return found


def _read() -> Outcome:
    """Hostile files in the readers: heard is what runs."""
    import torch  # noqa: F401  imported before it is listened to, as everything that readers import when first asked

    start, wrong, files = time.monotonic(), [], hostile()
    with tempfile.TemporaryDirectory() as folder:
        for deaf in (True, False):  # the first time imports what it needs
            for name, content in files:
                path = Path(folder) / readers()[name].name
                path.write_bytes(content)
                said = _heard(lambda name=name, path=path: readers()[name].open(path), deaf=deaf)
                wrong += [f"{name}, {content[:40]!r}: {said}"] * bool(said)
    if planted_at().exists():
        wrong.append("a planted pickle was run")
    took = time.monotonic() - start
    note = "pickles, entities, YAML, markup and formulas; heard: processes, evaluation, libraries"
    return Outcome("planted code that is read", len(files), len(files) - len(wrong), took, tuple(wrong), note)


def _heard(work: Callable[[], None], *, deaf: bool) -> str:
    from models.errors import BadInput

    if not HEARD:
        sys.addaudithook(_hear)
        HEARD.append("hooked")
    del HEARD[1:]
    LOOKING[:] = [] if deaf else [True]
    try:
        work()
    except BadInput:
        pass
    except Exception as error:
        return f"{type(error).__name__} {str(error)[:120]!r}"
    finally:
        LOOKING.clear()
    return ", ".join(HEARD[1:3])


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if LOOKING and event in RUNS:
        said = str(arguments)[:300]
        if event == "exec" and any(home in said for home in ("<frozen", "site-packages", sys.base_prefix, str(ROOT))):
            return  # a module that is imported when it is first used
        HEARD.append(f"{event} {said}")


def _written() -> Outcome:
    """Names in every export: as a spreadsheet, a script of a page, and JSON read them."""
    from zipfile import ZipFile

    from analysis.report import file_name
    from ui import files

    start, wrong, tried = time.monotonic(), [], 0
    texts = [*MARKUP, *FORMULAS]
    table = pd.DataFrame({"id": texts, "x": range(len(texts))} | {text: ["a"] * len(texts) for text in texts})
    manifest = {"study": {"names": texts}, "notes": texts}
    matrix = np.zeros((len(texts), 2), np.float32)
    exports = {
        "CSV": files.csv("t", table, manifest),
        "vectors as CSV": files.vectors("v", texts, matrix, "csv", manifest),
        "vectors as .npy": files.vectors("v", texts, matrix, "npy", manifest),
    }
    for name, packed in exports.items():
        with ZipFile(io.BytesIO(packed)) as archive:
            for member in archive.namelist():
                tried += 1
                if member.endswith(".csv"):
                    bad = formulas_in(archive.read(member))
                    wrong += [f"{name}: the cell {cell!r} is a formula" for cell in bad[:1]]
                if member.startswith(("/", "..")) or "\\" in member:
                    wrong.append(f"{name}: a member is called {member!r}")
    import plotly.graph_objects as go

    page = files.page(go.Figure(go.Scatter(x=[1], y=[2], text=texts, name=texts[0])), manifest).decode()
    tried += 1
    alive = [text for text in MARKUP if text.startswith("<") and text in page.rpartition("</script>")[0][-200_000:]]
    wrong += [f"a page holds {text!r} as it is" for text in alive[:1]]
    for text in texts:
        tried += 1
        name = file_name("table", text)
        wrong += [f"a file is called {name!r}"] * any(sign in name for sign in "<>/\\\0\t\r\n|;&$`'\"")
    took = time.monotonic() - start
    note = "cells, manifests, pages and names of files"
    return Outcome("planted names in exports", tried, tried - len(wrong), took, tuple(wrong), note)
