"""A study changed in the browser is checked before it is turned to; an upload gets encoders that fit it."""

import pytest

from analysis.study import CheckpointSpec, DatasetSpec, Study
from models.errors import BadInput
from ui import opened
from ui.change_dialog import layers_from, most_samples, with_checkpoint
from ui.open_dialog import encoders_for, readings_of


@pytest.mark.parametrize(
    ("typed", "layers"), [("last", "last"), (" ALL ", "all"), ("0 3 6", (0, 3, 6)), ("0,3", (0, 3)), ("2", (2,))]
)
def test_layers_are_read_as_people_type_them(typed, layers):
    assert layers_from(typed) == layers


@pytest.mark.parametrize("typed", ["", "first", "-1", "1.5", "0;3", "99999"])
def test_layers_that_are_none_are_said_so(typed):
    with pytest.raises(BadInput, match="last, all"):
        layers_from(typed)


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        (DatasetSpec(path="t", text="body"), ["MiniLM", "MiniLM (random)", "TF-IDF"]),
        (DatasetSpec(path="t", text="body", numeric=("a",)), ["MiniLM", "MiniLM (random)", "TF-IDF", "columns"]),
        (DatasetSpec(path="t", vector="v"), ["vectors"]),
        (DatasetSpec(source="vectors", path="t"), ["vectors"]),
        (DatasetSpec(path="t", numeric=("a", "b")), ["columns"]),
    ],
)
def test_an_upload_gets_encoders_for_what_it_holds(spec, names):
    assert [checkpoint.name for checkpoint in encoders_for(spec, control=True)] == names


def test_an_upload_with_nothing_to_embed_is_said_so():
    with pytest.raises(BadInput, match="choose texts"):
        encoders_for(DatasetSpec(path="t"), control=False)


@pytest.mark.parametrize(
    ("name", "content", "source"),
    [
        ("no ending", b"id,text\n1,some words here\n2,other words there\n", "table"),
        ("lines.csv", b'{"id": 1, "text": "some words"}\n{"id": 2, "text": "others"}\n', "table"),
        ("words.csv", b"cat 0.1 0.2 0.3\ndog 0.2 0.1 0.4\nfish 0.5 0.5 0.1\n", "vectors"),
    ],
)
def test_an_upload_is_told_by_content(tmp_path, name, content, source):
    (tmp_path / name).write_bytes(content)
    readings = readings_of(tmp_path / name, tmp_path)
    assert next(iter(readings)) == source
    spec, preview = readings[source]
    assert (spec.source, spec.path) == (source, name)
    assert preview.rows == len(content.splitlines()) - (content[:2] == b"id")


def test_a_table_of_bare_numbers_can_be_read_as_vectors_too(tmp_path):
    (tmp_path / "numbers").write_bytes(b"a,b\n1,2\n3,4\n5,6\n")
    assert list(readings_of(tmp_path / "numbers", tmp_path)) == ["table", "vectors"]


def test_an_upload_that_nothing_reads_is_said_so(tmp_path):
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)) * 9)
    with pytest.raises(BadInput, match=r"noise\.csv"):
        readings_of(tmp_path / "noise.csv", tmp_path)


class Holder:
    """A pipeline whose place is all that is asked of it."""

    def __init__(self, place):
        self.place = place


def test_a_checkpoint_is_checked_before_it_is_added(world, monkeypatch, tmp_path):
    from analysis.study_file import read_study
    from models.place import Place

    monkeypatch.setattr(opened, "pipeline", lambda: Holder(Place(tmp_path, (tmp_path,))))
    study = read_study(world.study)
    added = with_checkpoint(study, CheckpointSpec(name="more", family="tfidf"), twin=False)
    assert [spec.name for spec in added.checkpoint] == ["columns", "words", "more"]
    with pytest.raises(BadInput, match="words"):
        with_checkpoint(study, CheckpointSpec(name="words", family="tfidf"), twin=False)
    with pytest.raises(BadInput, match=r"outside|may read"):
        with_checkpoint(study, CheckpointSpec(name="x", family="transformer", model="/etc"), twin=True)


def sampled(sample):
    return Study(dataset=DatasetSpec(path="t", sample=sample), checkpoint=(CheckpointSpec(name="c", family="tfidf"),))


@pytest.mark.parametrize(
    ("before", "after", "there", "most"),
    [
        (0, 0, 60, 60),  # nothing changes
        (0, 20, 60, 20),
        (0, 500, 60, 60),  # a sample of all there are
        (20, 40, 20, 40),  # whether the source has so many is not known yet
        (20, 0, 20, None),
        (100, 0, 60, 60),  # the source held fewer than were asked for
        (0, 0, None, None),
        (0, 20, None, 20),
    ],
)
def test_how_many_samples_a_change_leaves_at_most(before, after, there, most):
    assert most_samples(sampled(before), after, there) == most
