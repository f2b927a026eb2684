# The description of a stream that publish() creates: fields, controls, attributes and options.

# A field to be published, without its name.
struct FieldSpec
    type::DataType
    shape::Vector{Int} # of a per-agent field: [components]
    per_agent::Bool
    labels::String
    unit::String
end

label_text(labels::AbstractString) = String(labels)
label_text(labels) = join(labels, " ")

function element_type(type)
    type in ELEMENT_TYPES && return type
    throw(InvalidArgument("the elements of a field must be of one of $(join(ELEMENT_TYPES, ", ")), not $type"))
end

"""
    per_agent(T, components=1; labels="", unit="")

A field for [`publish`](@ref) with `components` numbers of type `T` per agent. Its shape is `components x capacity`, or
a vector of `capacity` if `components` is 1. Example: `per_agent(Float32, 3; labels="x y z", unit="m")`.
"""
per_agent(type::Type, components::Integer=1; labels="", unit="") =
    FieldSpec(element_type(type), [Int(components)], true, label_text(labels), String(unit))

"""
    field(T, dims...; labels="", unit="")

A field of fixed shape for [`publish`](@ref), with 1 to 8 dimensions: `field(Float32, 10; unit="1")`. An array such as
`zeros(Float32, 10)` means the same, without labels and unit.
"""
field(type::Type, dims::Integer...; labels="", unit="") =
    FieldSpec(element_type(type), isempty(dims) ? [1] : collect(Int, dims), false, label_text(labels), String(unit))

field_spec(spec::FieldSpec) = spec
field_spec(prototype::AbstractArray) = field(eltype(prototype), size(prototype)...)
field_spec(prototype::Real) = field(typeof(prototype))
function field_spec(x)
    throw(InvalidArgument("a field must be an array of its shape, field(...) or per_agent(...), not $(repr(x))"))
end

"""
    parameter(initial; min=nothing, max=nothing, unit="", help="", choices=nothing)

A parameter for [`publish`](@ref). Its type is that of `initial`: a float, an integer, a `Bool`, or a `Symbol` out of
`choices`. `min` and `max` are given together or not at all.

```julia
publish("latent"; code=zeros(Float32, 10), parameters=(rate=parameter(0.01; min=0, max=1, help="learning rate"),
    mode=parameter(:pca; choices=(:pca, :autoencoder)))) do out
end
```
"""
function parameter(initial; min=nothing, max=nothing, unit::AbstractString="", help::AbstractString="", choices=nothing)
    (min === nothing) == (max === nothing) || throw(InvalidArgument("a parameter needs both min and max, or neither"))
    type = value_type(initial)
    names = choices === nothing ? Symbol[] : collect(Symbol, choices)
    (type === Symbol) == !isempty(names) ||
        throw(InvalidArgument("choices=(...) belongs to a parameter that is a Symbol, and only to such a parameter"))
    value = type === Symbol ? initial : type(initial)
    low, high = min === nothing ? (nothing, nothing) : (type(min), type(max))
    return Control(:unnamed, :parameter, 0, type, value, low, high, unit, help, names, Symbol[])
end

value_type(::Bool) = Bool
value_type(::Integer) = Int
value_type(::Real) = Float64
value_type(::Symbol) = Symbol
value_type(x) =
    throw(InvalidArgument("a parameter must be a number, a Bool, or a Symbol with choices, not $(repr(x))"))

"""
    command(arguments...; help="")

A command for [`publish`](@ref), with the names of its up to 8 arguments, which are numbers:
`commands=(place=command(:id, :x, :y, :z),)`.
"""
command(arguments::Symbol...; help::AbstractString="") =
    Control(:unnamed, :command, 0, Nothing, nothing, nothing, nothing, "", help, Symbol[], collect(Symbol, arguments))

control_of(c::Control) = c
control_of(value) = parameter(value)
command_of(c::Control) = c
command_of(arguments::Tuple) = command(arguments...)
named_pairs(x::NamedTuple) = pairs(x)
named_pairs(x::Tuple{Vararg{Symbol}}) = [name => "" for name in x]
named_pairs(x::Symbol) = [x => ""]
named_pairs(x) = x

# --------------------------------------------------------------------------------------------------- the library's spec

function create_spec(name::String, capacity::Int)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve out check(wb_spec_create(name, UInt64(capacity), Base.unsafe_convert(Ptr{Opaque}, out)))
    return filled(out)
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
        throw(InvalidArgument("the initial value of $name must be one of $(list_names(c.choices)), not $(c.initial)"))
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

const SPEC_OPTIONS = (leases=1, readers=2, history=3, access=4, group=5, huge_pages=6) # wb_spec_option
const ACCESS_BITS = (group_read=1, group_control=2, all_read=4)

function set_option(spec::Opaque, name::Symbol, value::Integer)
    value >= 0 || throw(InvalidArgument("$name must not be negative; it is $value"))
    check(wb_spec_set_option(spec, Cint(SPEC_OPTIONS[name]), UInt64(value)))
    return nothing
end

access_bits(name::Symbol) = access_bits((name,))
function access_bits(names)
    for name in names
        haskey(ACCESS_BITS, name) ||
            throw(InvalidArgument("access must contain only $(join(keys(ACCESS_BITS), ", ")), not $name"))
    end
    return reduce(|, (ACCESS_BITS[name] for name in names); init=0)
end
