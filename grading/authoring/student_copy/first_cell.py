# @title Run this first: on Colab it installs the course package, elsewhere nothing
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: What pip installs on Colab or Kaggle: your course writes it here.
PACKAGE = ""
#: The files of its release, each with its checksum; no other file is installed then.
WHEELS = []


class NoPackage(ImportError):
    def _render_traceback_(self):  # IPython asks for this: the sentence says it all
        return [str(self)]


def _pip(*arguments, **variables):
    command = [sys.executable, "-m", "pip", *arguments]
    command += ["--progress-bar=off", "--no-color", "--retries=2"]
    told = ("Collecting", "Downloading", "Building", "Installing", "Successfully inst")
    with subprocess.Popen(
        command,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.lstrip().startswith(told):
                print(line, end="", flush=True)
    if process.returncode:
        print(*lines[-8:], sep="", end="")
        raise NoPackage(_why("".join(lines)))


def _why(said):
    if "HASHES" in said:
        return (
            "Nothing is installed: the file that came is not the one your course "
            "released, its checksum is another. Tell your course."
        )
    if "HTTP error 404" in said or "pathspec" in said:
        return (
            "Nothing is installed: the package is not where this notebook looks for "
            "it, see above. Tell your course."
        )
    return (
        "pip could not install the package; it says why above. Is there a network? "
        "On Kaggle: Settings, Internet on. Then run this cell again."
    )


def _install_a_wheel(package):
    """Fetch the wheel that fits, check it, and install it with what it needs."""
    with tempfile.TemporaryDirectory() as place:
        page, wanted = Path(place, "wheels.html"), Path(place, "wanted.txt")
        links = [f'<a href="{link}">{link}</a><br>' for link in WHEELS]
        page.write_text("\n".join(["<!DOCTYPE html>", *links]), encoding="utf-8")
        sums = [link.replace("=", ":").partition("#")[2] for link in WHEELS]
        wanted.write_text(" --hash=".join([package, *sums]), encoding="utf-8")
        only = ["--no-index", "--no-deps", "--only-binary=:all:", "--require-hashes"]
        where = [f"--find-links={page}", f"--dest={place}"]
        _pip("download", *only, *where, f"--requirement={wanted}")
        _pip("install", *map(str, Path(place).glob("*.whl")))


if importlib.util.find_spec("cs231n") is None:
    hosted = "google.colab" in sys.modules or "KAGGLE_KERNEL_RUN_TYPE" in os.environ
    asked = os.environ.get("CS231N_PACKAGE")
    wanted = asked or (PACKAGE if hosted else "")
    if not hosted and not wanted:
        raise NoPackage(
            f"This notebook runs in {sys.executable}, where cs231n is missing: choose "
            "the kernel of `.venv` (in JupyterLab: Kernel, Change Kernel)."
        )
    if not (asked or WHEELS or "/" in wanted):  # a bare name may be anybody's
        raise NoPackage(
            "Nothing is installed: this copy does not say where the course's package "
            'is. Ask your course, write it above (PACKAGE = "git+https://...") and run '
            "this cell again."
        )
    print(f"Installing {wanted}: at most a minute.", flush=True)
    if WHEELS and not asked:
        _install_a_wheel(wanted)
    elif wanted.startswith("git+"):
        print("Nothing is compiled: NumPy does all the work, more slowly.", flush=True)
        _pip("install", wanted, CS231N_PURE="1")
    else:
        _pip("install", wanted)
    importlib.invalidate_caches()
kernel = sys.modules.get("ipykernel")
if kernel and (7, 0) <= kernel.version_info[:2] <= (7, 3):
    print(
        f"This kernel is ipykernel {kernel.__version__}, which now and then loses a "
        'cell and waits for ever: run %pip install "ipykernel>=7.4" in a cell, then '
        "restart the kernel."
    )
