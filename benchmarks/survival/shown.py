"""Planted names on every page of a dashboard in a real browser, and in what each page saves: none of it may run.

The study's name, ids, texts, labels, columns, links, series, runs and metrics are markup, formulas and addresses. On
each page figures and maps are hovered, lists and menus opened, every file saved and opened in turn. Found is a script
that ran, an element or a link that would run one, a request to elsewhere, and a cell that starts a formula.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import numpy as np
import pandas as pd

from benchmarks.survival.names import ELSEWHERE, FORMULAS, MARKUP, formulas_in
from benchmarks.survival.outcome import Outcome

N = 120
IMAGE = MARKUP[8]
PATIENCE = 600_000  # milliseconds that a page or a file may take
LINKS = '[data-testid="stSidebar"] a[href]'
FEWEST = 20  # pages that a dashboard has at least
STUDY = f"""
name = {json.dumps(MARKUP[4])}
k = 5
draws = 5
[dataset]
path = "t.jsonl"
id = "id"
text = "text"
labels = [{json.dumps(IMAGE)}, {json.dumps(MARKUP[10])}, {json.dumps(FORMULAS[0])}]
numeric = ["a", {json.dumps(MARKUP[0])}, "c"]
[[checkpoint]]
name = "columns"
family = "numeric"
series = {json.dumps(MARKUP[5])}
at = 1
[[checkpoint]]
name = "whitened"
family = "numeric"
transform = "whitened"
series = {json.dumps(MARKUP[5])}
at = 2
[[checkpoint]]
name = "words"
family = "tfidf"
[[checkpoint]]
name = "writer"
family = "causal_lm"
model = "gpt2"
[[task]]
name = "task"
label = {json.dumps(IMAGE)}
methods = ["knn", "linear"]
[[graph]]
name = "links"
path = "links.jsonl"
columns = [{json.dumps(MARKUP[2])}, {json.dumps(FORMULAS[0])}]
[[metrics]]
source = "csv"
path = "runs.csv"
task = "task"
checkpoints = {{ {json.dumps(MARKUP[3])} = "words" }}
[[corpus]]
name = "corpus"
path = "lines.txt"
window = 30
tokens = 600
[anchors]
rules = ["top:3", "none"]
"""
ALIVE = f"""() => {{
    const found = [], roots = [document];
    if (window.planted !== undefined || window.planted_by_anchorage !== undefined) found.push('a script ran');
    for (const root of roots) for (const one of root.querySelectorAll('*')) {{
        if (one.shadowRoot) roots.push(one.shadowRoot);
        for (const {{ name, value }} of one.attributes) {{
            if (name.startsWith('on') && value.includes('planted')) found.push(`<${{one.localName}} ${{name}}>`);
            if (/^\\s*javascript:/i.test(value)) found.push(`<${{one.localName}} ${{name}}=${{value.slice(0, 40)}}>`);
            const leads = /^(xlink:)?(src|srcset|href|style|action|formaction|data|poster)$/.test(name);
            if (leads && value.includes('{ELSEWHERE}'))
                found.push(`<${{one.localName}} ${{name}}=${{value.slice(0, 60)}}>`);
        }}
        if (one.localName === 'script' && one.textContent.trim().startsWith('window.planted')) found.push('<script>');
        if (one.localName === 'style' && one.textContent.includes('{ELSEWHERE}')) found.push('<style>');
    }}
    return [...new Set(found)];
}}"""


def world(folder: Path) -> Path:
    """The study, its files and what is made of it, in a folder; and a job, whose title is planted too."""
    from analysis.jobs import submit
    from analysis.plan import wanted
    from analysis.run import open_study, run
    from tests.unit.language_worlds import written

    texts, dice = [*MARKUP, *FORMULAS], np.random.default_rng(0)
    frame = pd.DataFrame({"id": [f"{texts[i % len(texts)]} {i}" for i in range(N)]})
    frame["text"] = [f"{texts[(i + 1) % len(texts)]} word {texts[(i * i) % len(texts)]} {i}" for i in range(N)]
    frame[IMAGE] = [texts[i % 3] for i in range(N)]
    frame[MARKUP[10]] = [texts[3 + i % 5] for i in range(N)]
    frame[FORMULAS[0]] = [FORMULAS[i % 4] for i in range(N)]
    frame[["a", MARKUP[0], "c"]] = dice.normal(size=(N, 3)).round(4)
    frame.to_json(folder / "t.jsonl", orient="records", lines=True)
    ends = pd.DataFrame({MARKUP[2]: frame["id"], FORMULAS[0]: np.roll(frame["id"], 3)})
    ends.to_json(folder / "links.jsonl", orient="records", lines=True)
    runs = pd.DataFrame({"run": MARKUP[3], "step": [1, 2, 3], MARKUP[0]: 0.5, FORMULAS[0]: [0.1, 0.2, 0.3]})
    runs.to_csv(folder / "runs.csv", index=False)
    (folder / "lines.txt").write_text("\n".join(["the cat sat on the mat and the dog ran", *texts] * 60))
    written(folder / "gpt2", "gpt2", n_positions=64, bos_token_id=2, eos_token_id=3)
    study = folder / "s.toml"
    study.write_text(STUDY)
    pipeline = open_study(study, cache=folder / "cache")
    failures: list[Any] = []
    run(pipeline, folder / "out", failures=failures)
    submit(pipeline, wanted(pipeline)[:9])
    return study


def shown() -> Outcome:
    """Every page, and every file that a page saves."""
    from analysis.pdf import find_chrome
    from tests.e2e.dashboards import browsing, looking, serving

    start, look = time.monotonic(), Look()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = world(folder)
        chosen = ("--study", str(study), "--cache", str(folder / "cache"))
        with (
            serving(*chosen) as address,
            browsing(str(find_chrome())) as browser,
            looking(browser) as (page, strangers),
        ):
            look.through(page, address, [folder / "out" / "report.html"])
            look.wrong += [f"asked for {host}" for host in strangers.hosts if not host.startswith("file:")]
            look.wrong += [f"a page broke: {error[:200]}" for error in strangers.errors]
    return look.outcome(time.monotonic() - start)


class Look:
    """What was looked at, and what was found."""

    def __init__(self) -> None:
        self.pages = self.figures = self.lists = self.files = self.missed = 0
        self.wrong: list[str] = []

    def outcome(self, seconds: float) -> Outcome:
        """The line: of pages and files."""
        wrong, tried = tuple(dict.fromkeys(self.wrong)), self.pages + self.files
        note = f"{self.pages} pages in Chromium, {self.figures} figures hovered, {self.lists} lists and menus opened,"
        note += f" {self.files} files saved and opened; {self.missed} were drawn anew meanwhile and left out"
        return Outcome("planted names on the screen", tried, max(0, tried - len(wrong)), seconds, wrong, note)

    def through(self, page: Any, address: str, reports: list[Path]) -> None:
        """Every page of a dashboard, and reports."""
        found = self.addresses(page, address)
        if len(found) < FEWEST:
            self.wrong.append(f"the dashboard shows {len(found)} pages only")
        self._beside(page)
        for link in found:
            self.at(page, link)
        for report in reports:
            self._opened(page.context, report, report.name)

    def addresses(self, page: Any, address: str) -> list[str]:
        """Open a dashboard; the addresses of its pages."""
        from tests.e2e.dashboards import settle

        page.set_default_timeout(PATIENCE)
        page.on("dialog", lambda dialog: (self.wrong.append(f"a dialog: {dialog.message[:80]}"), dialog.dismiss()))
        page.goto(address)
        links = page.locator(LINKS)
        links.first.wait_for()
        settle(page)
        return list(dict.fromkeys(links.evaluate_all("all => all.map(one => one.href.split('?')[0])")))

    def at(self, page: Any, link: str) -> None:
        """One page, with two samples pinned."""
        from tests.e2e.dashboards import settle

        self.pages += 1
        where = link.rpartition("/")[2] or "the first page"
        page.goto(f"{link}?pinned={MARKUP[1]} 1&second={MARKUP[0]} 0")
        page.locator(LINKS).first.wait_for()
        settle(page)
        self._check(page, where)
        self._hover(page)
        self._open_lists(page)
        self._check(page, where)
        self._save(page, where)

    def _beside(self, page: Any) -> None:
        """What stands beside every page: study and report as files, and the two dialogs, with a planted upload."""
        for name in ("Save", "Report"):
            with page.expect_download() as saved:
                page.locator('[data-testid="stSidebar"]').get_by_role("button", name=name).click()
            self._file(page.context, saved.value, "the sidebar")
        columns = pd.DataFrame({"id": ["a", "b", "c"], **{name: [1, 2, 3] for name in MARKUP}})
        file = {"name": f"{IMAGE} {MARKUP[1]}.jsonl", "mimeType": "text/plain"}
        content = columns.to_json(orient="records", lines=True).encode()
        for name in ("Open", "Change"):
            page.get_by_role("button", name=name, exact=True).click()
            dialog = page.get_by_role("dialog")
            dialog.wait_for()
            if name == "Open":
                dialog.locator('input[type="file"]').set_input_files(file | {"buffer": content})
                dialog.get_by_role("button", name="Open the study").wait_for()
            self._check(page, f"the dialog {name}")
            page.keyboard.press("Escape")
            dialog.wait_for(state="detached")

    def _check(self, page: Any, where: str) -> None:
        self.wrong += [f"{where}: {said}" for said in page.evaluate(ALIVE)]
        for broken in page.locator('[data-testid="stException"], .an-note.bad').all_inner_texts():
            self.wrong.append(f"{where} says {broken[:200]!r}")

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """What is drawn anew meanwhile, or covered, is left out, and said."""
        from playwright.sync_api import TimeoutError as Late

        try:
            yield
        except Late:
            self.missed += 1

    def _hover(self, page: Any) -> None:
        for figure in page.locator(".an-plot, .an-map-stage").all():
            with self._patient():
                figure.scroll_into_view_if_needed(timeout=5000)
                box = figure.bounding_box()
                for i in range(5):
                    across, down = 0.1 + 0.2 * i, 0.15 + 0.17 * i
                    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
                    page.wait_for_timeout(60)
                self.figures += 1

    def _open_lists(self, page: Any) -> None:
        lists = page.locator('.stMainBlockContainer input[role="combobox"]:visible')
        for i in range(lists.count()):
            with self._patient():
                lists.nth(i).click(timeout=5000)
                page.locator('[role="listbox"]').first.wait_for(timeout=5000)
                self.lists += 1
            page.keyboard.press("Escape")

    def _save(self, page: Any, where: str) -> None:
        """Every file of every menu but pictures of pixels, PDF and Parquet, in which nothing can run."""
        menus = page.locator('.stMainBlockContainer [data-testid="stPopoverButton"]:visible')
        for i in range(menus.count()):
            with self._patient():
                menus.nth(i).click(timeout=10_000)
                body = page.locator('[data-testid="stPopoverBody"]').last
                body.wait_for(timeout=10_000)
                self.lists += 1
                for button in body.get_by_role("button").all():
                    label = button.inner_text()
                    if any(kind in label for kind in ("CSV", "HTML", "SVG", "Ids")):
                        with page.expect_download(timeout=PATIENCE / 5) as saved:
                            button.click()
                        self._file(page.context, saved.value, where)
            page.keyboard.press("Escape")

    def _file(self, context: Any, saved: Any, where: str) -> None:
        self.files += 1
        name, path = saved.suggested_filename, Path(saved.path())
        if any(sign in name for sign in "<>/\\|\0\t\r\n"):
            self.wrong.append(f"{where} saves a file called {name!r}")
        if is_zipfile(path):
            with ZipFile(path) as archive:
                for member in archive.namelist():
                    bad = formulas_in(archive.read(member)) if member.endswith(".csv") else []
                    self.wrong += [f"{where}, {name}: the cell {cell!r} is a formula" for cell in bad[:1]]
        kind = name.rpartition(".")[2]
        if kind not in ("html", "svg"):
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / f"saved.{kind}"
            copy.write_bytes(path.read_bytes())
            self._opened(context, copy, f"{where}, {name}")

    def _opened(self, context: Any, file: Path, where: str) -> None:
        """A page or a picture on its own, where a link or a script of it would run too."""
        page = context.new_page()
        page.on("request", lambda request: self._asked(request.url, where))
        page.goto(file.as_uri())
        page.wait_for_timeout(300)
        self.wrong += [f"{where}: {said}" for said in page.evaluate(ALIVE)]
        page.close()

    def _asked(self, url: str, where: str) -> None:
        if not url.startswith(("file:", "data:", "blob:", "about:")):
            self.wrong.append(f"{where} asked for {url[:80]}")
