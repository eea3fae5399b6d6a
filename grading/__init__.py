"""From one readable source per notebook to a graded class."""

from pathlib import Path

#: Folder of the project: notebooks, their sources, the packages.
ROOT = Path(__file__).resolve().parents[1]
