"""Who may come in where the dashboard listens beyond this machine: nobody by mistake, and nobody unasked.

An address other than this machine's own is refused at the start without `--public`. With it, Streamlit's OIDC (an
[auth] section in its secrets) asks who comes, else the password in ANCHORAGE_PASSWORD is asked for; with neither it is
refused.
"""

import hmac
import ipaddress
import os
import threading
import time

import streamlit as st
from streamlit import config

from models.errors import BadInput
from ui import startup, state, words

PASSWORD = "ANCHORAGE_PASSWORD"
SHORTEST = 12  # characters of one
WAIT = 1.0  # seconds that a wrong one costs, one at a time for all who try
_ONE_AT_A_TIME = threading.Lock()


def check() -> None:
    """BadInput where the dashboard would listen to others without being told to, or without asking who they are."""
    address = _address()
    if _is_own(address):
        return
    where = f"the dashboard would listen on {address or 'every address of this machine'}"
    if not startup.options().public:
        raise BadInput(f"{where}, for whoever can reach it; leave --server.address out, or say -- --public.")
    if not _has_oidc() and len(os.environ.get(PASSWORD, "")) < SHORTEST:
        raise BadInput(
            f"{where} and ask nobody who they are; set {PASSWORD} to {SHORTEST} characters or more, or [auth] in"
            " Streamlit's secrets."
        )


def entered() -> bool:
    """Whether the session may see the dashboard; where not yet, it is asked to log in."""
    if not startup.options().public:
        return True
    if _has_oidc():
        if st.user.is_logged_in:
            return True
        st.button("Log in", on_click=st.login)
        return False
    if state.remembered("door") is True:
        return True
    with st.form("door"):
        given = st.text_input("Password", type="password")
        if st.form_submit_button("Enter") and _is_right(given):
            state.remember("door", True)
            st.rerun()
        elif given:
            words.trouble("The password is another.")
    return False


def _is_right(given: str) -> bool:
    wanted = os.environ.get(PASSWORD, "")
    if len(wanted) >= SHORTEST and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    with _ONE_AT_A_TIME:
        time.sleep(WAIT)
    return False


def _address() -> str:
    address: str = config.get_option("server.address") or ""
    return address


def _is_own(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost" or address.startswith("unix://")


def _has_oidc() -> bool:
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets
