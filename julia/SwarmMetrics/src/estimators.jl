# Estimators of information that do not assume Gaussian variables: KSG, from the distances of nearest neighbours, and
# Discrete, from frequencies.

"""
    KSG(; k=4)

The estimator of [`mutual_information`](@ref) and [`transfer_entropy`](@ref) for continuous variables with any
dependence.

- Mutual information (Kraskov, Stögbauer and Grassberger, algorithm 1): ψ(k) + ψ(T) - ⟨ψ(nₓ + 1) + ψ(nᵧ + 1)⟩. For each
  of the T samples, nₓ and nᵧ are the numbers of other samples that are nearer in x, and in y, than the `k`-th nearest
  sample in both.
- Conditional on z (Frenzel and Pompe): ψ(k) - ⟨ψ(nₓ₂ + 1) + ψ(nᵧ₂ + 1) - ψ(n₂ + 1)⟩, where the index 2 stands for z.

Distances are in the maximum norm, and each row is scaled to variance 1 first. The bias is small, and zero for
independent x and y. A larger `k` has less variance and more bias. Negative values are due to chance and mean 0.

The estimator needs hundreds of samples, and many more for more rows. Beyond about six rows in all, or for a nearly
deterministic dependence, it finds too little. It throws an `ArgumentError` if more than `k` samples are equal: add a
small noise to rounded values, `x .+ 1e-8 .* randn.()`, or use [`Discrete`](@ref). In frames that follow each other
closely, the nearest samples in space are the nearest in time; take every tenth frame, `subscribe(name; stride=10)`.

Cost: k-d trees, about T ln T for few rows; some ms for a pair of 1000 samples. Sources: Kraskov et al., PRE 69 (2004)
066138; Frenzel & Pompe, PRL 99 (2007) 204101.
"""
struct KSG <: Estimator
    k::Int
    function KSG(k::Integer)
        k >= 1 || throw(DomainError(k, "k must be 1 or more"))
        return new(k)
    end
end
KSG(; k::Integer=4) = KSG(k)

function information(estimator::KSG, x, y, z)
    n, k = length(x), estimator.k
    n > k + 1 || throw(ArgumentError("$n samples are too few for the $k nearest others of each; use a longer window"))
    X, Y, Z = map(s -> permutedims(standardised(s)), (x, y, z))
    radii = kth_distances(KDTree(vcat(X, Y, Z)), k)
    all(>(0), radii) || throw(ArgumentError(
        "more than $k samples of $(x.name) and $(y.name) are equal, but KSG needs continuous values; add a small noise, " *
        "or use Discrete()",
    ))
    psi = map(digamma, 1:n)
    mean_psi(W) = size(W, 1) == 0 ? psi[n] : mean_of(psi, W, radii)
    return psi[k] + mean_psi(Z) - mean_psi(vcat(X, Z)) - mean_psi(vcat(Y, Z))
end

# The mean of ψ of the number of samples within the radii, the samples themselves included.
function mean_of(psi, W, radii)
    tree = KDTree(W)
    return sum(q -> psi[count_within(tree, W, q, radii[q])], eachindex(radii)) / length(radii)
end

"""
    Discrete()

The estimator of [`mutual_information`](@ref), [`transfer_entropy`](@ref) and [`emergence`](@ref) for integers or Bools.
It uses the entropies of the observed frequencies (the plug-in estimate). Each distinct column is a symbol.

The estimate is too large by about (a - 1)(b - 1) / 2T for a and b independent symbols and T samples. It is useless when
there are about as many combinations of symbols as samples. Other values throw an `ArgumentError`; make bins first, such
as `round.(Int, 4 .* x)`. Sources: Shannon 1948; for the bias, Miller 1955.
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
    throw(ArgumentError(
        "Discrete() needs integers or Bools, but $(s.name) has $(eltype(s.values)); make bins, or use KSG()",
    ))

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
