"""One statement to PostgreSQL and its rows, without what cursors bring along.

Most of what the database is asked is one small read. Psycopg's cursors wait twice
for each and spend as long on themselves as on it; libpq, through psycopg's own
`pq`, and its adapters are enough.
"""

import asyncio
import functools
import re
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

from voice_recordings.storage.sql.database import Parameters, Row, Statement

_PARAMETER = re.compile(r"%\((\w+)\)s")


async def read(
    connection: "psycopg.AsyncConnection[Any]", statement: Statement, parameters: Parameters
) -> list[Row]:
    """Runs it on a connection in autocommit. Raises `psycopg.Error`.

    One who leaves before the answer leaves the connection in the middle of it.
    """
    sql, names = _numbered(statement.sql)
    given = {**statement.constants, **parameters}
    adapters = Transformer(connection)
    values = adapters.dump_sequence([given[name] for name in names], [PyFormat.AUTO] * len(names))
    connection.pgconn.send_query_params(sql, values, adapters.types, adapters.formats)
    for result in await _answer(connection.pgconn):
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise errors.error_from_result(result, encoding=connection.info.encoding)
        adapters.set_pgresult(result)
        return adapters.load_rows(0, result.ntuples, tuple)
    return []


@functools.cache
def _numbered(sql: str) -> tuple[bytes, Sequence[str]]:
    """The statement with $1, $2 … for its named parameters, and the names in that order."""
    names = list(dict.fromkeys(_PARAMETER.findall(sql)))
    numbered = _PARAMETER.sub(lambda found: f"${1 + names.index(found[1])}", sql)
    return numbered.replace("%%", "%").encode(), names


async def _answer(connection: pq.abc.PGconn) -> list[pq.abc.PGresult]:
    """Everything that comes back."""
    loop = asyncio.get_running_loop()
    while connection.flush():
        sent = loop.create_future()
        loop.add_writer(connection.socket, _wake, sent)
        try:
            await sent
        finally:
            loop.remove_writer(connection.socket)
    results: list[pq.abc.PGresult] = []
    answered = loop.create_future()
    # A connection that breaks takes its number along.
    socket = connection.socket
    loop.add_reader(socket, _take, connection, results, answered)
    try:
        await answered
    finally:
        loop.remove_reader(socket)
    return results


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


def _take(
    connection: pq.abc.PGconn, results: list[pq.abc.PGresult], answered: "asyncio.Future[None]"
) -> None:
    """Takes what has come, and says when that is all."""
    if answered.done():
        return
    try:
        connection.consume_input()
        while not connection.is_busy():
            result = connection.get_result()
            if result is None:
                answered.set_result(None)
                return
            results.append(result)
    except psycopg.Error as error:
        answered.set_exception(error)
