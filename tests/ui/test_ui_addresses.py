"""A study fits into an address and comes back from it; what it may reach does not depend on who wrote the address."""

import base64
import gc
import json
import weakref
import zlib
from dataclasses import replace

import pytest

from analysis.study import CheckpointSpec, DatasetSpec, Study
from analysis.study_file import plain
from models.errors import BadInput
from ui import opened, startup
from ui.startup import Options
from ui.state import Session
from ui.view import View, from_address, in_address

OWN = Study(
    name="mine", k=9, dataset=DatasetSpec(source="digits"), checkpoint=(CheckpointSpec(name="p", family="numeric"),)
)
OF_A_FILE = Study(name="t", dataset=DatasetSpec(path="t.csv"), checkpoint=(CheckpointSpec(name="p", family="numeric"),))


@pytest.fixture
def options(tmp_path, monkeypatch):
    found = Options(tmp_path / "studies" / "t.toml", tmp_path / "cache", ())
    monkeypatch.setattr(startup, "options", lambda: found)
    return found


def test_a_built_in_study_is_its_name(options):
    study, base = opened.built_in("digits")
    assert opened.address_of(study, base, options.cache) == "digits"
    assert opened.study_of_address("digits") == (study, base)


def test_a_short_study_without_files_is_in_the_address_itself(options):
    address = opened.address_of(OWN, startup.STUDIES, options.cache)
    assert address.startswith("z")
    assert opened.study_of_address(address)[0] == OWN
    assert not (options.cache / "studies").exists()


def test_a_study_over_a_file_is_kept_under_its_key(options):
    base = options.study.parent
    address = opened.address_of(OF_A_FILE, base, options.cache)
    assert len(address) == 24
    assert opened.study_of_address(address) == (OF_A_FILE, base)
    assert opened.address_of(OF_A_FILE, base, options.cache) == address


def test_an_upload_of_another_tab_cannot_be_opened_by_its_address(options):
    address = opened.address_of(OF_A_FILE, options.cache / "uploads" / "secret", options.cache)
    with pytest.raises(BadInput, match="another tab"):
        opened.study_of_address(address)


def test_a_kept_study_outside_the_allowed_folders_is_refused(options, tmp_path):
    address = opened.address_of(OF_A_FILE, tmp_path / "elsewhere", options.cache)
    with pytest.raises(BadInput, match="--root"):
        opened.study_of_address(address)


@pytest.mark.parametrize(
    "address", ["", "nonsense", "../../etc/passwd", "0" * 24, "z", "z!!!", "zAAAA", "z" + "A" * 5000]
)
def test_an_address_that_is_none_is_said_so(options, address):
    with pytest.raises(BadInput):
        opened.study_of_address(address)


def test_an_address_that_would_unfold_to_megabytes_is_refused(options):
    bomb = json.dumps(plain(OWN) | {"name": " " * 50_000_000}).encode()
    with pytest.raises(BadInput, match="damaged"):
        opened.study_of_address("z" + base64.urlsafe_b64encode(zlib.compress(bomb, 9)).decode())


def test_a_study_with_unknown_keys_in_its_address_is_refused_by_name(options):
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(plain(OWN) | {"sedd": 1}).encode())).decode()
    with pytest.raises(BadInput, match="sedd"):
        opened.study_of_address(f"z{packed}")


def test_an_upload_is_found_again_by_its_own_session_and_no_other(options, monkeypatch):
    mine = opened.uploads_of(Session(OF_A_FILE, options.cache))
    other = opened.uploads_of(Session(OF_A_FILE, options.cache))
    mine.mkdir(parents=True)
    address = opened.address_of(OF_A_FILE, mine, options.cache)
    assert opened.study_of_address(address, mine) == (OF_A_FILE, mine)
    for stranger in (None, other, options.cache / "uploads" / mine.name[:5]):
        with pytest.raises(opened.UploadedElsewhere):
            opened.study_of_address(address, stranger)


def test_the_folder_of_uploads_does_not_tell_the_secret_that_leads_there(options):
    session = Session(OF_A_FILE, options.cache)
    assert session.own not in str(opened.uploads_of(session))
    assert opened.uploads_of(session) == opened.uploads_of(Session(OWN, options.cache, own=session.own))


@pytest.mark.parametrize("said", ["", "..", "../../etc", "A" * 32, "0" * 31, "0" * 33, "0" * 31 + "\n"])
def test_a_secret_that_is_none_is_not_taken_up(options, monkeypatch, said):
    taken = []
    monkeypatch.setattr(opened.state, "session", lambda: Session(OF_A_FILE, options.cache))
    monkeypatch.setattr(opened.state, "own", taken.append)
    opened.recognize(said)
    assert taken == [""]


def test_a_view_comes_back_from_its_address_and_nonsense_counts_as_not_given():
    view = View(query="a & b=c", filter="x", regex=True, dimensions=3, shown=20, pinned="é", space="MiniLM")
    assert from_address(View(), in_address(view)) == view
    assert from_address(View(), {"dimensions": "9", "shown": "-1", "regex": "yes", "selection": "a"}) == View()
    assert from_address(View(), {"shown": "999"}).shown == 50
    assert len(from_address(View(), {"query": "x" * 10**6}).query) == 1_000


def test_a_pipeline_lives_as_long_as_somebody_is_at_its_study(options):
    def open_others() -> None:
        for seed in range(100, 110):
            opened.pipeline_of(replace(OWN, seed=seed), options.cache)

    mine = opened.pipeline_of(OWN, options.cache)
    open_others()
    assert opened.pipeline_of(OWN, options.cache) is mine
    opened.forget()
    assert opened.pipeline_of(OWN, options.cache) is not mine
    gone = weakref.ref(mine)
    del mine
    gc.collect()
    assert gone() is None
