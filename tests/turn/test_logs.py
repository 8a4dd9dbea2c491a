"""The log serves the house, not the other way round."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOG_ONE_LINE = (
    "import structlog; from bot.logs import configure_logs; configure_logs(); structlog.get_logger().info('x')"
)


LIBRARY = """
import logging
from bot.logs import configure_logs
configure_logs(logging.ERROR)
logging.getLogger("library").warning("slow")
logging.getLogger("library").error("broken")
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_log_stops_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", LOG_ONE_LINE + "; print('alive')"], stdout=-1, stderr=full, check=False
        )
    assert done.stdout == b"alive\n"


def test_a_line_is_key_and_value() -> None:
    done = subprocess.run([sys.executable, "-c", LOG_ONE_LINE], stderr=-1, check=True)
    assert b"level=info event=x" in done.stderr


def test_whoever_wants_errors_only_reads_no_warning_of_a_library() -> None:
    done = subprocess.run([sys.executable, "-c", LIBRARY], stderr=-1, check=True)
    assert done.stderr == b"ERROR library broken\n"
