"""The simpler tasks against sample records of the paper's code."""

import ast
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from analysis.registry import generators
from models.pretraining.synthetic.generator import Generator, Record
from models.pretraining.synthetic.simple import SimpleSettings

SIMPLE: Mapping[str, Generator] = {
    name: one for name, one in generators().items() if issubclass(one.settings, SimpleSettings)
}
NUMERALS = ("length", "count")
SETTINGS = SimpleSettings()


def records_of(shared_data: Path, name: str) -> list[Record]:
    lines = (shared_data / "synthetic" / name / "sample.txt").read_text().splitlines()
    return [Record(*map(ast.literal_eval, line.split("\t"))) for line in lines]


def test_there_are_eighteen() -> None:
    assert len(SIMPLE) == 18


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(set(SIMPLE) - set(NUMERALS)))
def test_every_record_of_the_paper_has_the_answer_that_our_function_gives(shared_data: Path, name: str) -> None:
    records = records_of(shared_data, name)
    assert len(records) == 10
    for record in records:
        assert SIMPLE[name].answer is not None
        assert SIMPLE[name].answer(record.input, SETTINGS) == record.output


@pytest.mark.shared
def test_numerals_are_the_papers_up_to_how_a_number_is_written(shared_data: Path) -> None:
    """One way to write 23, another to write 47, in both tasks: a renaming turns our answers into theirs."""
    theirs: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for name in NUMERALS:
        for record in records_of(shared_data, name):
            assert SIMPLE[name].answer is not None
            ours = tuple(SIMPLE[name].answer(record.input, SETTINGS))
            theirs.setdefault(ours, set()).add(tuple(record.output))
    assert all(len(said) == 1 for said in theirs.values())
    assert len(set.union(*theirs.values())) == len(theirs) > 10


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(SIMPLE))
def test_our_records_begin_as_those_of_the_paper_do(shared_data: Path, name: str) -> None:
    given = records_of(shared_data, name)[0].input
    drawn = SIMPLE[name].draw(np.random.default_rng(0), SETTINGS).input
    cut = given.index(SETTINGS.after_name) + 1
    assert drawn[:cut] == given[:cut]


@pytest.mark.parametrize(
    ("name", "body", "answer"),
    [
        ("longest_word", [5, 32_098, 6, 7, 32_098, 8, 9], [6, 7]),
        ("deduplicate", [5, 5, 6, 6, 5], [5, 6, 5]),
        ("delete", [5, 6, 7, 6, 7, 32_097, 6, 7], [5, 6, 7]),
        ("delete", [6, 7, 32_097, 6, 7], [32_096]),
        ("search", [5, 6, 32_097, 6, 5], [150]),
        ("search", [5, 6, 5, 32_097, 6, 5], [4_273]),
        ("sort", [7, 5, 6, 5, 32_097, 6, 5, 7, 6], [5, 5, 7, 6]),  # 6 stands at its last place
        ("replace", [5, 6, 5, 32_097, 5, 9], [9, 6, 9]),
        ("intersect", [5, 6, 32_097, 7], [32_096]),
        ("set_1_minus_2", [5, 6, 5, 32_097, 6], [5]),
        ("set_2_minus_1", [32_097, 6, 6], [6]),
        ("count", [5, 6, 5, 32_097, 5], [SETTINGS.digits[2]]),
        ("length", list(range(2, 25)), [SETTINGS.digits[2], SETTINGS.digits[3]]),
    ],
)
def test_answers_by_hand(name: str, body: list[int], answer: list[int]) -> None:
    task = SIMPLE[name]
    assert task.answer is not None
    assert task.answer([356, SETTINGS.after_name, *body], SETTINGS) == answer
