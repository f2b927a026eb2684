# Runs all tests; the last line counts them: "julia: N passed, N failed".
using Random
using Test
using SwarmMetrics
using Wingbeat

include(joinpath(@__DIR__, "..", "..", "Wingbeat", "test", "counted.jl"))

const FILES = ["order", "states", "shape", "neighbours", "clusters", "correlation", "fluctuations",
    "leadership", "information", "emergence", "live", "readme"]

# A publisher and the metrics of its stream, in one process. Nothing is left behind.
function with_stream(
    f; name="flock", attributes=(), fields=(position=per_agent(Float32, 2), velocity=per_agent(Float32, 2))
)
    mktempdir() do directory
        withenv("WINGBEAT_DIR" => joinpath(directory, "runtime")) do
            out = publish(name; capacity=64, fields=fields, attributes=attributes)
            try
                f(out)
            finally
                close(out)
            end
            @test isempty(Wingbeat.stream_names())
        end
    end
end

random_headings(rng, D, N) = (V = randn(rng, D, N); V ./ sqrt.(sum(abs2, V; dims=1)))

# The distance between two columns, the slow and obvious way.
function plain_distance(X, i, j, box)
    d = Float64.(X[:, i]) .- Float64.(X[:, j])
    box === nothing || (d .-= box .* round.(d ./ box))
    return sqrt(sum(abs2, d))
end

# Positions that a grid may get wrong: scattered, clumped, flat, on borders, in boxes of less than three cells.
function awkward(rng, D, box)
    edge = box === nothing ? 10.0 : box isa Real ? Float64(box) : minimum(box)
    clumped = edge .* (0.5 .+ 0.02 .* randn(rng, D, 30))
    flat = edge .* rand(rng, D, 40)
    flat[end, :] .= edge / 2
    borders = edge .* rand(rng, 0:1, D, 20)
    return Dict(
        "scattered" => edge .* rand(rng, D, 60), "clumped" => hcat(clumped, edge .* rand(rng, D, 5)), "flat" => flat,
        "on borders" => borders .+ 1e-3 .* rand(rng, D, 20), "two" => edge .* rand(rng, D, 2),
        "outside the box" => edge .* (3 .* rand(rng, D, 30) .- 1), "in Float32" => Float32.(edge .* rand(rng, D, 50)),
    )
end

run_counted("SwarmMetrics", @__DIR__, isempty(ARGS) ? FILES : ARGS)
