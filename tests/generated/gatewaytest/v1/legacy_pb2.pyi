from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf.internal import python_message as _python_message
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Closed(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLOSED_ONE: _ClassVar[Closed]
    CLOSED_TWO: _ClassVar[Closed]
CLOSED_ONE: Closed
CLOSED_TWO: Closed
NOTE_FIELD_NUMBER: _ClassVar[int]
note: _descriptor.FieldDescriptor
NUMBERS_FIELD_NUMBER: _ClassVar[int]
numbers: _descriptor.FieldDescriptor
MORE_FIELD_NUMBER: _ClassVar[int]
more: _descriptor.FieldDescriptor

class Legacy(_message.Message):
    __slots__ = ("number", "closed", "several", "inner", "piece")
    Extensions: _python_message._ExtensionDict
    class Inner(_message.Message):
        __slots__ = ("text",)
        TEXT_FIELD_NUMBER: _ClassVar[int]
        text: str
        def __init__(self, text: _Optional[str] = ...) -> None: ...
    class Piece(_message.Message):
        __slots__ = ("size",)
        SIZE_FIELD_NUMBER: _ClassVar[int]
        size: int
        def __init__(self, size: _Optional[int] = ...) -> None: ...
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    SEVERAL_FIELD_NUMBER: _ClassVar[int]
    INNER_FIELD_NUMBER: _ClassVar[int]
    PIECE_FIELD_NUMBER: _ClassVar[int]
    number: int
    closed: Closed
    several: _containers.RepeatedScalarFieldContainer[Closed]
    inner: Legacy.Inner
    piece: _containers.RepeatedCompositeFieldContainer[Legacy.Piece]
    def __init__(self, number: _Optional[int] = ..., closed: _Optional[_Union[Closed, str]] = ..., several: _Optional[_Iterable[_Union[Closed, str]]] = ..., inner: _Optional[_Union[Legacy.Inner, _Mapping]] = ..., piece: _Optional[_Iterable[_Union[Legacy.Piece, _Mapping]]] = ...) -> None: ...
