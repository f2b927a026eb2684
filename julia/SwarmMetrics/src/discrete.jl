# Information between symbols, from their frequencies.

"""
    Discrete()

The estimator of [`mutual_information`](@ref), [`transfer_entropy`](@ref) and [`emergence`](@ref) for integers or Bools. It
uses the entropies of the observed frequencies (the plug-in estimate). Each distinct column is a symbol.

The estimate is too large by about (a - 1)(b - 1) / 2T for a and b independent symbols and T samples. It is useless when
there are about as many combinations of symbols as samples. Other values throw an `ArgumentError`; make bins first, such as
`round.(Int, 4 .* x)`. Sources: Shannon 1948; for the bias, Miller 1955.
"""
struct Discrete <: Estimator end

function information(::Discrete, x, y, z)
    foreach(need_symbols, (x, y, z))
    none = ones(Int, length(x))
    X, Y, Z = map(s -> symbols(none, s.values), (x, y, z))
    XZ, YZ = joint(X, Z), joint(Y, Z)
    return entropy(XZ) + entropy(YZ) - entropy(Z) - entropy(joint(XZ, Y))
end

need_symbols(s::Series{<:Integer}) = s
need_symbols(s::Series) =
    throw(ArgumentError("Discrete() needs integers or Bools, but $(s.name) has $(eltype(s.values)); make bins, or use KSG()"))

# The number of each column's symbol. Equal columns have equal numbers.
symbols(codes, values) = foldl(joint, eachrow(values); init=codes)

function joint(a, b)
    seen = Dict{Tuple{Int,Int},Int}()
    return [get!(seen, (Int(p), Int(q)), length(seen) + 1) for (p, q) in zip(a, b)]
end

function entropy(codes)
    counts = zeros(Int, maximum(codes))
    foreach(c -> counts[c] += 1, codes)
    return log(length(codes)) - sum(c -> c * log(c), counts) / length(codes)
end
