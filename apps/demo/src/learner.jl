# A streaming model of how agents move for one second: 60 frames of an agent's positions (180 numbers) in, ten numbers
# out, and back.
#
# All agents share the model, so that each frame brings many examples. An example is an agent's path in the window,
# relative to its mean position, in units of the flock's running root mean square.
#
# The model is ten orthonormal patterns of 180 numbers. An agent's code is the share of each pattern in its path; the
# decoded path is the sum of share times pattern. After each frame the patterns turn a little towards the paths and are
# made orthonormal again: Oja's subspace rule (J. Math. Biology 15, 1982) with Gram-Schmidt, an incremental principal
# component analysis, strongest pattern first. The patterns begin random: they then explain nothing, and the error is
# near 1.
#
# The error is measured on agents that the model never learns from. The code of the flock is the mean of the agents'
# codes, which is the code of their mean path.
#
# BLAS is called by its own names (gemm!): the generic functions above it take two seconds to compile.

const RATE_OF_TURNING = 0.2f0 # per frame
const POWER_MEMORY = 0.98f0   # of the running mean square that gives the unit

struct WindowCoder
    taught::Vector{Int}       # agents the model learns from
    examined::Vector{Int}     # agents its error and its code are measured on
    patterns::Matrix{Float32} # 3 frames x numbers
    paths::Matrix{Float32}    # 3 frames x agents: of the taught, then of the examined
    residual::Matrix{Float32} # of decoding
    shares::Matrix{Float32}   # numbers x agents: of each pattern in each path
    code::Vector{Float32}     # of the flock
    power::typeof(Ref(0.0f0))
    rate::Float32
end

"""
    WindowCoder(agents, frames; looked_at=256, numbers=10, rate=0.2, seed=1)

A model for windows of `3 x agents x frames`. Half of `looked_at` agents, spread evenly, teach it; the others are only
examined.
"""
function WindowCoder(agents::Integer, frames::Integer; looked_at=256, numbers=10, rate=RATE_OF_TURNING, seed=1)
    half = max(1, min(looked_at, agents) ÷ 2)
    agent(k) = 1 + (k * agents) ÷ (2 * half)
    patterns = orthonormalise!(random_matrix(seed, 3 * frames, numbers))
    paths() = zeros(Float32, 3 * frames, half)
    return WindowCoder(
        [agent(2k) for k in 0:(half - 1)], [agent(2k + 1) for k in 0:(half - 1)], patterns, paths(), paths(),
        zeros(Float32, numbers, half), zeros(Float32, numbers), Ref(0.0f0), rate,
    )
end

function product(patterns, i, j)
    total = 0.0f0
    @inbounds @simd for k in 1:size(patterns, 1)
        total += patterns[k, i] * patterns[k, j]
    end
    return total
end

# Gram-Schmidt, the columns in their order.
function orthonormalise!(patterns)
    rows, columns = size(patterns)
    for j in 1:columns
        for i in 1:(j - 1)
            share = product(patterns, i, j)
            @inbounds @simd for k in 1:rows
                patterns[k, j] -= share * patterns[k, i]
            end
        end
        scale = 1 / sqrt(product(patterns, j, j))
        @inbounds @simd for k in 1:rows
            patterns[k, j] *= scale
        end
    end
    return patterns
end

scale_of(power) = power > 0 ? 1 / sqrt(power) : 1.0f0

function squares(matrix)
    total = 0.0f0
    @inbounds @simd for i in 1:length(matrix)
        total += matrix[i] * matrix[i]
    end
    return total
end

# The code of the flock: the mean of its agents' codes, in the flock's unit.
function average!(code, shares, scale)
    numbers, agents = size(shares)
    for j in 1:numbers
        total = 0.0f0
        for agent in 1:agents
            total += shares[j, agent]
        end
        code[j] = scale * total / agents
    end
    return code
end

# Encodes and decodes agents that are never learned from. Returns the share of their squares that is lost.
function examine!(coder::WindowCoder, window)
    gather_paths!(coder.paths, window, coder.examined)
    power = squares(coder.paths)
    gemm!('T', 'N', 1.0f0, coder.patterns, coder.paths, 0.0f0, coder.shares)
    copyto!(coder.residual, coder.paths)
    gemm!('N', 'N', -1.0f0, coder.patterns, coder.shares, 1.0f0, coder.residual)
    average!(coder.code, coder.shares, scale_of(coder.power[]))
    return power > 0 ? Float64(squares(coder.residual) / power) : 1.0
end

function teach!(coder::WindowCoder, window)
    gather_paths!(coder.paths, window, coder.taught)
    agents = size(coder.paths, 2)
    power = squares(coder.paths) / agents
    coder.power[] = coder.power[] == 0 ? power : POWER_MEMORY * coder.power[] + (1 - POWER_MEMORY) * power
    coder.power[] > 0 || return coder
    # Both factors of the product are in the flock's unit.
    rate = coder.rate / (agents * coder.power[])
    gemm!('T', 'N', 1.0f0, coder.patterns, coder.paths, 0.0f0, coder.shares)
    gemm!('N', 'T', rate, coder.paths, coder.shares, 1.0f0, coder.patterns)
    orthonormalise!(coder.patterns)
    return coder
end

"""
    learn!(coder, window) -> error

Encodes `window` (3 x agents x frames) into `coder.code`, then learns from it. `error` is the reconstruction error
before learning: the share of the squares of the examined agents' paths that the decoded paths lose, 0 to 1; 1 if no
agent moves.
"""
function learn!(coder::WindowCoder, window)
    error = examine!(coder, window)
    teach!(coder, window)
    return error
end

