# Information between Gaussian variables, for many pairs at once.
#
# Whitened (mean 0, covariance 1) x and y have I = -1/2 ln det(1 - A A'), where A is their covariance. This is the
# formula with correlation matrices without the terms that cancel. Conditional on z, y is replaced by its residual after
# regression on z, and the determinant is divided by that of 1 - B B', where B is the covariance of x and z. All A are
# one matrix product, and all B another.

"""
    Gaussian(; unbiased=false)

The estimator of [`mutual_information`](@ref), [`transfer_entropy`](@ref) and [`emergence`](@ref) for jointly Gaussian
variables: I(x; y) = ½ (ln|Rx| + ln|Ry| - ln|Rxy|), where R are correlation matrices. Of other variables it measures the
linear dependence only. It is infinite if one variable is a linear function of the other.

For T independent samples of d and e rows the estimate is too large by about d·e / 2T. `unbiased=true` subtracts the
exact mean of this bias for independent Gaussian samples; values can then be negative. Successive frames are not
independent, so some bias remains.

The estimator needs more samples than rows in all, and several times more for useful values. Every row must change, and
no row may be a linear function of the others. Sources: Cover & Thomas, Elements of Information Theory; for the bias,
Misra et al., J. Multivar. Anal. 92 (2005) 324.
"""
struct Gaussian <: Estimator
    unbiased::Bool
end
Gaussian(; unbiased::Bool=false) = Gaussian(unbiased)

const DEPENDENT = 1e-12 # a residual variance below this share of 1 is rounding

information(estimator::Gaussian, x, y, z) = first(pairwise(estimator, [x], [y], [z]))

function pairwise(estimator::Gaussian, xs, ys, zs=nothing)
    n = length(first(ys))
    d, e, f = rows(first(xs)), rows(first(ys)), zs === nothing ? 0 : rows(first(zs))
    n > d + e + f + 1 || throw(ArgumentError("$n samples are too few for $(d + e + f) rows; use a longer window"))
    A, B = covariances(xs, ys, f == 0 ? nothing : zs, n)
    excess = estimator.unbiased ? bias(n, d, e, f) : 0.0
    scratch = zeros(d, d)
    return [information_of_pair(scratch, A, B, (d, e, f), i, j) - excess for i in eachindex(xs), j in eachindex(ys)]
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
        low < high || throw(ArgumentError("$(s.name) does not change in row $k; remove the row"))
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
        throw(ArgumentError("$(s.name) has a row that is a linear function of $others; remove the row, or add noise"))
    end
    return rdiv!(X, factor.U)
end

# I of x number i and y number j, from their blocks of A and B: ½ (ln|1 - B B'| - ln|1 - A A' - B B'|).
function information_of_pair(scratch, A, B, (d, e, f), i, j)
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

# ln det of a symmetric positive matrix given by its lower half, which is overwritten; -Inf if the matrix is singular.
# There is one small matrix for each pair, and LAPACK is slow for small matrices, so this is a Cholesky decomposition of
# its own.
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

# The mean bias of the estimate for independent Gaussian samples. It does not depend on the true value.
function bias(n, d, e, f)
    spread(rows) = mapreduce(i -> digamma((n - i) / 2), +, 1:rows; init=0.0)
    return (spread(d + f) + spread(e + f) - spread(f) - spread(d + e + f)) / 2
end
