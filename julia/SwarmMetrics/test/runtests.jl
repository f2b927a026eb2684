# Runs all tests; the last line counts them: "julia: N passed, N failed".
using Random
using Test
using SwarmMetrics
using Wingbeat

include(joinpath(@__DIR__, "..", "..", "Wingbeat", "test", "counted.jl"))
include(joinpath(@__DIR__, "..", "..", "Wingbeat", "test", "names.jl"))

const FILES = ["order", "states", "shape", "neighbours", "clusters", "voronoi", "correlation",
    "leadership", "information", "emergence", "live", "names", "readme"]

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
    squared = 0.0
    for k in 1:size(X, 1)
        d = Float64(X[k, i]) - Float64(X[k, j])
        box === nothing || (d -= edge(box, k) * round(d / edge(box, k)))
        squared += d * d
    end
    return sqrt(squared)
end

edge(box, k) = box isa Real ? box : box[k]

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

# Groups of which nearly all are close together, and enough of them for that to matter to a grid.
function uneven(rng, D, box)
    middle = box === nothing ? 50.0 : 0.0            # in a box: across its border
    blob = middle .+ randn(rng, D, 2100)
    stragglers, same = copy(blob), fill(50.0, D, 2100)
    stragglers[:, 1:20] .= 100 .* rand(rng, D, 20)
    same[:, 1:3] .= 100 .* rand(rng, D, 3)
    two = copy(blob)
    two[:, 1:1000] .+= 30
    flat = copy(stragglers)
    flat[end, :] .= 7
    far = copy(blob)
    far[:, 1] .= 1e12
    inside(X) = box === nothing ? X : mod.(X, box)
    groups = Dict("stragglers" => stragglers, "at one place" => same, "two blobs" => two, "flat" => flat, "very far" => far)
    return Dict(kind => inside(X) for (kind, X) in groups)
end

run_counted("SwarmMetrics", @__DIR__, isempty(ARGS) ? FILES : ARGS)
