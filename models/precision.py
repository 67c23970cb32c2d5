"""Which arithmetic a device is fast in."""

import torch


def halves(device: torch.device) -> bool:
    """Return whether bfloat16 pays: on every GPU, and on processors that calculate in it (twice as fast there)."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict)  # older releases cannot say
    return device.type == "cuda" or bool(capabilities().get("avx512_bf16", False))
