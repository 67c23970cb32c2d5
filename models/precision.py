"""Which arithmetic a device is fast in."""

import torch


def halves(device: torch.device) -> bool:
    """Return whether bfloat16 pays: on GPUs since Ampere, and on processors that calculate in it (twice as fast)."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if not hasattr(torch.cpu, "get_capabilities"):  # older releases cannot say
        return False
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
