# Subscriptions: opening, closing, and what they know of their stream.

"""
    Subscription

A reader of a stream, made by [`subscribe`](@ref). Iterate it; or use [`wait`](@ref Base.wait(::Subscription)), `take!`,
[`latest`](@ref), [`window`](@ref), [`params`](@ref), [`request`](@ref), [`stats`](@ref), [`schema`](@ref). To be used
by one task at a time (open one for each task); `close` and [`release`](@ref) may come from any.
"""
mutable struct Subscription{F}
    handle::Handle
    epoch::Epoch                # of the newest frame taken
    current::Union{Nothing,Hold} # of the frame of this turn, or free; nothing only while being made
    spare::Union{Nothing,Hold}  # for latest()
    watcher::Union{Nothing,FDWatcher}
    ticket::Int                 # of the frame of this turn
    mode::Symbol
    spin_ns::Int64              # before sleeping; below 0: for ever
    stay::Bool
    restarts::Int
    name::String
    Subscription{F}(handle, epoch, mode, spin_ns, stay, name) where {F} =
        new{F}(handle, epoch, nothing, nothing, nothing, 0, mode, spin_ns, stay, 0, name)
end

const MODES = (latest=Int32(1), every=Int32(2), lockstep=Int32(3))
const WAYS = (:lease, :copy, :observer)
const COPY_FLAG = UInt32(1)
const OBSERVE_FLAG = UInt32(2)
const PREFAULT_FLAG = UInt32(4)
const DEFAULT_SPIN_NS = Int64(20_000)

spin_limit(spin::Bool) = spin ? Int64(-1) : DEFAULT_SPIN_NS
function spin_limit(spin::Real)
    0 <= spin <= 3600 || throw(InvalidArgument("spin is true, false or seconds from 0 to 3600, not $spin"))
    return round(Int64, 1e9 * spin)
end

const NO_LIMIT = Int64(-1)
limit_ns(::Nothing) = NO_LIMIT
function limit_ns(seconds::Real)
    seconds >= 0 || throw(InvalidArgument("timeout is seconds from 0 on, or nothing for no limit, not $seconds"))
    return seconds > 1e9 ? NO_LIMIT : round(Int64, 1e9 * seconds)
end
deadline(limit::Int64) = limit < 0 ? typemax(Int64) : Int64(time_ns()) + limit
left_ns(deadline::Int64) = deadline == typemax(Int64) ? NO_LIMIT : max(deadline - Int64(time_ns()), Int64(0))

"""
    subscribe(name; mode=:latest, every=1, fields=nothing, leases=2, copy=false, observe=false, prefault=false, spin=false,
              timeout=nothing, label="julia", stay=true)
    subscribe(f, name; ...)

Opens a stream and waits until its writer has made it (Ctrl-C works, other tasks run). With a function, calls
`f(subscription)` and closes. Streams of this machine: [`streams`](@ref). Another user's stream is `"alice/swarm"`.

- `mode`: `:latest` takes the newest frame at each turn; `:every` takes each in order and counts what it was too slow
  for (`frame.missed`); `:lockstep` is `:every`, and a writer that chose to ([`lock_step!`](@ref)) waits for this
  subscription after each frame, until its turn of the loop is over.
- `every`: `10` takes only every tenth frame, those whose `seq` is a multiple of 10; with `:every` (which it implies) and
  `:lockstep`.
- `fields`: `(position=Float32, velocity=Float32)` checks the element types once and makes frames type-stable: inside a
  function, a turn of the loop then allocates nothing. (Pass the subscription to the function that loops: its type is
  known only at run time.)
- `leases`: how many frames are held at a time, 1 to 6: the loop's own, one for [`latest`](@ref) inside the loop, and
  those of [`hold`](@ref). When the stream's lease budget is used up, frames are copied instead: `stats(subscription).way`
  says how they are got, `:lease`, `:copy` or `:observer`.
- `copy`: `true` copies each frame taken, and takes nothing of the stream's lease budget.
- `observe`: `true` reads without being seen: no entry, nothing written, no requests, and up to 2 ms later than others.
  Without the right to more (another user's stream) a subscription observes by itself.
- `prefault`: `true` maps all memory when it attaches (about 0.25 ms per MB), so that the first look at each slot is as fast as
  later ones.
- `spin`: `true` waits without ever sleeping (lowest latency, one core busy), a number of seconds spins that long before
  it sleeps; `false` is 20 µs.
- `timeout`: seconds to wait for the stream; then throws `Wingbeat.StreamNotReady`.
- `label`: how the subscription calls itself in `wingbeat top`.
- `stay`: `true` stays through restarts of the writer; `false` ends iteration when the writer has ended.

Warns, once for each stream, if its frames may be torn ([`unverified`](@ref)).

Throws `Wingbeat.NoRoom` if the stream's reader entries are used up, `Wingbeat.AccessDenied` without the right to read, `Wingbeat.TypeMismatch` or
`Wingbeat.NotFound` if `fields` are not the stream's, `Wingbeat.LibraryMissing`.
"""
function subscribe(
    name::AbstractString; every::Integer=1, mode::Symbol=every == 1 ? :latest : :every, fields=nothing,
    leases::Integer=2, copy::Bool=false, observe::Bool=false, prefault::Bool=false, spin=false, timeout=nothing,
    label::AbstractString="julia", stay::Bool=true,
)
    need_library()
    haskey(MODES, mode) || throw(InvalidArgument("mode is :latest, :every or :lockstep, not :$mode"))
    1 <= every <= typemax(UInt32) || throw(InvalidArgument("every is 1 or more, not $every"))
    spin_ns, until = spin_limit(spin), deadline(limit_ns(timeout))
    choice = reader_choice(mode, Int(leases), Int(every), copy, observe, prefault)
    pointer = open_reader(String(name), choice, String(label))
    handle = Handle(pointer, pointer_of_wb_reader_close[])
    try
        await_stream(handle, String(name), until)
        schema = Schema(wb_reader_schema(pointer))
        warn_unverified(schema)
        return close_at_exit(Subscription(handle, schema, fields, mode, spin_ns, stay))
    catch
        drop!(handle) && finish!(handle)
        rethrow()
    end
end

function subscribe(f, name::AbstractString; options...)
    subscription = subscribe(name; options...)
    try
        return f(subscription)
    finally
        close(subscription)
    end
end

function Subscription(handle::Handle, schema::Schema, fields, mode, spin_ns, stay)
    F = frame_type(schema, fields)
    epoch = Epoch(Layout(schema, chosen_names(F)))
    s = Subscription{F}(handle, epoch, mode, spin_ns, stay, schema.stream)
    s.current = lease(epoch, handle, s)
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
    throw(InvalidArgument("fields is a NamedTuple like (position=Float32,), not $(repr(fields))"))
end

function reader_choice(mode::Symbol, leases::Int, every::Int, copy::Bool, observe::Bool, prefault::Bool)
    1 <= leases <= 6 || throw(InvalidArgument("leases is 1 to 6, not $leases"))
    flags = copy * COPY_FLAG | observe * OBSERVE_FLAG | prefault * PREFAULT_FLAG
    return (mode=MODES[mode], leases=UInt32(leases), every=UInt32(every), flags=flags)
end

function open_reader(name::String, choice::NamedTuple, label::String)
    code, pointer = try_open_reader(name, choice, label)
    if code == ERR_NO_ROOM # perhaps for subscriptions of our own that are garbage
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
        # The library never sleeps by itself: waiting is done here, where other tasks can run meanwhile.
        options = Ref(CReaderOptions(
            sizeof(CReaderOptions), choice.mode, choice.leases, -1, pointer(label), choice.every, choice.flags
        ))
        wb_reader_open(name, options, Base.unsafe_convert(Ptr{Opaque}, out))
    end
    return code, filled(out)
end

const ATTACH_INTERVAL = 0.005

function await_stream(handle::Handle, name::String, until::Int64)
    while true
        code = check(wb_reader_attach(handle.pointer, 0))
        code == OK && return nothing
        Int64(time_ns()) >= until && throw(StreamNotReady(
            "there is no stream $name within the time limit; start its writer, or see streams() for those there are"
        ))
        sleep(ATTACH_INTERVAL)
    end
end

@inline current(s::Subscription) = s.current::Hold

Base.isopen(s::Subscription) = s.handle.open

"""
    close(subscription)

Ends it: loops and waits over it end, its frames are given back (except those kept by [`hold`](@ref), until they are
released).
"""
function Base.close(s::Subscription)
    s.handle.open || return nothing
    s.handle.open = false
    wb_reader_interrupt(s.handle.pointer)
    turn = current(s)
    turn.kept || give_back!(turn, s.ticket)
    s.watcher === nothing || close(s.watcher)
    s.watcher = nothing
    drop!(s.handle) && finish!(s.handle)
    return nothing
end

# Calls f(pointer) on the open handle, under its lock. f must neither allocate nor switch tasks.
@inline function with_reader(f, s::Subscription)
    handle = s.handle
    lock(handle.lock)
    handle.open || (unlock(handle.lock); throw_closed("subscription"))
    result = f(handle.pointer)
    unlock(handle.lock)
    return result
end

"""
    schema(subscription) -> Wingbeat.Schema

The stream's fields, controls and attributes, as of the newest frame taken. `schema(swarm)[:position]` is one field.
"""
schema(s::Subscription) = s.epoch.layout.schema

"""
    labels(subscription_or_frame, field) -> Vector{String}

The names of a field's components: `labels(swarm, :position) == ["x", "y", "z"]`.
"""
labels(s::Subscription, name::Symbol) = schema(s)[name].labels

"""
    attributes(subscription) -> Dict{String,String}

What the writer says about the stream: box, model, provenance.
"""
attributes(s::Subscription) = Dict(schema(s).attributes)

unverified(s::Subscription) = unverified(schema(s))

# Once for each stream of that name.
function warn_unverified(schema::Schema)
    why = unverified(schema)
    why === nothing && return nothing
    @warn "stream $(schema.stream) is unverified: $why" maxlog = 1 _id = Symbol("unverified ", schema.stream)
    return nothing
end

Base.keys(s::Subscription) = keys(schema(s))

"""
    restarts(subscription) -> Int

How often the writer was restarted while this subscription went on. `frame.epoch` counts schemas, `frame.generation` the
writers of one schema.
"""
restarts(s::Subscription) = s.restarts

"""
    stats(subscription) -> NamedTuple

`received` and `missed` frames (missed: of frames in order, exactly), `way` they are got (`:lease`, `:copy`, `:observer`), `seq` last taken, `newest` published, `lag`
between them in frames, `restarts`, `epoch`, `generation`, `writer_alive`.
"""
function stats(s::Subscription)
    out = Ref(CReaderStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    GC.@preserve out check(with_reader(p -> wb_reader_get_stats(p, Base.unsafe_convert(Ptr{CReaderStats}, out)), s))
    c = filled(out)
    return (
        received=Int(c.received), missed=Int(c.missed), seq=Int(c.seq), newest=Int(c.newest),
        lag=max(Int(c.newest) - Int(c.seq), 0), restarts=s.restarts, epoch=Int(c.epoch), generation=Int(c.generation),
        writer_alive=c.writer_alive == 1, way=c.way == 0 ? :none : WAYS[c.way],
    )
end
