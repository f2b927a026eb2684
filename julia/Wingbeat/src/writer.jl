# Writers: a stream that this process publishes, and the requests that its readers make.

"""
    Wingbeat.Writer

The writer of a stream, made by [`publish`](@ref).
"""
mutable struct Writer
    handle::Handle
    schema::Schema
    layout::Layout
    hold::Hold
    slot::CSlot
    begun::Bool
    count::Int                 # agents of the begun frame; -1: not given yet
    answers_by_itself::Bool    # publish! applies the requests, as there are only parameters
    request::CRequest
end

"""
    publish(name; capacity=1, parameters=(;), triggers=(), commands=(;), attributes=(), leases=8, readers=32, history=4,
            access=(), group=nothing, huge_pages=false, fields...) -> Wingbeat.Writer
    publish(f, name; ...)

Creates the stream `name`, or takes it over after a writer that has ended; its readers go on. The second form calls
`f(writer)` and closes the stream. All memory is reserved at once.

Every keyword that is not an option is a field: an array of its type and shape, [`field`](@ref)`(T, dims...)`, or
[`per_agent`](@ref)`(T, components)` with up to `capacity` agents.

| option | meaning |
| --- | --- |
| `capacity` | the largest number of agents in a frame |
| `parameters` | `(rate=0.01, mode=parameter(:a; choices=(:a, :b)))`: see [`parameter`](@ref) |
| `triggers`, `commands` | `(:reset,)` and `(place=(:id, :x, :y, :z),)`: see [`requests`](@ref), [`command`](@ref) |
| `attributes` | `("model" => "pca",)`: texts that describe the stream |
| `leases` | number of frames that all readers together can hold; further readers copy |
| `readers` | number of readers, 1 to 1024 |
| `history` | number of further frames that a reader with `mode=:every` can fall back without a loss |
| `access` | rights of other users: some of `:group_read`, `:group_control`, `:all_read`. The right to read allows to observe; the right to control allows everything that a reader of this user can do. |
| `group` | number of the group, one of this process's groups; `nothing` is the process's own |
| `huge_pages` | `true` uses huge pages if the system has any. Large frames are written and read faster; creation takes longer. `stats(writer).huge_bytes` says how much memory is in huge pages. |
| `fields` | `(history=zeros(3),)`: fields whose names are those of options |

```julia
publish("latent"; code=zeros(Float32, 10)) do out
    for frame in swarm
        out[:code] .= encode(frame)                        # in place, in shared memory
        publish!(out; step=frame.step, time=frame.time)
    end
end
```

Throws `Wingbeat.WriterBusy` (with the process id) while another writer of the stream lives, `Wingbeat.NoMemory`,
`Wingbeat.InvalidName`, `Wingbeat.LimitExceeded`, `Wingbeat.InvalidArgument`.
"""
function publish(
    name::AbstractString; capacity::Integer=1, parameters=NamedTuple(), triggers=(), commands=NamedTuple(),
    attributes=(), leases::Integer=8, readers::Integer=32, history::Integer=4, access=(), group=nothing,
    huge_pages::Bool=false, fields=NamedTuple(), more_fields...,
)
    need_library()
    spec = create_spec(String(name), Int(capacity))
    out = Ref{Ptr{Cvoid}}(C_NULL)
    try
        for (field_name, given) in Iterators.flatten((pairs(fields), more_fields))
            add_field(spec, String(field_name), field_spec(given))
        end
        add_controls(spec, parameters, triggers, commands)
        for (key, value) in named_pairs(attributes)
            check(wb_spec_set_attribute(spec, String(key), string(value)))
        end
        set_option(spec, :leases, leases)
        set_option(spec, :readers, readers)
        set_option(spec, :history, history)
        set_option(spec, :access, access_bits(access))
        group === nothing || set_option(spec, :group, group)
        huge_pages && set_option(spec, :huge_pages, 1)
        GC.@preserve out check(wb_writer_create(spec, Base.unsafe_convert(Ptr{Opaque}, out)))
    finally
        wb_spec_destroy(spec)
    end
    return Writer(filled(out))
end

function publish(f, name::AbstractString; options...)
    out = publish(name; options...)
    try
        return f(out)
    finally
        close(out)
    end
end

function Writer(pointer::Ptr{Cvoid})
    schema = Schema(wb_writer_schema(pointer))
    handle = Handle(pointer, pointer_of_wb_writer_close[])
    layout = Layout(schema, ())
    answers_by_itself = !isempty(schema.controls) && all(is_parameter, schema.controls)
    no_request = CRequest(0, 0, CValue(0, 0, 0), 0, 0, ntuple(_ -> 0.0, 8), 0, 0)
    hold = Hold(Epoch(layout), handle, nothing)
    out = Writer(handle, schema, layout, hold, CSlot(), false, -1, answers_by_itself, no_request)
    out.hold.owner = out
    return close_at_exit(finalizer(finalize_owner, out))
end

const SLOT_OFFSET = fieldoffset(Writer, 5)
const REQUEST_OFFSET = fieldoffset(Writer, 9)
@inline slot_pointer(out::Writer) = Ptr{CSlot}(pointer_from_objref(out) + SLOT_OFFSET)
@inline request_pointer(out::Writer) = Ptr{CRequest}(pointer_from_objref(out) + REQUEST_OFFSET)

schema(out::Writer) = out.schema
labels(out::Writer, name::Symbol) = out.schema[name].labels
attributes(out::Writer) = Dict(out.schema.attributes)
unverified(out::Writer) = unverified(out.schema)
Base.keys(out::Writer) = keys(out.schema)
Base.isopen(out::Writer) = out.handle.open
need_open(out::Writer) = out.handle.open || throw_closed("writer")

# --------------------------------------------------------------------------------------------------- filling a frame

function begin!(out::Writer)
    need_open(out)
    out.begun && return out
    GC.@preserve out check(wb_writer_begin(out.handle.pointer, slot_pointer(out)))
    out.begun, out.count = true, -1
    out.hold.stamp += 1
    out.hold.vectors = vectors_of_slot(out.hold.epoch, out.slot.data)
    return out
end

"""
    writer[:position] -> SlotArray

The field of the frame being written, in shared memory, with its shape at capacity. The first use after
[`publish!`](@ref) begins the next frame. The content is undefined until it is filled.
"""
function Base.getindex(out::Writer, name::Symbol)
    begin!(out)
    layout = out.layout.fields[field_index(out.schema, name)]
    return slot_array(SlotArray{ELEMENT_TYPES[layout.type],layout.dimensions}, out, layout)
end

function slot_array(::Type{SlotArray{T,N}}, out::Writer, layout::FieldLayout) where {T,N}
    data = out.hold.vectors[layout.index]
    if !(data isa Vector{T})
        data = unsafe_wrap(Array, Ptr{T}(out.slot.data + layout.offset), length(layout))
        out.hold.vectors[layout.index] = data
    end
    return SlotArray{T,N}(data, dimensions(layout, out.schema.capacity, Val(N)), out.hold, out.hold.stamp)
end

"""
    writer[:position] = X

Copies `X` into the field of the frame being written. The last dimension of a per-agent field may be shorter than the
capacity. It is then the frame's count, which must be the same for all fields of the frame. Throws
`Wingbeat.TypeMismatch` if the shape does not fit.
"""
function Base.setindex!(out::Writer, values::AbstractArray, name::Symbol)
    target = out[name]
    per_agent = out.schema[name].per_agent
    leading(x) = size(x)[1:(end - 1)]
    fits = ndims(values) == ndims(target) && leading(values) == leading(target)
    last_fits = per_agent ? size(values)[end] <= size(target)[end] : size(values) == size(target)
    fits && last_fits || throw(TypeMismatch("$name has the shape $(size(target)), not $(size(values))"))
    per_agent && set_count!(out, size(values)[end])
    copyto!(target, convert(Array{eltype(target)}, values))
    return out
end

function set_count!(out::Writer, count::Int)
    out.count in (-1, count) || throw(InvalidArgument("this frame has $(out.count) agents already, not $count"))
    check(wb_writer_set_count(out.handle.pointer, UInt64(count)))
    out.count = count
    return out
end

"""
    previous(writer, name) -> FieldArray or nothing

The field of the frame published before, to be read while the next one is filled; `nothing` before the first frame.
Valid until [`publish!`](@ref).
"""
function previous(out::Writer, name::Symbol)
    begin!(out)
    out.slot.previous == C_NULL && return nothing
    layout = out.layout.fields[field_index(out.schema, name)]
    return previous_array(FieldArray{ELEMENT_TYPES[layout.type],layout.dimensions}, out, layout)
end

function previous_array(::Type{FieldArray{T,N}}, out::Writer, layout::FieldLayout) where {T,N}
    data = unsafe_wrap(Array, Ptr{T}(out.slot.previous + layout.offset), length(layout))
    return FieldArray{T,N}(data, dimensions(layout, Int(out.slot.previous_count), Val(N)), out.hold, out.hold.stamp)
end

"""
    publish!(writer; step=seq, time=step, count=nothing) -> Int

Publishes the frame and returns its number `seq`. `step` and `time` (s) are the simulation's own. `count` is the number
of agents present; without it, the count given by `writer[:position] = X`, else the capacity.

Does not wait for readers, except in lock-step ([`lock_step!`](@ref)), where the wait comes before the next frame.
"""
function publish!(out::Writer; step=nothing, time=nothing, count=nothing)
    begin!(out)
    count === nothing || set_count!(out, Int(count))
    seq = Int(out.slot.seq)
    step = step === nothing ? seq : step
    time = time === nothing ? step : time
    check(wb_writer_publish(out.handle.pointer, UInt64(step), Float64(time)))
    out.begun = false
    out.hold.stamp += 1
    while out.answers_by_itself && next_request!(out)
    end
    return seq
end

"""
    lock_step!(writer, label=""; limit)

Makes the writer wait after each frame for readers in `mode=:lockstep` with this `label` (`""`: for all of them), for at
most `limit` seconds. `limit=nothing` waits as long as the reader lives, and `limit=0` ends the waiting. The wait comes
before the next frame is begun, or in [`await_readers`](@ref).

A reader that overruns the limit is not waited for until it has finished that frame; `stats(writer).overruns` counts.
"""
function lock_step!(out::Writer, label::AbstractString=""; limit)
    need_open(out)
    check(wb_writer_lock_step(out.handle.pointer, String(label), limit_ns(limit)))
    return out
end

"""
    await_readers(writer) -> Bool

Waits for the readers in lock-step to finish the newest frame, so that their requests ([`requests`](@ref)) can be
answered before the next frame is begun. Returns `false` if a reader overran its limit.

The wait is inside the library: no other task of this thread runs and no message is printed, but Ctrl-C ends it.
`wingbeat info` shows the readers of the stream.
"""
function await_readers(out::Writer)
    need_open(out)
    try
        while true
            code = check(wb_writer_await_readers(out.handle.pointer))
            code == INTERRUPTED || return code == OK
            throw_pending_interrupt()
        end
    catch err
        exit_if_interrupted(err)
        rethrow()
    end
end

"""
    stats(writer) -> NamedTuple

| entry | meaning |
| --- | --- |
| `published` | frames published |
| `hops` | slots passed over because a reader held them |
| `wakes` | wake-ups of sleeping readers |
| `requests` | requests answered |
| `overruns` | limits overrun by readers in lock-step |
| `epoch`, `generation` | numbers of the schema, and of the writer within one schema |
| `huge_bytes` | bytes of the stream's memory in huge pages |
"""
function stats(writer::Writer)
    need_open(writer)
    out = Ref(CWriterStats(0, 0, 0, 0, 0, 0, 0, 0))
    GC.@preserve out check(wb_writer_get_stats(writer.handle.pointer, Base.unsafe_convert(Ptr{CWriterStats}, out)))
    c = filled(out)
    return (
        published=Int(c.published), hops=Int(c.hops), wakes=Int(c.wakes), requests=Int(c.requests),
        overruns=Int(c.overruns), epoch=Int(c.epoch), generation=Int(c.generation), huge_bytes=Int(c.huge_bytes),
    )
end

"""
    close(writer)

Ends the stream. Its memory is freed when its last reader has closed it.
"""
function Base.close(out::Writer)
    out.handle.open || return nothing
    out.handle.open = false
    out.hold.stamp += 1
    drop_reference!(out.handle)
    return nothing
end

# ------------------------------------------------------------------------------------------------------------- requests

"""
    Wingbeat.Request

A request of a reader: `name`, `kind` (`:parameter`, `:trigger` or `:command`), `value` (of a parameter), `arguments`
(of a command).
"""
struct Request
    writer::Writer
    name::Symbol
    kind::Symbol
    value::Union{Nothing,Float64,Int,Bool,Symbol}
    arguments::Vector{Float64}
end

struct RequestQueue
    writer::Writer
end

"""
    requests(writer)

Iterates over the waiting requests, as [`Wingbeat.Request`](@ref)s, in the order they were made. It is called between
[`publish!`](@ref) and filling the next frame. A request is applied when the loop goes on without [`refuse!`](@ref);
from then on [`params`](@ref)`(writer)` has the new value of a parameter.

```julia
for r in requests(out)
    r.name === :reset && reset!(model)
    r.name === :place && !(1 <= r.arguments[1] <= N) && refuse!(r, "there is no such agent")
end
```

If a stream has parameters but no triggers and commands, [`publish!`](@ref) applies them until `requests` is called for
the first time.
"""
requests(out::Writer) = (out.answers_by_itself = false; RequestQueue(out))

Base.IteratorSize(::Type{RequestQueue}) = Base.SizeUnknown()
Base.eltype(::Type{RequestQueue}) = Request

function Base.iterate(queue::RequestQueue, ::Nothing=nothing)
    out = queue.writer
    next_request!(out) || return nothing
    c, control = out.request, out.schema.controls[out.request.control + 1]
    value = is_parameter(control) ? julia_value(c.value, control.choices) : nothing
    arguments = [c.arguments[i] for i in 1:Int(c.argument_count)]
    return (Request(out, control.name, control.kind, value, arguments), nothing)
end

function next_request!(out::Writer)
    need_open(out)
    return GC.@preserve out check(wb_writer_next_request(out.handle.pointer, request_pointer(out))) == OK
end

"""
    refuse!(request, reason)

Refuses the request that [`requests`](@ref) returned last. The reader's receipt has the `reason` (up to 87 bytes). A
refused parameter keeps its value.
"""
function refuse!(request::Request, reason::AbstractString)
    check(wb_writer_refuse(request.writer.handle.pointer, String(reason)))
    return nothing
end

params(out::Writer) = Parameters(out, 0.0)

function read_parameter(out::Writer, control::Control)
    need_open(out)
    value = Ref(CValue(0, 0, 0))
    GC.@preserve value check(
        wb_writer_parameter(out.handle.pointer, UInt32(control.index), Base.unsafe_convert(Ptr{CValue}, value))
    )
    return filled(value)
end

function Base.setindex!(p::Parameters{Writer}, value, name::Symbol)
    control = parameter_control(p, name)
    need_open(p.source)
    check(wb_writer_set_parameter(p.source.handle.pointer, UInt32(control.index), c_value(control, value)))
    return p
end
