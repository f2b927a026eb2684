# When what was asked because of a frame came into force.

struct Asked
    receipt::Receipt
    seq::Int          # of the frame it was asked because of
    publish_ns::UInt64
end

mutable struct Answers
    pending::Vector{Asked}
    reaction_ns::Vector{Float64}  # from the frame's publishing to the request being made
    latency_ns::Vector{Float64}   # from the frame's publishing to that of the first frame that shows the answer
    delay::Vector{Int}            # the same in frames
    superseded::Int
end

Answers() = Answers([], Float64[], Float64[], Int[], 0)

const MOST_PENDING = 12 # of 16 that a subscription may have

"Asks for `name => value` because of the frame, unless too much is unanswered."
function ask!(answers::Answers, swarm, frame, change::Pair)
    length(answers.pending) < MOST_PENDING || return false
    push!(answers.pending, Asked(request(swarm, change), frame.seq, frame.publish_time_ns))
    push!(answers.reaction_ns, 1e9 * age(frame))
    return true
end

"Looks what the frame answers."
function look!(answers::Answers, frame)
    filter!(answers.pending) do asked
        status = asked.receipt.status
        status === :superseded && (answers.superseded += 1)
        status === :applied || return status === :pending
        asked.receipt.seq > frame.seq && return true
        push!(answers.delay, asked.receipt.seq - asked.seq)
        asked.receipt.seq == frame.seq && push!(answers.latency_ns, Float64(frame.publish_time_ns - asked.publish_ns))
        return false
    end
    return nothing
end

function quantile_of(values, share)
    isempty(values) && return NaN
    return Float64(sort(values)[clamp(ceil(Int, share * length(values)), 1, length(values))])
end
