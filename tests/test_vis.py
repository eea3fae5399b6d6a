import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs231n import vis, vis_utils


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_tile_puts_every_image_in_its_place():
    images = np.arange(5 * 2 * 3).reshape(5, 2, 3)

    picture = vis.tile(images, columns=2, padding=1, fill=-1)

    assert picture.shape == (3 * 3 - 1, 2 * 4 - 1)
    for i, image in enumerate(images):
        top, left = 3 * (i // 2), 4 * (i % 2)
        assert np.array_equal(picture[top : top + 2, left : left + 3], image)
    # Nothing but padding and the one empty place is left over.
    assert (picture == -1).sum() == picture.size - images.size


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (1, 2, 3, 4, 5)])
def test_tile_refuses_what_is_no_stack_of_images(shape):
    with pytest.raises(ValueError, match=r"images must have shape .* got"):
        vis.tile(np.zeros(shape))


@pytest.mark.parametrize("show", [vis.visualize_grid, vis.vis_grid, vis.show_grid])
@pytest.mark.parametrize(
    ("images", "got"),
    [
        (3, "int, no array"),
        ([np.zeros((2, 2))], "list, no array"),
        (np.zeros((2, 2)), r"\(2, 2\)"),
    ],
)
def test_what_is_no_stack_of_images_is_refused_with_what_to_do(show, images, got):
    with pytest.raises(ValueError, match=f"images must .*; got {got}. np.stack makes"):
        show(images)
    assert not plt.get_fignums()


def test_rescale_stretches_each_image_by_itself():
    images = np.array([[[-2.0, 0], [1, 2]], [[5, 5], [5, 5]]])

    assert np.array_equal(
        vis.rescale(images), [[[0, 0.5], [0.75, 1]], [[0, 0], [0, 0]]]
    )


def test_samples_of_a_class_stand_in_its_column():
    labels = np.array([1, 0, 1, 1])
    images = np.zeros((4, 2, 2, 3)) + np.arange(1, 5)[:, None, None, None]

    ax = vis.show_samples(images, labels, ["cat", "dog"], per_class=2)

    shown = ax.images[0].get_array()[..., 0]
    assert [shown[0, 0], shown[0, 3], shown[3, 0], shown[3, 3]] == [2, 1, 255, 3]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["cat", "dog"]


def test_distances_have_labelled_axes():
    ax = vis.show_distances(np.eye(3, 4))

    assert (ax.get_xlabel(), ax.get_ylabel()) == ("training example", "test example")
    assert np.array_equal(ax.images[0].get_array(), np.eye(3, 4))


def test_cross_validation_draws_the_mean_of_the_folds():
    ax = vis.show_cross_validation({3: [0.2, 0.4], 1: [0.1, 0.1]})

    line = ax.containers[0].lines[0]
    np.testing.assert_allclose(line.get_xydata(), [[1, 0.1], [3, 0.3]])


def test_neighbours_follow_their_query():
    queries = np.full((2, 4, 4, 3), 7)
    neighbours = np.full((2, 3, 4, 4, 3), 9)

    figure = vis.show_neighbours(queries, neighbours, [["q", "a", "b", "c"]] * 2)

    assert len(figure.axes) == 8
    assert [ax.images[0].get_array().max() for ax in figure.axes[:4]] == [7, 9, 9, 9]
    assert [ax.get_title() for ax in figure.axes[:4]] == ["q", "a", "b", "c"]


def test_old_spelling_visualize_grid():
    grid = vis_utils.visualize_grid(np.arange(24.0).reshape(2, 2, 2, 3), ubound=255)

    assert grid.shape == (2, 5, 3)
    assert (grid.min(), grid.max()) == (0, 255)


def test_old_spelling_vis_nn_lays_out_rows():
    image = np.arange(12.0).reshape(2, 2, 3)

    assert vis_utils.vis_nn([[image, image], [image, image], [image, image]]).shape == (
        8,
        5,
        3,
    )
    assert vis_utils.vis_grid(np.array([image] * 4)).max() == 1
