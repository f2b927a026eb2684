# Information between continuous variables from the distances of nearest neighbours.

"""
    KSG(; k=4)

The estimator of [`mutual_information`](@ref) and [`transfer_entropy`](@ref) for continuous variables, however they depend on each
other: Kraskov, Stögbauer and Grassberger's (algorithm 1), ψ(k) + ψ(T) - ⟨ψ(nₓ + 1) + ψ(nᵧ + 1)⟩, where nₓ and nᵧ are how many of
the T samples are nearer, in x and in y alone, than the `k`-th nearest is in both; conditional: Frenzel and Pompe's, ψ(k) - ⟨ψ(nₓ₂ +
1) + ψ(nᵧ₂ + 1) - ψ(n₂ + 1)⟩, z the index 2. Maximum norm; each row is scaled to variance 1 first. Little bias (none where x and y
are independent); a larger `k` has less variance and more bias. Values can be negative by chance: take them for 0.

It needs hundreds of samples, and many more as rows grow in number: beyond about six rows in all, or for nearly deterministic
dependence, it finds too little. Values must be continuous: where more than `k` samples are equal it throws an `ArgumentError`; add
a tiny noise, `x .+ 1e-8 .* randn.()`, if they were rounded, or use [`Discrete`](@ref). Of frames that follow each other closely,
the nearest in space are the nearest in time: take every k-th (`subscribe(name; every=10)`).

Cost: k-d trees, about T ln T for few rows; some ms for 1000 samples of a pair. Sources: Kraskov et al., PRE 69 (2004) 066138;
Frenzel & Pompe, PRL 99 (2007) 204101.
"""
struct KSG <: Estimator
    k::Int
    function KSG(k::Integer)
        k >= 1 || throw(DomainError(k, "neighbours are counted from 1"))
        return new(k)
    end
end
KSG(; k::Integer=4) = KSG(k)

function information(estimator::KSG, x, y, z)
    n, k = length(x), estimator.k
    n > k + 1 || throw(ArgumentError("$n samples are too few for their $k nearest others: give a longer window"))
    X, Y, Z = map(s -> permutedims(standardised(s)), (x, y, z))
    radii = kth_distances(KDTree(vcat(X, Y, Z)), k)
    all(>(0), radii) || throw(ArgumentError(
        "more than $k samples of $(x.name) and $(y.name) are the same, but KSG is for continuous values: add a tiny noise, or use Discrete()",
    ))
    psi = map(digamma, 1:n)
    mean_psi(W) = size(W, 1) == 0 ? psi[n] : mean_of(psi, W, radii)
    return psi[k] + mean_psi(Z) - mean_psi(vcat(X, Z)) - mean_psi(vcat(Y, Z))
end

# The mean of ψ over how many are within the radii, the samples themselves included.
function mean_of(psi, W, radii)
    tree = KDTree(W)
    return sum(q -> psi[count_within(tree, W, q, radii[q])], eachindex(radii)) / length(radii)
end
