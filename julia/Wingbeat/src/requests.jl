# Requests as the writer sees them.

"""
    Wingbeat.Request

What a reader asks of a [`Publication`](@ref): `name`, `kind` (`:parameter`, `:trigger`, `:command`), `value` (of a
parameter), `arguments` (of a command).
"""
struct Request
    publication::Publication
    name::Symbol
    kind::Symbol
    value::Union{Nothing,Float64,Int,Bool,Symbol}
    arguments::Vector{Float64}
end

struct RequestQueue
    publication::Publication
end

"""
    requests(publication)

Iterates over the requests that wait, as [`Wingbeat.Request`](@ref)s; to be called between [`publish!`](@ref) and
filling the next frame. A request counts as applied when the loop goes on without [`refuse!`](@ref); parameters have
their new value in [`params`](@ref)`(publication)` then.

```julia
for r in requests(out)
    r.name === :reset && reset!(model)
    r.name === :place && !(1 <= r.arguments[1] <= N) && refuse!(r, "there is no such agent")
end
```

A publication that has parameters, but no triggers and commands, need not call it: [`publish!`](@ref) then applies them.
"""
requests(out::Publication) = (out.drains = false; RequestQueue(out))

Base.IteratorSize(::Type{RequestQueue}) = Base.SizeUnknown()
Base.eltype(::Type{RequestQueue}) = Request

function Base.iterate(queue::RequestQueue, ::Nothing=nothing)
    out = queue.publication
    next_request!(out) || return nothing
    return (describe(out, out.request), nothing)
end

function next_request!(out::Publication)
    need_open(out)
    return GC.@preserve out check(wb_writer_next_request(out.handle.pointer, request_pointer(out))) == OK
end

function describe(out::Publication, c::CRequest)
    control = out.schema.controls[c.control + 1]
    value = is_parameter(control) ? julia_value(c.value, control.choices) : nothing
    return Request(out, control.name, control.kind, value, [c.arguments[i] for i in 1:Int(c.argument_count)])
end

"""
    refuse!(request, reason)

Refuses the request that [`requests`](@ref) gave last; who asked reads `reason` (up to 87 bytes). A refused parameter
keeps its value.
"""
function refuse!(request::Request, reason::AbstractString)
    check(wb_writer_refuse(request.publication.handle.pointer, String(reason)))
    return nothing
end

function apply_all!(out::Publication)
    while next_request!(out)
    end
    return nothing
end

params(out::Publication) = Parameters(out, 0.0)

function read_parameter(out::Publication, control::Control)
    need_open(out)
    value = Ref(CValue(0, 0, 0))
    GC.@preserve value check(
        wb_writer_parameter(out.handle.pointer, UInt32(control.index), Base.unsafe_convert(Ptr{CValue}, value))
    )
    return filled(value)
end

function Base.setindex!(p::Parameters{Publication}, value, name::Symbol)
    control = parameter_control(p, name)
    need_open(p.source)
    check(wb_writer_set_parameter(p.source.handle.pointer, UInt32(control.index), c_value(control, value)))
    return p
end
