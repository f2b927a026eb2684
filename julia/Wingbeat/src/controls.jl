# Values on their way to and from the library; a stream's parameters as a dictionary.

"""
    parameter(initial; min=nothing, max=nothing, unit="", help="", choices=nothing)

A parameter for [`publish`](@ref). Its type is that of `initial`: a float, an integer, a `Bool`, or a `Symbol` out of
`choices`.

```julia
publish("latent"; code=zeros(Float32, 10), parameters=(rate=parameter(0.01; min=0, max=1, help="learning rate"),
    mode=parameter(:pca; choices=(:pca, :autoencoder)))) do out
end
```
"""
function parameter(initial; min=nothing, max=nothing, unit::AbstractString="", help::AbstractString="", choices=nothing)
    (min === nothing) == (max === nothing) || throw(InvalidArgument("a parameter has both min and max, or neither"))
    type = value_type(initial)
    names = choices === nothing ? Symbol[] : collect(Symbol, choices)
    (type === Symbol) == !isempty(names) ||
        throw(InvalidArgument("a parameter that is a Symbol needs choices=(...), others have none"))
    value = type === Symbol ? initial : type(initial)
    low, high = min === nothing ? (nothing, nothing) : (type(min), type(max))
    return Control(:unnamed, :parameter, 0, type, value, low, high, unit, help, names, Symbol[])
end

value_type(::Bool) = Bool
value_type(::Integer) = Int
value_type(::Real) = Float64
value_type(::Symbol) = Symbol
value_type(x) = throw(InvalidArgument("a parameter is a number, a Bool or a Symbol with choices, not $(repr(x))"))

"""
    command(arguments...; help="")

A command for [`publish`](@ref): its arguments' names, up to 8 numbers. `commands=(place=command(:id, :x, :y, :z),)`.
"""
command(arguments::Symbol...; help::AbstractString="") =
    Control(:unnamed, :command, 0, Nothing, nothing, nothing, nothing, "", help, Symbol[], collect(Symbol, arguments))

# A control of a schema takes `value`; the library checks the range.
c_value(control::Control, value) = c_value(control, control.type, value)
c_value(::Control, ::Type{Float64}, x::Real) = CValue(1, 0, reinterpret(UInt64, Float64(x)))
c_value(::Control, ::Type{Int}, x::Integer) = CValue(2, 0, reinterpret(UInt64, Int64(x)))
c_value(::Control, ::Type{Bool}, x::Bool) = CValue(3, 0, x)
c_value(control::Control, ::Type{Bool}, x::Integer) = c_value(control, Bool, Bool(x))
c_value(control::Control, ::Type{Symbol}, x::AbstractString) = c_value(control, Symbol, Symbol(x))
function c_value(control::Control, ::Type{Symbol}, x::Symbol)
    index = findfirst(==(x), control.choices)
    index === nothing && throw(InvalidArgument("$(control.name) is one of $(list_names(control.choices)), not $x"))
    return CValue(4, 0, index - 1)
end
function c_value(control::Control, ::Type{Int}, x::Real)
    isinteger(x) || throw(InvalidArgument("$(control.name) is a whole number, not $x"))
    return c_value(control, Int, Int(x))
end
c_value(control::Control, type, x) = throw(InvalidArgument("$(control.name) is a $type, not $(repr(x))"))

struct Parameters{S} <: AbstractDict{Symbol,Any}
    source::S
    timeout::Float64
end

"""
    params(subscription; timeout=5) -> dictionary
    params(publication) -> dictionary

The stream's parameters by name. Reading gives the value that is in force at the writer; showing it gives a table with
values, ranges, units and help.

Setting from a subscription asks the writer and waits, at most `timeout` seconds, until it is in force; throws
[`RequestRefused`](@ref) with the writer's reason, `Wingbeat.InvalidArgument` if it is out of range,
`Wingbeat.NotFound`, `Wingbeat.RequestTimeout`. To go on meanwhile, or to know from which step on it holds, use
[`request`](@ref).

```julia
params(swarm)[:alignment]            # 0.001
params(swarm)[:alignment] = 0.02
```
"""
params(s::Subscription; timeout::Real=5) = Parameters(s, Float64(timeout))

is_parameter(control::Control) = control.kind === :parameter
parameter_controls(p::Parameters) = filter(is_parameter, schema(p.source).controls)

function parameter_control(p::Parameters, name::Symbol)
    control = find_control(schema(p.source), name)
    is_parameter(control) || throw(NotFound("$name is a $(control.kind), no parameter: request(stream, :$name, ...)"))
    return control
end

Base.length(p::Parameters) = length(parameter_controls(p))
Base.keys(p::Parameters) = Symbol[c.name for c in parameter_controls(p)]
Base.haskey(p::Parameters, name::Symbol) = name in keys(p)
Base.haskey(p::Parameters, name::AbstractString) = haskey(p, Symbol(name))
Base.getindex(p::Parameters, name::AbstractString) = p[Symbol(name)]
Base.setindex!(p::Parameters, value, name::AbstractString) = setindex!(p, value, Symbol(name))
Base.get(p::Parameters, name, default) = haskey(p, name) ? p[name] : default
Base.get(default::Union{Function,Type}, p::Parameters, name) = haskey(p, name) ? p[name] : default()

function Base.iterate(p::Parameters, i::Int=1)
    controls = parameter_controls(p)
    i <= length(controls) || return nothing
    return (controls[i].name => p[controls[i].name], i + 1)
end

function Base.getindex(p::Parameters, name::Symbol)
    control = parameter_control(p, name)
    return julia_value(read_parameter(p.source, control), control.choices)
end

function read_parameter(s::Subscription, control::Control)
    out, name = Ref(CValue(0, 0, 0)), String(control.name)
    GC.@preserve out name begin
        result, text = Base.unsafe_convert(Ptr{CValue}, out), Base.unsafe_convert(Cstring, name)
        check(with_reader(reader -> wb_reader_parameter(reader, text, result), s))
    end
    return filled(out)
end

# A restart between request and receipt loses the request; a parameter may be asked for again.
function Base.setindex!(p::Parameters{<:Subscription}, value, name::Symbol)
    parameter_control(p, name)
    until = deadline(limit_ns(p.timeout))
    while true
        receipt = request(p.source, name => value)
        await_receipt(receipt, until)
        receipt.status === :restarted || return finish_setting(p, receipt)
    end
end

finish_setting(p::Parameters, receipt) = (throw_unless_good(receipt); p)
