"""The pages of synthetic pre-training: the gallery of its tasks."""

from tests.ui.test_ui_pages import drawn, said


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
