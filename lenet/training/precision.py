"""The precision that a recipe trains in on this machine."""

import re
from pathlib import Path

from lenet.training.recipes import Recipe

CPUINFO = Path("/proc/cpuinfo")  # Linux only
# Units that multiply bfloat16 twice as fast as float32; without them it is emulated at a third of float32's speed.
BFLOAT16 = re.compile(r"^flags\s*:.*\b(avx512_bf16|amx_bf16)\b", re.MULTILINE)


def precision(recipe: Recipe) -> str:
    """Return the Keras dtype policy of a recipe's layers: bfloat16 only where the processor has units for it."""
    return "mixed_bfloat16" if recipe.mixed and has_bfloat16() else "float32"


def has_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Return True if Linux says that the processor has units for bfloat16; False on other systems."""
    return cpuinfo.exists() and bool(BFLOAT16.search(cpuinfo.read_text(encoding="utf-8", errors="replace")))
