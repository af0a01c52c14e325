"""The first page paints before anything heavy is loaded, and no page loads anything from elsewhere."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "transformers", "umap", "numba", "faiss", "sklearn", "scipy", "plotly", "PIL", "tomli_w")

FIRST_PAGE = """
import json, sys
from streamlit.testing.v1 import AppTest
before = set(sys.modules)
app = AppTest.from_file(sys.argv.pop(1), default_timeout=60).run()
assert not app.exception, app.exception
words = " ".join(element.proto.body for element in app.get("html"))
print(json.dumps({"numbers": "knn accuracy@5" in words, "loaded": sorted(set(sys.modules) - before)}))
"""


def test_the_overview_shows_its_numbers_without_any_heavy_import(computed):
    code = FIRST_PAGE.replace("before = set", "from ui import queries; queries.get_ready = lambda: None\nbefore = set")
    command = [sys.executable, "-c", code, str(ROOT / "app.py")]
    command += ["--study", str(computed.study), "--cache", str(computed.cache)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["numbers"]
    assert [name for name in found["loaded"] if name.split(".")[0] in HEAVY] == []


def test_the_built_in_overview_with_its_tasks_loads_nothing_heavy_but_special_functions(tmp_path):
    code = FIRST_PAGE.replace("before = set", "from ui import queries; queries.get_ready = lambda: None\nbefore = set")
    command = [sys.executable, "-c", code, str(ROOT / "app.py"), "--cache", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    loaded = json.loads(run.stdout.splitlines()[-1])["loaded"]
    assert [name for name in loaded if name.split(".")[0] in set(HEAVY) - {"scipy"}] == []
    parts = {name.split(".")[1] for name in loaded if name.startswith("scipy.")}
    assert "special" in parts  # of Student's t: the tasks were told apart
    assert {name for name in parts if not name.startswith("_")} <= {"special", "version"}


def test_the_overview_opens_without_a_look_at_the_vectors(computed):
    unread = """from analysis.space import EmbeddingSpace
read = []
EmbeddingSpace.__post_init__ = lambda space: read.append(space.name)
from ui import preload, queries
queries.get_ready = lambda: None
script = sys.argv.pop(1)
preload.first_page()
sys.argv.insert(1, script)
before = set"""
    code = f"{FIRST_PAGE.replace('before = set', unread)}\nprint(json.dumps(read))"
    command = [sys.executable, "-c", code, str(ROOT / "app.py")]
    command += ["--study", str(computed.study), "--cache", str(computed.cache)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == []


def test_no_file_of_the_dashboard_names_another_host():
    files = [
        ROOT / "app.py",
        *(ROOT / "ui").rglob("*.py"),
        *(ROOT / "ui").rglob("*.js"),
        ROOT / ".streamlit/config.toml",
    ]
    here, svg = "http://{}:{}", "http://www.w3.org/2000/svg"  # the dashboard's own address, and a name, not a place
    texts = {str(file): file.read_text().replace(here, "").replace(svg, "") for file in files}
    assert [name for name, text in texts.items() if "http://" in text or "https://" in text] == []
