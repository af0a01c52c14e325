"""Named selections outlive the process, trust no file, and two writers never lose each other's names."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from analysis import selections
from analysis.selections import ids_of, keep, listed, remove, rename
from models.errors import BadInput, Failed


def names(folder) -> dict[str, int]:
    return {named.name: named.n for named in listed(folder)[0]}


def ids(folder, name: str) -> tuple[str, ...]:
    return next(ids_of(named) for named in listed(folder)[0] if named.name == name)


def test_what_is_kept_is_listed_and_read_back_in_order(tmp_path):
    keep(tmp_path, "b", ["z", "a", "z"])
    keep(tmp_path, "A", ["a"])
    assert list(names(tmp_path).items()) == [("A", 1), ("b", 2)]
    assert ids(tmp_path, "b") == ("z", "a")


@pytest.mark.parametrize("name", ["../../etc", "<b>x</b>", ".", "日本語 🐈", "a" * 60, '"', "CON", "**bold** $x$"])
def test_any_text_is_a_name(tmp_path, name):
    folder = tmp_path / "mine"
    keep(folder, name, ["a"])
    assert names(folder) == {name: 1}
    assert {file.parent for file in tmp_path.rglob("*.json")} == {folder}


def test_spaces_and_unseen_signs_do_not_make_another_name(tmp_path):
    keep(tmp_path, " two\n words\x07 ", ["a"])
    assert names(tmp_path) == {"two words": 1}
    with pytest.raises(BadInput, match="already"):
        keep(tmp_path, "two words", ["b"])
    assert ids(tmp_path, "two words") == ("a",)


@pytest.mark.parametrize(
    ("name", "chosen", "sentence"),
    [(" \n", ["a"], "needs a name"), ("a" * 61, ["a"], "61 characters"), ("a", [], "nothing is selected")],
)
def test_what_is_no_name_or_no_selection_is_refused(tmp_path, name, chosen, sentence):
    with pytest.raises(BadInput, match=sentence):
        keep(tmp_path, name, chosen)
    assert names(tmp_path) == {}


def test_a_name_is_changed_unless_it_is_taken(tmp_path):
    keep(tmp_path, "a", ["1"])
    keep(tmp_path, "b", ["2"])
    with pytest.raises(BadInput, match="already"):
        rename(tmp_path, "a", "b")
    rename(tmp_path, "a", "c")
    rename(tmp_path, "c", "c ")
    assert names(tmp_path) == {"b": 1, "c": 1} and ids(tmp_path, "c") == ("1",)
    with pytest.raises(BadInput, match="gone"):
        rename(tmp_path, "a", "d")


def test_what_is_removed_can_be_kept_again(tmp_path):
    keep(tmp_path, "a", ["1", "2"])
    gone = remove(tmp_path, "a")
    assert names(tmp_path) == {} and remove(tmp_path, "a") == ()
    keep(tmp_path, "a", gone)
    assert ids(tmp_path, "a") == ("1", "2")


BROKEN = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[1]",
    b'{"name": "x"}',
    b'{"name": 3, "ids": []}',
    b'{"name": "x", "ids": "abc"}',
    b'{"name": "x", "ids": [1]}',
    b'{"name": "", "ids": []}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_file_that_is_no_selection_is_said_to_be_damaged_and_takes_no_name(tmp_path, content):
    keep(tmp_path, "good", ["a"])
    damage(tmp_path, "x", content)
    found, (damaged,) = listed(tmp_path)
    assert [named.name for named in found] == ["good"] and damaged.bad
    assert "is damaged" in damaged.why and damaged.why.count(".") - damaged.why.count(".json") == 1
    keep(tmp_path, "x", ["b", "c"])
    assert ids(tmp_path, "x") == ("b", "c") and listed(tmp_path)[1] == ()


def damage(folder, name: str, content: bytes):
    keep(folder, name, ["a"])
    file = next(named.file for named in listed(folder)[0] if named.name == name)
    file.write_bytes(content)
    return file


def test_a_file_cut_off_is_called_by_its_name_renamed_onto_and_removed(tmp_path):
    damage(tmp_path, 'out"liers', b'{"name": "out\\"liers", "ids": ["a", "b')
    keep(tmp_path, "good", ["a"])
    assert "The selection 'out\"liers' is damaged" in listed(tmp_path)[1][0].why
    assert selections.discard(tmp_path) == 1 and listed(tmp_path)[1] == () and names(tmp_path) == {"good": 1}
    damage(tmp_path, "x", b"{")
    rename(tmp_path, "good", "x")
    assert names(tmp_path) == {"x": 1} and listed(tmp_path)[1] == () and selections.discard(tmp_path) == 0
    damage(tmp_path, "y", b"{")
    assert remove(tmp_path, "y") == () and listed(tmp_path)[1] == ()


def test_a_file_under_the_name_of_another_is_damaged_and_lends_no_name(tmp_path):
    (tmp_path / f"{'0' * 32}.json").write_text(json.dumps({"name": "x", "ids": ["a"]}))
    found, (damaged,) = listed(tmp_path)
    assert found == () and "'x'" not in damaged.why


def test_damaged_files_take_no_place_among_the_most(tmp_path, monkeypatch):
    monkeypatch.setattr(selections, "MOST", 2)
    for number in range(3):
        damage(tmp_path, f"bad {number}", b"{")
    keep(tmp_path, "a", ["1"])
    keep(tmp_path, "b", ["1"])
    with pytest.raises(BadInput, match="2 selections are named already"):
        keep(tmp_path, "c", ["1"])


def test_what_cannot_be_read_now_is_neither_removed_nor_written_over(tmp_path, monkeypatch):
    keep(tmp_path, "a", ["1"])

    def refuse(file):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(selections, "_summary", lambda file, version: refuse(file))
        (found,) = listed(tmp_path)[1]
        assert not found.bad and "cannot be read" in found.why and "Permission denied" in found.why
        assert selections.discard(tmp_path) == 0
        with pytest.raises(Failed, match="Permission denied"):
            keep(tmp_path, "a", ["2"])
    assert ids(tmp_path, "a") == ("1",)


UNSEEN = ["\u200b", "\u200d\u200c", "\u202e", "\u2066\u2069", "\x07\x1b", "\u0301\u0302", "\u20dd", "\u3164", "\uffa0"]
UNSEEN += [
    "\u115f\u1160",
    "\u2800",
    "\ufe0f",
    "\U000e0100",
    "\u034f",
    "\u180b",
    "\ue000",
    "\u00ad",
    "\ufeff",
    " \u200d \u0301",
]


@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_a_name_that_cannot_be_seen_is_refused(tmp_path, name):
    with pytest.raises(BadInput, match="a name that can be seen; type a few words"):
        keep(tmp_path, name, ["a"])
    keep(tmp_path, "a", ["a"])
    with pytest.raises(BadInput, match="can be seen"):
        rename(tmp_path, "a", name)
    keep(tmp_path, f"a{name}b"[:60], ["a"])  # among letters such signs belong to the writing, or are left out


@pytest.mark.parametrize("name", ["what is selected", "all others", "choose"])
@pytest.mark.parametrize(
    "between", ["\u200d", "\u200c", "\u3164", "\u034f", "\ufe0f", "\u200b", "\u202e", ""], ids=ascii
)
def test_a_name_that_looks_like_a_reserved_one_is_refused(tmp_path, name, between):
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in name)
    for written in (name.upper(), name.title(), wide, f" {name} "):
        with pytest.raises(BadInput, match="the menus call something else"):
            keep(tmp_path, between.join(written), ["a"])
    keep(tmp_path, f"{name} 2", ["a"])


def test_sizes_are_capped(tmp_path, monkeypatch):
    keep(tmp_path, "a", ["1" * 100])
    (named,) = listed(tmp_path)[0]
    monkeypatch.setattr(selections, "LARGEST", 100)
    with pytest.raises(BadInput, match="too much room"):
        keep(tmp_path, "b", ["1" * 100])
    with pytest.raises(BadInput, match="damaged"):
        ids_of(named)
    monkeypatch.setattr(selections, "LARGEST", 1 << 20)
    monkeypatch.setattr(selections, "WHOLE", 200)
    with pytest.raises(BadInput, match="too much room"):
        keep(tmp_path, "b", ["1" * 100])
    monkeypatch.setattr(selections, "MOST", 1)
    with pytest.raises(BadInput, match="named already"):
        keep(tmp_path, "b", ["1"])


def test_writers_at_once_lose_nothing_and_one_name_has_one_winner(tmp_path):
    def write(number: int) -> str:
        try:
            keep(tmp_path, f"name {number % 20}", [f"id {number}"])
        except BadInput:
            return "taken"
        return "kept"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(write, range(40)))
    assert outcomes.count("kept") == 20 == len(names(tmp_path))
    assert not list(tmp_path.glob("*.draft"))


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="could not be kept"):
        keep(tmp_path / "file" / "mine", "a", ["1"])


def test_no_folder_is_no_names(tmp_path):
    assert listed(tmp_path / "nowhere") == ((), ())
