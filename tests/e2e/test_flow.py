"""What happens over time, in a real browser: jobs, uploads, reloads, dialogs, another study."""

import fcntl
import os
import re
import signal
import time
from pathlib import Path

import pytest

from analysis import jobs
from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place
from tests import pets
from tests.e2e.dashboards import looking, serving, settle
from tests.e2e.gestures import find_text, map_page, opened
from tests.pets import World

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(tmp_path: Path) -> World:
    """A study of which the samples alone are read."""
    pets.write_samples(tmp_path)
    study = tmp_path / "pets.toml"
    study.write_text(pets.STUDY)
    Pipeline(read_study(study), Place(tmp_path), Store(tmp_path / "cache")).make(Ask("dataset"))
    return World(study, tmp_path / "cache")


def test_a_job_is_run_cancelled_and_resumed(page, address, world):
    map_page(page, address)
    page.get_by_role("radio", name="t-SNE").click()
    page.get_by_text("t-SNE of columns is not computed").wait_for()
    settle(page)  # buttons of the page before are gone
    with held(world.cache / "jobs" / "device.lock"):  # so that it waits in line for as long as this test needs
        page.get_by_role("button", name="Compute · about").click()
        page.get_by_text("waiting for another job to end").wait_for()
        page.get_by_text("Jobs · 1 at work").wait_for()
        page.reload()
        settle(page)
        page.get_by_text("Jobs · 1 at work").wait_for()  # a reload attaches again
        page.get_by_role("radio", name="t-SNE").click()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_text("This was cancelled").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("t-SNE of columns: trustworthiness").wait_for()
    page.get_by_role("link", name="Jobs").click()
    page.get_by_role("heading", name="Jobs").wait_for()
    page.get_by_text("Finished").first.wait_for()


def test_a_label_column_is_scored_in_one_click_and_a_reload_keeps_it(page, address):
    opened(page, address, "fine_tuning")
    page.get_by_text("This study has no task yet.").wait_for()
    page.get_by_role("button", name="Score · about").click()
    page.get_by_text("On “kind”, ").wait_for()
    page.get_by_text("shuffled labels (chance) give").first.wait_for()
    page.reload()
    settle(page)
    page.get_by_text("On “kind”, ").wait_for()


def test_a_killed_worker_costs_its_job_and_not_the_app(page, address, world):
    opened(page, address, "map?space=words&projection=pca&dimensions=3")
    page.get_by_text("PCA in 3-D of words is not computed").wait_for()
    settle(page)
    with held(world.cache / "jobs" / "device.lock"):
        page.get_by_role("button", name="Compute · about").click()
        page.get_by_text("waiting for another job to end").wait_for()
        folder = max((world.cache / "jobs").glob("*/"), key=lambda job: job.stat().st_mtime)
        os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
        page.get_by_text("the worker was killed").first.wait_for()
        page.get_by_text("Everything computed before this is kept.").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("PCA in 3-D of words: trustworthiness").wait_for()


class held:
    """Keep the device busy."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self.path.open("ab")
        deadline = time.monotonic() + 60
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def test_an_upload_is_previewed_opened_and_found_again_in_its_own_tab_alone(page, browser, address, world, tmp_path):
    opened(page, address)
    (tmp_path / "mine.csv").write_text(
        "id,label,x,y\n" + "".join(f"s{i},{'ab'[i % 2]},{i},{i * i % 7}\n" for i in range(40))
    )
    page.get_by_test_id("stSidebar").get_by_role("button", name="Open", exact=True).click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "mine.csv")
    page.get_by_text("40 rows.").wait_for()
    page.get_by_role("button", name="Open the study").click()
    page.get_by_text("40 samples in 1 space").wait_for()
    page.wait_for_function("() => new URL(location).searchParams.get('study').length === 24")
    with held(world.cache / "jobs" / "device.lock"):
        page.get_by_role("button", name="Compute").first.click()
        page.get_by_text("Jobs · 1 at work").wait_for()
        page.reload()
        page.get_by_text("40 samples in 1 space").wait_for()  # the tab has kept what its uploads are found by
        page.get_by_text("Jobs · 1 at work").wait_for()
        with looking(browser) as (other, strangers):
            other.goto(page.url)
            other.get_by_text("uploaded in another tab").wait_for()
            sidebar = other.get_by_test_id("stSidebar")
            sidebar.get_by_text("Jobs", exact=True).click()
            other.get_by_role("heading", name="Jobs").wait_for()
            settle(other)
            assert "mine" not in other.inner_text("body")
            strangers.check()
        page.get_by_role("button", name="Cancel").click()


def test_a_changed_k_asks_for_new_numbers_and_goes_back_to_the_old(page, address):
    opened(page, address)
    for k in ("7", "5"):
        page.get_by_test_id("stSidebar").get_by_role("button", name="Change").click()
        page.get_by_label("Neighbours, k").fill(k)
        page.get_by_role("button", name="Apply").click()
        page.get_by_text(f"k = {k}, cosine").wait_for()
        settle(page)
    assert "the commonest kind among a sample's" in page.inner_text(".an-lead")


def test_the_built_in_study_stands_at_once_on_a_fresh_machine(browser, chrome, tmp_path):
    with serving("--cache", str(tmp_path / "cache")) as found, looking(browser) as (page, strangers):
        page.goto(found)
        page.locator(".an-numbers .row").nth(14).wait_for()
        assert "package" in page.inner_text(".an-lead")
        page.get_by_role("link", name="Map").click()
        page.locator(".an-map-stage[data-drawn]").wait_for()
        strangers.check()


def clicked_while_redrawn(page, label: str, other: str) -> None:
    """Click a button, and another thing a moment later, while what the first has caused is still being drawn."""
    page.evaluate(
        """([label, other]) => {
            const buttons = [...document.querySelectorAll('button')];
            buttons.find((button) => button.innerText.startsWith(label)).click();
            setTimeout(() => buttons.find((button) => button.innerText === other).click(), 10);
        }""",
        [label, other],
    )


def test_a_click_is_not_lost_when_the_page_is_drawn_anew_at_that_moment(browser, chrome, fresh):
    serves = serving("--study", str(fresh.study), "--cache", str(fresh.cache))
    with held(fresh.cache / "jobs" / "device.lock"), serves as address, looking(browser) as (page, strangers):
        opened(page, address)
        for name in ("Compute everything", "size"):
            page.locator("button", has_text=name).first.wait_for()
        settle(page)
        clicked_while_redrawn(page, "Compute everything", "size")
        page.get_by_text("Jobs · 1 at work").wait_for()
        settle(page)
        assert page.get_by_role("button", name="Cancel").count() == 1  # one job, though two spaces wait for it
        assert page.get_by_role("button", name="Compute everything").count() == 0
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Compute everything").wait_for()
        strangers.check()


def test_a_dialog_stays_open_with_what_was_typed_while_a_job_goes_on(browser, chrome, fresh):
    serves = serving("--study", str(fresh.study), "--cache", str(fresh.cache))
    with serves as address, looking(browser) as (page, strangers):
        with held(fresh.cache / "jobs" / "device.lock"):
            opened(page, address)
            page.get_by_role("button", name="Compute · about").first.click()
            page.get_by_text("Jobs · 1 at work").wait_for()
            page.get_by_test_id("stSidebar").get_by_role("button", name="Change").click()
            page.get_by_label("Neighbours, k").fill("60")
        page.get_by_text(re.compile(r"([3-9]|\d\d) of \d+: |: done")).first.wait_for()  # the job has got on, or is done
        page.get_by_role("button", name="Apply").click()
        page.get_by_text("k is 60 but there are 60 samples; give k below 60.").wait_for()
        assert "k = 5, cosine" in page.get_by_test_id("stSidebar").inner_text()
        page.get_by_label("Neighbours, k").fill("7")
        page.get_by_role("button", name="Apply").click()
        page.get_by_text("k = 7, cosine").wait_for()
        assert page.get_by_role("dialog").count() == 0
        strangers.check()
    for job in jobs.all_jobs(fresh.cache):
        jobs.cancel(job)


def test_a_query_and_what_is_looked_at_outlive_a_reload(page, address):
    map_page(page, address)
    find_text(page, "barks at the postman")
    page.wait_for_url("**query=barks*")
    page.reload()
    page.get_by_text("10 nearest: cosine, exact search").wait_for()
    typed = "() => document.querySelector('input[aria-label=\"Find by a new text\"]')?.value === 'barks at the postman'"
    page.wait_for_function(typed)
    page.get_by_text("PCA of words: trustworthiness").wait_for()


def test_back_goes_to_what_was_looked_at_before(page, address):
    map_page(page, address)
    for space in ("words", "columns"):
        page.get_by_label("Space", exact=True).click()
        page.get_by_role("option", name=space).click()
        page.get_by_text(f"of {space}: trustworthiness").wait_for()
        settle(page)
    page.go_back()
    page.get_by_text("of words: trustworthiness").wait_for()
    assert "space=words" in page.url


def test_a_study_opened_from_another_page_begins_with_its_overview(page, address):
    opened(page, address, "jobs")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="digits").click()
    page.wait_for_url("**/?study=digits")
    page.get_by_text("samples in").first.wait_for()


def test_a_study_can_be_changed_while_its_samples_are_read(browser, chrome, fresh):
    cache = fresh.cache.with_name("empty")
    serves = serving("--study", str(fresh.study), "--cache", str(cache))
    with serves as address, looking(browser) as (page, strangers):
        with held(cache / "jobs" / "device.lock"):
            page.goto(address)
            page.get_by_text("Reading the samples of pets").wait_for()
            page.get_by_test_id("stSidebar").get_by_role("button", name="Change").click()
            page.get_by_label("Neighbours, k").fill("7")
            page.get_by_role("button", name="Apply").click()
            page.get_by_text("k = 7, cosine").wait_for()
        page.get_by_text("60 samples in 2 spaces").wait_for()
        assert "k = 7, cosine" in page.get_by_test_id("stSidebar").inner_text()
        strangers.check()
