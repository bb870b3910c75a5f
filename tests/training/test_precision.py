"""A recipe trains in bfloat16 only where Linux says that the processor has units for it."""

from pathlib import Path

import pytest

from lenet.training import precision

ZEN = "processor\t: 0\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\nbogomips\t: 1\n"
SKYLAKE = "model name\t: Intel Xeon\nflags\t\t: fpu avx512f avx512_bf16x\nbugs\t\t: avx512_bf16\n"


@pytest.mark.parametrize(("cpuinfo", "units"), [(ZEN, True), (SKYLAKE, False), (None, False)])
def test_bfloat16_is_used_only_where_linux_names_its_units(
    cpuinfo: str | None, units: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "CPUS", tmp_path / "cpuinfo")
    if cpuinfo:
        precision.CPUS.write_text(cpuinfo)
    assert precision.has_bfloat16() is units
