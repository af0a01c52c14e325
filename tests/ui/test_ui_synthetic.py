"""The pages of synthetic pre-training: the gallery of its tasks."""

from analysis.ask import Ask
from analysis.laboratory import BenefitSpec
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study import Study
from models.place import Place
from tests.pets import STUDY, World, write_samples
from tests.tiny_models import write_model
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from tests.unit.test_benefit_study import keep, written
from ui import opened, startup


def test_the_gallery_shows_records_of_a_task_and_follows_its_settings(world, figures):
    page = drawn("synthetic_tasks", synthetic="copy")
    assert "of 500 records repeat an earlier one" in said(page) and "The paper calls it identity." in said(page)
    assert {"figure.synthetic.lengths", "figure.synthetic.entropy"} <= set(figures)
    longest = next(one for one in page.number_input if one.key.endswith(".longest"))
    longest.set_value(12).run()
    assert "outputs of 10 to 12 tokens" in said(page)
    longest = next(one for one in page.number_input if one.key.endswith(".longest"))
    longest.set_value(2).run()
    assert "give 4 or more" in said(page)


def test_a_pre_training_on_the_task_is_added_to_the_study_and_offered_on_its_page(world):
    page = drawn("synthetic_tasks", synthetic="copy")
    steps = next(one for one in page.number_input if one.key == "synthetic.offer.steps")
    steps.set_value(20).run()
    next(one for one in page.button if one.label == "Add without training").click().run()
    (section,) = page.session_state["anchorage"].study.pretraining
    assert (section.name, section.objective, section.architecture, section.steps) == ("identity", "copy", "t5-tiny", 20)
    assert section.keep == (0,)  # the network before training, to compare with
    assert "identity 2" in [one.value for one in page.text_input if one.label == "Name"]
    begin = next(one for one in page.selectbox if one.key == "synthetic.offer.start")
    begin.select("identity(weight=0.0,seed=0)").run()
    assert [one.label for one in page.selectbox][-1] == "which"


def test_the_weights_of_a_checkpoint_are_offered_then_drawn_and_a_scheme_previewed(tmp_path, monkeypatch, figures):
    write_samples(tmp_path)
    write_model(tmp_path / "bert", "bert")
    study = tmp_path / "pets.toml"
    study.write_text(STUDY + '[[checkpoint]]\nname = "bert"\nmodel = "bert"\n')
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("weights")
        assert any(one.label.startswith("List them") for one in page.button)
        opened.pipeline_of(*opened.first_study(opened.startup.options())).make(Ask("weights", subject="bert"))
        page = drawn("weights")
        assert "bert has" in said(page) and "figure.weights.norms" in figures
        mode = next(one for one in page.selectbox if one.label == "Mode")
        mode.select("gain").run()
        assert "are touched" in said(page) and "needs no source" in said(page)
        next(one for one in page.button if one.label == "Add to the study").click().run()
        new = page.session_state["anchorage"].study.checkpoint[-1]
        assert (new.init, new.mode, new.grouping, new.model) == ("statistics", "gain=2", "per_parameter", "bert")


def test_a_study_without_a_network_says_that_there_are_no_weights(world):
    assert "No checkpoint of this study is a network" in said(drawn("weights"))


def test_the_benefit_page_offers_the_matrix_then_draws_what_is_there(tmp_path, monkeypatch, figures):
    write_samples(tmp_path)
    study = tmp_path / "pets.toml"
    study.write_text(STUDY)
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("benefit")
        assert "no [benefit] yet" in said(page)
        next(one for one in page.text_input if one.label == "Tasks of your own").set_value("mine.tsv, b.tsv").run()
        next(one for one in page.button if one.label == "Add to the study").click().run()
        assert "mine.tsv" in page.session_state["anchorage"].complaint
        next(one for one in page.text_input if one.label == "Tasks of your own").set_value("").run()
        next(one for one in page.button if one.label == "Add to the study").click().run()
        spec = page.session_state["anchorage"].study.benefit
        assert spec.methods[0] == "random" and spec.seeds == (0, 1, 2)
        assert "first come the pre-trainings" in said(page)
        keep(Store(tmp_path / "cache"), BenefitSpec())
        study.write_text(STUDY + "[benefit]\n")
        startup.options.cache_clear()
        page = drawn("benefit", way="set", exercise="rewrite", regime="low")
        assert "12 of 72 fine-tunings with low data" in said(page) and "figure.benefit low" in figures
        spaces = next(one.value for one in page.dataframe if "CKA with natural" in one.value)
        assert list(spaces["way"]) == ["random", "random", "set", "set", "natural", "natural"]


def test_a_matrix_made_elsewhere_is_drawn_without_a_run_and_a_broken_one_said(tmp_path, monkeypatch, figures):
    write_samples(tmp_path)
    elsewhere = Pipeline(Study(benefit=BenefitSpec()), Place(tmp_path), Store(tmp_path / "elsewhere"))
    keep(elsewhere.store, BenefitSpec())
    file = written(tmp_path, elsewhere)
    study = tmp_path / "pets.toml"
    study.write_text(STUDY + f'[benefit]\nruns = "{file.name}"\n')
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("benefit", way="set", exercise="rewrite", regime="low")
        assert "12 fine-tunings with low data and 0 with full data, made elsewhere" in said(page)
        assert "figure.benefit low" in figures and not [one for one in page.button if "missing" in one.label]
        link = "<a href='http://127.0.0.1:9'>set</a>"
        file.write_text(file.read_text().replace("set,", f'"{link}",').replace("rewrite,", "<b>rewrite</b>,"))
        page = drawn("benefit", way=link, exercise="<b>rewrite</b>", regime="low")
        assert not page.exception
        for name in ("figure.benefit low", f"figure.runs {link} <b>rewrite</b> low"):
            assert "<a href" not in figures[name].to_json() and "<b>rewrite" not in figures[name].layout.title.text
        file.write_text("way,task\nset,rewrite\n")
        assert "no column 'regime' for runs in 'synthetic.csv'" in said(drawn("benefit"))
