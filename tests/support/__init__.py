"""What several tests lean on."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def skip_unless_ci(reason: str) -> NoReturn:
    """Skip the test for want of something optional, but fail where CI promises to have it all."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason} (not skipped, because CI=true)")
    pytest.skip(reason)
