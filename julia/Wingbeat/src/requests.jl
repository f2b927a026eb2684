# Requests of a reader to the writer: parameters as a dictionary, requests, and their receipts.

struct Parameters{S} <: AbstractDict{Symbol,Any}
    source::S # a Reader or a Writer
    timeout::Float64
end

"""
    params(reader; timeout=5) -> dictionary
    params(writer) -> dictionary

The stream's parameters by name. Getting one returns the value in force at the writer. Showing the dictionary prints a
table with values, ranges, units and help.

Setting a parameter of a reader sends a request and waits, at most `timeout` seconds, until the value is in force. It
throws [`RequestRefused`](@ref) with the writer's reason, `Wingbeat.InvalidArgument` if the value is out of range,
`Wingbeat.NotFound`, or `Wingbeat.RequestTimeout`. [`request`](@ref) does not wait, and says from which step on the
value is in force.

```julia
params(swarm)[:alignment]            # 0.001
params(swarm)[:alignment] = 0.02
```
"""
params(s::Reader; timeout::Real=5) = Parameters(s, Float64(timeout))

is_parameter(control::Control) = control.kind === :parameter
parameter_controls(p::Parameters) = filter(is_parameter, schema(p.source).controls)

function parameter_control(p::Parameters, name::Symbol)
    control = find_control(schema(p.source), name)
    is_parameter(control) ||
        throw(NotFound("$name is a $(control.kind), not a parameter; use request(reader, :$name, ...)"))
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

function read_parameter(s::Reader, control::Control)
    out, name = Ref(CValue(0, 0, 0)), String(control.name)
    GC.@preserve out name begin
        result, text = Base.unsafe_convert(Ptr{CValue}, out), Base.unsafe_convert(Cstring, name)
        check(with_reader(reader -> wb_reader_parameter(reader, text, result), s))
    end
    return filled(out)
end

# A restart between request and receipt loses the request. Setting a parameter again is harmless, so it is repeated.
function Base.setindex!(p::Parameters{<:Reader}, value, name::Symbol)
    parameter_control(p, name)
    until = deadline(limit_ns(p.timeout))
    while true
        receipt = request(p.source, name => value)
        await_receipt(receipt, until)
        receipt.status === :restarted && continue
        throw_unless_answered(receipt)
        return p
    end
end

# ------------------------------------------------------------------------------------------------------------- requests

"""
    Receipt

The writer's answer to a [`request`](@ref).

| property | meaning |
| --- | --- |
| `status` | `:pending`; `:applied`; `:superseded` (a later request for the same parameter was applied instead); `:refused`; `:restarted` (the writer was restarted before it answered) |
| `step` | the step after which an applied request is in force |
| `seq` | the first frame that can show its effect |
| `reason` | why it was refused |

[`wait`](@ref Base.wait(::Receipt)) waits until the status is no longer `:pending`.
"""
mutable struct Receipt
    reader::Reader
    request::String
    id::UInt64
    status::Symbol
    step::Int
    seq::Int
    reason::String
end

const STATUSES = (:applied, :superseded, :refused, :restarted)

"""
    request(reader, :alignment => 0.02) -> Receipt
    request(reader, :a => 1, :b => 2, ...) -> Vector{Receipt}
    request(reader, :clear_attractors) -> Receipt
    request(reader, :place, 17, 0.0, 10.0, 0.0) -> Receipt

Asks the writer to set a parameter, pull a trigger, or carry out a command with its arguments. Returns at once; `wait`
waits for the [`Receipt`](@ref). A reader can have 16 pending requests.

Throws `Wingbeat.NotFound`, `Wingbeat.InvalidArgument` (value out of range, wrong number of arguments),
`Wingbeat.NoRoom` (too many pending requests), or `Wingbeat.AccessDenied` (the reader observes).
"""
function request(s::Reader, setting::Pair{Symbol})
    name, value = setting
    control = find_control(schema(s), name)
    is_parameter(control) ||
        throw(InvalidArgument("$name is a $(control.kind), not a parameter; use request(reader, :$name, ...)"))
    wanted, text = c_value(control, value), String(name)
    return send(s, "$name = $value") do reader, id
        GC.@preserve text wb_reader_set(reader, Base.unsafe_convert(Cstring, text), wanted, id)
    end
end
request(s::Reader, first::Pair{Symbol}, second::Pair{Symbol}, more::Pair{Symbol}...) =
    [request(s, setting) for setting in (first, second, more...)]

function request(s::Reader, name::Symbol, arguments::Real...)
    control = find_control(schema(s), name)
    if is_parameter(control)
        length(arguments) == 1 || throw(InvalidArgument("$name is a parameter; use request(reader, :$name => value)"))
        return request(s, name => arguments[1])
    end
    return send_trigger_or_command(s, control, collect(Float64, arguments))
end
request(s::Reader, name::Symbol, choice::Symbol) = request(s, name => choice)

function send_trigger_or_command(s::Reader, control::Control, arguments::Vector{Float64})
    text, count = String(control.name), UInt32(length(arguments))
    if control.kind === :trigger && isempty(arguments)
        return send(s, text) do reader, id
            GC.@preserve text wb_reader_trigger(reader, Base.unsafe_convert(Cstring, text), id)
        end
    end
    length(arguments) == length(control.arguments) || throw(InvalidArgument(
        "$text takes $(length(control.arguments)) arguments ($(list_names(control.arguments))), not $count"
    ))
    return send(s, isempty(arguments) ? text : string(text, "(", join(arguments, ", "), ")")) do reader, id
        GC.@preserve text arguments wb_reader_command(
            reader, Base.unsafe_convert(Cstring, text), pointer(arguments), count, id
        )
    end
end

function send(call, s::Reader, description::String)
    id = Ref{UInt64}(0)
    GC.@preserve id begin
        result = Base.unsafe_convert(Ptr{UInt64}, id)
        check(with_reader(reader -> call(reader, result), s))
    end
    return Receipt(s, description, filled(id), :pending, 0, 0, "")
end

function update_status!(receipt::Receipt)
    getfield(receipt, :status) === :pending || return receipt
    record, id = CRecord(RECEIPT), getfield(receipt, :id)
    bytes = record.bytes
    GC.@preserve bytes begin
        result = pointer(bytes)
        code = with_reader(reader -> wb_reader_receipt(reader, id, 0, result), getfield(receipt, :reader))
    end
    check(code) == OK || return receipt
    receipt.step = integer(record, :step)
    receipt.seq = integer(record, :seq)
    receipt.reason = text(record, :reason)
    receipt.status = STATUSES[integer(record, :status)]
    return receipt
end

function Base.getproperty(receipt::Receipt, name::Symbol)
    name in (:status, :step, :seq, :reason) && isopen(getfield(receipt, :reader)) && update_status!(receipt)
    return getfield(receipt, name)
end

const RECEIPT_SPIN_NS = 200_000
const RECEIPT_INTERVAL_S = 0.001

# Looks often at first, as many writers step fast. Returns false at the deadline.
function await_receipt(receipt::Receipt, until::Int64)
    reader = receipt.reader
    start = Int64(time_ns())
    pause(_) = Int64(time_ns()) - start < RECEIPT_SPIN_NS ? yield() : sleep(RECEIPT_INTERVAL_S)
    text() = "the writer of stream '$(reader.name)' to answer $(receipt.request)"
    return wait_until(() -> receipt.status !== :pending, pause, text, until, reader.quiet)
end

function throw_unless_answered(receipt::Receipt)
    status, request = receipt.status, receipt.request
    status === :refused && throw(RequestRefused(request, receipt.reason))
    status === :restarted &&
        throw(RequestRestarted("$request was not answered before the writer was restarted; send it again"))
    status === :pending && throw(RequestTimeout(
        "$request was not answered within the time limit; stats(reader).writer_alive says whether the writer lives"
    ))
    return receipt
end

"""
    wait(receipt; timeout=nothing) -> Receipt

Waits until the request is answered and returns the receipt, which is `:applied` or `:superseded`. Other tasks run
during the wait. Throws [`RequestRefused`](@ref), `Wingbeat.RequestRestarted`, or `Wingbeat.RequestTimeout` when
`timeout` seconds have passed; a second `wait` may follow. Reading `receipt.status` never throws.
"""
function Base.wait(receipt::Receipt; timeout=nothing)
    await_receipt(receipt, deadline(limit_ns(timeout)))
    return throw_unless_answered(receipt)
end
