from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.turn.houses import House


@pytest.fixture
def house(records_url: str, tmp_path: Path) -> Iterator[House]:
    house = House(records_url, tmp_path / "data")
    yield house
    house.store.close()


@pytest.fixture
def postgres_house(postgres_records_url: str, tmp_path: Path) -> Iterator[House]:
    """For what only replicas can do to each other."""
    house = House(postgres_records_url, tmp_path / "data")
    yield house
    house.store.close()
