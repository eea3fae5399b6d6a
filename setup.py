"""The compiled kernels: optional, so that an install without a compiler succeeds.

Everything else about the package is in pyproject.toml. Vector instructions are chosen
inside each C file (and at run time), so one build runs on every processor of its kind.
"""

import os
import sys

from setuptools import Distribution, Extension, setup

try:
    from Cython.Build import cythonize
except ImportError:
    cythonize = None

HERE = "cs231n/kernels"
CHECKED = os.environ.get("CS231N_SANITIZE", "")  # "address" builds with checks
PURE = os.environ.get("CS231N_PURE", "") == "1"  # one wheel for all


def options():
    """Return compiler and linker flags of this platform."""
    if sys.platform == "win32" and "MSC" in sys.version:
        return [], []  # MSVC refuses the sources: NumPy does the work
    flags = ["-O3", "-fno-math-errno", "-std=gnu11", "-Wno-psabi", "-pthread"]
    if CHECKED:
        flags += [f"-fsanitize={CHECKED}", "-g", "-fno-omit-frame-pointer", "-O1"]
    return flags, ["-pthread", *([f"-fsanitize={CHECKED}"] if CHECKED else [])]


def extensions():
    """Return the one extension module, or nothing where none is wanted or can be."""
    if PURE or cythonize is None:
        return []
    compile_flags, link_flags = options()
    names = ("threads", "choose", "isa_vec128", "isa_avx2", "isa_avx512")
    parts = sorted(
        f"{HERE}/{folder}/{name}"
        for folder in ("bindings", "csrc")
        for name in os.listdir(f"{HERE}/{folder}")
        if name.endswith((".h", ".inc", ".pxi"))
    )
    core = Extension(
        "cs231n.kernels._core",
        [f"{HERE}/_core.pyx", *(f"{HERE}/csrc/{name}.c" for name in names)],
        include_dirs=[HERE],
        # All of these go into the source archive.
        depends=[*parts, f"{HERE}/_core.pyx", f"{HERE}/_core.pxd"],
        extra_compile_args=compile_flags,
        extra_link_args=link_flags,
    )
    modules = cythonize([core], language_level=3, build_dir="build/cython")
    for module in modules:
        module.optional = True  # cythonize forgets it
    return modules


class WithData(Distribution):
    """A distribution whose data files an editable install has, too."""

    def has_data(self):
        """Say so under the name that setuptools asks for there."""
        return self.has_data_files()


setup(ext_modules=extensions(), distclass=WithData)
