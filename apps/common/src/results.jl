# Results: a table, a picture, and checks against known values.

"""
    Check(what, measured, known, holds)

`holds` is `missing` for a check that was skipped: see [`timing`](@ref).
"""
struct Check
    what::String
    measured::Float64
    known::String
    holds::Union{Bool,Missing}
end

"""
    timing(what, measured, known, holds; judged)

A [`Check`](@ref) of how fast something was. It is not `judged` where the machine may do other things as well.
"""
timing(what, measured, known, holds; judged) = Check(what, measured, known, judged ? holds : missing)

"Results of a run. The figures go into one picture, one below the other."
struct Results
    name::String
    columns::Vector{String}
    rows::Vector{Vector{Any}}
    figures::Vector{Figure}
    checks::Vector{Check}
end

Results(name, columns, rows, figure::Figure, checks) = Results(name, columns, rows, [figure], checks)

"Writes NAME.csv and NAME.svg into the folder."
function write_results(r::Results, folder)
    mkpath(folder)
    table, picture = joinpath(folder, r.name * ".csv"), joinpath(folder, r.name * ".svg")
    open(table, "w") do io
        println(io, join(r.columns, ","))
        foreach(row -> println(io, join(map(cell, row), ",")), r.rows)
    end
    write(picture, svg(r.figures))
    println(stderr, "wrote ", table, " and ", picture)
    return nothing
end

cell(x::AbstractFloat) = isnan(x) ? "" : string(round(x; sigdigits=6))
cell(x) = string(x)

failed(c::Check) = c.holds === false
skipped(c::Check) = ismissing(c.holds)

"0 if no check failed, else 1."
exit_code(r::Results) = any(failed, r.checks) ? 1 : 0

"A line for each check, and one that counts them."
function verdict_lines(r::Results)
    lines = map(verdict_line, r.checks)
    held, left = count(c -> c.holds === true, r.checks), count(skipped, r.checks)
    note = left > 0 ? ", $left skipped: how fast, which --short does not judge" : ""
    return push!(lines, "$(r.name): $held of $(length(r.checks)) checks hold$note")
end

function verdict_line(c::Check)
    word = skipped(c) ? "skipped" : failed(c) ? "FAILED" : "ok"
    return "$(rpad(word, 6)) $(c.what): $(round(c.measured; sigdigits=4)), known $(c.known)"
end

"""
The verdict as one JSON object: `name`, `holds`, and `checks` with `what`, `measured`, `known`, `holds` (null: skipped).
"""
json_line(r::Results) = json(["name" => r.name, "holds" => exit_code(r) == 0, "checks" => r.checks])

json(c::Check) = json(["what" => c.what, "measured" => c.measured, "known" => c.known, "holds" => c.holds])

"""
    conclude(results, folder; json) -> exit code

Writes the results into the folder and prints the verdict, with `json` as one JSON object as well.
"""
function conclude(results::Results, folder; json::Bool)
    write_results(results, folder)
    foreach(println, verdict_lines(results))
    json && println(json_line(results))
    return exit_code(results)
end
