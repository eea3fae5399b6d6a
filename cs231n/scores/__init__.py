"""How good pictures are that a model made up."""

from cs231n.scores.digits import DigitScores, Score
from cs231n.scores.frechet import frechet_distance, moments

__all__ = ["DigitScores", "Score", "frechet_distance", "moments"]
