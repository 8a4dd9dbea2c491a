from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.support import postgres
from tests.support.postgres import PostgresMissing, PostgresServer, running_postgres


def test_a_fresh_database_is_empty_and_can_be_written(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE guest (name TEXT)"))
        connection.execute(text("INSERT INTO guest VALUES ('王芳')"))
        assert connection.scalar(text("SELECT name FROM guest")) == "王芳"
    engine.dispose()


def test_a_database_can_be_copied_from_a_template(postgres_url: str, postgres_server: PostgresServer) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE guest (name TEXT)"))
    engine.dispose()

    copy = create_engine(copy_url := postgres_server.fresh_database(template=postgres_url))
    with copy.connect() as connection:
        assert inspect(connection).get_table_names() == ["guest"]
    copy.dispose()
    postgres_server.drop(copy_url)


def test_whoever_pulls_the_plug_is_not_given_the_server_that_others_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_TEST_POSTGRES_URL", "postgresql://all@shared/postgres")
    monkeypatch.setattr(postgres, "_candidates", list)
    with running_postgres() as server:
        assert server.url == "postgresql://all@shared/postgres"
    with pytest.raises(PostgresMissing), running_postgres(own=True):
        pass


def test_a_missing_postgresql_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANJIA_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setattr(postgres, "_candidates", list)
    with pytest.raises(PostgresMissing, match="apt-get install postgresql"), running_postgres():
        pass
