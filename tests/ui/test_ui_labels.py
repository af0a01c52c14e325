"""Names of strangers in the labels of widgets, which Streamlit reads as Markdown: an image there would be fetched."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.jobs import snapshot, submit
from analysis.run import open_study
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn

IMAGE = "![i](http://planted.invalid/i.png)"
ALIVE = re.compile(r"(?<!\\)\[i(?<!\\)\]\(")  # an image or a link of Markdown
STUDY = f"""
name = {json.dumps(IMAGE)}
k = 3
[dataset]
path = "t.jsonl"
id = "id"
labels = [{json.dumps(IMAGE)}, "kind"]
numeric = ["a", "b"]
[[checkpoint]]
name = "columns"
family = "numeric"
[[checkpoint]]
name = "whitened"
family = "numeric"
transform = "whitened"
[[graph]]
name = "same"
source = "labels"
label = {json.dumps(IMAGE)}
"""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    frame = pd.DataFrame({"id": [f"s{i}" for i in range(12)], IMAGE: [IMAGE, "b"] * 6, "kind": ["u", "v", "w"] * 4})
    frame[["a", "b"]] = [[i, i * i] for i in range(12)]
    frame.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    (tmp_path / "s.toml").write_text(STUDY)
    open_study(tmp_path / "s.toml", cache=tmp_path / "cache").dataset()  # read, as a job would
    yield from started(World(tmp_path / "s.toml", tmp_path / "cache"), monkeypatch)


@pytest.mark.parametrize("page", ["overview", "label_agreement", "graph"])
def test_a_column_whose_name_is_an_image_of_markdown_is_words(planted, page):
    shown = drawn(page)
    labels = [one.label for one in shown.button]
    labels += [option.content for one in shown.get("button_group") for option in one.proto.options]
    mine = [label for label in labels if "planted" in label]
    assert mine and not [label for label in mine if ALIVE.search(label)]


def test_a_job_is_called_in_words(planted, monkeypatch):
    pipeline = open_study(planted.study, cache=planted.cache)
    job = submit(pipeline, [Ask("space", subject="columns")], title=IMAGE)
    while snapshot(job.folder).active:
        continue
    (job.folder / "status.json").write_text(json.dumps({"state": "running", "message": IMAGE}))
    monkeypatch.setattr("analysis.jobs._held", lambda path: True)  # its worker lives
    bars = drawn("jobs").get("progress")
    assert len(bars) == 1 and bars[0].proto.text.count("planted") == 2 and not ALIVE.search(bars[0].proto.text)
