# Exceptions: one type for each error of the C library, and those of this package.

"""
    WingbeatError <: Exception

The supertype of the exceptions that this package throws. `err.message` says what happened and what to do next.

| type | when |
| --- | --- |
| `Wingbeat.LibraryMissing` | `libwingbeat` was not found |
| `Wingbeat.InvalidArgument`, `InvalidName`, `LimitExceeded`, `OutOfOrder`, `TypeMismatch` | a call is wrong |
| `Wingbeat.NotFound` | the stream has no such field or control |
| `Wingbeat.WriterBusy` | another process is the writer of the stream |
| `Wingbeat.NoRoom`, `NoMemory`, `AccessDenied`, `SystemFailure` | a limit of the stream or of the machine is reached |
| `Wingbeat.CorruptStream`, `IncompatibleStream` | the stream's memory cannot be used |
| `Wingbeat.Forked` | the process is a fork of the one that opened the stream |
| `Wingbeat.StreamNotReady` | no stream or no frame within the time limit |
| `Wingbeat.WriterGone` | the writer has ended |
| `Wingbeat.Closed` | the reader, writer, window or array was closed |
| [`FrameReleased`](@ref) | an array or frame is used after it was released |
| [`ReadOnlyFrame`](@ref) | a write into a frame |
| [`RequestRefused`](@ref), `Wingbeat.RequestRestarted`, `Wingbeat.RequestTimeout` | a request was not applied |
| `Wingbeat.ArrayExists`, `Wingbeat.ArrayNotReady` | a [`LockedArray`](@ref) exists already, or is not there within the time limit |
| `Wingbeat.LockTimeout`, `Wingbeat.LockAbandoned` | its lock was not free within the time limit, or its holder died |
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

An array or frame was used after the frame was released: by the loop's next turn, by the end of `latest`'s function, or
by [`release`](@ref). `copy` and [`hold`](@ref) keep data longer.
"""
struct FrameReleased <: WingbeatError
    message::String
end
FrameReleased() =
    FrameReleased("the frame of this memory was released; copy data that is needed longer, or hold(frame)")

"""
    ReadOnlyFrame <: WingbeatError

A write into a frame. All readers of the stream share its frames; write into a `copy`.
"""
struct ReadOnlyFrame <: WingbeatError
    message::String
end
ReadOnlyFrame() = ReadOnlyFrame("the arrays of a frame are shared and read-only; write into a copy(...)")

"""
    RequestRefused <: WingbeatError

The writer refused a request. `err.reason` is the writer's reason.
"""
struct RequestRefused <: WingbeatError
    request::String
    reason::String
end
Base.showerror(io::IO, err::RequestRefused) = print(io, "RequestRefused: ", err.request, " was refused: ", err.reason)

# Results of the C library that are not errors.
const OK = Cint(0)
const NO_FRAME = Cint(1)
const NOT_READY = Cint(2)
const WRITER_GONE = Cint(3)
const RESTARTED = Cint(4)
const INTERRUPTED = Cint(5)
const LOCKED = Cint(9)
const ABANDONED = Cint(10)
const ERR_NO_ROOM = Cint(-6)

# The message belongs to the calling thread, so this function must run before any switch of tasks.
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
