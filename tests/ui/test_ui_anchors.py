"""Anchors among what a study wants: named, timed, and no page breaks on them, nor on a study of corpora alone."""

from pathlib import Path

import pytest

from analysis.anchors.world import learn
from analysis.anchors.world import world as world_of
from analysis.ask import Ask
from analysis.figures import anchors
from analysis.figures.words import shown, small, with_interval
from analysis.run import open_study
from analysis.study_file import dump_study, parse_study, read_study
from models.errors import BadInput
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from tests.unit.test_anchors_measure import text
from tests.unit.test_anchors_study import ALONE, CORPUS, world
from tests.unit.test_command_line import write_world
from ui.anchor_offer import has_model, with_text
from ui.costs import seconds_for
from ui.space_row import name_of
from ui.state import TRUTH

SAMPLES = '[dataset]\npath = "t.csv"\nid = "id"\ntext = "kind"\nlabels = ["kind"]\nsample = 40\n'
ASK = Ask("anchors", "", "small", "some text")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made: Path = tmp_path_factory.mktemp("anchors")
    write_world(made)
    world(made, ALONE.replace("draws = 20", "draws = 20\nk = 5\n" + SAMPLES) + CORPUS)
    return made


def test_the_overview_offers_anchors_and_its_button_has_a_time(folder, monkeypatch):
    for _ in started(World(folder / "study.toml", folder / "cache"), monkeypatch):
        pipeline = open_study(folder / "study.toml", cache=folder / "cache")
        pipeline.dataset()
        assert name_of(ASK) == "anchors of small on some text" and 5 < seconds_for(pipeline, [ASK]) < 60
        assert "small" in said(drawn("overview"))
        pipeline.make(ASK)
        words = said(drawn("geometry_against_metric"))
        assert "could not be drawn" not in words


def test_a_study_of_corpora_alone_says_calmly_that_it_has_no_samples(tmp_path, monkeypatch):
    world(tmp_path)
    for _ in started(World(tmp_path / "study.toml", tmp_path / "cache"), monkeypatch):
        assert "the study has no [dataset]" in said(drawn("overview"))


def test_the_page_answers_in_a_sentence_and_every_figure_states_what_it_is_made_of(folder, monkeypatch, figures):
    found = open_study(folder / "study.toml", cache=folder / "cache").make(ASK)
    for _ in started(World(folder / "study.toml", folder / "cache"), monkeypatch):
        row = found.tables["fits"].query("rule == 'top:3' and fit == 'plain'").iloc[0]
        words = said(drawn("anchors"))
    assert f"{shown(row['constant_mse'])} in the raw gauge, {shown(row['constant_mse_centred'])} in the" in words
    assert with_interval(found.numbers["mse|top:3|plain"]) in words and "shuffled targets" in words
    drawn_of = {str(key).split("--")[1]: figure for key, figure in figures.items()}
    wanted = {"by_k", "gauge", "log_z", "residuals", "positions", "residuals_bulk", "nearest_words", "map", "layers"}
    assert wanted | {"tokens", "log_partition", "shift"} == set(drawn_of)
    for name, figure in drawn_of.items():
        facts = figure.layout.title.subtitle.text.replace("<br>", " ")
        assert "tokens; 30 tokens a window; fitted on" in facts and "judged on" in facts and "auge" in facts, name


def test_the_shift_figure_draws_the_attack_on_every_score(folder):
    table = open_study(folder / "study.toml", cache=folder / "cache").make(ASK).tables["shift"]
    lines = {trace.name: list(trace.y) for trace in anchors.shift(table).data}
    against = table.query("direction != 'random'").sort_values("length")
    for name in ("raw logits", "anchor, plain", "log probability"):
        assert lines[name] == pytest.approx(against.query("score == @name")["auc"].tolist())
    assert lines["chance"] == [0.5, 0.5]


def test_small_errors_are_no_zeros():
    assert [small(value) for value in (2.5, 0.00004, -3e-7, 0.0)] == ["2.50", "4.0e−5", "−3.0e−7", "0.00"]


def test_the_gauge_figure_draws_r2_at_one_error(folder):
    table = open_study(folder / "study.toml", cache=folder / "cache").make(ASK).tables["gauge"]
    rows = table.query("rule == 'none' and fit == 'plain'")
    figure = anchors.gauge(rows)
    assert list(figure.data[0].y) == pytest.approx(rows.groupby("length")["r2"].mean().tolist())
    assert "at one and the same error" in figure.layout.title.text.replace("<br>", " ")
    assert "(of a fit that does not follow)" in anchors.gauge(
        rows.assign(mse=range(len(rows)))
    ).layout.title.text.replace("<br>", " ")


def test_what_is_not_computed_is_offered(folder, tmp_path, monkeypatch):
    for _ in started(World(folder / "study.toml", tmp_path / "cache"), monkeypatch):
        page = drawn("anchors")
        assert "Not computed yet" in said(page)
        assert any(button.label.startswith("Compute · about") for button in page.button)


def test_a_study_without_a_text_is_offered_one_and_gains_it_with_a_job(tmp_path, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("ui.work.start", lambda pipeline, asks, title="": asked.extend(map(str, asks)))
    write_world(tmp_path)
    study = world(tmp_path, ALONE.partition("[anchors]")[0] + "[dataset]" + SAMPLES.partition("[dataset]")[2])
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("anchors")
        assert "This study asks nothing of anchors yet" in said(page)
        page.selectbox(key="anchors.source").set_value("").run()
        assert "Name a text file; then a button here" in said(page) and "no file is named" not in said(page)
        page.text_input(key="anchors.path").set_value("../text.txt").run()
        assert not any(button.label.startswith("Compute") for button in page.button)
        page.text_input(key="anchors.path").set_value("text.txt").run()
        page.text_input(key="anchors.rules").set_value("none tip:3").run()
        assert "no bulk rule 'tip:3'" in said(page)
        page.text_input(key="anchors.rules").set_value("none top:3").run()
        next(button for button in page.button if button.label.startswith("Compute")).click().run()
        assert asked == ["anchors of small on text.txt"] and "Not computed yet" in said(page)


def test_a_task_is_asked_by_a_prompt_and_stands_in_the_study_that_is_saved(tmp_path, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("ui.work.start", lambda pipeline, asks, title="": asked.extend(map(str, asks)))
    lines = [f'{at},"{text(at, words=4)}",{("cat", "dog")[at % 2]}' for at in range(60)]
    write_world(tmp_path)
    (tmp_path / "t.csv").write_text("\n".join(["id,say,kind", *lines]))
    dataset = SAMPLES.replace('text = "kind"', 'text = "say"').replace("sample = 40", "sample = 0")
    study = world(tmp_path, ALONE.replace("draws = 20", "draws = 20\nk = 5\n" + dataset) + CORPUS)
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        open_study(study, cache=tmp_path / "cache").dataset()
        page = drawn("anchors")
        assert "Name words for cat and words for dog; then a button here" in said(page)
        page.text_input(key="anchors.prompt.words.kind.cat").set_value("cat").run()
        page.text_input(key="anchors.prompt.words.kind.dog").set_value("zebra").run()
        assert "'zebra' is no single token of model 'small'" in said(page).replace("&#x27;", "'")
        assert not any(button.label.startswith("Ask · about") for button in page.button)
        page.text_input(key="anchors.prompt.words.kind.dog").set_value("dog  dog").run()
        page.text_input(key="anchors.prompt.template").set_value("the {text}").run()
        next(button for button in page.button if button.label.startswith("Ask · about")).click().run()
        assert asked == [str(ASK)]
        changed = parse_study(dump_study(page.session_state[TRUTH].study))
        (prompt,) = changed.anchors.prompt
        assert (prompt.name, prompt.label, prompt.template) == ("kind", "kind", "the {text}")
        assert prompt.words == {"cat": "cat", "dog": "dog dog"}
        again = with_text(changed, "pydocs", "", 5000, "none")
        assert again.anchors.prompt == changed.anchors.prompt and again.anchors.rules == ("none",)
        page.button(key="anchors.prompt.remove.kind").click().run()
        assert page.session_state[TRUTH].study == read_study(study)


def test_a_study_without_a_language_model_is_offered_one(tmp_path):
    study = read_study(write_world(tmp_path))
    with pytest.raises(BadInput, match="no language model is named"):
        with_text(study, "sampled", "", 5000, "none")
    assert not has_model(study)


TWO = ALONE.replace(
    "[anchors]",
    'series = "run"\nat = 10\n[[checkpoint]]\nname = "later"\nfamily = "causal_lm"\nmodel = "gpt2"\ninit = "random"\n'
    'series = "run"\nat = 20\n[anchors]',
)


def test_two_models_share_their_axes_and_stand_along_their_training(tmp_path, monkeypatch, figures):
    study = world(tmp_path, TWO + CORPUS)
    pipeline = open_study(study, cache=tmp_path / "cache")
    for name in ("small", "later"):
        pipeline.make(Ask("anchors", "", name, "some text"))
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("anchors")
        course = figures["figure.anchors--some text--run"]
        assert list(course.layout.xaxis2.ticktext) == ["10", "20"]
        facts = course.layout.title.subtitle.text.replace("<br>", " ")
        assert "2 models on some text, each: 1,230 tokens; 30 tokens a window" in facts and "gauge" in facts
        assert any("--some text--loss" in str(key) for key in figures)
        page.selectbox(key="view.other_model").set_value("later").run()
    for name in ("by_k", "log_z", "residuals", "layers"):
        pair = [figures[f"figure.anchors--{name}--{model}--some text"].layout for model in ("small", "later")]
        assert pair[0].yaxis.range == pair[1].yaxis.range and pair[0].yaxis.range is not None, name


def test_the_form_says_in_plain_words_what_is_still_to_name(tmp_path, monkeypatch):
    for _ in started(World(write_world(tmp_path), tmp_path / "cache"), monkeypatch):
        page = drawn("anchors")
        labels = {widget.label for widget in (*page.selectbox, *page.text_input, *page.number_input)}
        assert {"Language model", "Kind of model", "Text", "Tokens", "Words left out of the bulk"} <= labels
        assert "Name a language model; then a button here says how long it takes." in said(page)


def test_a_checkpoint_without_a_head_has_its_reason_on_the_page(tmp_path, monkeypatch):
    study = world(tmp_path, (ALONE + CORPUS).replace("causal_lm", "transformer"))
    open_study(study, cache=tmp_path / "cache").make(ASK)
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        assert "small has no anchor on some text. Family 'transformer' has no softmax head" in said(drawn("anchors"))


def test_the_student_is_trained_at_a_click_and_its_figures_stand(tmp_path, monkeypatch, figures):
    monkeypatch.setattr(
        "analysis.anchors.world.learn", lambda of, seed: learn(world_of(seed, samples=200), seed, (0, 4))
    )
    monkeypatch.setattr("analysis.anchors.world.STAGES", (0, 4))
    study = world(tmp_path)
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("anchors")
        assert "neither mends" in said(page) and "figure.anchors.world" not in figures
        page.button(key="anchors.world").click().run()
        assert "could not be drawn" not in said(page)
    trained = figures["figure.anchors.world"]
    assert [trace.name for trace in trained.data][:2] == ["task, raw logits", "task, relative to the anchor"]
    assert "each within the anchor's error" in figures["figure.anchors.world_without"].layout.title.text.replace(
        "<br>", " "
    )
