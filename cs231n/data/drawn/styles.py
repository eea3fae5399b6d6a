"""Pictures whose style can be transferred, drawn stroke by stroke or pane by pane."""

import numpy as np

from cs231n.data.drawn.random_draws import Draws, cosine, sine

#: Edge of the sheets that strokes are measured on, in units; pixels come from ``side``.
SHEET = 192.0
NIGHT = ((16, 32, 96), (34, 70, 150), (70, 120, 190), (140, 180, 210), (20, 26, 60))
SHINE = ((250, 245, 200), (240, 214, 100))
PANES = (
    *((200, 30, 40), (240, 180, 40), (30, 90, 180), (40, 150, 90)),
    *((230, 230, 220), (120, 40, 130), (240, 110, 30)),
)
LEAD, PAPER = 14.0, (240.0, 232.0, 214.0)


def draw_style(name: str, side: int = 192, seed: int = 231) -> np.ndarray:
    """Draw a picture in one of the styles.

    Parameters
    ----------
    name : {"swirls", "stained glass", "hatching"}
        Short strokes that run round stars; panes of colour in dark frames; lines of a
        pen in two directions.
    side : int, optional
        Pixels along an edge, at least 32.
    seed : int, optional
        Other seeds give other pictures in the same style.

    Returns
    -------
    picture : ndarray of shape (side, side, 3), uint8
        Red, green, blue, the same on every platform.

    Raises
    ------
    ValueError
        If there is no such style, or the side is no whole number of at least 32.
    """
    if name not in STYLES:
        raise ValueError(f"The styles are {', '.join(STYLES)}; got {name!r}.")
    if side != int(side) or side < 32:
        raise ValueError(f"side is a whole number, at least 32; got {side!r}.")
    draws = Draws(seed, 18, list(STYLES).index(name))
    pixels = STYLES[name](int(side), draws)
    return np.clip(pixels + np.float32(0.5), 0, 255).astype(np.uint8)


def _swirls(side, draws):
    """Let strokes follow a stream that turns round seven stars: (side, side, 3)."""
    pixels = np.empty((side, side, 3), np.float32)
    pixels[...] = NIGHT[1]
    stars = draws.uniform(0.08, 0.92, (7, 2)) * SHEET
    turn = np.where(draws.chance(0.5, 7), 1.0, -1.0)
    starts = draws.uniform(0.0, SHEET, (4200, 2))
    paths = _streamlines(starts, stars, turn, steps=14)
    distance = np.sqrt(_squares(starts[:, None] - stars).min(axis=1))
    tone = draws.choose(np.tile([0.27, 0.32, 0.2, 0.12, 0.09], (len(starts), 1)))
    colours = np.array(NIGHT, np.float64)[tone]
    colours[distance < 13] = SHINE[1]
    colours[distance < 7] = SHINE[0]
    colours += draws.uniform(-22.0, 22.0, colours.shape)
    lengths = 6 + draws.integers(9, len(starts))
    widths = draws.uniform(1.5, 2.7, len(starts))
    for path, long, width, colour in zip(paths, lengths, widths, colours, strict=True):
        _stroke(pixels, path[:long], width, colour)
    return pixels


def _streamlines(starts, stars, turn, steps):
    """Follow the stream from every start: (N, steps, 2), 1.6 units a step."""
    paths = np.empty((len(starts), steps, 2))
    paths[:, 0] = starts
    for k in range(1, steps):
        here = paths[:, k - 1]
        flow = np.empty_like(here)
        flow[...] = (0.22, 0.06)
        for star, sign in zip(stars, turn, strict=True):
            apart = star - here
            near = sign * 40 / (60 + _squares(apart))
            flow[:, 0] -= near * apart[:, 1]
            flow[:, 1] += near * apart[:, 0]
        speed = np.sqrt(_squares(flow)) + 1e-6
        paths[:, k] = here + 1.6 * flow / speed[:, None]
    return paths


def _stained_glass(side, draws):
    """Fill the panes round 70 points, with lead between them: (side, side, 3)."""
    points = draws.uniform(-0.05, 1.05, (70, 2)) * SHEET
    paint = np.array(PANES, np.float64)[draws.integers(len(PANES), 70)]
    paint += draws.uniform(-18.0, 18.0, (70, 3))
    y, x = np.meshgrid(*[_grid(side)] * 2, indexing="ij")
    squares = np.stack([(x - px) * (x - px) + (y - py) * (y - py) for px, py in points])
    pane = squares.argmin(axis=0)
    edge = np.full((side, side), np.inf)
    for k, point in enumerate(points):
        gap = np.sqrt(_squares(points[pane] - point))  # to the point of the own pane
        far = (squares[k] - squares.min(axis=0)) / np.where(gap == 0, 1, 2 * gap)
        edge = np.where(gap == 0, edge, np.minimum(edge, far))
    glow = 1 + draws.uniform(-0.16, 0.16, 70)[pane] * (y / SHEET - 0.5) * 2
    pixels = paint[pane] * glow[..., None] + 7 * draws.grain((side, side, 1))
    lead = np.clip(0.5 + (1.9 - edge) * side / SHEET, 0, 1)[..., None]
    return (pixels + lead * (LEAD - pixels)).astype(np.float32)


def _hatching(side, draws):
    """Draw lines of a pen on paper, in two directions: (side, side, 3)."""
    pixels = np.empty((side, side, 3), np.float32)
    pixels[...] = PAPER
    for x, y in draws.uniform(-0.1, 1.1, (1500, 2)) * SHEET:
        wave = float(sine(np.int64(x * 5.3)) + cosine(np.int64(y * 6.5)))
        slope = 0.127 if wave > 0 else -0.111  # in full turns
        angle = np.int64(1024 * (slope + draws.uniform(-0.02, 0.02, 1)[0]))
        length = draws.uniform(10.0, 28.0, 1)[0]
        steps = np.arange(0.0, length, 1.2)[:, None]
        along = np.array([float(cosine(angle)), float(sine(angle))])
        ink = draws.uniform(12.0, 56.0, 1) + draws.uniform(-8.0, 8.0, 3)
        width = 0.9 if abs(wave) < 0.8 else 1.6
        _stroke(pixels, np.array([x, y]) + steps * along, width, ink)
    return pixels


def _stroke(pixels, path, width, colour):
    """Paint a round brush along points that lie close together (in place)."""
    side, scale = len(pixels), len(pixels) / SHEET
    path, radius = path * scale, max(width * scale, 1.0) / 2
    low = np.maximum(np.floor(path.min(axis=0) - radius - 1), 0).astype(int)
    high = np.minimum(np.ceil(path.max(axis=0) + radius + 1), side).astype(int)
    if (low >= high).any():
        return
    x = np.arange(low[0], high[0]) + 0.5 - path[:, :1]
    y = np.arange(low[1], high[1]) + 0.5 - path[:, 1:]
    near = (x * x)[:, None, :] + (y * y)[:, :, None]
    cover = np.clip(0.5 + radius - np.sqrt(near.min(axis=0)), 0, 1).astype(np.float32)
    window = pixels[low[1] : high[1], low[0] : high[0]]
    window += cover[..., None] * (colour.astype(np.float32) - window)


def _grid(side):
    """Return the centres of pixels, in units of the sheet."""
    return (np.arange(side) + 0.5) * (SHEET / side)


def _squares(apart):
    """Return squared lengths of vectors (..., 2)."""
    return apart[..., 0] * apart[..., 0] + apart[..., 1] * apart[..., 1]


#: What draws each style, by its name.
STYLES = {
    "swirls": _swirls,
    "stained glass": _stained_glass,
    "hatching": _hatching,
}
