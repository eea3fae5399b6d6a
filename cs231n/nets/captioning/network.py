"""Networks that write captions: recurrent cells, with and without attention."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cs231n.nets.base import Network, pick_layers
from cs231n.nets.captioning.beam import beam_search
from cs231n.nets.captioning.checks import check_captions, check_features, check_writing
from cs231n.nets.captioning.images import encode, encode_back, look, look_back
from cs231n.nets.captioning.weights import GATES, draw_attention, draw_weights
from cs231n.runs.chance import generator

METHODS = ("greedy", "sampled", "beam")


class CaptioningRNN(Network):
    """A recurrent network that writes a caption word by word.

    The projected features of an image are the first hidden state; each state scores the
    next word. With attention, every state also looks at the cells of the image before
    it scores: ``tanh(h + context @ W_context + b_context)`` takes its place.

    Parameters
    ----------
    word_to_idx : dict of str to int
        Vocabulary of V words, with ``<NULL>``; to write captions also ``<START>`` and
        ``<END>``.
    input_dim : int
        Numbers D per image, or per cell of an image.
    wordvec_dim : int
        Numbers W per word.
    hidden_dim : int
        Size H of the hidden state.
    cell_type : {"rnn", "lstm", "gru"}
        The recurrent cell.
    dtype : dtype-like
        float32 or float64.
    attention : bool
        Take features (N, D, h, w) and attend to their cells.
    cells : int
        With attention, the number P = h * w of cells.
    rng : numpy.random.Generator, optional
        Draws the initial weights.
    layers : dict of str to callable, optional
        Your own layers, by their name in :mod:`cs231n.layers`.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W_embed`` (V, W), ``W_proj`` (D, H), ``b_proj``, ``Wx`` (W, G H), ``Wh`` (H, G
        H), ``b``, ``W_vocab`` (H, V), ``b_vocab``; with attention ``W_cells`` (P, H),
        which tells the cells apart, ``W_context`` (H, H) and ``b_context``.
    cell_type : str
        The recurrent cell.
    attention : bool
        Whether the network attends.

    References
    ----------
    Vinyals et al. (2015), "Show and Tell: A Neural Image Caption Generator"; Xu et al.
    (2015), "Show, Attend and Tell".
    """

    _kept = ("cell_type", "attention", "params")

    def __init__(
        self,
        word_to_idx: dict[str, int],
        input_dim: int = 512,
        wordvec_dim: int = 128,
        hidden_dim: int = 128,
        cell_type: str = "rnn",
        dtype: npt.DTypeLike = np.float32,
        *,
        attention: bool = False,
        cells: int = 36,
        rng: np.random.Generator | None = None,
        layers: dict[str, Callable] | None = None,
    ) -> None:
        if cell_type not in GATES:
            raise ValueError(
                f"cell_type is one of {', '.join(GATES)}; got {cell_type!r}."
            )
        if "<NULL>" not in word_to_idx:
            raise ValueError(
                "word_to_idx has no '<NULL>', which fills up short captions."
            )
        self.cell_type, self.attention, self.dtype = (
            cell_type,
            attention,
            np.dtype(dtype),
        )
        self.word_to_idx = word_to_idx
        self.idx_to_word = {i: word for word, i in word_to_idx.items()}
        self._null, self._start, self._end = map(
            word_to_idx.get, ("<NULL>", "<START>", "<END>")
        )
        self.layers = pick_layers(layers)
        self._forward, self._backward = (
            getattr(self.layers, f"{cell_type}_{way}")
            for way in ("forward", "backward")
        )
        rng = generator(rng)
        sizes = (len(word_to_idx), input_dim, wordvec_dim, hidden_dim)
        params = draw_weights(rng, sizes, cell_type)
        if attention:
            params |= draw_attention(rng, cells, hidden_dim)
        self.params = {name: w.astype(self.dtype) for name, w in params.items()}

    def loss(
        self, features: np.ndarray, captions: np.ndarray
    ) -> tuple[float, dict[str, np.ndarray]]:
        """Compute the loss of captions and its gradients.

        Parameters
        ----------
        features : ndarray of shape (N, D), or (N, D, h, w) with attention
            Features of the images.
        captions : ndarray of int, shape (N, T + 1)
            Their captions. The network reads all words but the last, and after each is
            asked for the next; ``<NULL>`` as the next word does not count.

        Returns
        -------
        loss : float
            Cross-entropy summed over the words that count, divided by N.
        grads : dict of str to ndarray
            Gradients by the names of ``params``.

        Raises
        ------
        ValueError
            If the features have another width, or captions are empty, no rows of words,
            or hold a number that is no word.
        """
        features, captions = self._checked(features, captions)
        read, wanted, p = captions[:, :-1], captions[:, 1:], self.params
        h0, memory, encode_cache = encode(features, p, self.layers)
        x, embed_cache = self.layers.word_embedding_forward(read, p["W_embed"])
        h, cell_cache = self._forward(x, h0, p["Wx"], p["Wh"], p["b"])
        out, _, look_cache = look(h, memory, p, self.layers)
        grads, counts = {}, wanted != self._null
        loss, dout, grads["W_vocab"], grads["b_vocab"] = (
            self.layers.temporal_affine_softmax_loss(
                out, p["W_vocab"], p["b_vocab"], wanted, counts
            )
        )
        dh, dmemory, looked = look_back(dout, look_cache, self.layers)
        dx, dh0, grads["Wx"], grads["Wh"], grads["b"] = self._backward(dh, cell_cache)
        grads["W_embed"] = self.layers.word_embedding_backward(dx, embed_cache)
        return loss, grads | looked | encode_back(
            dh0, dmemory, encode_cache, self.layers
        )

    def sample(
        self,
        features: np.ndarray,
        max_length: int = 30,
        *,
        method: str = "greedy",
        temperature: float = 1.0,
        k: int = 3,
        rng: np.random.Generator | None = None,
    ) -> np.ndarray:
        """Write captions.

        Parameters
        ----------
        features : ndarray of shape (N, D), or (N, D, h, w) with attention
            Features of the images.
        max_length : int
            Words at most.
        method : {"greedy", "sampled", "beam"}
            Take the most probable word each time, draw words by their probability, or
            search with :func:`~cs231n.nets.captioning.beam.beam_search`.
        temperature : float
            Divides the scores before words are drawn; above 0.
        k : int
            Width of the beam.
        rng : numpy.random.Generator, optional
            Draws the words.

        Returns
        -------
        captions : ndarray of int32, shape (N, max_length)
            Words with ``<END>``, then ``<NULL>``.

        Raises
        ------
        ValueError
            If an argument is out of range, or the vocabulary has no ``<START>`` and
            ``<END>``.
        """
        features = self._checked_features(features)
        check_writing(method, METHODS, max_length, temperature)
        if None in (self._start, self._end):
            raise ValueError("The vocabulary has no <START> and <END> to write with.")
        if method == "beam":
            rows = [
                self._beam(features[i : i + 1], max_length, k)
                for i in range(len(features))
            ]
            return np.array(rows, np.int32).reshape(len(rows), max_length)
        rng = np.random.default_rng() if rng is None else rng
        captions = np.full((len(features), max_length), self._null, np.int32)
        words, state = np.full(len(features), self._start), self.begin(features)
        going = np.ones(len(features), bool)
        for t in range(max_length):
            logs, state = self.step(words, state)
            if method == "sampled":  # the largest of scores with Gumbel noise
                logs = logs / temperature + rng.gumbel(size=logs.shape)
            words = logs.argmax(axis=1)
            captions[going, t] = words[going]
            going &= words != self._end
            if not going.any():
                break
        return captions

    def begin(self, features: np.ndarray) -> tuple[np.ndarray, ...]:
        """Prepare to write captions one word at a time.

        Parameters
        ----------
        features : ndarray of shape (N, D), or (N, D, h, w) with attention
            Features of the images.

        Returns
        -------
        state : tuple of ndarray
            What :meth:`step` needs; each array has N rows.
        """
        features = self._checked_features(features)
        h0, memory, _ = encode(features, self.params, self.layers)
        state = (h0, np.zeros_like(h0)) if self.cell_type == "lstm" else (h0,)
        return state if memory is None else (*state, memory)

    def step(
        self, words: np.ndarray, state: tuple[np.ndarray, ...]
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Read one word of each caption, and say how probable every next one is.

        Parameters
        ----------
        words : ndarray of int, shape (N,)
            The last words.
        state : tuple of ndarray
            As from :meth:`begin` or this method.

        Returns
        -------
        logs : ndarray of shape (N, V)
            Log-probability of every word.
        state : tuple of ndarray
            For the next call.
        """
        p = self.params
        cell, memory = (state[:-1], state[-1]) if self.attention else (state, None)
        x, _ = self.layers.word_embedding_forward(words[:, None], p["W_embed"])
        step = getattr(self.layers, f"{self.cell_type}_step_forward")
        *cell, _ = step(x[:, 0], *cell, p["Wx"], p["Wh"], p["b"])
        out, _, _ = look(cell[0][:, None], memory, p, self.layers)
        scores = out[:, 0] @ p["W_vocab"] + p["b_vocab"]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return logs, (tuple(cell) if memory is None else (*cell, memory))

    def attention_maps(self, features: np.ndarray, captions: np.ndarray) -> np.ndarray:
        """Say where the network looks before each word.

        Parameters
        ----------
        features : ndarray of shape (N, D, h, w)
            Features of the images.
        captions : ndarray of int, shape (N, T + 1)
            Captions, from ``<START>``.

        Returns
        -------
        weights : ndarray of shape (N, T, h, w)
            Attention before words 1 to T of each caption; each map has sum 1.

        Raises
        ------
        ValueError
            If the network has no attention.
        """
        if not self.attention:
            raise ValueError(
                "This network has no attention; build it with attention=True."
            )
        features, captions = self._checked(features, captions)
        p = self.params
        h0, memory, _ = encode(features, p, self.layers)
        x, _ = self.layers.word_embedding_forward(captions[:, :-1], p["W_embed"])
        h, _ = self._forward(x, h0, p["Wx"], p["Wh"], p["b"])
        _, weights, _ = look(h, memory, p, self.layers)
        assert weights is not None  # there is attention
        return weights.reshape(*weights.shape[:2], *features.shape[2:])

    def _beam(self, feature, max_length, k):
        """Return the best caption of one image, filled up with ``<NULL>``."""
        states = {(): self.begin(feature)}  # by the words before the last

        def step(sentences):
            before = [states[tuple(row[:-1])] for row in sentences.tolist()]
            state = tuple(np.concatenate(parts) for parts in zip(*before, strict=True))
            logs, state = self.step(sentences[:, -1], state)
            for i, row in enumerate(sentences.tolist()):
                states[tuple(row)] = tuple(part[i : i + 1] for part in state)
            return logs

        _, words = beam_search(step, self._start, self._end, k, max_length)[0]
        return words + [self._null] * (max_length - len(words))

    def _checked(self, features, captions):
        features, captions = self._checked_features(features), np.asarray(captions)
        check_captions(captions, len(features), len(self.word_to_idx), self._null)
        return features, captions

    def _checked_features(self, features):
        features, p = np.asarray(features), self.params
        cells = len(p["W_cells"]) if self.attention else None
        check_features(features, len(p["W_proj"]), cells)
        return features.astype(self.dtype, copy=False)

    def _restore(self, state, fname):
        for name in ("cell_type", "attention"):
            if state[name] != getattr(self, name):
                raise ValueError(
                    f"{fname} holds a network with {name}={state[name]!r}; this one "
                    f"has {name}={getattr(self, name)!r}."
                )
        super()._restore(state, fname)
