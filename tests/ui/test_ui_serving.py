"""The server opens a browser on the address that it really has."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit import config

from ui import serving


def test_a_browser_is_opened_on_the_port_that_was_taken_in_the_end(monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(serving.webbrowser, "open", opened.append)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        settings = {"browser.serverAddress": "127.0.0.1", "server.port": port}
        monkeypatch.setattr(config, "get_option", settings.__getitem__)
        serving._open_browser()
    assert opened == [f"http://127.0.0.1:{port}"]


def test_no_browser_is_opened_where_nothing_answers(monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(serving.webbrowser, "open", opened.append)
    monkeypatch.setattr(serving, "PATIENCE", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers
        settings = {"browser.serverAddress": "127.0.0.1", "server.port": free.getsockname()[1]}
        monkeypatch.setattr(config, "get_option", settings.__getitem__)
        serving._open_browser()
    assert opened == []


def test_the_server_comes_up_whatever_the_first_page_meets(monkeypatch, caplog):
    def broken() -> None:
        raise RuntimeError("a plug-in that cannot be read")

    monkeypatch.setattr(config, "get_option", {"server.headless": True}.__getitem__)
    monkeypatch.setattr(serving.preload, "first_page", broken)
    serving.ready()
    assert "a plug-in that cannot be read" in caplog.text


def test_freed_memory_is_given_back_again_and_again(monkeypatch):
    given, enough = [], 3

    def sleep(seconds: float) -> None:
        assert seconds == serving.TIDIED
        if len(given) == enough:
            raise SystemExit

    library = SimpleNamespace(malloc_trim=given.append)
    monkeypatch.setattr(serving.ctypes, "CDLL", lambda name: library)
    monkeypatch.setattr(serving, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(serving.sys, "platform", "linux")
    with pytest.raises(SystemExit):
        serving._tidy()
    assert given == [0] * enough
    monkeypatch.setattr(serving.sys, "platform", "win32")
    serving._tidy()  # where the C library has no such call there is nothing to do


def test_arrow_keeps_no_memory_of_its_own(tmp_path):
    code = "import sys; sys.argv[1:] = ['--cache', sys.argv[1]]; import app; import pyarrow as pa;"
    code += "print(pa.default_memory_pool().backend_name)"
    settings = {"STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(serving.__file__).parents[1],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "system", done.stderr[-1000:]
