"""How records of the synthetic tasks are distributed, and that seeds and starts decide them."""

import math
from collections import Counter
from itertools import islice, pairwise

import numpy as np
import pytest

from analysis.registry import generators
from models.errors import BadInput
from models.pretraining.synthetic import brackets, samplers
from models.pretraining.synthetic.generator import Record, decoded, distinct, first, stream
from models.pretraining.synthetic.lime import LimeSettings
from models.pretraining.synthetic.nonsense import NonsenseSettings, document
from models.pretraining.synthetic.nonsense_tasks import TASKS
from models.pretraining.synthetic.profile import profile
from models.pretraining.synthetic.simple import SimpleSettings

ALL = generators()
SIMPLE = sorted(name for name, one in ALL.items() if issubclass(one.settings, SimpleSettings))
PAPERS, SMALL = SimpleSettings(), SimpleSettings(first=2, last=40, shortest=5, longest=16, name=())


def body(record: Record) -> list[int]:
    return record.input[record.input.index(PAPERS.after_name) + 1 :]


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_seed_and_a_number_decide_a_record_wherever_a_stream_starts(name: str) -> None:
    task = ALL[name]
    whole = first(task, 6, seed=3)
    assert whole[4:] == list(islice(stream(task, seed=3, start=4), 2))
    assert whole != first(task, 6, seed=4)


@pytest.mark.parametrize("name", SIMPLE)
@pytest.mark.parametrize("settings", [PAPERS, SMALL], ids=["paper", "small"])
def test_inputs_have_allowed_lengths_and_tokens_and_the_answer_their_input_asks_for(
    name: str, settings: SimpleSettings
) -> None:
    allowed = {settings.between_words, settings.between_arguments}
    for record in first(ALL[name], 60, settings=settings):
        given = body(record)
        assert settings.shortest <= len(given) <= settings.longest
        assert all(settings.first <= token <= settings.last or token in allowed for token in given)
        answer = ALL[name].answer
        assert answer is not None and answer(record.input, settings) == record.output != []


def test_lengths_and_tokens_of_random_sequences_are_even() -> None:
    rng = np.random.default_rng(0)
    drawn = [samplers.random_tokens(rng, SMALL) for _ in range(6000)]
    lengths = np.bincount([len(one) for one in drawn])[5:]
    tokens = np.bincount([token for one in drawn for token in one])[2:]
    for counts in (lengths, tokens):  # chi-squared within five standard deviations of its mean
        expected = counts.sum() / len(counts)
        statistic = float(((counts - expected) ** 2 / expected).sum())
        assert abs(statistic - (len(counts) - 1)) < 5 * math.sqrt(2 * (len(counts) - 1))


def test_runs_have_as_many_parts_as_an_even_draw_up_to_their_length() -> None:
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(3000):
        run = samplers.runs(rng, PAPERS)
        parts = 1 + sum(a != b for a, b in pairwise(run))
        shares.append((parts - 0.5) / len(run))
    assert np.mean(shares) == pytest.approx(0.5, abs=0.02)
    assert np.mean(np.array(shares) < 0.25) == pytest.approx(0.25, abs=0.03)


def test_compositions_are_positive_and_sum_up_with_the_variance_of_a_multinomial() -> None:
    rng = np.random.default_rng(0)
    drawn = np.array([samplers.composition(rng, 50, 10) for _ in range(4000)])
    assert (drawn.sum(axis=1) == 50).all() and drawn.min() == 1
    assert drawn.var(axis=0) == pytest.approx(40 * 0.1 * 0.9, rel=0.12)


@pytest.mark.parametrize(("sampler", "share"), [(samplers.searched, 0.5), (samplers.deleted, 0.75)])
def test_queries_are_there_as_often_as_said(sampler: object, share: float) -> None:
    rng = np.random.default_rng(1)
    drawn = [sampler(rng, PAPERS) for _ in range(1500)]  # type: ignore[operator]
    there = np.mean([samplers.place(query, sequence) >= 0 for sequence, query in drawn])
    assert there == pytest.approx(share, abs=0.05)
    assert all(len(query) <= 73 for sequence, query in drawn if samplers.place(query, sequence) >= 0)


def test_set_operations_draw_from_half_as_many_tokens_as_they_have() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        one, other = samplers.two_sequences(rng, PAPERS)
        assert 9 <= len(one) + len(other) <= 219
        assert len({*one, *other}) <= (len(one) + len(other)) // 2


def test_the_first_place_of_a_query_is_what_text_search_finds() -> None:
    rng = np.random.default_rng(3)
    for _ in range(500):
        sequence, query = rng.integers(0, 2, size=rng.integers(0, 12)), rng.integers(0, 2, size=rng.integers(0, 4))
        text, part = "".join(map(str, sequence.tolist())), "".join(map(str, query.tolist()))
        assert samplers.place(query.tolist(), sequence.tolist()) == text.find(part)


def test_lime_gives_two_of_pattern_substitution_and_result_and_asks_for_the_third() -> None:
    s = LimeSettings()
    for mode in ("induct", "deduct", "abduct"):
        for record in first(ALL[f"lime_{mode}"], 40):
            parts: list[list[int]] = [[]]
            for token in record.input:
                if token == s.separator:
                    parts.append([])
                else:
                    parts[-1].append(token)
            header, one, two = parts
            pattern, written, result = {
                "induct": (record.output, two, one),
                "deduct": (one, two, record.output),
                "abduct": (one, record.output, two),
            }[mode]
            rules: dict[int, list[int]] = {}
            for rule in " ".join(map(str, written)).split(f" {s.closing}")[:-1]:
                symbol, colon, bracket, *string = map(int, rule.split())
                assert (colon, bracket) == (s.colon, s.opening) and 2 <= len(string) <= 8
                rules[symbol] = string
            assert [token for symbol in pattern for token in rules.get(symbol, [symbol])] == result
            lower = header.index(s.lower_name)
            assert header[0] == s.upper_name and header[1:lower] == list(rules)
            assert header.index(s.math_name) - lower == 25 and len(header) - header.index(s.math_name) == 21
            uppers = [token for token in pattern if token in rules]
            assert len(uppers) in (6, 8, 10) and 5 <= len(pattern) - len(uppers) <= 19
            assert len(record.input) <= 220 and len(record.output) <= 220


def test_mixed_lime_has_each_mode_a_third_of_the_time() -> None:
    colon = LimeSettings().colon
    records = first(ALL["lime"], 600)
    assert sum(colon in record.output for record in records) == pytest.approx(200, abs=60)  # abduct
    assert sum(colon in record.input for record in records) == pytest.approx(400, abs=60)


def test_nonsense_documents_have_the_sentences_and_words_said() -> None:
    rng, settings = np.random.default_rng(0), NonsenseSettings(tasks=("d3",), applied=1)
    documents = [document(rng, settings)[0] for _ in range(500)]
    lines = [line for one in documents for line in one]
    assert {len(one) for one in documents} == set(range(7, 14))
    assert {len(line) - 1 for line in lines} == set(range(5, 16)) and all(line[-1] == "." for line in lines)
    assert np.mean([len(one) for one in documents]) == pytest.approx(10, abs=0.3)
    words = Counter(word for line in lines for word in line if "_" not in word and word != ".")
    assert set(map(len, words)) == {3} and len(words) > 4900


DOCUMENT = [f"{a} {b} {c} {d} {e} .".split() for a, b, c, d, e in ("abcde", "fghij", "klmno", "pqrst", "uvwxy")]
BY_HAND = {
    "d3": ([(1, 2, "keyword_4")], ["f g __d3__keyword_4__ i j ."]),
    "d4": ([(3, 0, "keyword_4"), (0, 1, "keyword_9")], ["a __d4__keyword_9__ c d e .", "__d4__keyword_4__ q r s t ."]),
    "d6": ([(3, 0, "keyword_4"), (0, 1, "keyword_9")], ["__d6__keyword_4__ q r s t .", "a __d6__keyword_9__ c d e ."]),
    "d7": ([(0, 1, "begin_quote"), (0, 3, "end_quote")], ["c ."]),
    "d8": ([(2, 0, "bullet")], ["l m n o ."]),
    "d10": ([(2, 0, "keyword_5")], ["the keyword was negative ."]),
    "d11": ([(2, 0, "class_2_kw_1")], ["__d11__class_2__ l m n o ."]),
    "d12": (
        [(0, 0, "keyword_1"), (1, 0, "keyword_2"), (2, 0, "keyword_2")],
        ["The keyword 2 occurred more number of times ."],
    ),
    "d13": (
        [(0, 0, "class_2_kw_0"), (1, 0, "class_0_kw_1")],
        [
            "section __d13__class_0__",
            "__d13__class_0_kw_1__ g h i j .",
            "section __d13__class_1__",
            "section __d13__class_2__",
            "__d13__class_2_kw_0__ b c d e .",
        ],
    ),
    "d14": ([(0, 0, "50")], ["the number was above or equal to threshold ."]),
    "d16": ([(0, 0, "50"), (1, 3, "7")], ["The largest number is 50 ."]),
    "d19": (
        [(0, 1, "join_3"), (2, 2, "join_0")],
        ["The combined sentence is __d19__join_3__ c d e __d19__join_0__ n o ."],
    ),
    "d20": ([(0, 1, "join_3"), (0, 3, "join_0")], ["a __d20__join_3__ c .", "a __d20__join_0__ e ."]),
    "d21": ([(0, 2, "keyword_0")], ["a b ."]),
}


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_summaries_by_hand(name: str) -> None:
    puts, expected = BY_HAND[name]
    lines = [list(line) for line in DOCUMENT]
    for row, place, word in puts:
        lines[row][place] = f"__{name}__{word}__"
    found = TASKS[name].lines(lines, np.random.default_rng(0))
    assert [" ".join(line) for line in found] == expected


def test_shuffled_sentences_and_paraphrases_are_among_those_allowed() -> None:
    shuffled, phrases = set(), set()
    for seed in range(40):
        lines = [list(line) for line in DOCUMENT]
        lines[0][0], lines[1][0], lines[2][0] = "__d5__keyword_1__", "__d5__keyword_2__", "__d5__keyword_3__"
        shuffled.add(tuple(line[0] for line in TASKS["d5"].lines(lines, np.random.default_rng(seed))))
        lines = [["a", "__d18__src_7__", "."]]
        phrases.add(" ".join(TASKS["d18"].lines(lines, np.random.default_rng(seed))[0]))
    assert len(shuffled) == 6
    assert phrases == {f"a __d18__target_7_{i}__ ." for i in range(3)}


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_alone_puts_its_own_keywords_and_never_over_the_last_full_stop(name: str) -> None:
    settings, counts = NonsenseSettings(tasks=(name,), applied=1), set()
    for seed in range(60):
        lines, summary = document(np.random.default_rng(seed), settings)
        put = [word for line in lines for word in line if "_" in word]
        assert put and set(put) <= set(TASKS[name].keywords) and summary
        assert all(line[-1] in (".", "__d7__end_quote__") for line in lines)
        counts.add(len(put))
    sizes = {"d4": {3}, "d5": {3}, "d6": {3}, "d7": {2}, "d12": {3, 5}, "d13": {2, 3, 4, 5}, "d16": {1, 2, 3, 4}}
    assert counts == sizes.get(name, {3} if name == "d19" else {2} if name == "d20" else {1})


def test_words_and_their_ids_belong_together() -> None:
    task, settings = ALL["nonsense_summary"], NonsenseSettings()
    record = first(task, 1)[0]
    lines, summary = document(np.random.default_rng((0, 0)), settings)
    assert decoded(record.input, task, settings) == " ".join(" ".join(line) for line in lines)
    assert decoded(record.output, task, settings) == " ".join(" ".join(line) for line in summary)


@pytest.mark.parametrize("name", ["nesting", "parenthesis"])
def test_brackets_nest_rightly_and_their_kinds_follow_zipf(name: str) -> None:
    step, heads, lengths = (2 if name == "nesting" else 1), Counter(), []
    for record in first(ALL[name], 3000):
        opened: list[int] = []
        for token in record.output:
            if name == "nesting":
                if (token - 2) % 2:
                    assert token == opened.pop() + 1
                    continue
            elif opened and opened[-1] == token:
                opened.pop()
                continue
            opened.append(token)
            heads[(token - 2) // step] += 1
        assert not opened or name == "parenthesis"
        lengths.append(len(record.output))
    assert max(heads) < 8000
    total = sum(8000 // rank for rank in range(1, 8001))
    assert heads[0] / heads.total() == pytest.approx(8000 / total, abs=0.01)
    assert np.mean(lengths) == pytest.approx(22.67 + 0.5, abs=0.7)  # half a pair is rounded up or down, or one is added
    assert min(lengths) >= 6 and max(lengths) <= 62


def test_an_opening_chance_of_one_opens_all_and_of_none_closes_at_once() -> None:
    for chance, shape in ((1.0, "((()))"), (0.0, "()()()")):
        settings = brackets.BracketSettings(shortest=6, usual=6, longest=6, opening=chance)
        for record in first(ALL["nesting"], 5, settings=settings):
            said = "".join(")" if token % 2 else "(" for token in record.output)
            assert said in (shape, "(((())))" if chance else "()()()()")


def test_a_profile_counts_lengths_entropy_and_repeats() -> None:
    few = SimpleSettings(first=2, last=3, shortest=4, longest=4, name=())
    found = profile(ALL["duplicate"], 400, settings=few)
    assert set(found.input_lengths) == {5} and set(found.output_lengths) == {8}
    assert found.duplicates == pytest.approx(1 - 16 / 400)
    assert found.output_entropy.max() == 1.0 and found.output_entropy.min() == 0.0
    assert profile(ALL["nesting"], 50).duplicates < 0.1


def test_distinct_records_have_no_input_twice_and_say_where_there_are_not_enough() -> None:
    few = SimpleSettings(first=2, last=3, shortest=4, longest=4, name=())
    found = [tuple(record.input) for record in distinct(ALL["copy"], 16, seed=0, settings=few)]
    assert len(set(found)) == 16
    with pytest.raises(BadInput, match="only about 16 records"):
        list(distinct(ALL["copy"], 17, seed=0, settings=few))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SimpleSettings(first=5, last=5), "two or more ids"),
        (lambda: SimpleSettings(shortest=3), "4 or more"),
        (lambda: SimpleSettings(last=32_099), "among the others"),
        (lambda: SimpleSettings(after_name=32_096), "each its own"),
        (lambda: LimeSettings(last=60), "fewer symbols"),
        (lambda: LimeSettings(longest=60), "give more than"),
        (lambda: NonsenseSettings(last=1_000), "fewer words"),
        (lambda: NonsenseSettings(tasks=("d9",)), "'d9'"),
        (lambda: brackets.BracketSettings(opening=2.0), "0 to 1"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_the_way_out(make: object, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        make()  # type: ignore[operator]
