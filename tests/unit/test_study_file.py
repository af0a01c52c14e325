"""The study file: what it accepts, what it refuses, and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.study import ALLOWED, CheckpointSpec, DatasetSpec, Study
from analysis.study_file import dump_study, parse_study, plain, read_study, study_from, study_key
from models.errors import BadInput

WHOLE = """
name = "cora"
k = 10
[engine]
workers = 2
[dataset]
source = "table"
path = "cora.jsonl"
text = "text"
labels = ["label"]
[[checkpoint]]
name = "MiniLM"
layers = [0, 3, 6]
at = 3
[[graph]]
name = "citations"
path = "edges.csv"
[comparison]
pairs = [["A", "B"]]
[[task]]
name = "topic"
label = "label"
[[metrics]]
source = "csv"
checkpoints = { "run-1" = "MiniLM" }
[[pretraining]]
name = "sipt"
weight = [0, 0.5]
[[corpus]]
name = "wikitext"
[anchors]
fits = ["plain"]
[benefit]
seeds = [0]
"""
TASK = "[[task]]\nname = 't'\nlabel = 'x'\n"


def test_every_section_of_the_contract_is_read():
    study = parse_study(WHOLE)
    assert study.dataset is not None and study.dataset.labels == ("label",)
    assert study.checkpoint[0].layers == (0, 3, 6) and study.checkpoint[0].at == 3.0
    assert study.comparison is not None and study.comparison.pairs == (("A", "B"),)
    assert study.pretraining[0].weight == (0.0, 0.5)
    assert study.metrics[0].checkpoints == {"run-1": "MiniLM"}
    assert study.anchors is not None and study.benefit is not None and study.corpus[0].window == 256


def test_a_written_study_reads_back_equal():
    study = parse_study(WHOLE)
    assert parse_study(dump_study(study)) == study
    assert study_from(plain(study)) == study
    assert study_key(study_from(plain(study))) == study_key(study)


def test_the_file_names_the_study_that_has_no_name(tmp_path):
    file = tmp_path / "birds.toml"
    file.write_text('[dataset]\nsource = "digits"\n[[checkpoint]]\nname = "a"\n')
    assert read_study(file).name == "birds"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("metrc = 'cosine'", "unknown key 'metrc' in the study; did you mean 'metric'?"),
        ("[dataset]\nsorce = 'digits'", "unknown key 'sorce' in [dataset]; did you mean 'source'?"),
        ("[[checkpoint]]\nname = 'a'\nlayer = 'all'", "unknown key 'layer' in [[checkpoint]]; did you mean 'layers'?"),
        ("metric = 'cosin'", "metric of the study is 'cosin'; did you mean 'cosine'?"),
        ("k = 'many'", "k of the study must be a whole number, not a text ('many')."),
        ("k = true", "k of the study must be a whole number, not true or false (True)."),
        ("[engine]\nworkers = -1", "workers of [engine] is -1; give 0 for as many as there are"),
        (
            "[engine]\naddress = 'head:6379'",
            "address of [engine] is 'head:6379', but name is 'local'; set name = 'ray'",
        ),
        ("[engine]\nname = 'rya'", "name of [engine] is 'rya'; did you mean 'ray'?"),
        ("seed = -1", "seed is -1; give 0 to"),
        ("seed = 99999999999999999999", "seed is 99999999999999999999; give 0 to 4,294,967,295."),
        (TASK + "seeds = [0, 4294967296]", "a seed of [[task]] 't' is 4294967296; give 0 to 4,294,967,295."),
        (TASK + "seeds = [-1]", "a seed of [[task]] 't' is -1; give 0 to"),
        (TASK + "seeds = []", "[[task]] 't' has no seeds; give for example [0, 1, 2]."),
        (TASK + "methods = []", "[[task]] 't' has no methods; name some"),
        (TASK + "methods = ['knn', 'linear', 'knn']", "[[task]] 't' names method 'knn' twice; give each once."),
        ("[[checkpoint]]\nname = 'a'\ninit_seed = 4294967296", "init_seed of checkpoint 'a' is 4294967296; give 0 to"),
        ("[[pretraining]]\nname = 'p'\nseeds = [-1]", "a seed of [[pretraining]] 'p' is -1; give 0 to"),
        ("[benefit]\nseeds = [4294967296]", "a seed of [benefit] is 4294967296; give 0 to"),
        ("[finetuning]\nclip = inf", "clip of [finetuning] is inf; give a finite number"),
        ("draws = 1000000000000", "draws is 1000000000000; give 0 to 100,000."),
        ("seed = " + "9" * 6000, "a number that is far too long"),
        (".".join("a" * 20_000) + " = 1", "a key of more than 32 parts"),
        ("[[checkpoint]]\nname='a'\nat = nan", "at of [[checkpoint]] is nan; give a finite number."),
        ("[finetuning]\nclip = inf", "clip of [finetuning] is inf; give a finite number."),
        ("k = 0", "k is 0; give 1 or more neighbours."),
        ("analyses = 'spectrum'", "analyses of the study must be a list, not a text ('spectrum')."),
        ("[[checkpoint]]\nmodel = 'x'", "[[checkpoint]] has no 'name'; add it."),
        ("k = = 2", "is not valid TOML"),
        ("name = 'x'", "the study has no [dataset]"),
        ("[dataset]\nsource='digits'", "the study has no [[checkpoint]]; add one."),
        ("[dataset]\nsource='table'", "[dataset] has source 'table' but no `path`."),
        ("[dataset]\nsource='digits'\nsample=1", "a space needs at least 2 samples"),
        ("checkpoint = [3]", "[[checkpoint]] must be a table"),
        ("[[checkpoint]]\nname='a'\n[[checkpoint]]\nname='a'", "two [[checkpoint]] are called 'a'"),
        ("[[checkpoint]]\nname='../a'", "the name '../a' of a [[checkpoint]] is not allowed ('/' in it)"),
        ("[[checkpoint]]\nname='.a'", "not starting with a dot or a dash"),
        ("[[graph]]\nname='-a'\nsource='see_also'", "the name '-a' of a [[graph]] is not allowed"),
    ],
)
def test_a_wrong_study_is_refused_in_one_sentence(text, words):
    with pytest.raises(BadInput) as error:
        parse_study(text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "table",
    [
        {"name": "a\ud800"},
        {"\udfff": 1},
        {"dataset": {"source": "table", "path": "\ud83d"}},
        {"checkpoint": [{"name": "a", "prefix": "\udc00"}]},
        {"metrics": [{"source": "csv", "checkpoints": {"\ud800": "a"}}]},
        {"metric": "\ud800"},
    ],
    ids=ascii,
)
def test_half_a_surrogate_pair_is_refused_in_letters_that_can_be_shown(table):
    with pytest.raises(BadInput, match="half a surrogate pair, which is no text") as error:
        study_from({"dataset": {"source": "digits"}, "checkpoint": [{"name": "a"}]} | table)
    assert str(error.value).encode().isascii()


def test_a_study_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="not UTF-8"):
        read_study(tmp_path / "a.toml")
    with pytest.raises(BadInput, match="not a file"):
        read_study(tmp_path / "b.toml")
    with pytest.raises(BadInput, match="cannot be read"):
        read_study(tmp_path / ("b" * 5000))


@given(
    name=st.text(sorted(ALLOWED), min_size=1, max_size=20).filter(lambda s: s == s.strip() and s[0] not in ".-"),
    path=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    k=st.integers(1, 10**6),
    at=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_study_survives_the_file(name, path, k, at):
    study = Study(
        name=name,
        k=k,
        dataset=DatasetSpec(path=path),
        checkpoint=(CheckpointSpec(name=name, model=path, at=at),),
    )
    assert parse_study(dump_study(study)) == study
