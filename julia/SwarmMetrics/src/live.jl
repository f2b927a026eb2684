# Metrics of a running stream, frame by frame.

"""
    Measurement

What [`live`](@ref) says of one frame. `step`, `time` (s) and `seq` of the frame that all its values belong to, `count` (agents), `skipped`
(frames between the one measured before and this one), and each metric by its name: `m.polarisation`. `keys(m)` are the metrics'
names.
"""
struct Measurement
    step::Int
    time::Float64
    seq::Int
    count::Int
    skipped::Int
    values::NamedTuple
end

function Base.getproperty(m::Measurement, name::Symbol)
    name in fieldnames(Measurement) && return getfield(m, name)
    return getproperty(getfield(m, :values), name)
end
Base.propertynames(m::Measurement) = (fieldnames(Measurement)..., keys(m.values)...)
Base.keys(m::Measurement) = keys(m.values)

function Base.show(io::IO, m::Measurement)
    print(io, "step ", m.step)
    foreach(name -> print(io, "  ", name, " ", short(m.values[name])), keys(m))
    m.skipped > 0 && print(io, "  (", m.skipped, " skipped)")
end

short(x::AbstractFloat) = round(x; sigdigits=4)
short(x) = x

"""
    Live

A loop over the [`Measurement`](@ref)s of a stream; made by [`live`](@ref), ended by `close`.
"""
mutable struct Live
    swarm::Reader
    owns::Bool                        # closes the subscription, too
    names::Tuple{Vararg{Symbol}}
    metrics::Tuple
    before::Flock                     # an empty one, whose memory serves each frame's
    out::Union{Nothing,Writer}
    seq::Int                          # of the frame before; -1: none
end

"""
    live(swarm, metrics...; box=:stream, publish=nothing)
    live(f, swarm, metrics...; ...)

Measures a stream's frames as they come: a loop over [`Measurement`](@ref)s. `swarm` is a subscription, or the name of a stream (subscribed
to with `mode=:latest`: when a frame takes longer to measure than the simulation takes to make the next, frames between are skipped,
never queued, and `skipped` says how many). With a function, calls `f(loop)` and closes.

A metric is one of this package's functions of a flock (`polarisation`, `rotation`, `cohesion`, `nearest_neighbour`, `clark_evans`,
`density`, `state`, `correlation_length`), `clusters(radius)`, or `:name => f` where `f` takes a [`Flock`](@ref) and gives a number
or a [`state`](@ref).

`publish="order"` makes the results a stream of that name: one Float64 field for each metric (a state is its number, 0 to 3, in
the order polarised, milling, swarm, transitional), and `skipped`. Its frames carry the step and time of the frame they were
measured on.

`box` is the periodic box; by default what the stream's attributes say (`boundary` is `periodic`, `box` its edge or edges), else none.
The stream needs the field `position`, and `velocity` for metrics of motion.

```julia
for m in live("swarm", polarisation, rotation, :spread => cohesion, clusters(100); publish="order")
    println(m)
    m.polarisation > 0.9 && break
end
```
"""
function live(swarm::Reader, metrics...; box=:stream, publish=nothing)
    return Live(swarm, false, metrics, box, publish)
end
function live(name::AbstractString, metrics...; box=:stream, publish=nothing)
    swarm = subscribe(name; label="metrics")
    try
        return Live(swarm, true, metrics, box, publish)
    catch
        close(swarm)
        rethrow()
    end
end

function live(f::Function, swarm::Union{Reader,AbstractString}, metrics...; options...)
    loop = live(swarm, metrics...; options...)
    try
        return f(loop)
    finally
        close(loop)
    end
end

function Live(swarm::Reader, owns::Bool, metrics::Tuple, box, publish)
    isempty(metrics) && throw(ArgumentError("name at least one metric: live(swarm, polarisation)"))
    named = map(named_metric, metrics)
    names = map(first, named)
    allunique(names) || throw(ArgumentError("two metrics have one name: give one of them another by :name => metric"))
    where_ = box === :stream ? stream_box(attributes(swarm)) : box
    out = publish === nothing ? nothing : publication(publish, names, Wingbeat.schema(swarm).stream)
    return Live(swarm, owns, names, map(last, named), Flock(zeros(2, 0); box=where_), out, -1)
end

named_metric(metric::Function) = nameof(metric) => metric
named_metric(metric::Pair{Symbol}) = metric
named_metric(metric) = throw(ArgumentError("a metric is a function of a flock, or :name => function, not $(repr(metric))"))

clusters(radius::Real) = :clusters => flock -> cluster_count(flock, radius)

function stream_box(about)
    get(about, "boundary", "") == "periodic" || return nothing
    edges = tryparse.(Float64, split(get(about, "box", "")))
    (isempty(edges) || any(isnothing, edges)) &&
        throw(ArgumentError("the stream's space is periodic, but its attribute box is not a number: say live(...; box=edge)"))
    return length(edges) == 1 ? edges[1] : Tuple(edges)
end

function publication(name, metrics, source)
    fields = NamedTuple{metrics}(map(_ -> zeros(1), metrics))
    return Wingbeat.publish(name; fields=merge(fields, (skipped=zeros(Int64, 1),)), attributes=("measured" => source,))
end

Base.IteratorSize(::Type{Live}) = Base.SizeUnknown()
Base.eltype(::Type{Live}) = Measurement

function Base.iterate(loop::Live, ::Nothing=nothing)
    turn = iterate(loop.swarm)
    turn === nothing && return nothing
    return measure!(loop, first(turn)), nothing
end

function measure!(loop::Live, frame)
    flock = Flock(loop.before, frame[:position], velocity_of(frame))
    values = NamedTuple{loop.names}(map(metric -> metric(flock), loop.metrics))
    skipped = loop.seq < 0 ? 0 : max(frame.seq - loop.seq - 1, 0)
    loop.seq = frame.seq
    measured = Measurement(frame.step, frame.time, frame.seq, frame.count, skipped, values)
    loop.out === nothing || tell(loop.out, measured)
    return measured
end

velocity_of(frame) = :velocity in keys(frame) ? frame[:velocity] : nothing

function tell(out, m::Measurement)
    for name in keys(m)
        out[name] .= as_number(m.values[name])
    end
    out[:skipped] .= m.skipped
    publish!(out; step=m.step, time=m.time)
    return nothing
end

as_number(x::Real) = Float64(x)
as_number(x::Symbol) = Float64(findfirst(==(x), STATES) - 1)

function Base.close(loop::Live)
    loop.out === nothing || close(loop.out)
    loop.owns && close(loop.swarm)
    return nothing
end
