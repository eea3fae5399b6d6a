import sys

import pytest
from matplotlib.figure import Figure

from cs231n.demos import WIDGET, learning_rate_demo, linear_demo, neighbours_demo

DEMOS = [neighbours_demo, linear_demo, learning_rate_demo]


@pytest.mark.parametrize("make", DEMOS, ids=lambda f: f.__name__)
class TestDemo:
    def test_every_example_can_be_reached_with_the_controls(self, make):
        demo = make()

        for settings in demo.examples:
            assert settings.keys() == demo.controls.keys()
            for name, value in settings.items():
                assert value in demo.controls[name]

    @pytest.mark.slow
    def test_every_choice_draws(self, make):
        demo = make()

        for name, values in demo.controls.items():
            for value in values:
                ax = Figure().subplots()
                demo.draw(ax, **(demo.examples[0] | {name: value}))
                assert ax.get_title()

    def test_without_widgets_there_is_a_picture(self, make, monkeypatch):
        monkeypatch.setitem(sys.modules, "ipywidgets", None)

        bundle = make()._repr_mimebundle_()

        assert bundle["image/png"].startswith(b"\x89PNG")
        assert WIDGET not in bundle

    def test_with_widgets_there_are_both(self, make):
        pytest.importorskip("ipywidgets")

        bundle = make()._repr_mimebundle_()

        assert bundle["image/png"].startswith(b"\x89PNG")
        assert "model_id" in bundle[WIDGET]

    def test_moving_a_control_draws_again(self, make):
        pytest.importorskip("ipywidgets")
        box = make().widget()
        control, picture = box.children[0], box.children[-1]
        before = bytes(picture.value)

        control.index = len(control.options) - 1 - control.index

        assert bytes(picture.value).startswith(b"\x89PNG")
        assert bytes(picture.value) != before
