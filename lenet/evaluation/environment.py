"""Versions and hardware that a measurement depends on."""

import os
import platform
import re
from pathlib import Path

from lenet.evaluation.schema import Environment

CPUINFO = Path("/proc/cpuinfo")  # on Linux


def cores() -> int | None:
    """Return the number of cores that this process may use, which containers and `taskset` limit."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def cpu(cpuinfo: Path = CPUINFO) -> str:
    """Return the name of the processor, on Linux its model name."""
    text = cpuinfo.read_text(encoding="utf-8", errors="replace") if cpuinfo.exists() else ""
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return model[1].strip() if model else platform.processor() or platform.machine()


def machine() -> Environment:
    """Return the versions of the libraries that compute, and the hardware; imports TensorFlow."""
    import keras
    import numpy as np
    import tensorflow as tf

    return {
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "hardware": {"cpu": cpu(), "cores": cores(), "system": platform.system()},
    }
