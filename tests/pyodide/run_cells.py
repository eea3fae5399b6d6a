"""Run in Pyodide, by run_notebook.mjs: the cells of NOTEBOOK, as its kernel would."""

import contextlib
import importlib.util
import io
import json
import os
import sys
import traceback
import types

if importlib.util.find_spec("lzma") is None:
    # Before 314 Pyodide has it apart. pooch imports it, and unpacks nothing with it.
    sys.modules["lzma"] = types.ModuleType("lzma")
os.environ |= {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "CS231N_QUICK": "1",
}

from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
results = []
for cell in json.loads(NOTEBOOK)["cells"]:  # noqa: F821 (the script sets it)
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        done = shell.run_cell("".join(cell["source"]))
    error = done.error_before_exec or done.error_in_exec
    told = "".join(traceback.format_exception(error)[-3:]) if error else ""
    results.append({"id": cell["id"], "error": told, "out": out.getvalue()})
json.dumps(results)
