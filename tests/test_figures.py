import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cs231n import figures


@pytest.fixture(autouse=True)
def keep_settings():
    with mpl.rc_context():
        yield


def luminance(colour):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("colour", [figures.GREY, *figures.COLOURS])
@pytest.mark.parametrize("paper", ["white", "#111111"])
def test_every_ink_can_be_seen_on_light_and_on_dark_pages(colour, paper):
    dark, light = sorted((luminance(colour), luminance(paper)))

    assert (light + 0.05) / (dark + 0.05) >= 3


def test_figures_have_no_paper_and_no_two_curves_look_alike():
    figures.use_style()
    ax = Figure().subplots()
    curves = [ax.plot([0, 1])[0] for _ in figures.COLOURS]

    assert ax.figure.get_facecolor()[3] == ax.get_facecolor()[3] == 0
    assert len({str(curve._dash_pattern) for curve in curves}) == len(curves)
    assert len({curve.get_color() for curve in curves}) == len(curves)
