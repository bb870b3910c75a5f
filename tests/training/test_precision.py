"""Detection of the processor's units for bfloat16."""

from pathlib import Path

import pytest

from lenet.training.precision import has_bfloat16

ZEN = "processor\t: 0\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\nbogomips\t: 1\n"
SKYLAKE = "model name\t: Intel Xeon\nflags\t\t: fpu avx512f avx512_bf16x\nbugs\t\t: avx512_bf16\n"


@pytest.mark.parametrize(("cpuinfo", "units"), [(ZEN, True), (SKYLAKE, False), (None, False)])
def test_bfloat16_is_used_only_where_linux_lists_its_units(cpuinfo: str | None, units: bool, tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo:
        path.write_text(cpuinfo)
    assert has_bfloat16(path) is units
