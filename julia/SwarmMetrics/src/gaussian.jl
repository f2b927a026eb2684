# Information between Gaussian variables, many pairs at once.
#
# Made white (mean 0, covariance 1), x and y have I = -1/2 ln det(1 - A A'), where A is their covariance: the correlation matrices'
# determinants without the parts that cancel. Given z, y is what z leaves of it, and 1 - A A' is compared with 1 - B B', where B is the
# covariance of x and z. All A and all B are one matrix product each.

"""
    Gaussian(; unbiased=false)

The estimator of [`mutual_information`](@ref), [`transfer_entropy`](@ref) and [`emergence`](@ref) for variables that are jointly
Gaussian: I(x; y) = ½ (ln|Rx| + ln|Ry| - ln|Rxy|) of correlation matrices. Of other variables it sees linear dependence only, and as
if they were Gaussian. Infinite if one is a linear function of the other.

Of T independent samples of d and e rows it is too large by about d·e / 2T. `unbiased` subtracts exactly what it is in the mean for
Gaussian samples independent of each other; then values can be negative. Successive frames are not independent, so that some
remains.

Needs more samples than rows in all (some times more to be of use), rows that change, and none that is a linear function of the
others. Sources: Cover & Thomas, Elements of Information Theory; the bias: Misra et al., J. Multivar. Anal. 92 (2005) 324.
"""
struct Gaussian <: Estimator
    unbiased::Bool
end
Gaussian(; unbiased::Bool=false) = Gaussian(unbiased)

const DEPENDENT = 1e-12 # a variance below that, of 1, is rounding

information(estimator::Gaussian, x, y, z) = first(pairwise(estimator, [x], [y], [z]))

function pairwise(estimator::Gaussian, xs, ys, zs=nothing)
    n = length(first(ys))
    d, e, f = rows(first(xs)), rows(first(ys)), zs === nothing ? 0 : rows(first(zs))
    n > d + e + f + 1 || throw(ArgumentError("$n samples are too few for $(d + e + f) rows: give a longer window"))
    A, B = covariances(xs, ys, f == 0 ? nothing : zs, n)
    excess = estimator.unbiased ? bias(n, d, e, f) : 0.0
    scratch = zeros(d, d)
    return [informed(scratch, A, B, (d, e, f), i, j) - excess for i in eachindex(xs), j in eachindex(ys)]
end

function covariances(xs, ys, zs, n)
    X = reduce(hcat, map(white, xs)) # n x all rows
    zs === nothing && return X' * reduce(hcat, map(white, ys)) ./ n, zeros(size(X, 2), 0)
    Z = map(white, zs)
    Y = [white(y, z) for (y, z) in zip(ys, Z)]
    return X' * reduce(hcat, Y) ./ n, X' * reduce(hcat, Z) ./ n
end

# T x d, columns of mean 0 and variance 1.
function standardised(s::Series)
    X = Float64.(permutedims(s.values))
    for (k, x) in enumerate(eachcol(X))
        low, high = extrema(x)
        low < high || throw(ArgumentError("$(s.name) does not change in row $k: leave that out"))
        x .-= sum(x) / length(x)
        x ./= sqrt(sum(abs2, x) / length(x))
    end
    return X
end

white(s::Series) = white!(standardised(s), s, "its other rows")
function white(s::Series, Z)
    X = standardised(s)
    X .-= Z * (Z' * X ./ size(Z, 1))
    return white!(X, s, "its past and its other rows")
end

function white!(X, s, others)
    factor = cholesky!(Symmetric(X' * X ./ size(X, 1)); check=false)
    if !issuccess(factor) || any(k -> factor.factors[k, k]^2 < DEPENDENT, 1:size(X, 2))
        throw(ArgumentError("$(s.name) has a row that is a linear function of $others: leave that out, or more noise in"))
    end
    return rdiv!(X, factor.U)
end

# I of x i and y j from their blocks: ½ (ln|1 - B B'| - ln|1 - A A' - B B'|).
function informed(scratch, A, B, (d, e, f), i, j)
    a, b, c = d * (i - 1), e * (j - 1), f * (j - 1)
    for l in 1:d, k in l:d
        @inbounds scratch[k, l] = (k == l) - block_product(B, a + k, a + l, c, f)
    end
    left = f == 0 ? 0.0 : log_determinant!(scratch)
    left == -Inf && return NaN
    for l in 1:d, k in l:d
        known = block_product(B, a + k, a + l, c, f) + block_product(A, a + k, a + l, b, e)
        @inbounds scratch[k, l] = (k == l) - known
    end
    return (left - log_determinant!(scratch)) / 2
end

@inline function block_product(C, k, l, first, columns)
    sum = 0.0
    for m in (first + 1):(first + columns)
        @inbounds sum += C[k, m] * C[l, m]
    end
    return sum
end

# Of a symmetric positive matrix given by its lower half, which is lost; -Inf if it is singular. By Cholesky; small ones are LAPACK's
# weak side, and there is one for each pair.
function log_determinant!(S)
    total = 0.0
    @inbounds for k in 1:size(S, 1)
        pivot = S[k, k]
        pivot > DEPENDENT || return -Inf
        total += log(pivot)
        for l in (k + 1):size(S, 1), m in l:size(S, 1)
            S[m, l] -= S[m, k] * S[l, k] / pivot
        end
    end
    return total
end

# By how much the estimate is too large in the mean, for independent Gaussian samples, whatever the true value.
function bias(n, d, e, f)
    spread(rows) = mapreduce(i -> digamma((n - i) / 2), +, 1:rows; init=0.0)
    return (spread(d + f) + spread(e + f) - spread(f) - spread(d + e + f)) / 2
end
