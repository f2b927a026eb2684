# Exceptions: one type per error of the C library, and those that only Julia knows.

"""
    WingbeatError <: Exception

Everything this package throws on its own account. `err.message` says what happened and what to do next.

| type | when |
| --- | --- |
| `Wingbeat.LibraryMissing` | `libwingbeat` was not found |
| `Wingbeat.InvalidArgument`, `InvalidName`, `LimitExceeded`, `OutOfOrder`, `TypeMismatch` | a call is wrong |
| `Wingbeat.NotFound` | the stream has no such field, control or attribute |
| `Wingbeat.WriterBusy` | another process is the writer of the stream |
| `Wingbeat.NoRoom`, `NoMemory`, `AccessDenied`, `SystemFailure` | the machine or the stream's limits refuse |
| `Wingbeat.CorruptStream`, `IncompatibleStream` | the stream's memory cannot be used |
| `Wingbeat.StreamNotReady` | no writer within the time limit |
| `Wingbeat.WriterGone` | the writer has ended |
| `Wingbeat.Closed` | the subscription, publication or window was closed |
| [`FrameReleased`](@ref) | an array or frame is used after its turn |
| [`ReadOnlyFrame`](@ref) | a write into a frame |
| [`RequestRefused`](@ref), `Wingbeat.RequestRestarted`, `Wingbeat.RequestTimeout` | what became of a request |
| `Wingbeat.ArrayExists`, `Wingbeat.ArrayNotReady` | a [`LockedArray`](@ref) is there already, or not (complete) within the time limit |
| `Wingbeat.LockTimeout`, `Wingbeat.LockAbandoned` | what became of its lock |
"""
abstract type WingbeatError <: Exception end

Base.showerror(io::IO, err::WingbeatError) = print(io, nameof(typeof(err)), ": ", err.message)

const CODES = [
    -1 => :InvalidArgument,
    -2 => :InvalidName,
    -3 => :LimitExceeded,
    -4 => :OutOfOrder,
    -5 => :WriterBusy,
    -6 => :NoRoom,
    -7 => :NoMemory,
    -8 => :AccessDenied,
    -9 => :CorruptStream,
    -10 => :IncompatibleStream,
    -11 => :Forked,
    -12 => :NotFound,
    -13 => :TypeMismatch,
    -14 => :SystemFailure,
    -15 => :ArrayExists,
]

for name in [last.(CODES); [:LibraryMissing, :StreamNotReady, :WriterGone, :Closed, :RequestRestarted, :RequestTimeout,
             :ArrayNotReady, :LockTimeout, :LockAbandoned]]
    @eval struct $name <: WingbeatError
        message::String
    end
end

"""
    FrameReleased <: WingbeatError

An array or frame was used after the frame was given back: after the loop's next turn, the end of `latest`'s block or
[`release`](@ref). Keep what is needed with `copy` or [`hold`](@ref).
"""
struct FrameReleased <: WingbeatError
    message::String
end
const RELEASED_TEXT = "this memory belongs to a frame that was given back; copy what is needed longer, or hold(frame)"
FrameReleased() = FrameReleased(RELEASED_TEXT)

"""
    ReadOnlyFrame <: WingbeatError

A write into a frame. Frames are shared with everybody who reads the stream: `copy` first.
"""
struct ReadOnlyFrame <: WingbeatError
    message::String
end
ReadOnlyFrame() = ReadOnlyFrame("a frame's arrays are shared and read-only; write into a copy(...) of them")

"""
    RequestRefused <: WingbeatError

The writer refused a request. `err.reason` is the writer's reason.
"""
struct RequestRefused <: WingbeatError
    request::String
    reason::String
end
Base.showerror(io::IO, err::RequestRefused) = print(io, "RequestRefused: ", err.request, " was refused: ", err.reason)

# Results of the C library that are part of ordinary life.
const OK = Cint(0)
const NO_FRAME = Cint(1)
const NOT_READY = Cint(2)
const WRITER_GONE = Cint(3)
const RESTARTED = Cint(4)
const INTERRUPTED = Cint(5)
const PENDING = Cint(6)
const NO_REQUEST = Cint(7)
const LOCKED = Cint(9)
const ABANDONED = Cint(10)
const ERR_NO_ROOM = Cint(-6)

# The message is the calling thread's: this must run before anything that could switch tasks.
@noinline function throw_error(code::Cint)
    message = unsafe_string(wb_error_message())
    for (known, name) in CODES
        known == code && throw(getfield(Wingbeat, name)(message)::WingbeatError)
    end
    throw(SystemFailure("unexpected result $code: $message"))
end

@inline function check(code::Cint)
    code < 0 && throw_error(code)
    return code
end
