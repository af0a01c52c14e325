"""Sequence tasks of source code by hand, their filters and splits, a user's file, and the scores."""

import ast
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.registry import sequence_tasks
from analysis.sequences import sources
from analysis.sequences.pairs import Limits, Pair, SourceFile, part_of, split, split_alone
from analysis.sequences.pairs_file import read_pairs
from models.errors import BadInput
from models.finetuning.sequence_scores import exact_match, longest_common, rouge_l, token_f1, tokens

CODE = '''
def blend(first, second, *, weight=0.5):
    """Mix two
    images.

    Parameters
    ----------
    first : array_like
        One.
    weight : float, optional
        How much.

    Returns
    -------
    ndarray : never a parameter
    """
    check(first, second, strict=True, limit=len(first))
    return first * weight + second

def _hidden(x):
    """Not asked about."""
    return [y for y in long_enough(x)]
'''
FILE = SourceFile("pkg/blend.py", CODE, ast.parse(CODE))


def made(name: str) -> list[Pair]:
    return list(sequence_tasks()[name].pairs(FILE))


def test_there_are_six_tasks() -> None:
    assert set(sequence_tasks()) == {"rewrite", "disassembly", "name", "keyword", "parameter", "summary"}


def test_an_expression_is_rewritten_from_its_other_side() -> None:
    assert set(made("rewrite")) == {
        Pair("first * weight + second", "second + weight * first"),
        Pair(
            "check(first, second, strict=True, limit=len(first))", "check(second, first, strict=True, limit=len(first))"
        ),
    }


def test_rewriting_twice_gives_the_expression_back() -> None:
    from analysis.sequences.rewrite import rewritten

    for source in ("a + b * c < f(x, y, k=1)", "a | b + c", "a - b / c", "1 < x < 2", "x[a + b] is not None"):
        assert rewritten(rewritten(source)) == source
    assert rewritten("a - b / c") == "a - b / c" and rewritten("1 < x < 2") == "1 < x < 2"


def test_instructions_are_those_of_the_expression_in_postfix() -> None:
    from analysis.sequences.disassembly import disassembled

    assert disassembled("first * weight + second") == "first ; weight ; * ; second ; +"
    assert disassembled("-x[0]").split(" ; ")[:2] == ["x", "0"]


def test_a_function_is_named_from_its_first_paragraph_and_its_arguments() -> None:
    assert made("name") == [Pair("Mix two images. ( first, second, weight )", "blend")]


def test_the_value_of_a_keyword_is_asked_unless_it_is_one_that_stands_everywhere() -> None:
    call = "check(first, second, strict=True, limit=len(first))"
    assert made("keyword") == [Pair(f"limit ? {call}", "len(first)")]


def test_the_type_of_a_parameter_is_read_from_its_section_alone() -> None:
    assert set(made("parameter")) == {
        Pair("first ? first : array_like ; weight : float, optional", "array_like"),
        Pair("weight ? first : array_like ; weight : float, optional", "float, optional"),
    }


def test_a_summary_is_asked_of_the_source_without_its_docstring() -> None:
    (pair,) = made("summary")
    assert pair.target == "Mix two images."
    assert pair.input.startswith("def blend(first, second, *, weight=0.5): check(first,") and "Mix" not in pair.input


def test_files_go_to_the_same_part_in_every_run_and_in_the_shares_said() -> None:
    parts = [part_of(f"pkg/file_{i}.py") for i in range(8000)]
    shares = {part: parts.count(part) / 8000 for part in ("corpus", "train", "dev", "test")}
    assert shares == pytest.approx({"corpus": 3 / 4, "train": 5 / 32, "dev": 1 / 32, "test": 2 / 32}, abs=0.015)
    assert part_of("numpy/linalg/_linalg.py") == "corpus"  # from the hash of the name, whatever the machine


def test_an_input_that_is_tested_is_never_trained_on() -> None:
    pairs = [(part, Pair(f"input {i % 50}", f"{part} {i}")) for i in range(100) for part in ("train", "test", "dev")]
    found = split(pairs)
    given = [pair.input for pair in (*found.train, *found.dev, *found.test)]
    assert len(given) == len(set(given)) == 50 == len(found.test)
    assert found.left_out["repeat"] == 250


def test_a_majority_answer_keeps_no_more_than_its_share() -> None:
    pairs = [("train", Pair(f"input {i}", "None" if i % 2 else f"answer {i}")) for i in range(400)]
    found = split(pairs, Limits(answer_share=0.05))
    nones = sum(pair.target == "None" for pair in found.train)
    assert nones == 10 and len(found.train) == 210 and found.left_out["majority answer"] == 190


def test_pairs_too_long_or_empty_are_left_out_and_counted() -> None:
    pairs = [("train", Pair("input", "")), ("train", Pair("x" * 301, "y")), ("train", Pair("inputs", "y" * 151))]
    assert dict(split(pairs).left_out)["length"] == 3


def test_tasks_are_made_of_the_files_that_natural_pre_training_does_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = []
    for i in range(64):
        path = tmp_path / f"file_{i}.py"
        path.write_text(f"value_{i} = first_{i} + second_{i}\n" if i else "not python at all")
        named.append((f"pkg/{path.name}", path))
    monkeypatch.setattr(sources, "files", lambda: iter(named))
    found = sources.splits({"rewrite": sequence_tasks()["rewrite"]})["rewrite"]
    of_task = {pair.input.split("_")[1].split()[0] for part in (found.train, found.dev, found.test) for pair in part}
    read = {text.split("_")[1].split()[0] for text in sources.corpus() if text.startswith("value")}
    assert not of_task & read and of_task | read | {"0"} == set(map(str, range(64))) | {"0"}


def test_a_users_file_is_read_and_dealt_out_by_its_inputs(tmp_path: Path) -> None:
    rows = [f"input {i}\ttarget {i % 7}" for i in range(400)]
    (tmp_path / "pairs.tsv").write_text("\n".join([*rows, "", rows[0]]) + "\n")
    random.Random(0).shuffle(rows)
    (tmp_path / "other.tsv").write_text("\r\n".join(rows), newline="")
    found, other = read_pairs(tmp_path / "pairs.tsv"), read_pairs(tmp_path / "other.tsv")
    assert (found.train, found.dev, found.test) == (other.train, other.dev, other.test)
    assert len(found.train) + len(found.dev) + len(found.test) == 400 and found.left_out["repeat"] == 1
    assert len(found.test) == pytest.approx(100, abs=30) and len(found.dev) == pytest.approx(50, abs=25)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\tb\nc d\n", "line 2 of 'pairs.tsv' is not `input<TAB>target`"),
        (b"a\tb\tc\n", "line 1"),
        (b"a\t \n", "line 1"),
        (b"\xff\xfe\xfa", "not UTF-8"),
        (b"a\tb\n", "only 1 different pairs"),
    ],
)
def test_a_file_of_pairs_that_is_none_is_refused_by_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "pairs.tsv").write_bytes(content)
    with pytest.raises(BadInput, match=said):
        read_pairs(tmp_path / "pairs.tsv")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match=r"nowhere\.tsv"):
        read_pairs(Path("nowhere.tsv"))


def test_few_pairs_alone_are_enough_only_where_every_part_has_some() -> None:
    with pytest.raises(BadInput, match="give 5 or more"):
        split_alone([Pair("same", "x")] * 40, fewest=5)


@pytest.mark.parametrize(
    ("score", "written", "asked", "value"),
    [
        (rouge_l, "the gunman kill police", "police killed the gunman", 0.5),  # of Lin (2004), 2 of 4 each
        (rouge_l, "police kill the gunman", "police killed the gunman", 0.75),
        (rouge_l, "a b c", "c b a", 1 / 3),
        (rouge_l, "", "a", 0.0),
        (rouge_l, "", "", 1.0),
        (token_f1, "a b c", "c b a", 1.0),
        (token_f1, "a a a", "a b", 0.4),  # shared 1, P 1/3, R 1/2
        (token_f1, "x", "y", 0.0),
    ],
)
def test_scores_by_hand(score: Callable[[list[str], list[str]], float], written: str, asked: str, value: float) -> None:
    assert score(written.split(), asked.split()) == pytest.approx(value)


def test_the_longest_common_subsequence_is_that_of_trying_all() -> None:
    draw = random.Random(0)
    for _ in range(100):
        a, b = ("".join(draw.choices("ab", k=draw.randrange(7))) for _ in range(2))
        subsequences = {"".join(x for i, x in enumerate(a) if mask >> i & 1) for mask in range(1 << len(a))}
        held = [one for one in subsequences if _holds(b, one)]
        assert longest_common(a, b) == max(map(len, held))


def _holds(text: str, part: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in part)


def test_an_exact_match_looks_past_blanks_alone() -> None:
    assert exact_match("a  b\n", "a b") == 1 and exact_match("ab", "a b") == 0 and exact_match("A b", "a b") == 0
    assert tokens("x+=1") == ["x", "+", "=", "1"]
