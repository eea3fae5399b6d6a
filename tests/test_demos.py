import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from cs231n.demos import (
    WIDGET,
    changed_image_demo,
    learning_rate_demo,
    linear_demo,
    neighbours_demo,
)
from cs231n.demos.pixels import CHANGES, changed_image

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3))


def changed_images():
    return changed_image_demo(IMAGES, IMAGES)


DEMOS = [neighbours_demo, linear_demo, learning_rate_demo, changed_images]


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
        before = picture.value

        control.index = len(control.options) - 1 - control.index

        assert 'src="data:image/png;base64,' in picture.value
        assert 'alt="' in picture.value
        assert 'alt=""' not in picture.value
        assert picture.value != before


class TestChangedImages:
    @pytest.mark.parametrize("change", CHANGES)
    def test_a_change_keeps_the_image_and_its_range(self, change):
        before = IMAGES[0].copy()

        changed = changed_image(IMAGES[0], change, 2)

        assert np.array_equal(IMAGES[0], before)
        assert changed.shape == before.shape
        assert 0 <= changed.min() <= changed.max() <= 255
        assert not np.array_equal(changed, before)

    @pytest.mark.parametrize("change", CHANGES)
    def test_no_amount_leaves_an_image_as_it_was(self, change):
        image = np.random.default_rng(1).integers(1, 256, (32, 32, 3))
        amounts = changed_image_demo(IMAGES, IMAGES).controls["amount"]

        for amount in amounts:
            assert not np.array_equal(changed_image(image, change, amount), image)

    @pytest.mark.parametrize("side", [1, 2, 4])
    def test_a_covered_square_has_its_side(self, side):
        covered = changed_image(np.full((8, 8, 3), 9), "covered", side)

        assert (covered == 0).sum() == side * side * 3

    def test_an_unknown_change_is_refused(self):
        with pytest.raises(ValueError, match="change must be one of noise, darker"):
            changed_image(IMAGES[0], "upside down", 1)

    def test_the_title_counts_images_that_are_nearer(self):
        near = np.stack([IMAGES[0][:, ::-1], IMAGES[0]])  # 0 and one distance away
        demo = changed_image_demo(IMAGES, near)
        ax = Figure().subplots()

        demo.draw(ax, image=0, change="mirrored", amount=1)

        assert "1 of 2 others are nearer" in ax.get_title()
