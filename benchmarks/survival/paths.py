"""Paths that lead out of the allowed folders, in every field of a study that takes one, as the browser may send them.

Each is put in each field; the study's recipes are made as a page would have them made, under an audit hook that sees
every file this process opens. Anything opened among the secrets, or of the system's, is a finding, and so is an error
that is no sentence. Each field is first shown a secret without bounds: where that is not opened, nothing was tried.
"""

import io
import json
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.survival.outcome import Outcome

SECRETS: list[str] = []  # folders nothing may be opened in, while the hook looks
SEEN: list[str] = []
PLAIN: Mapping[str, Any] = {"k": 3, "draws": 0, "analyses": ["health"]}
TABLE = {"source": "table", "path": "t.csv", "text": "text", "labels": ["label"]}
COLUMNS = {"name": "c", "family": "tfidf"}
Study = Mapping[str, Any]


def rows(*, short: bool = False, minutes: float = float("inf")) -> list[Outcome]:
    """A line for studies, and one for what is uploaded."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # a name that is no path is a model's, which nothing here may look for
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        inside, secret = _world(folder)
        start, lines, findings, tried = time.monotonic(), [], [], 0
        for field in fields("t.csv"):
            if not _opens_unbounded(field, inside, secret):
                findings.append(f"{field}: a secret that is allowed was not opened either, so nothing was tried")
            ways = attacks(inside, secret, KIND.get(field, "t.csv"))
            for path in ways[len(field) % 4 :: 4] if short else ways:
                tried += 1
                findings += _tried(field, path, inside, secret)
        note = f"{len(fields(''))} fields; absolute, .., links, other drives, devices, addresses, names with signs"
        took = time.monotonic() - start
        lines.append(Outcome("paths in a study", tried, tried - len(findings), took, tuple(findings), note))
        return [*lines, _uploads(folder)]


def fields(path: str) -> dict[str, Study]:
    """A study with the path in each of the fields."""
    table = PLAIN | {"dataset": TABLE, "checkpoint": [COLUMNS]}
    graph = {"name": "g", "directed": False}
    found: dict[str, Study] = {
        "dataset.path": PLAIN | {"dataset": TABLE | {"path": path}, "checkpoint": [COLUMNS]},
        "vectors": PLAIN | {"dataset": {"source": "vectors", "path": path}, "checkpoint": [{"name": "v"} | VECTORS]},
        "metadata": PLAIN
        | {
            "dataset": {"source": "vectors", "path": "v.npy", "metadata": path},
            "checkpoint": [{"name": "v"} | VECTORS],
        },
        "images": PLAIN | {"dataset": {"source": "images", "path": path}, "checkpoint": [COLUMNS]},
        "hub": PLAIN | {"dataset": {"source": "hub", "path": path, "text": "text"}, "checkpoint": [COLUMNS]},
        "model": table | {"checkpoint": [{"name": "m", "model": path}]},
        "bare weights": table | {"checkpoint": [IMAGES | {"model": path}]},
        "checkpoint's vectors": table | {"checkpoint": [{"name": "v", "model": path} | VECTORS]},
    }
    for source in ("edges", "graphml", "npz"):
        found[source] = table | {"graph": [graph | {"source": source, "path": path}]}
    for part in ("train", "pairs"):
        more = {"label": "label", "text": "text"} if part == "train" else {}
        found[part] = table | {"task": [{"name": "t", part: path, "methods": METHODS[part]} | more]}
    found["queries"] = table | {"task": [{"name": "t", "queries": path, "documents": path, "relevance": path}]}
    for source in ("csv", "trainer_state", "tensorboard", "wandb", "mteb"):
        found[f"metrics {source}"] = table | {"metrics": [{"source": source, "path": path}]}
    return found


VECTORS = {"family": "vectors"}
IMAGES = {"name": "i", "family": "image", "architecture": "resnet20-cifar"}
METHODS = {"train": ["knn"], "pairs": ["similarity"]}
KIND = {
    "vectors": "v.npy",
    "checkpoint's vectors": "v.npy",
    "npz": "g.npz",
    "graphml": "g.graphml",
    "images": "pictures",
}
KIND |= {"hub": "hub", "model": "model", "bare weights": "w.safetensors", "metrics trainer_state": "trainer_state.json"}
KIND |= {"metrics tensorboard": "events.out.tfevents.1", "metrics wandb": "t.csv", "metrics mteb": "mteb"}


def attacks(inside: Path, secret: Path, name: str) -> list[str]:
    """Ways to say the name of a secret from within."""
    up = os.path.relpath(secret / name, inside)
    deep = "../" * 40
    return [
        str(secret / name),
        up,
        f"./{up}",
        f"below/../{up}",
        f"{deep}{secret / name}"[: len(deep)] + str(secret / name).lstrip("/"),
        f"//{str(secret / name).lstrip('/')}",
        f"{inside}/../{secret.name}/{name}",
        f"link-{name}",
        f"way/{name}",
        f"below/up/up/{secret.name}/{name}",
        f"file://{secret / name}",
        f"C:\\{name}",
        "C:/Windows/win.ini",
        f"\\\\server\\share\\{name}",
        f"..\\{secret.name}\\{name}",
        f"%2e%2e/{secret.name}/{name}",
        "~/.ssh/id_rsa",
        "~root/.bashrc",
        "/etc/passwd",
        "/dev/zero",
        "/dev/stdin",
        "/proc/self/environ",
        "/proc/self/root" + str(secret / name),
        "/proc/self/mem",
        "pipe",
        f"{name}\0.csv",
        "a" * 5000,
        f"{up}/",
        f" {up}",
    ]


def _world(folder: Path) -> tuple[Path, Path]:
    """A folder that may be read, with links out of it, and one that may not."""
    inside, secret = folder / "inside", folder / "secret"
    for place in (inside, secret):
        place.mkdir()
        (place / "t.csv").write_text("id,text,label,score\n" + "".join(f"{i},text {i},{i % 2},{i}\n" for i in range(9)))
        np.save(place / "v.npy", np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32))
        np.savez(place / "g.npz", edges=np.array([[0, 1]]))
        (place / "g.graphml").write_text('<graphml><graph edgedefault="directed"/></graphml>')
        (place / "events.out.tfevents.1").write_bytes(b"secret")
        (place / "trainer_state.json").write_text(json.dumps({"log_history": [{"step": 1, "loss": 1.0}]}))
        for below in ("pictures", "hub", "model", "mteb", "below"):
            (place / below).mkdir()
        (place / "pictures" / "a.png").write_bytes(b"\x89PNG secret")
        (place / "hub" / "dataset_info.json").write_text("{}")
        (place / "model" / "config.json").write_text("{}")
        (place / "model" / "model.safetensors").write_bytes(b"secret")
        (place / "w.safetensors").write_bytes(b"secret")
        (place / "mteb" / "r.json").write_text("{}")
    for file in secret.iterdir():
        (inside / f"link-{file.name}").symlink_to(file)
    (inside / "way").symlink_to(secret)
    (inside / "below" / "up").symlink_to(inside)
    (inside / "up").symlink_to(folder)
    os.mkfifo(inside / "pipe")
    return inside, secret


def _asked(study: Study, inside: Path, *, bounded: bool) -> str:
    """Have every recipe of a study made; what went wrong, if not a sentence."""
    from analysis.number import CannotAnalyze
    from analysis.pipeline import Pipeline
    from analysis.run import checked
    from analysis.store import Store
    from analysis.study_file import study_from
    from models.errors import BadInput, Failed
    from models.place import Place

    cache = inside.parent / "cache"
    try:
        place = Place(inside, (inside,) if bounded else None)
        pipeline = Pipeline(study_from({"name": "s"} | dict(study)), place, Store(cache))
        for ask in checked(pipeline):
            pipeline.recipe(ask)
    except (BadInput, Failed, CannotAnalyze):
        return ""
    except Exception as error:
        return f"{type(error).__name__} {str(error)[:200]!r}"
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    return ""


def _tried(field: str, path: str, inside: Path, secret: Path) -> list[str]:
    with _Looking(secret) as seen:
        said = _asked(fields(path)[field], inside, bounded=True)
    found = [f"{field} = {path[:80]!r}: opened {one}" for one in seen[:1]]
    return found + [f"{field} = {path[:80]!r}: {said}"] * bool(said)


def _opens_unbounded(field: str, inside: Path, secret: Path) -> bool:
    with _Looking(secret) as seen:
        _asked(fields(str(secret / KIND.get(field, "t.csv")))[field], inside, bounded=False)
    return bool(seen)


class _Looking:
    """What is opened within the block that must not be."""

    hooked = False

    def __init__(self, secret: Path) -> None:
        self.secret = secret

    def __enter__(self) -> list[str]:
        if not _Looking.hooked:
            sys.addaudithook(_hear)
            _Looking.hooked = True
        SEEN.clear()
        SECRETS[:] = [
            str(self.secret),
            "/etc/passwd",
            "/dev/zero",
            "/dev/stdin",
            "/proc/self/mem",
            "/proc/self/environ",
        ]
        return SEEN

    def __exit__(self, *_: object) -> None:
        SECRETS.clear()


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if (
        SECRETS
        and event in ("open", "os.listdir", "os.scandir")
        and isinstance(arguments[0], str | bytes | os.PathLike)
    ):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if any(path == one or path.startswith(f"{one}/") for one in SECRETS):
            SEEN.append(path)


def _uploads(folder: Path) -> Outcome:
    """Names of uploads, and of the pictures in an archive, that would be written elsewhere."""
    from models.errors import BadInput
    from ui.uploads import keep

    start, mine, wrong, tried = time.monotonic(), folder / "uploads" / "mine", [], 0
    before = {str(path) for path in folder.rglob("*")}
    picture = b"\x89PNG" + b"\0" * 9
    names = [
        "../../escaped",
        f"{tempfile.gettempdir()}/anchorage-escaped",
        "..\\..\\escaped",
        "C:\\escaped",
        ".",
        "..",
        "",
        "a/../../b",
        "\0",
    ]
    for name in [*names, "x" * 5000, "con", "-rf", "$(touch escaped)", "<b>"]:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(zipfile.ZipInfo(f"{name}.png"), picture)
            link = zipfile.ZipInfo("link/a.png")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        for upload, content in ((f"{name}.csv", b"a,b\n1,2\n3,4\n"), (f"{name}.zip", packed.getvalue())):
            tried += 1
            try:
                keep(upload, content, mine)
            except BadInput:
                pass
            except Exception as error:
                wrong.append(f"upload {upload[:60]!r}: {type(error).__name__} {str(error)[:120]!r}")
    outside = {str(path) for path in folder.rglob("*")} - before
    strays = [path for path in outside if not path.startswith(str(mine)) and path != str(mine.parent)]
    links = [str(path) for path in mine.rglob("*") if path.is_symlink()]
    wrong += [f"written outside: {path}" for path in strays] + [f"a link was made: {path}" for path in links]
    took = time.monotonic() - start
    return Outcome("names of uploads and of what is packed in them", tried, tried - len(wrong), took, tuple(wrong), "")
