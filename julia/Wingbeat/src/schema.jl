# The description of a stream: fields, controls, attributes. It is copied out of the library once for each epoch.

const ELEMENT_TYPES = (Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float32, Float64)
element_code(::Type{T}) where {T} = findfirst(==(T), ELEMENT_TYPES)

"""
    Wingbeat.Field

A named array of a stream: `name`, `type` (of the elements), `shape` (fastest dimension first, at capacity), `labels`
(of the components), `unit`, `per_agent` (whether the last dimension is the agents, of which a frame has `count`).
"""
struct Field
    name::Symbol
    type::DataType
    shape::Vector{Int}
    labels::Vector{String}
    unit::String
    per_agent::Bool
    offset_bytes::Int
    size_bytes::Int
end

"""
    Wingbeat.Control

A parameter, trigger or command of a stream: `name`, `kind` (`:parameter`, `:trigger` or `:command`), `help`. A
parameter has a `type` (`Float64`, `Int`, `Bool`, or `Symbol` for a choice), `initial`, `minimum`, `maximum` (`nothing`
without a range), `unit` and `choices`. A command has the names of its `arguments`.
"""
struct Control
    name::Symbol
    kind::Symbol
    index::Int
    type::DataType
    initial::Union{Nothing,Float64,Int,Bool,Symbol}
    minimum::Union{Nothing,Float64,Int}
    maximum::Union{Nothing,Float64,Int}
    unit::String
    help::String
    choices::Vector{Symbol}
    arguments::Vector{Symbol}
end

"""
    Wingbeat.Schema

The description of a stream: `stream` (its name), `capacity` (largest number of agents), `frame_bytes`, `fields`,
`controls`, `attributes`.
"""
struct Schema
    stream::String
    capacity::Int
    frame_bytes::Int
    fields::Vector{Field}
    controls::Vector{Control}
    attributes::Vector{Pair{String,String}}
    fingerprint::UInt # a hash of all the bytes it was read from
end

Base.:(==)(a::Schema, b::Schema) = a.fingerprint == b.fingerprint
Base.hash(a::Schema, h::UInt) = hash(a.fingerprint, h)

words(text::String) = String.(split(text))

function field_record(schema::Opaque, index::Int)
    record = CRecord(FIELD_INFO)
    GC.@preserve record check(wb_schema_field(schema, UInt32(index), pointer(record.bytes)))
    return record
end

function Field(record::CRecord)
    dimensions = integer(record, :dimensions)
    shape = load(record, :shape, NTuple{8,UInt64})
    return Field(
        Symbol(text(record, :name)),
        ELEMENT_TYPES[integer(record, :type)],
        [Int(shape[i]) for i in 1:dimensions],
        words(text(record, :labels)),
        text(record, :unit),
        integer(record, :per_agent) == 1,
        integer(record, :offset_bytes),
        integer(record, :size_bytes),
    )
end

const KINDS = (:parameter, :trigger, :command)
const VALUE_TYPES = (Float64, Int, Bool, Symbol)

# A choice is the Symbol of its alternative.
function julia_value(value::CValue, choices::Vector{Symbol})
    value.type == 1 && return reinterpret(Float64, value.bits)
    number = reinterpret(Int64, value.bits)
    value.type == 3 && return number != 0
    value.type == 4 && return number in 0:(length(choices) - 1) ? choices[number + 1] : Symbol(number)
    return number
end

# The library checks the range.
c_value(control::Control, value) = c_value(control, control.type, value)
c_value(::Control, ::Type{Float64}, x::Real) = CValue(1, 0, reinterpret(UInt64, Float64(x)))
c_value(::Control, ::Type{Int}, x::Integer) = CValue(2, 0, reinterpret(UInt64, Int64(x)))
c_value(::Control, ::Type{Bool}, x::Bool) = CValue(3, 0, x)
c_value(control::Control, ::Type{Bool}, x::Integer) = c_value(control, Bool, Bool(x))
c_value(control::Control, ::Type{Symbol}, x::AbstractString) = c_value(control, Symbol, Symbol(x))
function c_value(control::Control, ::Type{Symbol}, x::Symbol)
    index = findfirst(==(x), control.choices)
    index === nothing && throw(InvalidArgument("$(control.name) must be one of $(list_names(control.choices)), not $x"))
    return CValue(4, 0, index - 1)
end
function c_value(control::Control, ::Type{Int}, x::Real)
    isinteger(x) || throw(InvalidArgument("$(control.name) must be a whole number, not $x"))
    return c_value(control, Int, Int(x))
end
c_value(control::Control, type, x) = throw(InvalidArgument("$(control.name) must be a $type, not $(repr(x))"))

function control_record(schema::Opaque, index::Int)
    record = CRecord(CONTROL_INFO)
    GC.@preserve record check(wb_schema_control(schema, UInt32(index), pointer(record.bytes)))
    return record
end

function Control(record::CRecord, index::Int)
    name = Symbol(text(record, :name))
    kind = KINDS[integer(record, :kind)]
    names = Symbol.(words(text(record, :choices)))
    unit, help = text(record, :unit), text(record, :help)
    if kind !== :parameter
        return Control(name, kind, index, Nothing, nothing, nothing, nothing, unit, help, Symbol[], names)
    end
    initial, low, high = (load(record, n, CValue) for n in (:initial, :minimum, :maximum))
    type = VALUE_TYPES[initial.type]
    limited = type in (Float64, Int) && (low.bits != 0 || high.bits != 0)
    low, high = limited ? (julia_value(low, names), julia_value(high, names)) : (nothing, nothing)
    return Control(name, kind, index, type, julia_value(initial, names), low, high, unit, help, names, Symbol[])
end

function read_attribute(schema::Opaque, index::Int)
    key, value = Ref(Ptr{UInt8}(C_NULL)), Ref(Ptr{UInt8}(C_NULL))
    GC.@preserve key value begin
        pointers = Base.unsafe_convert.(Ptr{Ptr{UInt8}}, (key, value))
        check(wb_schema_attribute(schema, UInt32(index), pointers...))
    end
    return unsafe_string(filled(key)) => unsafe_string(filled(value))
end

function Schema(schema::Opaque)
    name = unsafe_string(wb_schema_stream(schema))
    capacity, frame_bytes = Int(wb_schema_capacity(schema)), Int(wb_schema_frame_bytes(schema))
    fields = CRecord[field_record(schema, i) for i in 0:(Int(wb_schema_field_count(schema)) - 1)]
    controls = CRecord[control_record(schema, i) for i in 0:(Int(wb_schema_control_count(schema)) - 1)]
    attributes = Pair{String,String}[read_attribute(schema, i) for i in 0:(Int(wb_schema_attribute_count(schema)) - 1)]
    return Schema(
        name,
        capacity,
        frame_bytes,
        Field[Field(record) for record in fields],
        Control[Control(controls[i], i - 1) for i in eachindex(controls)],
        attributes,
        fingerprint(UInt(capacity), fields, controls, attributes),
    )
end

function fingerprint(seed::UInt, fields::Vector{CRecord}, controls::Vector{CRecord}, attributes)
    for record in fields
        seed = fingerprint(seed, record.bytes)
    end
    for record in controls
        seed = fingerprint(seed, record.bytes)
    end
    for (key, value) in attributes
        seed = hash(value, hash(key, seed))
    end
    return seed
end
fingerprint(seed::UInt, bytes::Vector{UInt8}) = hash(String(copy(bytes)), seed)

const UNVERIFIED = "unverified"

"""
    unverified(reader) -> nothing or String

The reason why the stream's frames may be torn, or `nothing` if they are whole. Only streams that `wingbeat adopt` makes
of memory without a lock can be torn. Also for schemas, writers and the results of [`streams`](@ref)`(name)`.
"""
function unverified(schema::Schema)
    index = findfirst(pair -> first(pair) == UNVERIFIED, schema.attributes)
    return index === nothing ? nothing : last(schema.attributes[index])
end

Base.keys(schema::Schema) = Symbol[f.name for f in schema.fields]
Base.haskey(schema::Schema, name::Symbol) = any(f -> f.name === name, schema.fields)

list_names(names) = isempty(names) ? "none" : join(names, ", ")

function field_index(schema::Schema, name::Symbol)
    for i in eachindex(schema.fields)
        schema.fields[i].name === name && return i
    end
    throw(NotFound("stream $(schema.stream) has no field $name; its fields are: $(list_names(keys(schema)))"))
end

"""
    schema[:position] -> Wingbeat.Field

The description of a field. Throws `Wingbeat.NotFound`, with the names of the stream's fields.
"""
Base.getindex(schema::Schema, name::Symbol) = schema.fields[field_index(schema, name)]

function find_control(schema::Schema, name::Symbol)
    for control in schema.controls
        control.name === name && return control
    end
    names = list_names([c.name for c in schema.controls])
    throw(NotFound("stream $(schema.stream) has no parameter, trigger or command $name; it has: $names"))
end
