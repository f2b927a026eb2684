# Metrics of a running stream, frame by frame.

"""
    Measurement

The metrics of one frame, made by [`live`](@ref): `step`, `time` (s), `seq` and `count` of the frame, `skipped` (the
number of frames between the last one measured and this one), and each metric by its name, such as `m.polarisation`.
`keys(m)` are the names of the metrics.
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

A loop over the [`Measurement`](@ref)s of a stream, made by [`live`](@ref). `close` ends it.
"""
mutable struct Live
    swarm::Reader
    owns::Bool                        # whether close() closes the reader too
    names::Tuple{Vararg{Symbol}}
    metrics::Tuple
    before::Flock                     # an empty flock, whose working memory is used for each frame
    out::Union{Nothing,Writer}
    seq::Int                          # of the last frame; -1 before the first
end

"""
    live(swarm, metrics...; box=:stream, publish=nothing)
    live(f, swarm, metrics...; ...)

Measures the frames of a stream as they come. The result is iterated over and yields [`Measurement`](@ref)s. The second
form calls `f(loop)` and closes it.

- `swarm` is a reader, or the name of a stream, which is then read with `mode=:latest`. If measuring a frame takes
  longer than a step of the simulation, frames are skipped, never queued; `skipped` counts them.
- A metric is a function of this package that takes a flock (`polarisation`, `rotation`, `cohesion`,
  `nearest_neighbour`, `clark_evans`, `density`, `state`, `correlation_length`), `clusters(radius)`, or `:name => f`,
  where `f` takes a [`Flock`](@ref) and returns a number or a [`state`](@ref).
- `publish="order"` publishes the results as a stream of that name, with one Float64 field for each metric and the field
  `skipped`. A state is published as a number from 0 to 3, in the order polarised, milling, swarm, transitional. Each
  frame has the step and time of the frame that was measured.
- `box` is the periodic box, `nothing` for open space. The default is the box of the stream's attributes: `box`, the
  edge or edges, if `boundary` is `periodic`.

The stream needs the field `position`, and `velocity` for metrics of motion. Throws an `ArgumentError` without metrics,
for two metrics of one name, or if the stream's box cannot be read.

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
    isempty(metrics) && throw(ArgumentError("live needs at least one metric: live(swarm, polarisation)"))
    named = map(named_metric, metrics)
    names = map(first, named)
    allunique(names) || throw(ArgumentError("two metrics have the same name; rename one by :name => metric"))
    box = box === :stream ? stream_box(attributes(swarm)) : box
    out = publish === nothing ? nothing : results_writer(publish, names, Wingbeat.schema(swarm).stream)
    return Live(swarm, owns, names, map(last, named), Flock(zeros(2, 0); box=box), out, -1)
end

named_metric(metric::Function) = nameof(metric) => metric
named_metric(metric::Pair{Symbol}) = metric
named_metric(metric) =
    throw(ArgumentError("a metric must be a function of a flock, or :name => function, not $(repr(metric))"))

clusters(radius::Real) = :clusters => flock -> cluster_count(flock, radius)

function stream_box(attributes)
    get(attributes, "boundary", "") == "periodic" || return nothing
    edges = tryparse.(Float64, split(get(attributes, "box", "")))
    (isempty(edges) || any(isnothing, edges)) &&
        throw(ArgumentError("the stream's space is periodic, but its box is not a number; use live(...; box=edge)"))
    return length(edges) == 1 ? edges[1] : Tuple(edges)
end

function results_writer(name, metrics, source)
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
    loop.out === nothing || publish_measurement(loop.out, measured)
    return measured
end

velocity_of(frame) = :velocity in keys(frame) ? frame[:velocity] : nothing

function publish_measurement(out, m::Measurement)
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
