"""The drawings: numbers are right, letters are legible, nothing leaves the page."""

import base64
import io
import re
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from scipy.signal import correlate2d

from cs231n import autograd, drawings, figures
from cs231n.drawings.pictures.layered import arrange
from cs231n.layers import conv_forward
from cs231n.nets.seeing import occlusion_map

IMAGE = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]])
KERNEL = np.array([[1, -1], [0, 2]])
TREE = {("a",): -0.5, ("the",): -0.9, ("the", "star"): -1.1, ("a", "red"): -1.6}


def neuron():
    """A neuron on the package's tape, with what its values are called."""
    w, x, b = (autograd.tensor(v, requires_grad=True) for v in (2.0, 3.0, -1.0))
    product = w * x
    out = (product + b).relu()
    for value in (product, out):
        value.retain_grad()
    out.backward()
    return out, {"w": w, "x": x, "b": b, "wx": product, "out": out}


FIGURES = {
    "window_columns": lambda theme: drawings.window_columns(IMAGE, KERNEL, theme),
    "norm_graph": drawings.norm_graph,
    "loss_curves": drawings.loss_curves,
    "pool_winners": lambda theme: drawings.pool_winners(
        np.arange(16).reshape(4, 4), np.array([[1, 2], [3, 4]]), theme=theme
    ),
    "unrolled": lambda theme: drawings.unrolled(theme=theme),
    "tape_graph": lambda theme: drawings.tape_graph(*neuron(), theme),
    "broadcast_back": drawings.broadcast_back,
    "sum_back": drawings.sum_back,
    "recorded_loop": drawings.recorded_loop,
    "fused_step": drawings.fused_step,
    "parameter_names": drawings.parameter_names,
    "shared_array": drawings.shared_array,
    "masked_weights": lambda theme: drawings.masked_weights(
        [[5, 2, 1], [7, 4, 3]], [[1, 0, 1], [0, 1, 1]], 0.5, theme
    ),
    "rnn_step": drawings.rnn_step,
    "lstm_cell": drawings.lstm_cell,
    "gru_cell": drawings.gru_cell,
    "attention_step": lambda theme: drawings.attention_step(theme=theme),
    "beam_tree": lambda theme: drawings.beam_tree(TREE, ("the", "star"), theme),
    "word_rows": lambda theme: drawings.word_rows(theme=theme),
    "masked_captions": drawings.masked_captions,
    "captioner": lambda theme: drawings.captioner(theme=theme),
    "specificity": drawings.specificity,
    "shared_runs": lambda theme: drawings.shared_runs(theme=theme),
    "causal_mask": lambda theme: drawings.causal_mask(theme=theme),
    "causal_mask, newest": lambda theme: drawings.causal_mask(newest=True, theme=theme),
    "heads": drawings.heads,
    "position_waves": lambda theme: drawings.position_waves(theme=theme),
    "decoder_layer": drawings.decoder_layer,
    "patch_rows": drawings.patch_rows,
    "adversaries": drawings.adversaries,
    "generator_losses": drawings.generator_losses,
    "painted_filters": drawings.painted_filters,
    "kept_gradients": drawings.kept_gradients,
    "context_block": drawings.context_block,
    "context_gradients": drawings.context_gradients,
    "euler_steps": drawings.euler_steps,
    "guidance_arrow": drawings.guidance_arrow,
    "noise_curves": drawings.noise_curves,
    "skipped_steps": drawings.skipped_steps,
    "straight_path": drawings.straight_path,
    "time_rows": drawings.time_rows,
    "unet_levels": drawings.unet_levels,
    "squares": drawings.squares,
    "growing_pictures": drawings.growing_pictures,
    "two_clouds": drawings.two_clouds,
    "paired_cosines": drawings.paired_cosines,
    "paired_training": drawings.paired_training,
    "patch_overlap": drawings.patch_overlap,
    "prompt_classes": drawings.prompt_classes,
    "ranked_row": drawings.ranked_row,
    "shortcut": drawings.shortcut,
    "two_softmaxes": drawings.two_softmaxes,
    "view_pairs": drawings.view_pairs,
    "crop_grid": drawings.crop_grid,
    "colour_plane": drawings.colour_plane,
    "pair_matrix": drawings.pair_matrix,
    "two pictures' matrix": lambda theme: drawings.pair_matrix(theme, num=2),
    "pull_push": drawings.pull_push,
    "frozen_probe": drawings.frozen_probe,
    "pixel_gradient": drawings.pixel_gradient,
    "weighted_maps": drawings.weighted_maps,
    "noisy_gradients": drawings.noisy_gradients,
    "guided_paths": drawings.guided_paths,
    "covered_squares": drawings.covered_squares,
    "fooling_steps": drawings.fooling_steps,
    "regularised_step": drawings.regularised_step,
    "dream_layer": drawings.dream_layer,
    "inversion_loop": drawings.inversion_loop,
    "distance_matrix": drawings.distance_matrix,
    "broadcast_rows": drawings.broadcast_rows,
    "three_terms": drawings.three_terms,
    "vote_circle": drawings.vote_circle,
    "two_metrics": drawings.two_metrics,
    "folds": drawings.folds,
    "template_scores": drawings.template_scores,
    "margins": drawings.margins,
    "score_gradient": drawings.score_gradient,
    "secants": drawings.secants,
    "minibatch_paths": drawings.minibatch_paths,
    "error_valley": drawings.error_valley,
    "softmax_steps": drawings.softmax_steps,
    "one_hot_gradient": drawings.one_hot_gradient,
    "safe_exponents": drawings.safe_exponents,
    "soft_maximum": drawings.soft_maximum,
    "temperature_bars": drawings.temperature_bars,
    "row_maxima": drawings.row_maxima,
    "one_place": drawings.one_place,
    "step_factors": drawings.step_factors,
    "norm_columns": drawings.norm_columns,
    "shared_statistics": lambda theme: drawings.shared_statistics(
        ("batch", "layer", "group"), cell="a feature map", theme=theme
    ),
    "gradient_parts": drawings.gradient_parts,
    "layer_row": lambda theme: drawings.layer_row(
        ["affine", "norm"], ["x", "a", "out"], ["w, b", ""], theme
    ),
    "dropout_mask": lambda theme: drawings.dropout_mask(
        IMAGE, IMAGE > 0, 0.5, IMAGE, theme
    ),
    "thinned_nets": drawings.thinned_nets,
    "affine_rows": drawings.affine_rows,
    "affine_graph": drawings.affine_graph,
    "relu_gate": drawings.relu_gate,
    "net_chain": drawings.net_chain,
    "score_slopes": lambda theme: drawings.score_slopes(theme=theme),
    "step_sizes": lambda theme: drawings.step_sizes(theme=theme),
    "grid_and_random": drawings.grid_and_random,
    "accuracy_curves": drawings.accuracy_curves,
    "rate_schedules": lambda theme: drawings.rate_schedules(theme=theme),
    "corner_unit": drawings.corner_unit,
    "deep_stack": lambda theme: drawings.deep_stack(theme=theme),
    "deep_stack, switches": lambda theme: drawings.deep_stack(True, theme),
    "cache_stack": drawings.cache_stack,
    "signal_depth": drawings.signal_depth,
    "velocity_steps": drawings.velocity_steps,
    "shrinking_steps": drawings.shrinking_steps,
    "bias_correction": drawings.bias_correction,
    "loss_signs": drawings.loss_signs,
    "grad_buffer": drawings.grad_buffer,
    "module_tree": drawings.module_tree,
    "training_loop": drawings.training_loop,
    "three_ways": drawings.three_ways,
    "convnet_shapes": drawings.convnet_shapes,
    "fan_in": drawings.fan_in,
    "pool_costs": drawings.pool_costs,
    "central_difference": drawings.central_difference,
    "direction_bins": lambda theme: drawings.direction_bins(theme=theme),
    "hue_circle": drawings.hue_circle,
    "shuffled_pixels": drawings.shuffled_pixels,
    "convolved_image": lambda theme: drawings.convolved_image(
        IMAGE, KERNEL, theme=theme
    ),
    "window_count": lambda theme: drawings.window_count(theme=theme),
    "shared_gradients": drawings.shared_gradients,
    "column_order": drawings.column_order,
    "receptive_field": lambda theme: drawings.receptive_field(theme=theme),
    "positions_as_rows": drawings.positions_as_rows,
    "augment_steps": drawings.augment_steps,
    "conv_stages": drawings.conv_stages,
    "skip_connection": drawings.skip_connection,
}


def words(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def luminance(colour):
    """Relative luminance as the WCAG defines it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_word_stays_on_the_page(name, theme):
    figure = FIGURES[name](theme)
    figure.canvas.draw()

    assert words(figure)
    for ax in figure.axes:
        for text in ax.texts:
            box = text.get_window_extent()
            assert figure.bbox.contains(box.x0, box.y0), text
            assert figure.bbox.contains(box.x1, box.y1), text


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", ["ink", "quiet", "data", "learned", "grad", "other"])
def test_letters_have_a_contrast_of_four_and_a_half(theme, role):
    colours = drawings.THEMES[theme]
    light, dark = sorted((luminance(colours[n]) for n in ("paper", role)), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_output_of_window_columns_is_the_convolution():
    expected = [f"{value:g}" for value in correlate2d(IMAGE, KERNEL, "valid").ravel()]
    shown = [
        word.replace("\N{MINUS SIGN}", "-")
        for word in words(FIGURES["window_columns"]("light"))
    ]
    numbers = [word for word in shown if re.fullmatch(r"-?\d+", word)]

    assert numbers[-len(expected) :] == expected


def test_a_feature_map_is_the_convolution_of_the_padded_image():
    shown = words(FIGURES["convolved_image"]("light"))
    numbers = [int(word.replace("\N{MINUS SIGN}", "-")) for word in shown[:45]]

    assert np.array_equal(np.reshape(numbers[:25], (5, 5)), np.pad(IMAGE, 1))
    expected = correlate2d(np.pad(IMAGE, 1), KERNEL, "valid")
    assert np.array_equal(np.reshape(numbers[29:], (4, 4)), expected)


@pytest.mark.parametrize("sizes", [(7, 3, 2, 1), (6, 3, 1, 0), (8, 2, 2, 0)])
def test_windows_are_counted_as_a_convolution_counts_them(sizes):
    size, field, stride, pad = sizes
    starts = range(0, size + 2 * pad - field + 1, stride)
    shown = words(drawings.window_count(*sizes))

    assert [w for w in shown if w.startswith("window")] == [
        f"window {k}, from {start}" for k, start in enumerate(starts)
    ]
    assert shown[-1].endswith(f"= {len(starts)}$")


def test_the_drops_are_those_of_covering_a_picture_square_by_square():
    scene = np.zeros((3, 7, 7))
    scene[0, 2:6, 3:7] = 1
    count = SimpleNamespace(
        check_class=bool, forward=lambda x: (x[..., :1, :, :].sum(axis=(-2, -1)), 0)
    )
    shown = words(drawings.covered_squares())
    numbers = [int(word) for word in shown if re.fullmatch(r"\d+", word)]

    assert np.array_equal(
        np.reshape(numbers, (3, 3)), occlusion_map(count, scene, 0, 3, 2)
    )


def test_pooling_sends_gradients_to_the_winners_only():
    image = np.array([[9, 1, 1, 1], [1, 1, 1, 8], [1, 1, 1, 1], [1, 7, 6, 1]])
    shown = words(drawings.pool_winners(image, np.array([[2, 3], [4, 5]])))
    numbers = [int(word) for word in shown if re.fullmatch(r"\d+", word)]

    assert numbers[16:20] == [9, 8, 7, 6]
    back = np.array([[2, 0, 0, 0], [0, 0, 0, 3], [0, 0, 0, 0], [0, 4, 5, 0]])
    assert np.array_equal(np.reshape(numbers[24:], (4, 4)), back)


def test_an_arrow_of_a_gradient_is_dashed_and_no_other_is():
    page = drawings.Page(4, 4)
    page.arrow((0, 0), (3, 0), "grad")
    page.arrow((0, 1), (3, 1), "data")

    assert [line.get_linestyle() for line in page.ax.lines] == ["--", "-"]


def test_unrolled_shows_every_word_and_its_target():
    shown = words(drawings.unrolled(["<START>", "tea"], "<END>"))

    assert {"<START>", "tea", "target: tea", "target: <END>", "$h_2$"} <= set(shown)
    assert "$h_3$" not in shown


def test_show_gives_a_picture_and_its_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    drawings.show(drawings.loss_curves(), 'A "hinge" & a curve.')

    (picture,) = shown
    assert 'alt="A &quot;hinge&quot; &amp; a curve."' in picture.data
    assert "width: 826px" in picture.data
    data = re.search(r"base64,([^\"]+)", picture.data)[1]
    assert base64.b64decode(data).startswith(b"\x89PNG")


def test_a_drawing_keeps_its_paper_where_figures_have_none(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    with matplotlib.rc_context():
        figures.use_style()
        drawings.show(drawings.step_sizes(), "Three descents.")

    data = re.search(r"base64,([^\"]+)", shown[0].data)[1]
    pixels = plt.imread(io.BytesIO(base64.b64decode(data)))
    assert (pixels[..., 3] == 1).all()


def test_a_picture_without_a_text_is_refused():
    with pytest.raises(ValueError, match="alt is empty; say in a sentence"):
        drawings.show(drawings.loss_curves(), " ")


def test_a_tape_graph_shows_values_and_gradients():
    shown = words(drawings.tape_graph(*neuron()))

    assert {"w", "x", "b", "×", "+", "relu"} <= set(shown)
    assert sorted(w for w in shown if re.fullmatch("\N{MINUS SIGN}?\\d+", w)) == sorted(
        ["2", "3", "3", "2", "\N{MINUS SIGN}1", "1", "6", "1", "5", "1"]
    )


def test_a_tape_graph_refuses_what_was_not_recorded():
    with pytest.raises(ValueError, match="there are 0"):
        drawings.tape_graph(autograd.tensor(1.0))


def test_nodes_of_a_graph_stand_right_of_their_parents_and_apart():
    rng = np.random.default_rng(231)
    for _ in range(50):
        parents = {
            k: list(rng.choice(k, min(k, int(rng.integers(3))), replace=False))
            for k in range(12)
        }
        places = arrange(parents)
        spots = [places[k].at for k in parents]
        spots += [spot for place in places.values() for spot in place.by()]
        for node, before in parents.items():
            assert all(places[p].at[0] < places[node].at[0] for p in before)
        for i, (column, row) in enumerate(spots):
            near = (abs(row - r) for c, r in spots[:i] if c == column)
            assert min(near, default=1) > 1 - 1e-9


def test_an_svg_is_the_same_every_time(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    for _ in range(2):
        drawings.show(drawings.tape_graph(*neuron()), "A neuron.", svg=True)

    assert shown[0].data == shown[1].data
    assert "data:image/svg+xml;base64," in shown[0].data


def test_the_three_terms_add_up_to_the_squares_of_the_distances():
    def numbers(figure):
        return [int(word) for word in words(figure) if re.fullmatch(r"\d+", word)]

    column, products, row, squares = np.split(
        numbers(drawings.three_terms()), [2, 8, 11]
    )
    expected = np.reshape(column, (2, 1)) - 2 * np.reshape(products, (2, 3)) + row

    assert np.array_equal(expected.ravel(), squares)
    roots = numbers(drawings.distance_matrix())[-6:]
    assert np.array_equal(np.square(roots), squares)


def test_the_vote_of_the_drawing_changes_with_the_number_of_voters():
    from cs231n.drawings.classifiers.neighbours import _VOTERS
    from cs231n.nets.neighbours import vote

    dists = np.array([[np.hypot(x, y) for x, y, _ in _VOTERS]])
    triangles = np.array([int(triangle) for *_, triangle in _VOTERS])

    assert [vote(dists, k, triangles)[0] for k in (1, 3, 7)] == [0, 1, 0]
    assert (dists[0] < 1.35).sum() == 1
    assert (dists[0] < 2.5).sum() == 3
    assert (dists[0] < 3.9).sum() == 7


def test_a_gradient_that_is_never_emptied_is_the_sum_of_two():
    shown = words(drawings.grad_buffer())
    numbers = [int(word) for word in shown if word.isdecimal()]

    assert numbers == [0, 5, 0, 5, 0, 5, 5, 10]


def test_the_shapes_of_the_small_convnet_are_those_of_the_layers():
    shown = words(drawings.convnet_shapes())
    shapes = [tuple(map(int, re.findall(r"\d+", w))) for w in shown if w[0] == "("]

    x = np.zeros((1, *shapes[0]))
    filters, biases = np.zeros(shapes[5][:4]), np.zeros(shapes[5][4:])
    first = conv_forward(x, filters, biases, {"stride": 1, "pad": 2})[0]
    filters, biases = np.zeros(shapes[6][:4]), np.zeros(shapes[6][4:])
    second = conv_forward(first, filters, biases, {"stride": 1, "pad": 1})[0]
    assert [first.shape[1:], second.shape[1:]] == shapes[1:3]
    assert (second.size,) == shapes[3] == shapes[7][:1]
    assert shapes[4] == shapes[7][1:2] == shapes[7][2:]


def test_filters_that_double_cost_the_same_where_the_side_halves():
    left, right = drawings.pool_costs().axes

    assert [bar.get_width() for bar in right.patches] == pytest.approx([4.718592] * 3)
    ratios = np.array([bar.get_width() for bar in left.patches]) / 4.718592
    assert ratios == pytest.approx([1, 4, 16])


def test_the_mean_of_noisy_gradients_is_that_of_the_rows():
    shown = [
        word.replace("\N{MINUS SIGN}", "-")
        for word in words(drawings.noisy_gradients())
    ]
    numbers = [float(word) for word in shown if re.fullmatch(r"-?\d+(\.\d+)?", word)]
    copies, mean = np.reshape(numbers[:12], (3, 4)), numbers[12:]

    assert np.array_equal(copies.mean(axis=0), mean)
    signs = np.sign(copies)
    agree = np.abs(signs.sum(axis=0)) == 3
    assert np.array_equal(np.abs(mean) > 1, agree)


def test_guided_paths_shows_what_the_rule_gives():
    from cs231n.nets.seeing import guided_relu_backward

    upstream, given = np.array([2.0, -5.0]), np.ones(2)
    totals = upstream.sum(), guided_relu_backward(upstream, given).sum()
    shown = [word for word in words(drawings.guided_paths()) if "gradient" in word]

    expected = [f"gradient {n:+.0f}".replace("-", "\N{MINUS SIGN}") for n in totals]
    assert shown == expected


def test_only_a_column_of_maxima_makes_the_largest_logit_of_each_row_zero():
    shown = [
        float(word.replace("\N{MINUS SIGN}", "-"))
        for word in words(drawings.row_maxima())
        if re.fullmatch("\N{MINUS SIGN}?\\d+", word)
    ]
    right, wrong = np.array(shown).reshape(2, 21)
    logits = right[:9].reshape(3, 3)

    assert np.array_equal(right[9:12], logits.max(axis=1))
    assert np.array_equal(right[12:].reshape(3, 3), logits - logits.max(1)[:, None])
    assert np.array_equal(wrong[12:].reshape(3, 3), logits - logits.max(axis=1))


def test_a_higher_temperature_makes_the_bars_more_equal():
    shown = [float(w) for w in words(drawings.temperature_bars()) if "0." in w[:2]]
    sharp, plain, flat = np.array(shown).reshape(3, 3)

    assert sharp.max() > plain.max() > flat.max()
    assert np.allclose([sharp.sum(), plain.sum(), flat.sum()], 1, atol=0.015)
    assert f"{np.exp(3) / np.exp([1, 2, 3]).sum():.2f}" == f"{plain.max():.2f}"


def test_the_cross_entropy_is_the_distance_to_the_soft_maximum():
    shown = " ".join(words(drawings.soft_maximum()))
    top = np.log(np.exp([1, 3, 2.5]).sum())

    assert shown.count(f"soft maximum {top:.2f}") == 2
    for score in (3, 1):
        assert f"cross-entropy {top - score:.2f}" in shown


def test_steps_diverge_when_a_factor_is_below_minus_one():
    shown = [
        word.replace("\N{MINUS SIGN}", "-") for word in words(drawings.step_factors())
    ]
    factors = [float(w.split(": ")[1]) for w in shown if w.startswith("curvature")]

    assert np.allclose(factors, [1 - 0.2, 1 - 1.8, 1 - 0.23, 1 - 2.07])
