"""The line beside every page holds whatever happens to the study."""

from types import SimpleNamespace

import pytest

from analysis.study import CheckpointSpec, DatasetSpec, Study
from models.errors import BadInput, Failed
from ui.sidebar import about

STUDY = Study(dataset=DatasetSpec(source="digits"), checkpoint=(CheckpointSpec(name="a"),))


def pipeline(error=None):
    def spaces():
        if error is not None:
            raise error
        return ("a",)

    return SimpleNamespace(study=STUDY, find_dataset=lambda: None, spaces=spaces)


@pytest.mark.parametrize(
    "error", [BadInput("x"), Failed("the download broke off"), OSError("no space"), FileNotFoundError()]
)
def test_what_goes_wrong_with_the_study_does_not_take_the_line_down(error):
    assert about(pipeline(error)) == "it cannot be used as it is · k = 15, cosine"
    assert about(pipeline()) == "1 space · k = 15, cosine"
