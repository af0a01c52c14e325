"""The server opens a browser on the address that it really has."""

import socket

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
