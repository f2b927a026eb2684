# Information between symbols, by counting.

"""
    Discrete()

The estimator of [`mutual_information`](@ref), [`transfer_entropy`](@ref) and [`emergence`](@ref) for integers or Bools: the
entropies of the observed frequencies ("plug-in"). Each distinct column is a symbol. Too large by about (a - 1)(b - 1) / 2T for a
and b symbols that are independent of each other, and useless once there are about as many combinations as samples. Other values
throw an `ArgumentError`: make bins of them first, such as `round.(Int, 4 .* x)`. Source: Shannon 1948; the bias: Miller 1955.
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
    throw(ArgumentError("Discrete() counts integers or Bools, and $(s.name) has $(eltype(s.values)): make bins, or use KSG()"))

# A number for each different column.
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
