"""What a student finds in place of an answer."""

from typing import TYPE_CHECKING

from nbgrader.preprocessors import ClearSolutions

if TYPE_CHECKING:
    from nbformat import NotebookNode


class ClearAnswers(ClearSolutions):
    """Replace answers by stubs that say which exercise they are.

    An unfinished exercise raises ``NotImplementedError("<grade_id>: ...")``, so that a
    failing cell anywhere in the notebook names the answer it is waiting for.
    """

    def preprocess_cell(
        self, cell: "NotebookNode", resources: dict, cell_index: int
    ) -> "tuple[NotebookNode, dict]":
        """Clear one cell.

        Parameters
        ----------
        cell : nbformat.NotebookNode
            Any cell.
        resources : dict
            nbconvert's resources.
        cell_index : int
            Position in the notebook.

        Returns
        -------
        cell : nbformat.NotebookNode
            The cell without its answer.
        resources : dict
            The resources, unchanged.
        """
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        self.code_stub = {
            "python": "# Write your answer here, in place of the next line.\n"
            f'raise NotImplementedError("{exercise}: not written yet.")'
        }
        self.text_stub = f"*Write your answer to {exercise} here.*"
        return super().preprocess_cell(cell, resources, cell_index)
