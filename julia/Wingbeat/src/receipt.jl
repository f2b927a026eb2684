# Requests and their receipts, from the asking side.

"""
    Receipt

What a [`request`](@ref) becomes: `receipt.status` is `:pending`, `:applied`, `:superseded` (a later request for the
same parameter was applied instead), `:refused` or `:restarted` (the writer was restarted before it answered). Once
applied, `receipt.step` is the step after which it is in force and `receipt.seq` the first frame that can show it;
`receipt.reason` says why it was refused. [`wait`](@ref Base.wait(::Receipt)) waits for it.
"""
mutable struct Receipt
    subscription::Subscription
    what::String
    id::UInt64
    status::Symbol
    step::Int
    seq::Int
    reason::String
end

const STATUSES = (:applied, :superseded, :refused, :restarted)

"""
    request(subscription, :alignment => 0.02) -> Receipt
    request(subscription, :a => 1, :b => 2, ...) -> Vector{Receipt}
    request(subscription, :clear_attractors) -> Receipt
    request(subscription, :place, 17, 0.0, 10.0, 0.0) -> Receipt

Asks the writer to set a parameter, pull a trigger, or carry out a command with its numbers. Does not wait: the
[`Receipt`](@ref) can be waited for. Up to 16 can be pending. Throws `Wingbeat.NotFound`, `Wingbeat.InvalidArgument`
(out of range, wrong number of arguments), `Wingbeat.NoRoom` (too many pending).
"""
function request(s::Subscription, setting::Pair{Symbol})
    name, value = setting
    control = find_control(schema(s), name)
    is_parameter(control) ||
        throw(InvalidArgument("$name is a $(control.kind), no parameter: request(stream, :$name, ...)"))
    wanted, text = c_value(control, value), String(name)
    return send(s, "$name = $value") do reader, id
        GC.@preserve text wb_reader_set(reader, Base.unsafe_convert(Cstring, text), wanted, id)
    end
end
request(s::Subscription, first::Pair{Symbol}, second::Pair{Symbol}, more::Pair{Symbol}...) =
    [request(s, setting) for setting in (first, second, more...)]

function request(s::Subscription, name::Symbol, arguments::Real...)
    control = find_control(schema(s), name)
    if is_parameter(control)
        length(arguments) == 1 || throw(InvalidArgument("$name is a parameter: request(stream, :$name => value)"))
        return request(s, name => arguments[1])
    end
    return ask(s, control, collect(Float64, arguments))
end
request(s::Subscription, name::Symbol, choice::Symbol) = request(s, name => choice)

function ask(s::Subscription, control::Control, arguments::Vector{Float64})
    text, count = String(control.name), UInt32(length(arguments))
    what = isempty(arguments) ? text : string(text, "(", join(arguments, ", "), ")")
    if control.kind === :trigger && isempty(arguments)
        return send(s, what) do reader, id
            GC.@preserve text wb_reader_trigger(reader, Base.unsafe_convert(Cstring, text), id)
        end
    end
    length(arguments) == length(control.arguments) || throw(InvalidArgument(
        "$text takes $(length(control.arguments)) numbers ($(list_names(control.arguments))), not $count"
    ))
    return send(s, what) do reader, id
        GC.@preserve text arguments wb_reader_command(
            reader, Base.unsafe_convert(Cstring, text), pointer(arguments), count, id
        )
    end
end

function send(call, s::Subscription, what::String)
    id = Ref{UInt64}(0)
    GC.@preserve id begin
        result = Base.unsafe_convert(Ptr{UInt64}, id)
        check(with_reader(reader -> call(reader, result), s))
    end
    return Receipt(s, what, filled(id), :pending, 0, 0, "")
end

# Looks whether the receipt has come.
function refresh!(receipt::Receipt)
    getfield(receipt, :status) === :pending || return receipt
    record, id = CRecord(RECEIPT), getfield(receipt, :id)
    bytes = record.bytes
    GC.@preserve bytes begin
        result = pointer(bytes)
        code = with_reader(reader -> wb_reader_receipt(reader, id, 0, result), getfield(receipt, :subscription))
    end
    check(code) == OK || return receipt
    receipt.step = whole(record, :step)
    receipt.seq = whole(record, :seq)
    receipt.reason = text(record, :reason)
    receipt.status = STATUSES[whole(record, :status)]
    return receipt
end

function Base.getproperty(receipt::Receipt, name::Symbol)
    name in (:status, :step, :seq, :reason) && isopen(getfield(receipt, :subscription)) && refresh!(receipt)
    return getfield(receipt, name)
end

const RECEIPT_SPIN_NS = 200_000
const RECEIPT_INTERVAL = 0.001

# True if it came. The first moments with quick looks, for writers that step fast.
function await_receipt(receipt::Receipt, until::Int64)
    begun = Int64(time_ns())
    while receipt.status === :pending
        now = Int64(time_ns())
        now >= until && return false
        now - begun < RECEIPT_SPIN_NS ? yield() : sleep(RECEIPT_INTERVAL)
    end
    return true
end

function throw_unless_good(receipt::Receipt)
    status, what = receipt.status, receipt.what
    status === :refused && throw(RequestRefused(what, receipt.reason))
    status === :restarted &&
        throw(RequestRestarted("$what was not answered before the writer was restarted; ask again"))
    status === :pending && throw(RequestTimeout(
        "$what was not answered within the time limit; the writer may be paused, or gone: see stats(subscription)"
    ))
    return receipt
end

"""
    wait(receipt; timeout=nothing) -> Receipt

Waits until the request is answered (other tasks run) and returns the receipt, `:applied` or `:superseded`. Throws
[`RequestRefused`](@ref), `Wingbeat.RequestRestarted`, or `Wingbeat.RequestTimeout` when `timeout` seconds have passed
(it can be waited for again). `receipt.status` never throws.
"""
function Base.wait(receipt::Receipt; timeout=nothing)
    await_receipt(receipt, deadline(limit_ns(timeout)))
    return throw_unless_good(receipt)
end
