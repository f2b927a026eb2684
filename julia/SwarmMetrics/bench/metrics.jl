# Measures the cost of each metric:  scripts/julia julia/SwarmMetrics/bench/metrics.jl [--agents N] [--window T] [--json]
push!(LOAD_PATH, joinpath(@__DIR__, "..", ".."))
using SwarmMetrics

const HELP = """
usage: scripts/julia julia/SwarmMetrics/bench/metrics.jl [--agents N] [--window T] [--json]

Measures the time of each metric on one core, for a random flock of N agents (default 100,000) in three dimensions, with about
20 neighbours within the radius of its clusters. Prints the fastest, the median and the slowest of 30 rounds, in ms, and for all
metrics together the frames per second of the median. On a busy machine the fastest round is the most reliable.

  --window T   measure the metrics of windows of T frames instead, for N agents (default 100) in two dimensions
  --json       print one JSON object per line

Exit code: 0; 2 for a wrong command line.
"""

const ROUNDS = 30

function options(arguments)
    agents, frames, json = nothing, nothing, false
    rest = copy(arguments)
    while !isempty(rest)
        word = popfirst!(rest)
        if word in ("--help", "-h")
            print(HELP)
            exit(0)
        elseif word == "--json"
            json = true
        elseif word == "--agents" && !isempty(rest) && tryparse(Int, first(rest)) !== nothing
            agents = parse(Int, popfirst!(rest))
        elseif word == "--window" && !isempty(rest) && something(tryparse(Int, first(rest)), 0) > 30
            frames = parse(Int, popfirst!(rest))
        else
            println(stderr, "metrics.jl: cannot make sense of $word; see --help")
            exit(2)
        end
    end
    return something(agents, frames === nothing ? 100_000 : 100), frames, json
end

# About 20 others within a distance of 1.
function random_flock(agents)
    edge = cbrt(agents * 4pi / 3 / 20)
    return Float32.(edge .* rand(3, agents)), randn(Float32, 3, agents)
end

# `prepare` makes what is measured of, out of the time.
function milliseconds(f, prepare)
    times = Float64[]
    for round in 1:(ROUNDS + 2) # the first two compile and grow buffers
        measured = prepare()
        began = time_ns()
        f(measured)
        round > 2 && push!(times, (time_ns() - began) / 1e6)
    end
    sort!(times)
    return first(times), times[cld(end, 2)], last(times)
end

function flock_metrics(agents)
    five = (polarisation, rotation, cohesion, nearest_neighbour, last(clusters(1)))
    metrics = Pair{String,Any}[string(nameof(f)) => f for f in five[1:4]]
    push!(metrics, "cluster_count" => five[5], "clark_evans" => clark_evans, "density" => density)
    push!(metrics, "all of the first five" => flock -> map(f -> f(flock), five))
    X, V = random_flock(agents)
    before = Flock(X[:, 1:0])
    return metrics, () -> Flock(before, X, V)
end

function window_metrics(agents, frames)
    metrics = Pair{String,Any}["leadership, 30 delays" => leadership, "transfer_entropy" => transfer_entropy]
    push!(metrics, "mutual_information" => V -> mutual_information(V, V))
    push!(metrics, "emergence" => emergence, "emergence, 10 agents" => V -> emergence(V[:, 1:10, :]))
    pair(f) = V -> f(V[:, 1, :], V[:, 2, :]; estimator=KSG())
    push!(metrics, "KSG, one pair" => pair(mutual_information), "KSG transfer, one pair" => pair(transfer_entropy))
    V = randn(Float32, 2, agents, frames)
    return metrics, () -> V
end

function main(arguments)
    agents, frames, json = options(arguments)
    metrics, prepare = frames === nothing ? flock_metrics(agents) : window_metrics(agents, frames)
    json || println(agents, " agents", lpad("min", 24 - ndigits(agents)), lpad("p50", 12), lpad("max", 12))
    for (name, f) in metrics
        fastest, middle, slowest = round.(milliseconds(f, prepare); digits=3)
        json ? println("{\"metric\":\"$name\",\"agents\":$agents,\"min_ms\":$fastest,\"p50_ms\":$middle,\"max_ms\":$slowest}") :
        println(rpad(name, 24), lpad("$fastest ms", 10), lpad("$middle ms", 12), lpad("$slowest ms", 12), "  ", round(Int, 1000 / middle), " Hz")
    end
    return 0
end

exit(main(ARGS))
