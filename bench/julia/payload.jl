# The contents of a frame, as cli/verbs/bench/parts.cpp writes it: words 1 to 3 are the stamp, all others follow from
# the frame's number.

const STAMP_WORDS = 3

@inline seq_of(words) = @inbounds words[1]
@inline start_ns_of(words) = @inbounds words[2]
@inline publish_ns_of(words) = @inbounds words[3]

word_of(seq::UInt64) = seq * 0x9e3779b97f4a7c15 + 0x0000000000000001

@noinline function sums_up(words::AbstractVector{UInt64})
    total = UInt64(0)
    @inbounds @simd for i in (STAMP_WORDS + 1):length(words)
        total += words[i]
    end
    return total == word_of(seq_of(words)) * UInt64(length(words) - STAMP_WORDS)
end
