"""What is said when a name is asked for that the tape does not have."""

import difflib

#: Ready-made answers to an exercise, and what to do instead.
SOLVES = {
    "scaled_dot_product_attention": "write softmax(q @ k.T / sqrt(d)) @ v",
    "MultiheadAttention": "write it from four nn.Linear and a softmax",
    "RNN": "write it step by step",
    "LSTM": "write it step by step",
    "GRU": "write it step by step",
    "RNNCell": "write it step by step",
    "LSTMCell": "write it step by step",
    "GRUCell": "write it step by step",
    "Transformer": "write it from attention and nn.LayerNorm",
    "TransformerEncoder": "write it from attention and nn.LayerNorm",
    "TransformerEncoderLayer": "write it from attention and nn.LayerNorm",
    "TransformerDecoder": "write it from attention and nn.LayerNorm",
    "TransformerDecoderLayer": "write it from attention and nn.LayerNorm",
    "cdist": "write it as |x|^2 - 2 x @ y.T + |y|^2",
    "unfold": "cut patches with reshape and permute",
    "Unfold": "cut patches with reshape and permute",
}
#: What a tape of this size does without.
BEYOND = {
    "compile": "nothing is compiled here",
    "jit": "nothing is compiled here",
    "sparse": "there are no sparse tensors",
    "complex64": "there are no complex numbers",
    "fft": "there are no complex numbers",
    "distributed": "it runs in one process",
    "half": "it computes in float32 and float64",
    "float16": "it computes in float32 and float64",
    "bfloat16": "it computes in float32 and float64",
    "backends": "it runs on the CPU",
    "mps": "it runs on the CPU",
    "utils": "take batches with rows = torch.randperm(len(x))[:64] and x[rows]",
}


def missing(module, names):
    """Return a module's ``__getattr__``: one sentence for every missing name.

    Parameters
    ----------
    module : str
        How the module is spelled, such as ``"torch"``.
    names : callable
        Returns the names that it has.
    """

    def __getattr__(name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in SOLVES:
            raise AttributeError(
                f"{module}.{name} is not on this tape: {SOLVES[name]}."
            )
        if name in BEYOND:
            raise AttributeError(
                f"{module}.{name} is not on this tape: {BEYOND[name]}."
            )
        close = difflib.get_close_matches(name, names(), 3, 0.7)
        hint = (
            f"did you mean {' or '.join(close)}?"
            if close
            else (
                "docs/autograd.md lists what is there. For all of PyTorch start with "
                "CS231N_ENGINE=torch."
            )
        )
        raise AttributeError(f"{module}.{name} is not on this tape: {hint}")

    return __getattr__
