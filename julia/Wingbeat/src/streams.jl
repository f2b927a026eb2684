# The streams of the machine, looked at without attaching to them.

"""
    Wingbeat.ReaderInfo

A reader of a stream: `pid`, `label`, `mode`, `stride`, `alive`, `asleep`, `leases` (frames it can hold), `held` (frames
it holds now), `seq` (of the frame taken last), `received`, `missed`.
"""
struct ReaderInfo
    pid::Int
    label::String
    mode::Symbol
    stride::Int
    alive::Bool
    asleep::Bool
    leases::Int
    held::Int
    seq::Int
    received::Int
    missed::Int
end

"""
    Wingbeat.StreamInfo

The state of a stream: `name`; `writer` (`:alive`, `:closed`, `:dead`) and its `pid`; `seq`, `step`, `time` (s) and
`count` of the newest frame, and its `age` (s); `capacity`, `frame_bytes`, `memory_bytes`, `lease_budget`,
`max_readers`, `epoch`, `generation`; and `readers` ([`Wingbeat.ReaderInfo`](@ref)), including dead ones.
[`unverified`](@ref) says whether frames may be torn.
"""
struct StreamInfo
    name::String
    writer::Symbol
    pid::Int
    seq::Int
    step::Int
    time::Float64
    count::Int
    age::Float64
    capacity::Int
    frame_bytes::Int
    memory_bytes::Int
    lease_budget::Int
    max_readers::Int
    epoch::Int
    generation::Int
    readers::Vector{ReaderInfo}
    unverified::Union{Nothing,String}
end

struct StreamList <: AbstractVector{StreamInfo}
    streams::Vector{StreamInfo}
    directory::String
end
Base.size(list::StreamList) = size(list.streams)
Base.getindex(list::StreamList, i::Int) = list.streams[i]

"""
    streams() -> list of Wingbeat.StreamInfo
    streams(name) -> Wingbeat.StreamInfo

The streams in the runtime directory of this machine, with their writers and readers. Looking changes nothing in a
stream. `streams(name)` throws `Wingbeat.StreamNotReady` if there is no stream of that name.
"""
function streams()
    need_library()
    infos = map(inspect, stream_names())
    return StreamList(StreamInfo[info for info in infos if info !== nothing], runtime_directory())
end

function streams(name::AbstractString)
    need_library()
    info = inspect(String(name))
    info === nothing && throw(StreamNotReady("there is no stream $name; $(list_streams())"))
    return info
end

unverified(s::StreamInfo) = s.unverified

# A stream may appear between counting and reading, so the capacity may have to grow.
function stream_names()
    total = Ref{Csize_t}(0)
    capacity = 16
    while true
        names = zeros(UInt8, NAME_BYTES * capacity)
        GC.@preserve names total begin
            check(wb_list(pointer(names), capacity, Base.unsafe_convert(Ptr{Csize_t}, total)))
        end
        found = Int(filled(total))
        found <= capacity && return [name_at(names, i) for i in 1:found]
        capacity = 2 * found
    end
end

function name_at(names::Vector{UInt8}, i::Int)
    chars = names[((i - 1) * NAME_BYTES + 1):(i * NAME_BYTES)]
    return String(chars[1:(findfirst(iszero, chars) - 1)])
end

"""
    Wingbeat.runtime_directory() -> String

The folder in which streams are registered: `\$WINGBEAT_DIR`, else a folder of this user in the system's shared memory.
"""
function runtime_directory()
    need_library()
    path = zeros(UInt8, 4096)
    GC.@preserve path check(wb_runtime_directory(pointer(path), length(path)))
    return String(path[1:(findfirst(iszero, path) - 1)])
end

# Returns nothing if the stream has been removed meanwhile.
function inspect(name::String)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    code = GC.@preserve out check(wb_inspect(name, Base.unsafe_convert(Ptr{Opaque}, out)))
    code == OK || return nothing
    inspection = filled(out)
    try
        return read_stream(inspection)
    finally
        wb_inspection_close(inspection)
    end
end

function read_stream(inspection::Opaque)
    r = CRecord(STREAM_INFO)
    bytes = r.bytes
    code = GC.@preserve bytes check(wb_inspection_stream(inspection, pointer(bytes)))
    code == OK || return nothing
    number(name) = integer(r, name)
    seq = number(:seq)
    age = seq == 0 ? NaN : (Int64(wb_now_ns()) - number(:publish_time_ns)) / 1e9
    return StreamInfo(
        text(r, :name), (:alive, :closed, :dead)[number(:writer_state)], number(:writer_pid), seq, number(:step),
        load(r, :sim_time, Float64), number(:count), age, number(:capacity), number(:frame_bytes),
        number(:memory_bytes), number(:lease_budget), number(:max_readers), number(:epoch), number(:generation),
        read_readers(inspection, number(:max_readers)), unverified(Schema(wb_inspection_schema(inspection))),
    )
end

function read_readers(inspection::Opaque, capacity::Int)
    total = Ref{Csize_t}(0)
    bytes = zeros(UInt8, READER_INFO.size * capacity)
    GC.@preserve bytes total begin
        result = Base.unsafe_convert(Ptr{Csize_t}, total)
        code = check(wb_inspection_readers(inspection, pointer(bytes), capacity, result))
    end
    code == OK || return ReaderInfo[]
    return [read_reader(CRecord(READER_INFO, bytes, i)) for i in 1:min(Int(filled(total)), capacity)]
end

function read_reader(r::CRecord)
    mode = integer(r, :mode)
    name = 1 <= mode <= length(MODES) ? keys(MODES)[mode] : :unknown
    return ReaderInfo(
        integer(r, :pid), text(r, :label), name, integer(r, :every), integer(r, :alive) == 1, integer(r, :asleep) == 1,
        integer(r, :leases_claimed), integer(r, :leases_held), integer(r, :seq), integer(r, :received),
        integer(r, :missed),
    )
end

"""
    Wingbeat.collect_dead(name=nothing) -> NamedTuple

Removes the remains of dead processes, of one stream or of all, and returns the numbers of `streams`, entries of
`readers`, memory `objects`, `files` and `bytes` removed. Nothing that a living process uses is touched. Calling it is
never necessary: the next process that attaches to a stream does the same.
"""
function collect_dead(name::Union{Nothing,AbstractString}=nothing)
    need_library()
    out = Ref(CCollectReport(0, 0, 0, 0, 0))
    text = name === nothing ? "" : String(name)
    GC.@preserve text out begin
        stream = name === nothing ? Cstring(C_NULL) : Base.unsafe_convert(Cstring, text)
        check(wb_collect(stream, Base.unsafe_convert(Ptr{CCollectReport}, out)))
    end
    c = filled(out)
    return (
        streams=Int(c.streams), readers=Int(c.readers), objects=Int(c.objects), files=Int(c.files), bytes=Int(c.bytes)
    )
end
