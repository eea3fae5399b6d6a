"""The accuracies the course promises, on the real CIFAR-10."""

import re

import pytest
from nbclient import NotebookClient

from cs231n.data import find_cifar10
from grading import ROOT
from grading.authoring.build import source_notebook
from grading.authoring.check_tests import QUIET

pytestmark = [pytest.mark.slow, pytest.mark.data]


@pytest.fixture(scope="module")
def output():
    """What the solved knn notebook prints when the real images are there."""
    if find_cifar10() is None:
        pytest.skip("CIFAR-10 is not there (set CS231N_DATA, or fetch it)")
    notebook = source_notebook(ROOT / "solutions" / "assignment1" / "knn.py")
    NotebookClient(
        notebook, timeout=1800, startup_timeout=300, extra_arguments=QUIET
    ).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    return "".join(out.text for out in outputs if out.output_type == "stream")


def test_the_notebook_takes_the_real_images(output):
    assert "cifar10: 5000 training and 500 test images" in output


def test_one_neighbour_is_right_about_27_percent_of_the_time(output):
    (accuracy,) = re.findall(r"^k = 1: ([\d.]+)", output, re.MULTILINE)

    assert 0.25 <= float(accuracy) <= 0.29


def test_the_best_k_reaches_27_percent(output):
    (accuracy,) = re.findall(r"^best k = \d+: ([\d.]+)", output, re.MULTILINE)

    assert float(accuracy) >= 0.27
