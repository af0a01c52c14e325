"""A click on the Overview derives a space: a row of its own behind its base, with a price, and a way back."""

from streamlit.testing.v1 import AppTest

from analysis.study import CheckpointSpec, DatasetSpec, Study
from analysis.study_file import read_study
from tests.ui.test_ui_pages import said, script
from ui.derive import is_there, with_derived, without


def overview() -> AppTest:
    page = AppTest.from_function(script, kwargs={"name": "overview", "changes": {}}, default_timeout=60).run()
    assert not page.exception, page.exception
    return page


def test_a_click_adds_a_row_behind_its_base_and_offers_to_compute_it(world):
    page = overview()
    page.button("derive.columns.centered").click().run()
    study: Study = page.session_state["anchorage"].study
    assert [spec.name for spec in study.checkpoint] == ["columns", "words", "columns (centred)"]
    words = said(page)
    assert words.index("</span>columns</p>") < words.index("</span>columns (centred)</p>")
    assert words.index("</span>columns (centred)</p>") < words.index("</span>words</p>")
    assert "Missing: neighbours, " in words
    assert "derive.columns.centered" not in [button.key for button in page.button]
    page.button("derive.columns (centred)").click().run()
    assert page.session_state["anchorage"].study == read_study(world.study)


def test_derived_checkpoints_join_the_end_of_the_study_in_a_series_of_their_own():
    base = CheckpointSpec(name="a", family="tfidf", series="steps", at=3.0)
    study = Study(dataset=DatasetSpec(path="t"), checkpoint=(base, CheckpointSpec(name="b", family="numeric")))
    twice = with_derived(with_derived(study, base, "whitened"), base, "all_but_the_top")
    assert [spec.name for spec in twice.checkpoint] == ["a", "b", "a (whitened)", "a (all but the top)"]
    assert [spec.series for spec in twice.checkpoint] == ["steps", "", "steps (whitened)", "steps (all but the top)"]
    assert is_there(twice, base, "whitened") and not is_there(twice, base, "centered")
    assert without(twice, twice.checkpoint[2]).checkpoint[2].name == "a (all but the top)"


def test_the_price_of_a_derived_space_counts_its_base_once(empty_world):
    from analysis.ask import Ask
    from models.place import Place
    from ui import costs, opened

    study = read_study(empty_world.study)
    alone = opened.pipeline_of(study, empty_world.study.parent)
    alone.dataset()
    more = with_derived(with_derived(study, study.checkpoint[1], "centered"), study.checkpoint[1], "whitened")
    pipeline = opened.pipeline_of(more, empty_world.study.parent)
    assert isinstance(pipeline.place, Place)
    asks = [Ask("space", subject=space.name) for space in pipeline.spaces() if space.name.startswith("words")]
    base = costs.seconds_for(alone, asks[:1])
    assert base < costs.seconds_for(pipeline, asks[1:]) < base + 2
