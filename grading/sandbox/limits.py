"""How much a process that runs student code may use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much a submission may use; beyond it, the test at hand loses its points."""

    call_seconds: float = 60.0  #: one call of an answer
    cell_seconds: float = 120.0  #: one test cell, and loading one answer cell
    notebook_seconds: float = 600.0  #: all of a notebook
    memory_bytes: int = 3 << 30  #: address space of the student's processes
    processes: int = 64  #: threads at one time, the first included
    file_bytes: int = 64 << 20  #: everything written to the private folder
    output_bytes: int = 64 << 10  #: printed text kept for one cell
    value_bytes: int = 512 << 20  #: one value crossing from the student's side
