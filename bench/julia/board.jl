# The board of a batch, with the layout of cli/verbs/bench/turns.hpp.

const BOARD_HEAD_BYTES, SEAT_BYTES, SEATS = 256, 128, 64

# A word of the board that other processes read and write: loads acquire, stores release.
struct Word{T}
    at::Ptr{T}
end

@inline function Base.getindex(word::Word)
    value = unsafe_load(word.at)
    Threads.atomic_fence()
    return value
end

@inline function Base.setindex!(word::Word{T}, value) where {T}
    Threads.atomic_fence()
    unsafe_store!(word.at, value % T)
    return word
end

struct Board
    memory::Vector{UInt8} # keeps the board mapped
    sender_opened::Word{UInt32}
    over::Word{UInt32}
end

function Board(path::String)
    memory = open(path; read=true, write=true, create=true) do file
        Mmap.mmap(file, Vector{UInt8}, BOARD_HEAD_BYTES + SEATS * SEAT_BYTES)
    end
    return Board(memory, word_at(UInt32, memory, 0), word_at(UInt32, memory, 128))
end

word_at(::Type{T}, memory::Vector{UInt8}, offset::Int) where {T} = Word(Ptr{T}(pointer(memory) + offset))

struct Seat
    board::Board
    opened::Word{UInt32}
    warm::Word{UInt32}
    turn::Word{UInt64}
end

function Seat(board::Board, reader::Int)
    first = BOARD_HEAD_BYTES + reader * SEAT_BYTES
    memory = board.memory
    return Seat(
        board, word_at(UInt32, memory, first), word_at(UInt32, memory, first + 4), word_at(UInt64, memory, first + 8)
    )
end
