"""Drawings that explain an idea: one style, small numbers, on light or dark paper.

Each function builds a figure and returns it; :func:`show` puts it below a cell together
with a text for those who cannot see it. Blue is data, green is learned, vermilion *and
dashed* is a gradient, purple is a second thing beside blue, grey is everything else.
"""

from cs231n.drawings.classifiers.descent import error_valley, minibatch_paths, secants
from cs231n.drawings.classifiers.features import (
    central_difference,
    corner_unit,
    direction_bins,
    hue_circle,
    shuffled_pixels,
)
from cs231n.drawings.classifiers.linear import margins, score_gradient, template_scores
from cs231n.drawings.classifiers.logits import one_place, row_maxima, step_factors
from cs231n.drawings.classifiers.losses import loss_curves
from cs231n.drawings.classifiers.neighbours import (
    broadcast_rows,
    distance_matrix,
    folds,
    three_terms,
    two_metrics,
    vote_circle,
)
from cs231n.drawings.classifiers.probabilities import (
    one_hot_gradient,
    safe_exponents,
    soft_maximum,
    softmax_steps,
    temperature_bars,
)
from cs231n.drawings.networks.blocks import layer_row
from cs231n.drawings.networks.conv_nets import conv_stages, skip_connection
from cs231n.drawings.networks.convolution import pool_winners, window_columns
from cs231n.drawings.networks.deep import cache_stack, deep_stack, signal_depth
from cs231n.drawings.networks.feature_maps import (
    augment_steps,
    column_order,
    positions_as_rows,
    receptive_field,
)
from cs231n.drawings.networks.frameworks import (
    grad_buffer,
    module_tree,
    three_ways,
    training_loop,
)
from cs231n.drawings.networks.masks import dropout_mask, masked_weights, thinned_nets
from cs231n.drawings.networks.nets import (
    affine_graph,
    affine_rows,
    net_chain,
    relu_gate,
)
from cs231n.drawings.networks.normalisation import norm_graph
from cs231n.drawings.networks.optimisers import (
    bias_correction,
    loss_signs,
    shrinking_steps,
    velocity_steps,
)
from cs231n.drawings.networks.recording import (
    broadcast_back,
    fused_step,
    parameter_names,
    recorded_loop,
    shared_array,
    sum_back,
)
from cs231n.drawings.networks.sizes import convnet_shapes, fan_in, pool_costs
from cs231n.drawings.networks.statistics import (
    gradient_parts,
    norm_columns,
    shared_statistics,
)
from cs231n.drawings.networks.tape import tape_graph
from cs231n.drawings.networks.training import (
    accuracy_curves,
    grid_and_random,
    rate_schedules,
    score_slopes,
    step_sizes,
)
from cs231n.drawings.networks.windows import (
    convolved_image,
    shared_gradients,
    window_count,
)
from cs231n.drawings.page import THEMES, Page
from cs231n.drawings.pictures.adversarial import (
    adversaries,
    generator_losses,
    growing_pictures,
    kept_gradients,
    painted_filters,
    squares,
    two_clouds,
)
from cs231n.drawings.pictures.ascent import (
    dream_layer,
    fooling_steps,
    regularised_step,
)
from cs231n.drawings.pictures.denoising import (
    euler_steps,
    guidance_arrow,
    noise_curves,
    skipped_steps,
    straight_path,
    time_rows,
    unet_levels,
)
from cs231n.drawings.pictures.matching import (
    paired_cosines,
    paired_training,
    patch_overlap,
    prompt_classes,
    ranked_row,
    shortcut,
    two_softmaxes,
)
from cs231n.drawings.pictures.residual import context_block, context_gradients
from cs231n.drawings.pictures.seeing import (
    covered_squares,
    guided_paths,
    inversion_loop,
    noisy_gradients,
    pixel_gradient,
    weighted_maps,
)
from cs231n.drawings.pictures.styles import gram_sheet, neighbour_pairs, transfer_graph
from cs231n.drawings.pictures.views import (
    colour_plane,
    crop_grid,
    frozen_probe,
    pair_matrix,
    pull_push,
    view_pairs,
)
from cs231n.drawings.sequences.captions import (
    captioner,
    masked_captions,
    rnn_step,
    shared_runs,
    specificity,
    word_rows,
)
from cs231n.drawings.sequences.decoding import attention_step, beam_tree
from cs231n.drawings.sequences.gated import gru_cell, lstm_cell
from cs231n.drawings.sequences.recurrence import unrolled
from cs231n.drawings.sequences.transformers import (
    causal_mask,
    decoder_layer,
    heads,
    patch_rows,
    position_waves,
)
from cs231n.drawings.shown import show

__all__ = [
    "THEMES",
    "Page",
    "accuracy_curves",
    "adversaries",
    "affine_graph",
    "affine_rows",
    "attention_step",
    "augment_steps",
    "beam_tree",
    "bias_correction",
    "broadcast_back",
    "broadcast_rows",
    "cache_stack",
    "captioner",
    "causal_mask",
    "central_difference",
    "colour_plane",
    "column_order",
    "context_block",
    "context_gradients",
    "conv_stages",
    "convnet_shapes",
    "convolved_image",
    "corner_unit",
    "covered_squares",
    "crop_grid",
    "decoder_layer",
    "deep_stack",
    "direction_bins",
    "distance_matrix",
    "dream_layer",
    "dropout_mask",
    "error_valley",
    "euler_steps",
    "fan_in",
    "folds",
    "fooling_steps",
    "frozen_probe",
    "fused_step",
    "generator_losses",
    "grad_buffer",
    "gradient_parts",
    "gram_sheet",
    "grid_and_random",
    "growing_pictures",
    "gru_cell",
    "guidance_arrow",
    "guided_paths",
    "heads",
    "hue_circle",
    "inversion_loop",
    "kept_gradients",
    "layer_row",
    "loss_curves",
    "loss_signs",
    "lstm_cell",
    "margins",
    "masked_captions",
    "masked_weights",
    "minibatch_paths",
    "module_tree",
    "neighbour_pairs",
    "net_chain",
    "noise_curves",
    "noisy_gradients",
    "norm_columns",
    "norm_graph",
    "one_hot_gradient",
    "one_place",
    "painted_filters",
    "pair_matrix",
    "paired_cosines",
    "paired_training",
    "parameter_names",
    "patch_overlap",
    "patch_rows",
    "pixel_gradient",
    "pool_costs",
    "pool_winners",
    "position_waves",
    "positions_as_rows",
    "prompt_classes",
    "pull_push",
    "ranked_row",
    "rate_schedules",
    "receptive_field",
    "recorded_loop",
    "regularised_step",
    "relu_gate",
    "rnn_step",
    "row_maxima",
    "safe_exponents",
    "score_gradient",
    "score_slopes",
    "secants",
    "shared_array",
    "shared_gradients",
    "shared_runs",
    "shared_statistics",
    "shortcut",
    "show",
    "shrinking_steps",
    "shuffled_pixels",
    "signal_depth",
    "skip_connection",
    "skipped_steps",
    "soft_maximum",
    "softmax_steps",
    "specificity",
    "squares",
    "step_factors",
    "step_sizes",
    "straight_path",
    "sum_back",
    "tape_graph",
    "temperature_bars",
    "template_scores",
    "thinned_nets",
    "three_terms",
    "three_ways",
    "time_rows",
    "training_loop",
    "transfer_graph",
    "two_clouds",
    "two_metrics",
    "two_softmaxes",
    "unet_levels",
    "unrolled",
    "velocity_steps",
    "view_pairs",
    "vote_circle",
    "weighted_maps",
    "window_columns",
    "window_count",
    "word_rows",
]
