"""A dashboard that listens beyond this machine: refused without a flag, and with it nobody comes in unasked."""

import pytest
from streamlit.testing.v1 import AppTest

from models.errors import BadInput
from ui import door, startup

OWN = ("127.0.0.1", "127.8.8.8", "localhost", "::1")
OTHERS = ("0.0.0.0", "::", "", "192.168.1.5", "example.org", "127.0.0.1.example.org")
LONG = "correct horse battery"


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Start with an address and arguments; no secrets are there."""

    def start(address, *arguments, password=""):
        monkeypatch.setattr(door, "_address", lambda: address)
        monkeypatch.setattr(startup, "options", lambda: startup.parse([*arguments, "--cache", str(tmp_path)]))
        monkeypatch.setattr(door, "_has_oidc", lambda: False)
        monkeypatch.setattr(door, "WAIT", 0.0)
        monkeypatch.setenv(door.PASSWORD, password)

    return start


@pytest.mark.parametrize("address", OWN)
def test_this_machine_needs_no_flag(started, address):
    started(address)
    door.check()


@pytest.mark.parametrize("address", OTHERS)
def test_any_other_address_needs_the_flag_and_a_way_to_ask(started, address):
    started(address, password=LONG)
    with pytest.raises(BadInput, match="-- --public"):
        door.check()
    started(address, "--public", password="short")
    with pytest.raises(BadInput, match="ask nobody who they are"):
        door.check()
    started(address, "--public", password=LONG)
    door.check()
    started(address, "--public")
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(door, "_has_oidc", lambda: True)
        door.check()


def page():
    import streamlit as st

    from ui import door

    if door.entered():
        st.write("inside")


def test_the_password_is_asked_for_and_only_the_right_one_opens(started):
    started("0.0.0.0", "--public", password=LONG)
    shown = AppTest.from_function(page).run()
    assert not shown.markdown and shown.text_input[0].label == "Password"
    shown.text_input[0].set_value("correct horse battery staple")
    shown.button[0].click().run()
    assert "inside" not in [one.value for one in shown.markdown]
    shown.text_input[0].set_value(LONG)
    shown.button[0].click().run()
    assert [one.value for one in shown.markdown] == ["inside"]


def test_without_the_flag_nothing_is_asked(started):
    started("127.0.0.1")
    assert [one.value for one in AppTest.from_function(page).run().markdown] == ["inside"]


def test_there_is_no_password_that_is_empty(started):
    started("0.0.0.0", "--public")
    assert not door._is_right("")
