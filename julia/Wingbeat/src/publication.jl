# Publishing: Julia as a stream's writer.

"""
    Publication

A stream this process writes, made by [`publish`](@ref).
"""
mutable struct Publication
    handle::Handle
    schema::Schema
    layout::Layout
    hold::Hold
    slot::CSlot
    begun::Bool
    count::Int         # agents of the begun frame; -1: not said
    drains::Bool       # publish! answers the requests, as there are only parameters
    request::CRequest
end

# A field to be published, before it has a name.
struct FieldSpec
    type::DataType
    shape::Vector{Int} # of a per-agent field: (components,) or ()
    per_agent::Bool
    labels::String
    unit::String
end

label_text(labels::AbstractString) = String(labels)
label_text(labels) = join(labels, " ")

function element_type(type)
    type in ELEMENT_TYPES && return type
    throw(InvalidArgument("a field's elements are of one of $(join(ELEMENT_TYPES, ", ")), not $type"))
end

"""
    per_agent(T, components=1; labels="", unit="")

A field with `components` numbers of type `T` for each agent, for [`publish`](@ref): `3 x count`, or a vector if there
is one. `per_agent(Float32, 3; labels="x y z", unit="m")`
"""
per_agent(type::Type, components::Integer=1; labels="", unit="") =
    FieldSpec(element_type(type), [Int(components)], true, label_text(labels), String(unit))

"""
    field(T, dims...; labels="", unit="")

A field of fixed shape for [`publish`](@ref): `field(Float32, 10; unit="1")`. An array like `zeros(Float32, 10)` says
the same.
"""
field(type::Type, dims::Integer...; labels="", unit="") =
    FieldSpec(element_type(type), isempty(dims) ? [1] : collect(Int, dims), false, label_text(labels), String(unit))

field_spec(spec::FieldSpec) = spec
field_spec(prototype::AbstractArray) = field(eltype(prototype), size(prototype)...)
field_spec(prototype::Real) = field(typeof(prototype))
function field_spec(x)
    throw(InvalidArgument("a field is given by an array of its shape, field(...) or per_agent(...), not $(repr(x))"))
end

control_of(c::Control) = c
control_of(value) = parameter(value)
command_of(c::Control) = c
command_of(arguments::Tuple) = command(arguments...)
named_pairs(x::NamedTuple) = pairs(x)
named_pairs(x::Tuple{Vararg{Symbol}}) = [name => "" for name in x]
named_pairs(x::Symbol) = [x => ""]
named_pairs(x) = x

"""
    publish(name; capacity=1, parameters=(;), triggers=(), commands=(;), attributes=(),
            leases=8, readers=32, history=4, access=(), group=nothing, huge_pages=false, fields...)
    publish(f, name; ...)

Makes the stream `name`, or takes it over after a writer that ended (readers just see it go on). With a function, calls
`f(publication)` and closes. Every other keyword is a field: an array of its type and shape,
[`field`](@ref)`(T, dims...)`, or [`per_agent`](@ref)`(T, components)` with `capacity` agents at most. (`fields=(...,)` takes those whose
names are options.)

```julia
publish("latent"; code=zeros(Float32, 10)) do out
    for frame in swarm
        out[:code] .= encode(frame)                        # in place, in the shared memory
        publish!(out; step=frame.step, time=frame.time)
    end
end
```

`parameters=(rate=0.01, mode=parameter(:a; choices=(:a, :b)))`, `triggers=(:reset,)`,
`commands=(place=(:id, :x, :y, :z),)` can be asked for by readers: see [`requests`](@ref). `attributes=("model" => "pca",)`. `leases` is how many
frames all readers together may hold (further readers copy), `history` how many further frames `mode=:every` readers may fall back; all memory
is reserved at once.

`huge_pages=true` puts the frames in huge pages if the system has any: large frames are written and read faster, creation takes longer.
[`stats`](@ref) says how many bytes do.

`access` is what other users may do, nothing by default: some of `:group_read`, `:group_control`, `:all_read`; who may
read observes, who may control does all that a reader of this user can. `group` is the number of the group, one of this
process's, if not its own.

Throws `Wingbeat.WriterBusy` (with the process) while another writer lives, `Wingbeat.NoMemory`, `Wingbeat.InvalidName`,
`Wingbeat.LimitExceeded`.
"""
function publish(
    name::AbstractString; capacity::Integer=1, parameters=NamedTuple(), triggers=(), commands=NamedTuple(),
    attributes=(), leases::Integer=8, readers::Integer=32, history::Integer=4, access=(), group=nothing,
    huge_pages::Bool=false, fields=NamedTuple(), more_fields...,
)
    need_library()
    spec = create_spec(String(name), Int(capacity))
    writer = try
        add_fields(spec, Iterators.flatten((pairs(fields), more_fields)))
        add_controls(spec, parameters, triggers, commands)
        add_attributes(spec, attributes)
        set_options(spec, Int(leases), Int(readers), Int(history))
        share(spec, access, group)
        huge_pages && check(wb_spec_set_option(spec, HUGE_PAGES_OPTION, UInt64(1)))
        create_writer(spec)
    finally
        wb_spec_destroy(spec)
    end
    return Publication(writer)
end

function publish(f, name::AbstractString; options...)
    out = publish(name; options...)
    try
        return f(out)
    finally
        close(out)
    end
end

function create_spec(name::String, capacity::Int)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve out check(wb_spec_create(name, UInt64(capacity), Base.unsafe_convert(Ptr{Opaque}, out)))
    return filled(out)
end

function create_writer(spec::Opaque)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve out check(wb_writer_create(spec, Base.unsafe_convert(Ptr{Opaque}, out)))
    return filled(out)
end

function add_fields(spec::Opaque, fields)
    for (name, given) in fields
        add_field(spec, String(name), field_spec(given))
    end
end

function add_field(spec::Opaque, name::String, f::FieldSpec)
    code = Cint(element_code(f.type))
    if f.per_agent
        return check(wb_spec_add_per_agent(spec, name, code, UInt32(f.shape[1]), f.labels, f.unit))
    end
    shape = UInt64.(f.shape)
    return GC.@preserve shape check(
        wb_spec_add_field(spec, name, code, UInt32(length(shape)), pointer(shape), f.labels, f.unit)
    )
end

function add_controls(spec::Opaque, parameters, triggers, commands)
    for (name, given) in named_pairs(parameters)
        add_parameter(spec, String(name), control_of(given))
    end
    for (name, help) in named_pairs(triggers)
        check(wb_spec_add_trigger(spec, String(name), String(help)))
    end
    for (name, given) in named_pairs(commands)
        c = command_of(given)
        check(wb_spec_add_command(spec, String(name), join(c.arguments, " "), c.help))
    end
end

option_number(::Control, ::Nothing) = 0.0
option_number(c::Control, x::Symbol) = Float64(findfirst(==(x), c.choices) - 1)
option_number(::Control, x::Real) = Float64(x)

function add_parameter(spec::Opaque, name::String, c::Control)
    if c.initial isa Symbol && !(c.initial in c.choices)
        throw(InvalidArgument("$name starts as $(c.initial), which is not among its choices"))
    end
    unit, help, choices = c.unit, c.help, join(c.choices, " ")
    type = findfirst(==(c.type), VALUE_TYPES)
    numbers = map(x -> option_number(c, x), (c.initial, c.minimum, c.maximum))
    GC.@preserve unit help choices begin
        options = Ref(CParameterOptions(
            sizeof(CParameterOptions), type, 0, numbers..., pointer(unit), pointer(help), pointer(choices)
        ))
        check(wb_spec_add_parameter(spec, name, options))
    end
end

function add_attributes(spec::Opaque, attributes)
    for (key, value) in named_pairs(attributes)
        check(wb_spec_set_attribute(spec, String(key), string(value)))
    end
end

function set_options(spec::Opaque, leases::Int, readers::Int, history::Int)
    for (option, value) in ((1, leases), (2, readers), (3, history))
        value >= 0 || throw(InvalidArgument("leases, readers and history are not negative"))
        check(wb_spec_set_option(spec, Cint(option), UInt64(value)))
    end
end

const HUGE_PAGES_OPTION = Cint(6)
const ACCESS_BITS = (group_read=1, group_control=2, all_read=4)

access_bits(name::Symbol) = access_bits((name,))
function access_bits(names)
    for name in names
        haskey(ACCESS_BITS, name) || throw(InvalidArgument("access is of $(join(keys(ACCESS_BITS), ", ")), not $name"))
    end
    return reduce(|, (ACCESS_BITS[name] for name in names); init=0)
end

function share(spec::Opaque, access, group)
    check(wb_spec_set_option(spec, Cint(4), UInt64(access_bits(access))))
    group === nothing || check(wb_spec_set_option(spec, Cint(5), UInt64(group)))
end

function Publication(writer::Ptr{Cvoid})
    schema = Schema(wb_writer_schema(writer))
    handle = Handle(writer, pointer_of_wb_writer_close[])
    layout = Layout(schema, ())
    drains = !isempty(schema.controls) && all(is_parameter, schema.controls)
    no_request = CRequest(0, 0, CValue(0, 0, 0), 0, 0, ntuple(_ -> 0.0, 8), 0, 0)
    hold = Hold(Epoch(layout), handle, nothing)
    out = Publication(handle, schema, layout, hold, CSlot(), false, -1, drains, no_request)
    out.hold.owner = out
    return close_at_exit(finalizer(finalize_owner, out))
end

const SLOT_OFFSET = fieldoffset(Publication, 5)
const REQUEST_OFFSET = fieldoffset(Publication, 9)
@inline slot_pointer(out::Publication) = Ptr{CSlot}(pointer_from_objref(out) + SLOT_OFFSET)
@inline request_pointer(out::Publication) = Ptr{CRequest}(pointer_from_objref(out) + REQUEST_OFFSET)

schema(out::Publication) = out.schema
labels(out::Publication, name::Symbol) = out.schema[name].labels
attributes(out::Publication) = Dict(out.schema.attributes)
unverified(out::Publication) = unverified(out.schema)
Base.keys(out::Publication) = keys(out.schema)
Base.isopen(out::Publication) = out.handle.open
need_open(out::Publication) = out.handle.open || throw_closed("publication")

function begin!(out::Publication)
    need_open(out)
    out.begun && return out
    GC.@preserve out check(wb_writer_begin(out.handle.pointer, slot_pointer(out)))
    out.begun, out.count = true, -1
    out.hold.ticket += 1
    out.hold.vectors = vectors_of_slot(out.hold.epoch, out.slot.data)
    return out
end

"""
    out[:position] -> SlotArray

The field of the frame being written, in the shared memory, to be filled: its shape at capacity. The first use after
[`publish!`](@ref) begins the next frame; its content is undefined until it is filled.
"""
function Base.getindex(out::Publication, name::Symbol)
    begin!(out)
    i = field_index(out.schema, name)
    layout = out.layout.fields[i]
    return slot_array(SlotArray{ELEMENT_TYPES[layout.type],layout.dimensions}, out, layout)
end

function slot_array(::Type{SlotArray{T,N}}, out::Publication, layout::FieldLayout) where {T,N}
    data = out.hold.vectors[layout.index]
    if !(data isa Vector{T})
        data = unsafe_wrap(Array, Ptr{T}(out.slot.data + layout.offset), length(layout))
        out.hold.vectors[layout.index] = data
    end
    return SlotArray{T,N}(data, dimensions(layout, out.schema.capacity, Val(N)), out.hold, out.hold.ticket)
end

"""
    out[:position] = X

Copies `X` into the field of the frame being written. For a per-agent field its last dimension may be shorter than the
capacity and is then the frame's count, which must be the same for all fields of a frame.
"""
function Base.setindex!(out::Publication, values::AbstractArray, name::Symbol)
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

function set_count!(out::Publication, count::Int)
    out.count in (-1, count) || throw(InvalidArgument("this frame has $(out.count) agents already, not $count"))
    check(wb_writer_set_count(out.handle.pointer, UInt64(count)))
    out.count = count
    return out
end

"""
    publish!(out; step=seq, time=step, count=all) -> Int

Publishes the frame and returns its number `seq`. `step` and `time` (s) are the simulation's own; `count` is how many
agents are present, if not all or not said by `out[:position] = X`. Never waits for a reader.
"""
function publish!(out::Publication; step=nothing, time=nothing, count=nothing)
    begin!(out)
    count === nothing || set_count!(out, Int(count))
    seq = Int(out.slot.seq)
    step = step === nothing ? seq : step
    time = time === nothing ? step : time
    check(wb_writer_publish(out.handle.pointer, UInt64(step), Float64(time)))
    out.begun = false
    out.hold.ticket += 1
    out.drains && apply_all!(out)
    return seq
end

"""
    previous(out, name) -> FieldArray or nothing

The field of the frame published before, to be read while the next one is filled; `nothing` before the first.
"""
function previous(out::Publication, name::Symbol)
    begin!(out)
    out.slot.previous == C_NULL && return nothing
    layout = out.layout.fields[field_index(out.schema, name)]
    return previous_array(FieldArray{ELEMENT_TYPES[layout.type],layout.dimensions}, out, layout)
end

function previous_array(::Type{FieldArray{T,N}}, out::Publication, layout::FieldLayout) where {T,N}
    data = unsafe_wrap(Array, Ptr{T}(out.slot.previous + layout.offset), length(layout))
    return FieldArray{T,N}(data, dimensions(layout, Int(out.slot.previous_count), Val(N)), out.hold, out.hold.ticket)
end

"""
    lock_step!(out, label=""; limit)

From now on, waits after each frame for subscriptions in `mode=:lockstep` that call themselves `label` (`""`: for all of
them), at most `limit` seconds (`nothing`: as long as the reader lives; `0`: no longer). The wait comes before the next
frame is begun, or by [`await_readers`](@ref). A reader that overruns the limit is out of step until it has finished
with that frame; `stats(out).overruns` counts.
"""
function lock_step!(out::Publication, label::AbstractString=""; limit)
    need_open(out)
    check(wb_writer_lock_step(out.handle.pointer, String(label), limit_ns(limit)))
    return out
end

"""
    await_readers(out) -> Bool

Waits for the readers in lock-step to finish with the newest frame, so that what they ask because of it
([`requests`](@ref)) comes before the next one is begun. `false` if some overran their limits. No other task of this
thread runs meanwhile.
"""
function await_readers(out::Publication)
    need_open(out)
    while true
        code = check(wb_writer_await_readers(out.handle.pointer))
        code == INTERRUPTED || return code == OK
        disable_sigint(nothing_to_do) # a pending Ctrl-C is thrown at its end
    end
end

"""
    stats(publication) -> NamedTuple

`published` frames, `hops` over slots that readers held, `wakes` of sleeping readers, answered `requests`, `overruns` of
readers in lock-step, `epoch`, `generation`, `huge_bytes` of the memory that lie in huge pages.
"""
function stats(publication::Publication)
    need_open(publication)
    out = Ref(CWriterStats(0, 0, 0, 0, 0, 0, 0, 0))
    GC.@preserve out check(wb_writer_get_stats(publication.handle.pointer, Base.unsafe_convert(Ptr{CWriterStats}, out)))
    c = filled(out)
    return (
        published=Int(c.published), hops=Int(c.hops), wakes=Int(c.wakes), requests=Int(c.requests),
        overruns=Int(c.overruns), epoch=Int(c.epoch), generation=Int(c.generation), huge_bytes=Int(c.huge_bytes),
    )
end

"""
    close(publication)

Ends the stream: readers are told. Its memory goes when the last of them has gone.
"""
function Base.close(out::Publication)
    out.handle.open || return nothing
    out.handle.open = false
    out.hold.ticket += 1
    drop!(out.handle) && finish!(out.handle)
    return nothing
end
