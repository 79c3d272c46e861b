"""What importing maps: a job with a limit on its memory runs every module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTES = 300
"""Ten times what the modules take on Linux; one library once mapped 1,024 for itself."""

_IMPORTS = """
from tests.support.modules import import_all
names = import_all()
size = next(line for line in open("/proc/self/status") if line.startswith("VmSize:"))
print(len(names), int(size.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells its sizes there")
def test_importing_every_module_maps_little() -> None:
    command = [sys.executable, "-c", _IMPORTS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    modules, megabytes = map(int, done.stdout.split())
    assert modules > 100
    assert megabytes < MEGABYTES
