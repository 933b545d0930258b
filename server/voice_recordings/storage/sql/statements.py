"""Every statement the service runs, compiled once for the driver that runs it."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    extract,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import UpdateBase

from voice_recordings.storage.sql.database import Statement
from voice_recordings.storage.sql.schema import deliveries, recordings

_MICROSECONDS = 1_000_000

_R = recordings.c
_D = deliveries.c
_FACTS = (_R.project, _R.call, _R.recording, _R.create_time, _R.media_key, _R.facts, _R.ending)
_WORK = (*_FACTS, _R.intake, _R.session, _R.fence, _R.lease_until)
_DELIVERY = (
    _D.project,
    _D.call,
    _D.recording,
    _D.id,
    _D.url,
    _D.create_time,
    _D.next_attempt_time,
    _D.round_attempts,
    _D.attempts,
    _D.origin,
)


class RecordingStatements:
    """What the store of recordings runs."""

    def __init__(self, dialect: Dialect) -> None:
        compiled = _Compiler(dialect)
        now, several = compiled.now, compiled.several
        named_so = _named(_R)
        fenced = and_(
            named_so,
            _R.media_key == bindparam("held_media_key"),
            _R.fence == bindparam("fence", type_=BigInteger),
        )
        held = and_(fenced, _R.ending.is_(None))
        until = now + bindparam("lease_microseconds", type_=BigInteger)
        passed_on = {"fence": _R.fence + 1, "lease_until": until}
        newest = (_R.create_time.desc(), _R.call.desc(), _R.recording.desc())
        below = tuple_(_R.create_time, _R.call, _R.recording) < tuple_(
            bindparam("create_time", type_=BigInteger),
            bindparam("before_call", type_=Text),
            bindparam("before_recording", type_=Text),
        )
        below_in_call = tuple_(_R.create_time, _R.recording) < tuple_(
            bindparam("create_time", type_=BigInteger), bindparam("before_recording", type_=Text)
        )
        of_project = select(*_FACTS).where(_R.project == bindparam("project"))
        of_call = of_project.where(_R.call == bindparam("call"))
        newest_of_call = (_R.create_time.desc(), _R.recording.desc())
        limit = bindparam("limit", type_=BigInteger)

        row: dict[str, BindParameter[Any]] = {
            name: bindparam(name)
            for name in (
                "project",
                "call",
                "recording",
                "create_time",
                "media_key",
                "recorded_call",
                "facts",
                "intake",
                "session",
            )
        }
        self.create = compiled(
            compiled.insert(recordings)
            .values(
                **row,
                state="PENDING",
                fence=1,
                lease_until=until,
            )
            .on_conflict_do_nothing()
            .returning(_R.lease_until)
        )
        self.claimed = compiled(select(_R.media_key, _R.lease_until).where(named_so))
        self.recorded = compiled(
            select(_R.call, _R.recording).where(
                _R.project == bindparam("of_project"), _R.recorded_call == bindparam("of_call")
            )
        )
        self.get = compiled(select(*_FACTS).where(named_so))
        self.session = compiled(select(*_FACTS, _R.session).where(named_so))
        self.page_of_project = compiled(of_project.order_by(*newest).limit(limit))
        self.page_of_project_below = compiled(
            of_project.where(below).order_by(*newest).limit(limit)
        )
        self.page_of_call = compiled(of_call.order_by(*newest_of_call).limit(limit))
        self.page_of_call_below = compiled(
            of_call.where(below_in_call).order_by(*newest_of_call).limit(limit)
        )
        self.delete = compiled(recordings.delete().where(named_so).returning(*_FACTS))
        self.delete_deliveries = compiled(deliveries.delete().where(_named(_D)))
        self.renew = compiled(
            update(recordings).where(held).values(lease_until=until).returning(_R.lease_until)
        )
        self.seize = compiled(
            update(recordings)
            .where(named_so, _R.ending.is_(None))
            .values(passed_on)
            .returning(*_WORK)
        )
        kept = update(recordings).where(held).values(session=bindparam("new_session"))
        self.keep_session = compiled(kept.returning(_R.fence))
        self.close_session = compiled(kept.values(recorded_call=None).returning(_R.fence))
        self.lapsed = compiled(
            select(_R.media_key)
            .where(_R.lease_until <= now)
            .order_by(_R.lease_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        self.take_over = compiled(
            update(recordings)
            .where(several(_R.media_key, "media_keys"), _R.lease_until <= now)
            .values(passed_on)
            .returning(*_WORK)
        )
        self.end = compiled(
            update(recordings)
            .where(held)
            .values(
                state=bindparam("new_state"),
                ending=bindparam("new_ending"),
                session=bindparam("new_session"),
                lease_until=None,
                recorded_call=None,
                intake=None,
            )
            .returning(*_FACTS)
        )
        self.ended = compiled(select(*_FACTS).where(fenced, _R.ending == bindparam("new_ending")))
        self.free = compiled(update(recordings).where(_R.lease_until > now).values(lease_until=now))
        self.rearrange = compiled(
            update(recordings)
            .where(_R.media_key == bindparam("of_media_key"), _R.ending == bindparam("old_ending"))
            .values(ending=bindparam("new_ending"))
            .returning(_R.fence)
        )
        self.by_media_key = compiled(select(*_FACTS).where(several(_R.media_key, "media_keys")))
        self.add_delivery = compiled(
            deliveries.insert().values(
                **{
                    name: bindparam(name)
                    for name in (
                        "id",
                        "project",
                        "call",
                        "recording",
                        "url",
                        "receiver",
                        "create_time",
                        "next_attempt_time",
                        "attempts",
                        "origin",
                    )
                },
                round_attempts=0,
                fence=0,
                due=bindparam("next_attempt_time"),
            )
        )


class OutboxStatements:
    """What the outbox runs."""

    def __init__(self, dialect: Dialect) -> None:
        compiled = _Compiler(dialect)
        now, several = compiled.now, compiled.several
        held = and_(
            _D.id == bindparam("delivery_id"),
            _D.fence == bindparam("held_fence", type_=BigInteger),
            _D.lease_until.is_not(None),
        )
        until = now + bindparam("lease_microseconds", type_=BigInteger)
        after = (bindparam("after_due", type_=BigInteger), bindparam("after_id", type_=Text))
        self.due = compiled(
            select(_D.id, _D.receiver, _D.due)
            .where(
                _D.due <= now,
                tuple_(_D.due, _D.id) > tuple_(*after),
                ~several(_D.receiver, "without"),
            )
            .order_by(_D.due, _D.id)
            .limit(bindparam("limit", type_=BigInteger))
        )
        self.claim = compiled(
            update(deliveries)
            .where(several(_D.id, "ids"), _D.due <= now)
            .values(fence=_D.fence + 1, lease_until=until, due=until)
            .returning(_D.id, _D.fence, _D.lease_until)
        )
        self.claimed = compiled(
            select(*_DELIVERY, *_FACTS)
            .join_from(
                deliveries,
                recordings,
                and_(_R.project == _D.project, _R.call == _D.call, _R.recording == _D.recording),
            )
            .where(several(_D.id, "ids"))
        )
        self.renew = compiled(
            update(deliveries)
            .where(held)
            .values(lease_until=until, due=until)
            .returning(*_DELIVERY, _D.lease_until)
        )
        self.held = compiled(select(*_DELIVERY).where(held).with_for_update())
        self.record = compiled(
            update(deliveries)
            .where(held)
            .values(
                next_attempt_time=bindparam("next_time", type_=BigInteger),
                due=bindparam("next_time", type_=BigInteger),
                failed_time=bindparam("failed_at", type_=BigInteger),
                round_attempts=bindparam("round", type_=BigInteger),
                attempts=bindparam("tried"),
                lease_until=None,
            )
        )
        self.release = compiled(
            update(deliveries).where(held).values(lease_until=None, due=_D.next_attempt_time)
        )
        self.free = compiled(
            update(deliveries)
            .where(_D.lease_until.is_not(None))
            .values(lease_until=None, due=_D.next_attempt_time)
        )
        self.next_due = compiled(select(func.min(_D.due)).where(_D.due.is_not(None)))
        self.of_recording = compiled(
            select(*_DELIVERY).where(_named(_D)).order_by(_D.create_time, _D.id)
        )
        again = {
            "next_attempt_time": now,
            "due": case((_D.lease_until.is_not(None), _D.lease_until), else_=now),
            "failed_time": None,
            "round_attempts": 0,
        }
        self.redeliver = compiled(
            update(deliveries)
            .where(_D.id == bindparam("delivery_id"), _named(_D))
            .values(again)
            .returning(*_DELIVERY)
        )
        self.redeliver_failed = compiled(
            update(deliveries)
            .where(
                _D.project == bindparam("of_project"),
                _D.failed_time >= bindparam("since", type_=BigInteger),
            )
            .values(again)
            .returning(_D.id)
        )


class _Compiler:
    """Compiles for one dialect, and knows where dialects differ."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._sqlite = dialect.name == "sqlite"
        self.insert = sqlite.insert if self._sqlite else postgresql.insert
        given = bindparam("now", type_=BigInteger)
        database = cast(extract("epoch", func.clock_timestamp()) * _MICROSECONDS, BigInteger)
        self.now: ColumnElement[Any] = given if self._sqlite else func.coalesce(given, database)

    def __call__(self, statement: Executable) -> Statement:
        compiled = statement.compile(dialect=self._dialect)  # type: ignore[attr-defined] # all are ClauseElements
        constants = {
            name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required
        }
        return Statement(str(compiled), constants, writes=isinstance(statement, UpdateBase))

    def several(self, column: ColumnElement[str], name: str) -> ColumnElement[bool]:
        """Whether the column is among the values of a parameter; see `Database.several`."""
        if self._sqlite:
            values = func.json_each(bindparam(name)).table_valued("value")
            return column.in_(select(values.c.value))
        return column == any_(bindparam(name, type_=ARRAY(Text)))


def _named(columns: Any) -> ColumnElement[bool]:
    """Whether a row is of the recording of a name."""
    return and_(
        columns.project == bindparam("of_project"),
        columns.call == bindparam("of_call"),
        columns.recording == bindparam("of_recording"),
    )
