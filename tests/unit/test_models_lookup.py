"""What a model's name means: directory, installed package, the hub's cache, the hub; and what it must not reach."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from models.errors import BadInput
from models.lookup import PACKAGES, find_model
from models.place import Place
from tests.tiny_models import write_model

ROOT = Path(__file__).resolve().parents[2]
DESCRIBE = """
import json, sys, time
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.place import Place
from pathlib import Path
recipe = EncoderRecipe(family="transformer", model=sys.argv[1], place=Place(Path(sys.argv[2])))
start = time.monotonic()
try:
    card = family_called("transformer").describe(recipe)
    said = [card.weights_sha256, sorted(path.name for path in Path(sys.argv[3]).rglob("snapshots/*/*"))]
    if len(sys.argv) > 4:
        said.append(family_called("transformer").load(recipe).encode(["the cat", "a dog"], [2])[0].tolist())
except BadInput as error:
    said = [str(error)]
print(json.dumps([time.monotonic() - start, said]))
"""


def describe(model: str, base: Path, endpoint: str, cache: Path, *more: str) -> tuple[float, list[Any]]:
    """Describe a model in a fresh process that takes this address for the hub's: seconds, and what came of it."""
    names = ("HF_HUB_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1"}
    command = [sys.executable, "-W", "ignore", "-c", DESCRIBE, model, str(base), str(cache), *more]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seconds, said = json.loads(done.stdout)
    return seconds, said


def test_minilm_is_found_in_its_package_under_all_its_names_without_importing_it() -> None:
    for name in PACKAGES[0].names:
        found = find_model(name, Place(Path()))
        assert (found.origin, (found.path / "config.json").is_file()) == ("package", True)
    assert PACKAGES[0].module not in sys.modules


def test_a_package_whose_weights_are_not_the_known_ones_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / PACKAGES[0].module
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "model" / "model.safetensors").write_bytes(b"others")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BadInput, match=r"are not the known ones.*install it anew"):
        find_model("all-MiniLM-L6-v2", Place(Path()))


def test_a_folder_of_the_studys_goes_before_a_package_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "all-MiniLM-L6-v2").mkdir()
    found = find_model("all-MiniLM-L6-v2", Place(tmp_path))
    assert (found.origin, found.path) == ("directory", (tmp_path / "all-MiniLM-L6-v2").resolve())


def test_a_path_outside_the_roots_is_refused_whether_or_not_there_is_something(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "secret").mkdir()
    place = Place(tmp_path / "study", roots=(tmp_path / "study",))
    (tmp_path / "study" / "link").symlink_to(tmp_path / "secret")
    for name in ("../secret", "../nothing", str(tmp_path / "secret"), "link", "./link", "~", "/"):
        with pytest.raises(BadInput, match="outside the folders"):
            find_model(name, place)


def test_a_model_folder_with_a_link_that_leads_outside_the_roots_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study" / "model").mkdir(parents=True)
    (tmp_path / "secret.safetensors").write_bytes(b"x")
    (tmp_path / "study" / "model" / "model.safetensors").symlink_to(tmp_path / "secret.safetensors")
    with pytest.raises(BadInput, match=r"link, 'model\.safetensors', that leads outside"):
        find_model("model", Place(tmp_path / "study", roots=(tmp_path / "study",)))
    assert find_model("model", Place(tmp_path / "study")).origin == "directory"  # the command line trusts its paths


def test_a_linked_folder_in_a_model_is_followed_and_refused_where_it_leads_outside(tmp_path: Path) -> None:
    study, others = tmp_path / "study", tmp_path / "study" / "uploads"
    (study / "model").mkdir(parents=True)
    (others / "theirs").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "secret.bin").write_bytes(b"x")
    (study / "shared").mkdir()
    (study / "shared" / "inner.bin").symlink_to(tmp_path / "secret.bin")
    place = Place(study, roots=(study,), closed=(others,))
    assert find_model("model", place).origin == "directory"
    for target in (tmp_path / "outside", others / "theirs", study / "shared", study / "model" / "link"):
        link = study / "model" / "link"
        link.symlink_to(target)
        with pytest.raises(BadInput, match=r"model 'model' has a link, '(link|inner\.bin)', that leads outside"):
            find_model("model", place)
        link.unlink()
    (study / "shared" / "inner.bin").unlink()
    (study / "model" / "link").symlink_to(study / "shared")
    (study / "shared" / "back").symlink_to(study / "model")  # a circle, and within the roots
    assert find_model("model", place).origin == "directory"


@pytest.mark.parametrize("name", ["a" * 97, "a" * 300, "a/" + "b" * 5000, "a--b", "a..b", "x.git", "a/b-", "a/b."])
def test_a_name_that_the_hub_could_not_have_is_refused_without_asking_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is not a folder at .* and no name that the hub could have") as caught:
        find_model(name, Place(tmp_path))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["tfidf", "TFIDF", "numeric"])
def test_a_familys_name_given_as_a_model_is_told_apart(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"is no model but the name of a family: set family = '{name.lower()}'"):
        find_model(name, Place(tmp_path))
    (tmp_path / name).mkdir()
    assert find_model(name, Place(tmp_path)).origin == "directory"


def test_without_a_network_the_answer_is_quick_and_says_where_it_looked(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"  # nobody listens
        seconds, said = describe("someone/nothing", tmp_path, endpoint, tmp_path / "cache")
    assert seconds < 5
    assert "not a folder at" in said[0] and "not installed as a package" in said[0]
    assert "not in the hub's cache" in said[0] and "cannot be reached" in said[0]


def test_a_hub_that_never_answers_is_given_up_soon(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        seconds, said = describe("someone/nothing", tmp_path, endpoint, tmp_path / "cache")
    assert seconds < 15 and len(said) == 1


class FakeHub(BaseHTTPRequestHandler):
    """The few answers of the hub that a download asks for; `files` and `asked` are set by the test."""

    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []
    revision = "a" * 40

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0]
        self.asked.append(path)
        if path.startswith("/api/models/someone/tiny"):
            content = json.dumps(self._tree() if "/tree/" in path else self._info()).encode()
            self._send(200, content, {"Content-Type": "application/json"}, body=body)
        elif path.startswith("/someone/tiny/resolve/"):
            name = path.split("/", 5)[5]
            if name not in self.files:
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
                return
            content = self.files[name]
            headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": self.revision}
            self._send(200, content, headers, body=body)
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)

    def _info(self) -> dict[str, Any]:
        siblings = []
        for name, content in self.files.items():
            lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 1}
            entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": "b" * 40}
            siblings.append(entry | ({"lfs": lfs} if name.endswith(("safetensors", "bin")) else {}))
        return {"_id": "1", "id": "someone/tiny", "sha": self.revision, "siblings": siblings, "private": False}

    def _tree(self) -> list[dict[str, Any]]:
        return [
            {"type": "file", "path": name, "size": len(content), "oid": "b" * 40}
            for name, content in self.files.items()
        ]

    def _send(self, code: int, content: bytes, headers: dict[str, str], *, body: bool) -> None:
        self.send_response(code)
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    write_model(tmp_path / "source", "bert")
    FakeHub.files = {path.name: path.read_bytes() for path in (tmp_path / "source").iterdir()}
    FakeHub.files |= {"pytorch_model.bin": b"never asked for", "onnx/model.onnx": b"never", "run.py": b"never"}
    FakeHub.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_model_on_the_hub_is_described_by_its_small_files_and_then_means_the_same_offline(
    hub: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    small = sorted(["config.json", "tokenizer.json", "tokenizer_config.json"])
    _, (sha256, here) = describe("someone/tiny", tmp_path, hub, cache)
    assert sha256 == hashlib.sha256(FakeHub.files["model.safetensors"]).hexdigest()
    assert here == small
    _, (again, _, vectors) = describe("someone/tiny", tmp_path, hub, cache, "load")
    offline = "http://127.0.0.1:9"
    _, (cached, here, later) = describe("someone/tiny", tmp_path, offline, cache, "load")
    assert (again, cached, later) == (sha256, sha256, vectors)
    assert here == sorted([*small, "model.safetensors"])
    assert not [path for path in FakeHub.asked if path.endswith((".bin", ".onnx", ".py"))]
    _, said = describe("someone/else", tmp_path, hub, cache)
    assert "not on the hub either" in said[0]
