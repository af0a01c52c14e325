"""A part of a page that is drawn anew by itself asks for that while the page is at rest, and at no other time."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.dashboards import looking, running

pytestmark = pytest.mark.browser
APP = """
import time

import streamlit as st

from ui import live


def part():
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    st.write(f"drawn {st.session_state['drawn']} times")


if st.button("Take long"):
    time.sleep(2)
live.draw(part, every=0.1, key="one")
live.draw(lambda: st.write("another"), every=0.1, key="two")
live.draw(lambda: st.write("still"), every=None, key="three")
"""
DRAWN = "least => Number(document.body.innerText.match(/drawn (\\d+) times/)?.[1]) >= least"
AT_REST = "document.querySelector('.stApp').dataset.testScriptState === 'notRunning'"


def times(page: Any) -> int:
    found = re.search(r"drawn (\d+) times", page.locator(".stMain").inner_text())
    assert found is not None
    return int(found[1])


def test_it_is_drawn_anew_while_the_page_rests_and_asks_nothing_while_a_script_is_at_work(
    tmp_path: Path, browser: Any
) -> None:
    app = tmp_path / "live_app.py"
    app.write_text(APP, encoding="utf-8")
    sent: list[float] = []
    with running(app, {"headless": "true"}) as address, looking(browser) as (page, strangers):
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(time.monotonic())))
        page.goto(address)
        page.wait_for_function(DRAWN, arg=4)  # nobody has clicked
        page.get_by_role("button", name="Take long").click()
        page.wait_for_function(f"!({AT_REST})")
        page.wait_for_timeout(300)  # what was on its way has arrived
        asked, before = len(sent), times(page)
        page.wait_for_timeout(1200)
        assert (len(sent), times(page)) == (asked, before)
        page.wait_for_function(DRAWN, arg=before + 4)
        assert len(sent) > asked
        strangers.check()
