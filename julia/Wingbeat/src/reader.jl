# Readers: opening and closing, taking frames, and the state of the stream.

"""
    Wingbeat.Reader

A reader of a stream, made by [`subscribe`](@ref). `for frame in reader` iterates over its frames; see also
[`eachframe`](@ref), [`wait`](@ref Base.wait(::Reader)), `take!`, [`latest`](@ref), [`window`](@ref), [`params`](@ref),
[`request`](@ref), [`stats`](@ref) and [`schema`](@ref).

A reader is used by one task at a time; each task opens its own. `close` and [`release`](@ref) may be called from any
task.
"""
mutable struct Reader{F}
    handle::Handle
    epoch::Epoch                 # of the newest frame taken
    current::Union{Nothing,Hold} # holds the frame of this turn, if there is one; nothing only during construction
    spare::Union{Nothing,Hold}   # an unused Hold for latest()
    watcher::Union{Nothing,FDWatcher}
    stamp::Int                   # of the frame of this turn
    mode::Symbol
    spin_ns::Int64               # before sleeping; negative: no limit
    stay::Bool
    quiet::Bool
    message_due_ns::Int64        # when the present wait for a writer prints its message; 0: there is no such wait
    restarts::Int
    name::String
    Reader{F}(handle, epoch, mode, spin_ns, stay, quiet, name) where {F} =
        new{F}(handle, epoch, nothing, nothing, nothing, 0, mode, spin_ns, stay, quiet, 0, 0, name)
end

const MODES = (latest=Int32(1), every=Int32(2), lockstep=Int32(3))
const WAYS = (:lease, :copy, :observer)
const COPY_FLAG = UInt32(1)
const OBSERVE_FLAG = UInt32(2)
const PREFAULT_FLAG = UInt32(4)
const DEFAULT_SPIN_NS = Int64(20_000)
const ATTACH_INTERVAL_S = 0.005

spin_limit(spin::Bool) = spin ? Int64(-1) : DEFAULT_SPIN_NS
function spin_limit(spin::Real)
    0 <= spin <= 3600 || throw(InvalidArgument("spin must be true, false, or 0 to 3600 seconds, not $spin"))
    return round(Int64, 1e9 * spin)
end

"""
    subscribe(name; mode=:latest, stride=1, fields=nothing, leases=2, copy=false, observe=false, prefault=false,
              spin=false, timeout=nothing, quiet=false, label="julia", stay=true) -> Wingbeat.Reader
    subscribe(f, name; ...)

Opens a stream and waits until its writer has created it. Other tasks run during the wait, and Ctrl-C ends it. The
second form calls `f(reader)` and closes the reader. [`streams`](@ref) lists the streams of this machine.
`"alice/swarm"` is the stream `swarm` of the user `alice`.

| option | meaning |
| --- | --- |
| `mode` | `:latest` takes the newest frame at each turn. `:every` takes each frame in order and counts lost frames in `frame.missed`. `:lockstep` is `:every` with a writer that waits for this reader until its turn is over, if the writer has called [`lock_step!`](@ref). |
| `stride` | `10` takes every tenth frame: those whose `seq` is a multiple of 10. It implies `:every`; it can be combined with `:lockstep`. |
| `fields` | `(position=Float32, velocity=Float32)` checks the element types once and makes frames type-stable. A turn of the loop then allocates nothing inside a function to which the reader is passed. |
| `leases` | Number of frames that the reader can hold at a time, 1 to 6: one for the loop, one for [`latest`](@ref) inside the loop, others for [`hold`](@ref). |
| `copy` | `true` copies each frame taken and uses nothing of the stream's lease budget. A reader that finds the budget used up copies as well. |
| `observe` | `true` reads without an entry in the writer's tables: nothing is written, requests are impossible, and frames arrive up to 2 ms later. A reader without the right to control the stream observes as well. |
| `prefault` | `true` maps all memory at once (about 0.25 ms per MB), so that the first access to each slot is as fast as later ones. |
| `spin` | `true` never sleeps while waiting: lowest latency, one busy core. A number of seconds is the time to spin before sleeping; `false` is 20 µs. |
| `timeout` | Seconds to wait for the stream; `nothing` is no limit. |
| `quiet` | `false` prints a line to `stderr` when a wait of this reader for its stream, its writer, a first frame or a receipt has lasted 2 s. |
| `label` | Name of the reader in `wingbeat top`. |
| `stay` | `true` stays through restarts of the writer; `false` ends iteration when the writer has ended. |

`stats(reader).way` says how frames are read: `:lease` (in place), `:copy` or `:observer`. A warning is printed, once
for each stream, if its frames may be torn ([`unverified`](@ref)). `every=10` is accepted in place of `stride=10`.

Throws `Wingbeat.StreamNotReady` after `timeout`, `Wingbeat.NoRoom` if all reader entries of the stream are in use,
`Wingbeat.AccessDenied` without the right to read, `Wingbeat.NotFound` or `Wingbeat.TypeMismatch` if the stream's fields
are different from `fields`, `Wingbeat.InvalidArgument`, `Wingbeat.LibraryMissing`.
"""
function subscribe(
    name::AbstractString; every::Integer=1, stride::Integer=every, mode::Symbol=stride == 1 ? :latest : :every,
    fields=nothing, leases::Integer=2, copy::Bool=false, observe::Bool=false, prefault::Bool=false, spin=false,
    timeout=nothing, quiet::Bool=false, label::AbstractString="julia", stay::Bool=true,
)
    need_library()
    haskey(MODES, mode) || throw(InvalidArgument("mode must be :latest, :every or :lockstep, not :$mode"))
    1 <= leases <= 6 || throw(InvalidArgument("leases must be 1 to 6, not $leases"))
    1 <= stride <= typemax(UInt32) || throw(InvalidArgument("stride must be 1 or more, not $stride"))
    spin_ns, until = spin_limit(spin), deadline(limit_ns(timeout))
    flags = copy * COPY_FLAG | observe * OBSERVE_FLAG | prefault * PREFAULT_FLAG
    choice = (mode=MODES[mode], leases=UInt32(leases), stride=UInt32(stride), flags=flags)
    pointer = open_reader(String(name), choice, String(label))
    handle = Handle(pointer, pointer_of_wb_reader_close[])
    try
        await_stream(handle, String(name), until, quiet)
        schema = Schema(wb_reader_schema(pointer))
        warn_unverified(schema)
        return close_at_exit(Reader(handle, schema, fields, mode, spin_ns, stay, quiet))
    catch
        drop_reference!(handle)
        rethrow()
    end
end

function subscribe(f, name::AbstractString; options...)
    reader = subscribe(name; options...)
    try
        return f(reader)
    finally
        close(reader)
    end
end

function Reader(handle::Handle, schema::Schema, fields, mode, spin_ns, stay, quiet)
    F = frame_type(schema, fields)
    epoch = Epoch(Layout(schema, chosen_names(F)))
    s = Reader{F}(handle, epoch, mode, spin_ns, stay, quiet, schema.stream)
    s.current = reader_hold(epoch, handle, s)
    return finalizer(finalize_owner, s)
end

chosen_names(::Type{Nothing}) = ()
chosen_names(::Type{F}) where {F} = fieldnames(F)

frame_type(::Schema, ::Nothing) = Nothing
function frame_type(schema::Schema, fields::NamedTuple)
    types = map(keys(fields), values(fields)) do name, type
        field = schema[name]
        field.type === type || throw(TypeMismatch(
            "field $name of stream $(schema.stream) has elements of type $(field.type), not $type"
        ))
        FieldArray{field.type,length(field.shape)}
    end
    return NamedTuple{keys(fields),Tuple{types...}}
end
function frame_type(::Schema, fields)
    throw(InvalidArgument("fields must be a NamedTuple like (position=Float32,), not $(repr(fields))"))
end

function open_reader(name::String, choice::NamedTuple, label::String)
    code, pointer = try_open_reader(name, choice, label)
    if code == ERR_NO_ROOM # readers of this process that are garbage may still have entries
        GC.gc()
        yield()
        code, pointer = try_open_reader(name, choice, label)
    end
    check(code)
    return pointer
end

function try_open_reader(name::String, choice::NamedTuple, label::String)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    code = GC.@preserve label out begin
        # spin_ns = -1: the library never sleeps. Waiting is done in waiting.jl, where other tasks can run.
        options = Ref(CReaderOptions(
            sizeof(CReaderOptions), choice.mode, choice.leases, -1, pointer(label), choice.stride, choice.flags
        ))
        wb_reader_open(name, options, Base.unsafe_convert(Ptr{Opaque}, out))
    end
    return code, filled(out)
end

function await_stream(handle::Handle, name::String, until::Int64, quiet::Bool)
    text() = "stream '$name'; $(list_streams())"
    is_attached() = check(wb_reader_attach(handle.pointer, 0)) == OK
    wait_until(is_attached, _ -> sleep(ATTACH_INTERVAL_S), text, until, quiet) || throw(StreamNotReady(
        "stream $name did not appear within the time limit; $(list_streams()). Start its writer, or check the name"
    ))
    return nothing
end

@inline current(s::Reader) = s.current::Hold

Base.isopen(s::Reader) = s.handle.open

"""
    close(reader)

Closes the reader. Its loops and waits end, and its frames are released, except frames kept by [`hold`](@ref), which
stay valid until they are released.
"""
function Base.close(s::Reader)
    s.handle.open || return nothing
    s.handle.open = false
    wb_reader_interrupt(s.handle.pointer)
    hold = current(s)
    hold.kept || release!(hold, s.stamp)
    s.watcher === nothing || close(s.watcher)
    s.watcher = nothing
    drop_reference!(s.handle)
    return nothing
end

# Calls f(pointer) on the open handle, under its lock. f must neither allocate nor switch tasks.
@inline function with_reader(f, s::Reader)
    handle = s.handle
    lock(handle.lock)
    handle.open || (unlock(handle.lock); throw_closed("reader"))
    result = f(handle.pointer)
    unlock(handle.lock)
    return result
end

# -------------------------------------------------------------------------------------------------------- taking frames

Base.IteratorSize(::Type{<:Reader}) = Base.SizeUnknown()
Base.eltype(::Type{Reader{F}}) where {F} = Frame{F}
Base.iterate(s::Reader, ::Nothing=nothing) = next_turn(s, NO_LIMIT)

struct FrameIterator{F}
    reader::Reader{F}
    limit_ns::Int64
end

"""
    eachframe(reader; timeout=nothing)

Iterates over the frames as `for frame in reader` does. The loop ends when `timeout` seconds have passed without a
frame; `nothing` is no limit.

```julia
for frame in eachframe(swarm; timeout=10)      # ends 10 s after the last frame
    println(frame.step)
end
```
"""
eachframe(s::Reader; timeout=nothing) = FrameIterator(s, limit_ns(timeout))

Base.IteratorSize(::Type{<:FrameIterator}) = Base.SizeUnknown()
Base.eltype(::Type{FrameIterator{F}}) where {F} = Frame{F}
Base.iterate(frames::FrameIterator, ::Nothing=nothing) = next_turn(frames.reader, frames.limit_ns)

# Inlined, so that the frame is never allocated.
@inline function next_turn(s::Reader{F}, limit_ns::Int64) where {F}
    has_frame(s, limit_ns) || return nothing
    return (Frame{F}(current(s)), nothing)
end

function has_frame(s::Reader, limit_ns::Int64)
    s.handle.open || return false
    try
        return advance!(s, limit_ns) == OK
    catch err
        err isa Closed && return false # another task closed the reader during the wait
        rethrow()
    end
end

"""
    wait(reader; timeout=nothing) -> Frame or nothing

Waits for the next frame, which is valid until the next wait or turn of a loop. Returns `nothing` when `timeout` seconds
have passed without a frame, or, with `stay=false`, when the writer has ended. `timeout=0` does not wait.
"""
function Base.wait(s::Reader{F}; timeout=nothing) where {F}
    return advance!(s, limit_ns(timeout)) == OK ? Frame{F}(current(s)) : nothing
end

"""
    take!(reader; timeout=nothing) -> Frame

Waits for the next frame and returns it, as `wait` does. Throws `Wingbeat.StreamNotReady` when `timeout` seconds have
passed without a frame, and, with `stay=false`, `Wingbeat.WriterGone` when the writer has ended.
"""
function Base.take!(s::Reader{F}; timeout=nothing) where {F}
    code = advance!(s, limit_ns(timeout))
    code == OK && return Frame{F}(current(s))
    code == NO_FRAME && throw(StreamNotReady("stream $(s.name) had no new frame for $timeout s"))
    throw(WriterGone("the writer of $(s.name) has ended; subscribe with stay=true to wait for its restart"))
end

"""
    latest(f, reader; timeout=nothing)
    latest(reader; timeout=nothing) -> Frame

Takes the newest frame, even if it was taken before. Waits only if the stream has no frame yet; throws
`Wingbeat.StreamNotReady` when `timeout` seconds have passed.

The first form returns `f(frame)`; the frame is valid inside `f`. The second form returns the frame on [`hold`](@ref)
until [`release`](@ref). Either needs a lease beside that of a loop (`leases`, 2 by default).

```julia
latest(swarm) do frame
    sum(frame[:position]; dims=2) ./ frame.count
end
```
"""
latest(s::Reader; timeout=nothing) = hold(newest(s, timeout))

function latest(f, s::Reader; timeout=nothing)
    frame = newest(s, timeout)
    try
        return f(frame)
    finally
        if !frame.hold.kept
            release(frame)
            s.spare = frame.hold
        end
    end
end

function newest(s::Reader{F}, timeout) where {F}
    hold, s.spare = s.spare, nothing
    if hold === nothing || hold.epoch !== s.epoch
        hold = reader_hold(s.epoch, s.handle, s)
    end
    text() = "the first frame of stream '$(s.name)'"
    has_taken() = check(take_newest!(s, hold)) == OK
    wait_until(has_taken, _ -> sleep(ATTACH_INTERVAL_S), text, deadline(limit_ns(timeout)), s.quiet) ||
        throw(StreamNotReady("stream $(s.name) had no frame for $timeout s; its writer has not published one"))
    contains_frame(hold.epoch, hold.frame) ? find_vectors!(hold) : (hold = enter_epoch(s, hold))
    return Frame{F}(hold)
end

function take_newest!(s::Reader, hold::Hold)
    return with_reader(s) do pointer
        code = GC.@preserve hold wb_reader_latest(pointer, frame_pointer(hold))
        code == OK && (hold.stamp += 1)
        code
    end
end

# ----------------------------------------------------------------------------------------------- state of the stream

"""
    schema(reader) -> Wingbeat.Schema

The stream's fields, controls and attributes, as of the newest frame taken. `schema(swarm)[:position]` describes one
field. Also for writers and frames.
"""
schema(s::Reader) = s.epoch.layout.schema

"""
    labels(reader_or_frame, field) -> Vector{String}

The names of a field's components: `labels(swarm, :position) == ["x", "y", "z"]`.
"""
labels(s::Reader, name::Symbol) = schema(s)[name].labels

"""
    attributes(reader) -> Dict{String,String}

The stream's attributes, which its writer has set: box, model, provenance.
"""
attributes(s::Reader) = Dict(schema(s).attributes)

unverified(s::Reader) = unverified(schema(s))

# Printed once for each stream.
function warn_unverified(schema::Schema)
    reason = unverified(schema)
    reason === nothing && return nothing
    @warn "stream $(schema.stream) is unverified: $reason" maxlog = 1 _id = Symbol("unverified ", schema.stream)
    return nothing
end

Base.keys(s::Reader) = keys(schema(s))

"""
    restarts(reader) -> Int

The number of restarts of the writer since the reader was opened. `frame.epoch` counts schemas, `frame.generation` the
writers of one schema.
"""
restarts(s::Reader) = s.restarts

"""
    stats(reader) -> NamedTuple

| entry | meaning |
| --- | --- |
| `received` | frames taken |
| `missed` | frames lost, counted exactly in the modes that take frames in order |
| `way` | `:lease`, `:copy` or `:observer`; `:none` without a writer |
| `seq`, `newest`, `lag` | the frame taken last, the newest one published, and the difference |
| `restarts`, `epoch`, `generation` | see [`restarts`](@ref) |
| `writer_alive` | whether the writer's process lives |
"""
function stats(s::Reader)
    out = Ref(CReaderStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    GC.@preserve out check(with_reader(p -> wb_reader_get_stats(p, Base.unsafe_convert(Ptr{CReaderStats}, out)), s))
    c = filled(out)
    return (
        received=Int(c.received), missed=Int(c.missed), seq=Int(c.seq), newest=Int(c.newest),
        lag=max(Int(c.newest) - Int(c.seq), 0), restarts=s.restarts, epoch=Int(c.epoch), generation=Int(c.generation),
        writer_alive=c.writer_alive == 1, way=c.way == 0 ? :none : WAYS[c.way],
    )
end
