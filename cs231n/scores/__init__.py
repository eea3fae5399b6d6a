"""How good pictures are that a model made up."""

from cs231n.scores.digits import DigitScores, Score
from cs231n.scores.frechet import frechet_distance, moments
from cs231n.scores.shapes import ShapeScores

__all__ = ["DigitScores", "Score", "ShapeScores", "frechet_distance", "moments"]
