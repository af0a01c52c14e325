"""Private memory of the dashboard's process with a 100,000-sample study open: Overview, then Map, in a real browser.

Private memory is what /proc says belongs to the process alone (memory-mapped vectors that others could drop are not
counted). Samples: 100,000 × 384 in 50 groups, seeded.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import sync_playwright

from analysis.pdf import find_chrome
from benchmarks.first_paint import FLAGS, ROOT, free_port

STUDY = """
name = "large"
draws = 20
[dataset]
source = "vectors"
path = "vectors.npy"
metadata = "labels.csv"
labels = ["group"]
[[checkpoint]]
name = "large"
family = "vectors"
"""


def write_world(folder: Path, n: int, d: int = 384) -> Path:
    """A study over n vectors."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, 50, n)
    centers = rng.normal(size=(50, d)).astype(np.float32)
    vectors = centers[group] + rng.normal(size=(n, d)).astype(np.float32)
    np.save(folder / "vectors.npy", vectors)
    pd.DataFrame({"group": [f"g{g}" for g in group]}).to_csv(folder / "labels.csv", index=False)
    (folder / "study.toml").write_text(STUDY)
    return folder / "study.toml"


def private_mb(pid: int) -> float:
    """Megabytes that belong to one process alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def main(n: int = 100_000) -> dict[str, float]:
    """Compute the study, open it, look at two pages, read the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study, cache = write_world(folder, n), folder / "cache"
        run = [sys.executable, "-m", "analysis", "run", str(study), "--out", str(folder / "out")]
        subprocess.run([*run, "--cache", str(cache)], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        command += ["--server.headless", "true", "--", "--study", str(study), "--cache", str(cache)]
        server = subprocess.Popen(
            command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return {"n": n, **_look(server.pid, port)}
        finally:
            server.terminate()
            server.wait()


def _look(pid: int, port: int) -> dict[str, float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chrome(), headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        for attempt in range(60):
            try:
                page.goto(f"http://127.0.0.1:{port}/")
                break
            except Exception:  # the server is not up yet; the last attempt's error is raised
                if attempt == 59:
                    raise
                page.wait_for_timeout(500)
        page.get_by_text("knn accuracy").first.wait_for()
        overview = private_mb(pid)
        page.get_by_role("link", name="Map").click()
        page.get_by_text("trustworthiness").first.wait_for()
        page.wait_for_timeout(5_000)
        result = {"overview_mb": round(overview), "map_mb": round(private_mb(pid))}
        browser.close()
    return result


if __name__ == "__main__":
    found = main(*map(int, sys.argv[1:]))
    print("| private memory of the dashboard | Overview, MB | Map, MB | at most |\n| --- | --- | --- | --- |")
    print(f"| {found['n']:,} samples × 384 | {found['overview_mb']} | {found['map_mb']} | 600 |")
