# Frames: small values that say which of a Hold's times they mean.

"""
    Frame

One step of the simulation, on loan: `frame.seq` (1, 2, 3 ...), `frame.step`, `frame.time` (s), `frame.count` (agents
present), `frame.missed` (frames lost before this one, with `mode=:every`), `frame.epoch`, `frame.generation`.

`frame[:position]` is the field as a [`FieldArray`](@ref), `keys(frame)` are the names. Valid until the next turn of the
loop or [`release`](@ref); after that, fields throw [`FrameReleased`](@ref). `copy(frame)` keeps everything,
[`hold`](@ref) postpones.
"""
struct Frame{F}
    hold::Hold
    ticket::Int
    seq::Int
    step::Int
    time::Float64
    count::Int
    missed::Int
    publish_time_ns::UInt64
    epoch::Int
    generation::Int
end

@inline function Frame{F}(hold::Hold) where {F}
    c = hold.frame
    return Frame{F}(
        hold, hold.ticket, c.seq % Int, c.step % Int, c.sim_time, c.count % Int, c.missed % Int, c.publish_time_ns,
        c.epoch % Int, c.generation % Int,
    )
end

is_valid(frame::Frame) = frame.hold.ticket == frame.ticket

"""
    frame[:position] -> FieldArray

The field, without copying: `3 x N` Float32 for positions, `N = frame.count`; a field that is not per agent in its own
shape. Throws [`FrameReleased`](@ref) if the frame was given back, `Wingbeat.NotFound` (with the names there are) if
there is no such field.
"""
@inline Base.getindex(frame::Frame{Nothing}, name::Symbol) = any_field(frame, name)
@inline Base.getindex(frame::Frame, name::Symbol) = typed_field(frame, Val(name))
Base.getindex(frame::Frame, name::AbstractString) = frame[Symbol(name)]

# Where a name stands among those of a typed subscription or window, known when the caller is compiled; 0: nowhere.
@generated place(::Type{F}, ::Val{name}) where {F,name} = something(findfirst(==(name), fieldnames(F)), 0)

@inline function typed_field(frame::Frame{F}, ::Val{name}) where {F,name}
    i = place(F, Val(name))
    i == 0 && throw_not_subscribed(name, fieldnames(F))
    check_ticket(frame.hold, frame.ticket)
    layout = @inbounds frame.hold.epoch.layout.chosen[i]
    return field_array(fieldtype(F, name), frame, layout)
end

@noinline throw_not_subscribed(name, names) =
    throw(NotFound("this subscription's fields are $(list_names(names)); $name is not among them"))

@inline function field_array(::Type{FieldArray{T,N}}, frame::Frame, layout::FieldLayout) where {T,N}
    data = @inbounds frame.hold.vectors[layout.index]
    data isa Vector{T} || (data = make_vector(T, frame, layout))
    return FieldArray{T,N}(data, dimensions(layout, frame.count, Val(N)), frame.hold, frame.ticket)
end

@noinline function make_vector(::Type{T}, frame::Frame, layout::FieldLayout) where {T}
    hold = frame.hold
    memory = GC.@preserve hold frame_memory(frame_pointer(hold))
    data = wrap(T, hold.frame.data + layout.offset, length(layout), _ -> wb_memory_release(memory))
    hold.vectors[layout.index] = data
    return data
end

@noinline function any_field(frame::Frame, name::Symbol)
    check_ticket(frame.hold, frame.ticket)
    i = field_index(frame.hold.epoch.layout.schema, name)
    layout = frame.hold.epoch.layout.fields[i]
    return field_array(FieldArray{ELEMENT_TYPES[layout.type],layout.dimensions}, frame, layout)
end

Base.keys(frame::Frame{Nothing}) = keys(frame.hold.epoch.layout.schema)
Base.keys(::Frame{F}) where {F} = collect(fieldnames(F))
Base.haskey(frame::Frame, name::Symbol) = name in keys(frame)
schema(frame::Frame) = frame.hold.epoch.layout.schema
labels(frame::Frame, name::Symbol) = schema(frame)[name].labels

"""
    age(frame) -> Float64

Seconds since the writer published the frame, by the machine's monotonic clock. Of no meaning, and perhaps negative, if
the writer is in a container with a clock of its own (a time namespace).
"""
age(frame::Frame) = (Int64(wb_now_ns()) - Int64(frame.publish_time_ns)) / 1e9

"""
    hold(frame) -> frame

Keeps the frame, and its arrays, valid beyond the loop's turn, until [`release`](@ref) (or until it is garbage). A
subscription can hold `leases - 1` frames while it goes on (`subscribe(name; leases=6)`); if all are in use, the next
wait throws `Wingbeat.NoRoom`. Throws [`FrameReleased`](@ref) if it was given back already.
"""
function hold(frame::Frame)
    h = frame.hold
    lock(h.handle.lock)
    valid = h.ticket == frame.ticket
    if valid && !h.kept
        h.kept = true
        retain!(h.handle)
    end
    unlock(h.handle.lock)
    valid || throw_released()
    return frame
end

"""
    release(frame)

Gives a frame back before its time, or one that was kept by [`hold`](@ref). Any thread. A second release does nothing.
"""
release(frame::Frame) = give_back!(frame.hold, frame.ticket)

"""
    FrameCopy

What `copy(frame)` gives: the frame's numbers and all its fields as `Array`s of its own (`c[:position]`), valid for
ever.
"""
struct FrameCopy{F<:NamedTuple}
    seq::Int
    step::Int
    time::Float64
    count::Int
    missed::Int
    epoch::Int
    generation::Int
    fields::F
end

function Base.copy(frame::Frame)
    names = Tuple(keys(frame))
    fields = NamedTuple{names}(map(name -> copy(frame[name]), names))
    return FrameCopy(
        frame.seq, frame.step, frame.time, frame.count, frame.missed, frame.epoch, frame.generation, fields
    )
end
Base.getindex(c::FrameCopy, name::Symbol) = c.fields[name]
Base.keys(c::FrameCopy) = collect(keys(c.fields))
