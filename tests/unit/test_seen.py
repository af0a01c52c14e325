"""Who saw what a task asks: said by the study, or known of what we train."""

import pytest

from analysis.seen import seen_by, seen_sentence
from analysis.study_file import parse_study
from models.errors import BadInput

STUDY = """
[dataset]
source = "table"
path = "texts.csv"
labels = ["topic"]
[[checkpoint]]
name = "A"
model = "a"
[[checkpoint]]
name = "TF-IDF"
family = "tfidf"
[[task]]
name = "topic"
label = "topic"
{seen}
[[graph]]
name = "cliques"
source = "labels"
label = "topic"
[[pretraining]]
name = "cliques"
start = "A"
objective = "structure"
graph = "cliques"
weight = [0.0, 0.5]
seeds = [0]
{without}
"""


def found(seen: str = "", without: str = "") -> tuple[str, ...]:
    study = parse_study(STUDY.format(seen=seen, without=without), name="s", where="s.toml")
    return seen_by(study, study.task[0])


def test_links_between_asked_labels_are_known_to_have_been_seen_unless_they_were_left_out() -> None:
    assert found() == ("cliques(weight=0.5,seed=0)",)
    assert found(without='without = "topic"') == ()


def test_what_goes_on_from_a_checkpoint_that_saw_them_saw_them_too() -> None:
    assert found('seen_by = ["A"]', 'without = "topic"') == (
        "A",
        "cliques(weight=0.0,seed=0)",
        "cliques(weight=0.5,seed=0)",
    )


def test_it_is_said_in_one_sentence_and_a_wrong_name_is_refused() -> None:
    study = parse_study(STUDY.format(seen='seen_by = ["TF-IDF"]', without=""), name="s", where="s.toml")
    said = "TF-IDF and cliques(weight=0.5,seed=0) learnt from samples that topic asks: scores there are optimistic."
    assert seen_sentence(study, study.task[0]) == said
    with pytest.raises(BadInput, match="seen_by of task 'topic' is 'TFIDF', which is no checkpoint of this study"):
        found('seen_by = ["TFIDF"]')
