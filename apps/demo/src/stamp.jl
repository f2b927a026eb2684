# The check that a frame is whole. With `wingbeat swarm --stamp` each frame carries a number that depends on each of its
# bytes and on its place in the stream. A frame mixed from two steps, or overwritten while it is read, does not add up.

# Odd and without pattern, so that the number of a frame and a change of its data do not cancel.
const STEP_WORD = 0x9e3779b97f4a7c15

"Wrapping sum of the array's bytes as little-endian 64-bit words, the last one filled up with zeros."
function words_sum(array::DenseArray)
    GC.@preserve array begin
        return words_sum(Ptr{UInt8}(pointer(array)), sizeof(array))
    end
end

function words_sum(bytes::Ptr{UInt8}, count::Integer)
    words = Ptr{UInt64}(bytes)
    whole = count >> 3
    sum = UInt64(0)
    @simd for i in 1:whole
        sum += ltoh(unsafe_load(words, i))
    end
    for i in (8 * whole):(count - 1)
        sum += UInt64(unsafe_load(bytes, i + 1)) << (8 * (i & 7))
    end
    return sum
end

"The stamp that frame `seq` with these fields (all but the stamp itself) must carry."
function frame_stamp(seq::Integer, fields)
    sum = STEP_WORD * UInt64(seq)
    for field in fields
        sum += words_sum(field)::UInt64
    end
    return sum
end
