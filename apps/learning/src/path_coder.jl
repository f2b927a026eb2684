# An autoencoder of agents' paths: 60 frames of an agent (180 numbers) to ten numbers and back, shared by all agents.
#
#     code = A x + B tanh(C x + b)          path = D code + E tanh(F code + c)
#
# The straight part alone would come to principal components; the bent one can use that speeds are equal. Learned by Adam (Kingma & Ba
# 2015), one step for each frame, from half of the agents; the other half is only looked at.

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

A coder that has learned nothing yet.
"""
function PathCoder(inputs, numbers; seed=1)
    draws = 0
    spread(rows, columns, size) = (draws += 1; (size / sqrt(columns)) .* Learner.random_matrix(1000seed + draws, rows, columns))
    zero_column() = zeros(Float32, HIDDEN, 1)
    weights = Matrix{Float32}[
        spread(numbers, inputs, 1.7f0), spread(numbers, HIDDEN, 0.2f0), spread(HIDDEN, inputs, 1.7f0), zero_column(),
        spread(inputs, numbers, 1.7f0), spread(inputs, HIDDEN, 0.2f0), spread(HIDDEN, numbers, 1.7f0), zero_column(),
    ]
    return PathCoder(weights, map(zero, weights), map(zero, weights), map(zero, weights), 0)
end

# The codes of paths (a column each), and what the bent part made of them.
function encode(coder::PathCoder, paths)
    A, B, C, b = coder.weights
    bent = tanh.(C * paths .+ b)
    return mul!(A * paths, B, bent, 1.0f0, 1.0f0), bent
end

function decode(coder::PathCoder, codes)
    D, E, F, c = coder.weights[5:8]
    bent = tanh.(F * codes .+ c)
    return mul!(D * codes, E, bent, 1.0f0, 1.0f0), bent
end

"The share of the paths' squares that decoding their codes leaves over; 1 if nobody moves."
function left_over(coder::PathCoder, paths, codes)
    power = sum(abs2, paths)
    rest, _ = decode(coder, codes)
    return power > 0 ? Float64(sum(abs2, rest .-= paths) / power) : 1.0
end

"One step of learning from the paths."
function teach!(coder::PathCoder, paths)
    _, B, C, _, D, E, F, _ = coder.weights
    codes, bent_in = encode(coder, paths)
    rest, bent_out = decode(coder, codes)
    rest .= (rest .- paths) ./ size(paths, 2)
    back_out = (E' * rest) .* (1 .- bent_out .^ 2)
    back_code = mul!(D' * rest, F', back_out, 1.0f0, 1.0f0)
    back_in = (B' * back_code) .* (1 .- bent_in .^ 2)
    slopes = (
        (back_code, paths), (back_code, bent_in), (back_in, paths), (back_in,), (rest, codes), (rest, bent_out), (back_out, codes),
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
