"""Where bfloat16 pays."""

import sys
from pathlib import Path

import pytest
import torch

from stimmung.models.precision import halves


@pytest.mark.gpu
def test_a_gpu_is_where_it_calculates_in_them_itself() -> None:
    assert halves(torch.device("cuda")) == (torch.cuda.get_device_capability() >= (8, 0))


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel what the processor can do")
def test_a_processor_is_where_the_kernel_says_that_it_calculates_in_them() -> None:
    assert halves(torch.device("cpu")) == ("avx512_bf16" in Path("/proc/cpuinfo").read_text("utf-8").split())
