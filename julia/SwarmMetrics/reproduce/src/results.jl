# What a figure's run came to: a table, a picture, and checks against what is known.

struct Check
    what::String
    measured::Float64
    known::String
    holds::Bool
end

struct Results
    name::String
    columns::Vector{String}
    rows::Vector{Vector{Any}}
    figure::Figure
    checks::Vector{Check}
end

function write_results(r::Results, options)
    mkpath(options.out)
    table, picture = joinpath(options.out, r.name * ".csv"), joinpath(options.out, r.name * ".svg")
    open(table, "w") do io
        println(io, join(r.columns, ","))
        foreach(row -> println(io, join(map(cell, row), ",")), r.rows)
    end
    write(picture, svg(r.figure))
    println(stderr, "wrote ", table, " and ", picture)
    return nothing
end

cell(x::AbstractFloat) = isnan(x) ? "" : string(round(x; sigdigits=6))
cell(x) = string(x)

function verdict_lines(r::Results)
    lines = ["$(c.holds ? "ok    " : "FAILED") $(c.what): $(round(c.measured; digits=3)), known $(c.known)" for c in r.checks]
    held = count(c -> c.holds, r.checks)
    return push!(lines, "$(r.name): $held of $(length(r.checks)) checks hold")
end

function json_line(r::Results)
    checks = join(
        ("{\"what\":$(repr(c.what)),\"measured\":$(isfinite(c.measured) ? c.measured : "null"),\"known\":$(repr(c.known)),\"holds\":$(c.holds)}"
         for c in r.checks), ","
    )
    return "{\"figure\":\"$(r.name)\",\"holds\":$(all(c -> c.holds, r.checks)),\"checks\":[$checks]}"
end
