# Two models of agents' paths, 60 frames of an agent (180 numbers) to ten numbers and back: an autoencoder, and
# principal components, which show what ten numbers can do by linear sums alone. All agents share the models.
#
# The autoencoder:
#     code = A x + B tanh(C x + b)          path = D code + E tanh(F code + c)
#
# Its linear part alone would find principal components; the nonlinear part can use that speeds are equal. It learns by
# Adam (Kingma & Ba 2015), one step for each frame, from half of the agents; its error is measured on the other half.

const HIDDEN = 64
const LEARNING_RATE = 0.01f0
const RATE_DECAY = 500   # steps until the rate is half
const FIRST_MOMENT, SECOND_MOMENT = 0.9f0, 0.97f0 # the second shorter than usual: successive frames are much alike

mutable struct PathCoder
    weights::Vector{Matrix{Float32}}  # A, B, C, b, D, E, F, c
    slopes::Vector{Matrix{Float32}}
    means::Vector{Matrix{Float32}}    # of the slopes
    squares::Vector{Matrix{Float32}}
    steps::Int
end

"""
    PathCoder(inputs, numbers; seed=1)

A coder with random weights.
"""
function PathCoder(inputs, numbers; seed=1)
    draws = 0
    spread(rows, columns, size) = (draws += 1; (size / sqrt(columns)) .* random_matrix(1000seed + draws, rows, columns))
    zero_column() = zeros(Float32, HIDDEN, 1)
    weights = Matrix{Float32}[
        spread(numbers, inputs, 1.7f0), spread(numbers, HIDDEN, 0.2f0), spread(HIDDEN, inputs, 1.7f0), zero_column(),
        spread(inputs, numbers, 1.7f0), spread(inputs, HIDDEN, 0.2f0), spread(HIDDEN, numbers, 1.7f0), zero_column(),
    ]
    return PathCoder(weights, map(zero, weights), map(zero, weights), map(zero, weights), 0)
end

# The codes of paths (a column each), and the hidden values.
function encode(coder::PathCoder, paths)
    A, B, C, b = coder.weights
    hidden = tanh.(C * paths .+ b)
    return mul!(A * paths, B, hidden, 1.0f0, 1.0f0), hidden
end

function decode(coder::PathCoder, codes)
    D, E, F, c = coder.weights[5:8]
    hidden = tanh.(F * codes .+ c)
    return mul!(D * codes, E, hidden, 1.0f0, 1.0f0), hidden
end

"The reconstruction error: the share of the paths' squares that is lost by decoding their codes; 1 if no agent moves."
function lost_share(coder::PathCoder, paths, codes)
    power = sum(abs2, paths)
    rest, _ = decode(coder, codes)
    return power > 0 ? Float64(sum(abs2, rest .-= paths) / power) : 1.0
end

"One step of learning from the paths."
function teach!(coder::PathCoder, paths)
    _, B, C, _, D, E, F, _ = coder.weights
    codes, hidden_in = encode(coder, paths)
    rest, hidden_out = decode(coder, codes)
    rest .= (rest .- paths) ./ size(paths, 2)
    back_out = (E' * rest) .* (1 .- hidden_out .^ 2)
    back_code = mul!(D' * rest, F', back_out, 1.0f0, 1.0f0)
    back_in = (B' * back_code) .* (1 .- hidden_in .^ 2)
    slopes = (
        (back_code, paths), (back_code, hidden_in), (back_in, paths), (back_in,), (rest, codes), (rest, hidden_out),
        (back_out, codes),
        (back_out,),
    )
    foreach((slope, factors) -> fill_slope!(slope, factors...), coder.slopes, slopes)
    descend!(coder)
    return coder
end

fill_slope!(slope, back, forward) = mul!(slope, back, forward')
fill_slope!(slope, back) = sum!(slope, back)

function descend!(coder::PathCoder)
    coder.steps += 1
    k = coder.steps
    rate = LEARNING_RATE / (1 + k / Float32(RATE_DECAY)) * sqrt(1 - SECOND_MOMENT^k) / (1 - FIRST_MOMENT^k)
    for (weights, slopes, means, squares) in zip(coder.weights, coder.slopes, coder.means, coder.squares)
        @inbounds @simd for i in eachindex(weights)
            means[i] += (1 - FIRST_MOMENT) * (slopes[i] - means[i])
            squares[i] += (1 - SECOND_MOMENT) * (slopes[i]^2 - squares[i])
            weights[i] -= rate * means[i] / (sqrt(squares[i]) + 1.0f-8)
        end
    end
end

# ------------------------------------------------------------------------------------------------- principal components

mutable struct Principal
    covariance::Matrix{Float32} # sum of products
    patterns::Matrix{Float32}   # the strongest first
end

Principal(inputs::Integer, numbers::Integer) =
    Principal(zeros(Float32, inputs, inputs), zeros(Float32, inputs, numbers))

"Adds paths, a column each."
add_paths!(p::Principal, paths) = BLAS.syrk!('U', 'N', 1.0f0, paths, 1.0f0, p.covariance)

"Finds the patterns of all paths added so far."
function solve!(p::Principal)
    inputs, numbers = size(p.patterns)
    p.patterns .= eigen(Symmetric(p.covariance), (inputs - numbers + 1):inputs).vectors[:, end:-1:1]
    return p
end

"The reconstruction error: the share of the paths' squares that is lost."
function lost_share(p::Principal, paths)
    power = sum(abs2, paths)
    return power > 0 ? Float64(sum(abs2, paths .- p.patterns * (p.patterns' * paths)) / power) : 1.0
end
