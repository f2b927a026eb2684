# C structs with texts in them, read and written by offset. (As Julia structs their long tuples would cost seconds of
# compilation.)

struct CStruct
    size::Int
    names::Vector{Symbol}
    offsets::Vector{Int}
    kinds::Vector{Any} # an Int: so many chars; else the Julia type of the member
end

member_size(kind) = kind isa Int ? kind : sizeof(kind)
member_alignment(kind) = kind isa Int ? 1 : Int(fieldoffset(AfterByte{kind}, 2))

# In C as in Julia, a member begins at the next multiple of its alignment.
struct AfterByte{T}
    byte::UInt8
    member::T
end
round_up(n, alignment) = cld(n, alignment) * alignment

function CStruct(members::Pair{Symbol}...)
    offsets = Int[]
    position = 0
    for (_, kind) in members
        position = round_up(position, member_alignment(kind))
        push!(offsets, position)
        position += member_size(kind)
    end
    alignment = maximum(member_alignment(kind) for (_, kind) in members)
    return CStruct(round_up(position, alignment), [first(m) for m in members], offsets, Any[last(m) for m in members])
end

# One such struct in memory of its own.
struct CRecord
    layout::CStruct
    bytes::Vector{UInt8}
end
CRecord(layout::CStruct) = CRecord(layout, zeros(UInt8, layout.size))
CRecord(layout::CStruct, bytes::Vector{UInt8}, index::Int) =
    CRecord(layout, bytes[((index - 1) * layout.size + 1):(index * layout.size)])

Base.unsafe_convert(::Type{Ptr{UInt8}}, record::CRecord) = pointer(record.bytes)
Base.cconvert(::Type{Ptr{UInt8}}, record::CRecord) = record.bytes

function member(record::CRecord, name::Symbol)
    layout = record.layout
    for i in eachindex(layout.names)
        layout.names[i] === name && return layout.offsets[i], layout.kinds[i]
    end
    throw(KeyError(name))
end

function text(record::CRecord, name::Symbol)
    offset, limit = member(record, name)
    chars = record.bytes[(offset + 1):(offset + limit::Int)]
    finish = findfirst(iszero, chars)
    return String(finish === nothing ? chars : chars[1:(finish - 1)])
end

function whole(record::CRecord, name::Symbol)
    offset, kind = member(record, name)
    bytes = record.bytes
    GC.@preserve bytes begin
        p = pointer(bytes) + offset
        kind === UInt32 && return Int(unsafe_load(Ptr{UInt32}(p)))
        kind === Int32 && return Int(unsafe_load(Ptr{Int32}(p)))
        return unsafe_load(Ptr{Int}(p))
    end
end

function load(record::CRecord, name::Symbol, ::Type{T}) where {T}
    offset, kind = member(record, name)
    kind === T || throw(ArgumentError("$name is a $kind"))
    bytes = record.bytes
    return GC.@preserve bytes unsafe_load(Ptr{T}(pointer(bytes) + offset))
end
