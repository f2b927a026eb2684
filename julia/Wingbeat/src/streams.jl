# The machine's streams, seen from outside.

"""
    Wingbeat.ReaderInfo

A reader of a stream: `pid`, `label`, `mode`, `every` (k, of every k-th frame), `alive`, `asleep`, `leases` it may hold and `held` now, `seq` last taken,
`received`, `missed`.
"""
struct ReaderInfo
    pid::Int
    label::String
    mode::Symbol
    every::Int
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

A look at a stream: `name`, `writer` (`:alive`, `:closed`, `:dead`), `pid` of the writer, `seq`, `step`, `time`, `count`
of the newest frame, its `age` in seconds, `capacity`, `frame_bytes`, `memory_bytes`, `epoch`, `generation`, and
`readers` ([`Wingbeat.ReaderInfo`](@ref), the dead ones included). [`unverified`](@ref) says whether frames may be torn.
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

The streams on this machine (in the runtime directory), with their writers and readers, live and dead. Nobody notices
the look. `streams(name)` throws `Wingbeat.StreamNotReady` if there is none of that name.
"""
function streams()
    need_library()
    looks = map(inspect, stream_names())
    return StreamList(StreamInfo[look for look in looks if look !== nothing], runtime_directory())
end

function streams(name::AbstractString)
    need_library()
    look = inspect(String(name))
    look === nothing && throw(StreamNotReady("there is no stream $name; there are: $(list_names(stream_names()))"))
    return look
end

unverified(s::StreamInfo) = s.unverified

# Between counting and reading there may come more.
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

Where streams are found: `\$WINGBEAT_DIR`, or the system's shared memory folder.
"""
function runtime_directory()
    need_library()
    path = zeros(UInt8, 4096)
    GC.@preserve path check(wb_runtime_directory(pointer(path), length(path)))
    return String(path[1:(findfirst(iszero, path) - 1)])
end

# nothing if it has gone meanwhile.
function inspect(name::String)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    code = GC.@preserve out check(wb_inspect(name, Base.unsafe_convert(Ptr{Opaque}, out)))
    code == OK || return nothing
    inspection = filled(out)
    try
        return look(inspection)
    finally
        wb_inspection_close(inspection)
    end
end

function look(inspection::Opaque)
    r = CRecord(STREAM_INFO)
    bytes = r.bytes
    code = GC.@preserve bytes check(wb_inspection_stream(inspection, pointer(bytes)))
    code == OK || return nothing
    number(name) = whole(r, name)
    seq = number(:seq)
    age = seq == 0 ? NaN : (Int64(wb_now_ns()) - number(:publish_time_ns)) / 1e9
    return StreamInfo(
        text(r, :name), (:alive, :closed, :dead)[number(:writer_state)], number(:writer_pid), seq, number(:step),
        load(r, :sim_time, Float64), number(:count), age, number(:capacity), number(:frame_bytes),
        number(:memory_bytes), number(:lease_budget), number(:max_readers), number(:epoch), number(:generation),
        look_at_readers(inspection, number(:max_readers)), unverified(Schema(wb_inspection_schema(inspection))),
    )
end

function look_at_readers(inspection::Opaque, capacity::Int)
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
    mode = whole(r, :mode)
    name = 1 <= mode <= length(MODES) ? keys(MODES)[mode] : :unknown
    return ReaderInfo(
        whole(r, :pid), text(r, :label), name, whole(r, :every), whole(r, :alive) == 1,
        whole(r, :asleep) == 1, whole(r, :leases_claimed), whole(r, :leases_held), whole(r, :seq), whole(r, :received),
        whole(r, :missed),
    )
end

"""
    Wingbeat.collect_dead(name=nothing) -> NamedTuple

Removes what dead processes left of one stream, or of all: `streams` removed whole, entries of dead `readers`, memory
`objects`, `files`, `bytes` given back. Touches nothing a living process uses. Nothing needs it: who attaches next does
the same.
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
