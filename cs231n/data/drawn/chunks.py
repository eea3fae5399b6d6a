"""Labelled images that are drawn, cached and streamed a chunk at a time."""

from collections.abc import Callable, Iterator

import numpy as np

from cs231n.data.cache import cached, is_cached
from cs231n.data.drawn.random_draws import Draws

#: Images of a chunk, a tenth of each class.
CHUNK = 2000
#: From so many chunks on, what is to be drawn is announced with the time it takes.
MANY = 6
NUM_CLASSES = 10
PARTS = ("train", "test")


class Chunks:
    """The files of one drawn dataset: records of a label byte and the pixels.

    Parameters
    ----------
    name : str
        Of the dataset.
    version : int
        Of its drawing code; part of the file names.
    pixels : int
        Bytes of an image.
    seconds : float
        What a chunk takes on one core, about.
    """

    def __init__(
        self, name: str, version: int, pixels: int, seconds: float = 1
    ) -> None:
        self.name, self.version, self.pixels = name, version, pixels
        self.seconds = seconds

    def read(
        self, part: str, num: int, seed: int, draw_chunk: Callable
    ) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Read the first images of a part, drawing what is not cached.

        Parameters
        ----------
        part : {"train", "test"}
            Which images.
        num : int
            How many.
        seed : int
            Of the dataset.
        draw_chunk : callable
            ``draw_chunk(part, chunk, seed)`` returns images and labels.

        Yields
        ------
        rows : slice
            Places of the next images in the part.
        pixels : ndarray of shape (n, pixels), uint8
            The images.
        labels : ndarray of shape (n,), uint8
            Their classes.

        Raises
        ------
        ValueError
            If the number is negative.
        """
        if num < 0:
            raise ValueError(f"num_{part} is at least 0, got {num}.")
        chunks = range(-(-num // CHUNK))
        for chunk in self._progress(chunks, part, seed):
            content = cached(
                self._file(part, chunk, seed),
                CHUNK * (1 + self.pixels),
                lambda chunk=chunk: _records(*draw_chunk(part, chunk, seed)),
            )
            rows = slice(chunk * CHUNK, min(num, (chunk + 1) * CHUNK))
            records = np.frombuffer(content, np.uint8).reshape(CHUNK, -1)
            records = records[: rows.stop - rows.start]
            yield rows, records[:, 1:], records[:, 0]

    def draw(
        self,
        part: str,
        chunk: int,
        seed: int,
        draw_class: Callable,
        shape: tuple[int, ...],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw one chunk, class by class, in random order.

        Parameters
        ----------
        part : {"train", "test"}
            Which images.
        chunk : int
            Which chunk of them.
        seed : int
            Of the dataset.
        draw_class : callable
            ``draw_class(label, num, draws)`` returns (num, *shape), uint8.
        shape : tuple of int
            Of an image.

        Returns
        -------
        X : ndarray of shape (2000, *shape), uint8
            Images.
        y : ndarray of shape (2000,), uint8
            Classes, 200 of each.

        Raises
        ------
        ValueError
            If there is no such part.
        """
        if part not in PARTS:
            raise ValueError(f"part is 'train' or 'test', got {part!r}.")
        key = (seed, self.version, PARTS.index(part), chunk)
        order = np.argsort(Draws(*key).uniform(0.0, 1.0, CHUNK), kind="stable")
        X, y = np.empty((CHUNK, *shape), np.uint8), np.empty(CHUNK, np.uint8)
        for label, rows in enumerate(order.reshape(NUM_CLASSES, -1)):
            X[rows] = draw_class(label, len(rows), Draws(*key, 1 + label))
            y[rows] = label
        return X, y

    def _file(self, part, chunk, seed):
        return f"{self.name}-v{self.version}/seed{seed}-{part}-{chunk:04d}.bin"

    def _progress(self, chunks, part, seed):
        """Show a bar on standard output where there is something to wait for."""
        files = [self._file(part, chunk, seed) for chunk in chunks]
        missing = sum(not is_cached(file) for file in files)
        if not missing:
            return chunks
        if missing >= MANY:
            print(
                f"Drawing {missing * CHUNK:,} images of {self.name}, once: about "
                f"{missing * self.seconds:.0f} seconds on one core."
            )
        from cs231n.runs.progress import progress_bar

        title = f"drawing {self.name} ({part})"
        return progress_bar(chunks, desc=title, unit="chunk", ncols=None, leave=False)


def _records(X, y):
    return np.column_stack([y, X.reshape(len(y), -1)]).tobytes()
