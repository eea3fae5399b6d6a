# Run this first. On Colab it installs the course package; elsewhere it does nothing.
import importlib.util
import os
import subprocess
import sys

if importlib.util.find_spec("cs231n") is None:
    package = os.environ.get("CS231N_PACKAGE", "@PACKAGE@")
    print(f"Installing {package} ...")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", package], check=True
    )
    importlib.invalidate_caches()
