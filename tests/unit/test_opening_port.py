"""`open` takes the port it is given or says that it is taken; given none, the next free one."""

import socket

import pytest

from analysis import opening
from models.errors import BadInput


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind((opening.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_taken_as_given(taken):
    with socket.socket() as free:
        free.bind((opening.HOST, 0))
        port = free.getsockname()[1]
    assert opening.port_to_use(port) == port


@pytest.mark.parametrize("port", [0, -1, 70_000])
def test_a_port_that_is_none_is_said_so(port):
    with pytest.raises(BadInput, match="from 1 to 65535"):
        opening.port_to_use(port)


def test_a_port_that_is_taken_is_said_so(taken):
    with pytest.raises(BadInput, match=f"--port {taken} is taken"):
        opening.port_to_use(taken)


def test_without_a_port_the_next_free_one_is_found(taken, monkeypatch):
    monkeypatch.setattr(opening, "FIRST_PORT", taken)
    assert taken < opening.port_to_use(None) <= taken + opening.PORTS


def test_where_every_port_is_taken_the_way_out_is_said(taken, monkeypatch):
    monkeypatch.setattr(opening, "FIRST_PORT", taken)
    monkeypatch.setattr(opening, "PORTS", 1)
    with pytest.raises(BadInput, match="--port"):
        opening.port_to_use(None)
