"""How windows slide over images: the sizes that convolution and pooling share."""

from typing import NamedTuple


class Geometry(NamedTuple):
    """Steps of a sliding window, each as (height, width) in pixels."""

    stride: tuple[int, int]
    pad: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1

    def output_size(self, size, kernel):
        """Return how many windows fit: ``floor((H + 2 pad - span) / stride) + 1``.

        Parameters
        ----------
        size : tuple of int
            Height and width of the image, in pixels.
        kernel : tuple of int
            Height and width of the window, in taps.

        Returns
        -------
        size : tuple of int
            Height and width of the output.

        Raises
        ------
        ValueError
            If the window is larger than the padded image.
        """
        return tuple(
            self._along(axis, name, size[axis], kernel[axis])
            for axis, name in enumerate(("height", "width"))
        )

    def _along(self, axis, name, size, taps):
        pad, span = self.pad[axis], self.dilation[axis] * (taps - 1) + 1
        if taps < 1 or span > size + 2 * pad:
            raise ValueError(
                f"A window of {name} {span} does not fit into an image of {name} "
                f"{size} padded by {pad} on each side."
            )
        return (size + 2 * pad - span) // self.stride[axis] + 1
