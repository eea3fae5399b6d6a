# @title Run this first: on Colab it installs the course package, elsewhere nothing
import importlib.util
import os
import subprocess
import sys

#: What pip installs on Colab or Kaggle: your course writes it here.
PACKAGE = ""


class NoPackage(ImportError):
    def _render_traceback_(self):  # IPython asks for this: the sentence says it all
        return [str(self)]


if importlib.util.find_spec("cs231n") is None:
    hosted = "google.colab" in sys.modules or "KAGGLE_KERNEL_RUN_TYPE" in os.environ
    package = os.environ.get("CS231N_PACKAGE") or (PACKAGE if hosted else "")
    if not hosted and not package:
        raise NoPackage(
            f"This notebook runs in {sys.executable}, where cs231n is missing: choose "
            "the kernel of `.venv` (in JupyterLab: Kernel, Change Kernel)."
        )
    if not package:
        raise NoPackage(
            "Nothing is installed: this copy does not say where the course's package "
            'is. Ask your course, write it above (PACKAGE = "git+https://...") and run '
            "this cell again."
        )
    print(f"Installing {package}: about a minute.", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--progress-bar", "off", package]
    with subprocess.Popen(
        pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith(
                ("Collecting", "Building", "Installing", "Successfully")
            ):
                print(line, end="", flush=True)
    if process.returncode:
        print(*lines[-8:], sep="", end="")
        raise NoPackage(
            "pip could not install the package; it says why above. Is there a network? "
            "On Kaggle: Settings, Internet on. Then run this cell again."
        )
    importlib.invalidate_caches()
kernel = sys.modules.get("ipykernel")
if kernel and (7, 0) <= kernel.version_info[:2] <= (7, 3):
    print(
        f"This kernel is ipykernel {kernel.__version__}, which now and then loses a "
        'cell and waits for ever: run %pip install "ipykernel>=7.4" in a cell, then '
        "restart the kernel."
    )
