"""Statements of the message path: compiled once by SQLAlchemy, then run by the database's driver itself.

Around a statement of microseconds SQLAlchemy's execution costs a tenth of a millisecond, and a turn has a dozen
of them. Tables, types and SQL stay SQLAlchemy's; only the way to the driver (drivers.py) is shorter.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Insert, Select, Update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate

Values = Mapping[str, Any]
Process = Callable[[Any], Any]
Statement = Select[Any] | Insert | Update

FLOAT8 = 701  # the only kind of number PostgreSQL sends us that SQLAlchemy would convert, were it another


class Prepared:
    """A select, insert or update that is executed again and again.

    `values` are what its bindparam() names ask for, or the columns of an insert; several rows of values have the same
    names. Errors are the driver's own; Store.transaction translates those that are expected.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._plans: dict[object, Plan] = {}
        parameters = (each for each in iterate(statement) if isinstance(each, BindParameter))
        self._lists = frozenset(each.key for each in parameters if each.expanding)
        self._varies = isinstance(statement, Insert) or bool(self._lists)

    def all(self, db: Connection, values: Values) -> list[Any]:
        """The rows: tuples with names."""
        if self._lists:
            values = {name: _padded(value) if name in self._lists else value for name, value in values.items()}
        plan = self._plan(db, values)
        return [plan.row(row) for row in db.info["driver"].fetch(plan, plan.parameters(values))]

    def first(self, db: Connection, values: Values) -> Any:
        """The first row, or None."""
        rows = self.all(db, values)
        return rows[0] if rows else None

    def one(self, db: Connection, values: Values) -> Any:
        (row,) = self.all(db, values)
        return row

    def scalar(self, db: Connection, values: Values) -> Any:
        """The first column of the first row, or None."""
        row = self.first(db, values)
        return None if row is None else row[0]

    def scalars(self, db: Connection, values: Values) -> list[Any]:
        return [row[0] for row in self.all(db, values)]

    def change(self, db: Connection, *rows: Values) -> int:
        """Executes it for each of these values; the number of table rows inserted or updated."""
        if not rows:
            return 0
        plan = self._plan(db, rows[0])
        changed: int = db.info["driver"].change(plan, [plan.parameters(values) for values in rows])
        return changed

    def write(self, db: Connection, *rows: Values) -> None:
        """Executes it for each of these values before whatever comes next; nobody waits for the answer."""
        if rows:
            plan = self._plan(db, rows[0])
            db.info["driver"].write(plan, [plan.parameters(values) for values in rows])

    def _plan(self, db: Connection, values: Values) -> Plan:
        """The text differs with the database, the columns of an insert, and the lengths of lists."""
        key: object = db.dialect.name
        if self._varies:
            key = (key, *values, *(len(value) for value in values.values() if isinstance(value, list)))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = _plan(self._statement, db.dialect, values)
        return plan


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as one kind of database is told it; `number` names it.

    `lists` names the parameters that the items of a list become; `processes` are what the types at these places need.
    """

    number: int
    sql: str
    names: Sequence[str]
    constants: Values
    lists: Mapping[str, Sequence[str]]
    processes: Sequence[tuple[int, Process]]
    row: Callable[[Sequence[Any]], Any]

    def parameters(self, values: Values) -> list[Any]:
        if self.constants or self.lists:
            items = (zip(names, values[of], strict=True) for of, names in self.lists.items())
            values = {**self.constants, **values, **dict(chain.from_iterable(items))}
        found = [values[name] for name in self.names]
        for place, process in self.processes:
            found[place] = process(found[place])
        return found


def _padded(items: Sequence[Any]) -> list[Any]:
    """The items, the last one repeated up to a power of two: so a list of any length needs few plans."""
    if not items:
        return []
    length: int = 1 << (len(items) - 1).bit_length()
    return [*items, *[items[-1]] * (length - len(items))]


_numbers = count()


def _plan(statement: Statement, dialect: Dialect, values: Values) -> Plan:
    if dialect.name == "postgresql":
        dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    columns = list(values) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    assert isinstance(compiled, SQLCompiler)
    constants = {**compiled.params, **{each.key: _default(each) for each in compiled.insert_prefetch}}
    state = compiled.construct_expanded_state({**constants, **values})
    lists = {of: items for of, items in state.parameter_expansion.items() if of in values}
    given = {*values, *chain.from_iterable(lists.values())}
    names = state.positiontup or ()
    return Plan(
        number=next(_numbers),
        sql=state.statement,
        names=names,
        constants={name: state.parameters[name] for name in names if name not in given},
        lists=lists,
        processes=list(_processes(compiled, names, state.parameter_expansion)),
        row=_reader(statement, dialect),
    )


def _processes(
    compiled: SQLCompiler, names: Sequence[str], lists: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, Process]]:
    of = {item: name for name, items in lists.items() for item in items}
    for place, name in enumerate(names):
        kind = compiled.binds[of.get(name, name)].type.dialect_impl(compiled.dialect)
        process = kind.bind_processor(compiled.dialect)
        if process:
            yield place, process


def _default(column: Any) -> Any:
    assert column.default.is_scalar, f"{column}: only a plain default can be prepared"
    return column.default.arg


def _reader(statement: Statement, dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    """Makes a tuple with names from what the driver fetched; columns without a name get their place's: _0, _1."""
    columns = list(statement.exported_columns)
    names = [str(each.key) for each in columns]
    make: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    processes = [each.type.dialect_impl(dialect).result_processor(dialect, FLOAT8) for each in columns]
    if not any(processes):
        return make._make
    return lambda row: make(*[each(value) if each else value for each, value in zip(processes, row, strict=True)])
