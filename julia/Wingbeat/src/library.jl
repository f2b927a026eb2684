# The C library libwingbeat: how it is found, the structs of include/wingbeat/wingbeat.h, and its functions.
#
# The functions are called through pointers that are looked up once, when the package is loaded. A missing library is an
# error of the first call that needs it, not of `using Wingbeat`.

const SYMBOLS = Pair{Symbol,Ref{Ptr{Cvoid}}}[]
const LIBRARY_PATH = Ref("")
const LIBRARY_PROBLEM = Ref("")

"""
    @wb name(argument::CType, ...)::CType

Defines the Julia function `name`, which calls the C function of the same name.
"""
macro wb(signature)
    call, result = signature.args
    name = call.args[1]
    arguments = [a.args[1] for a in call.args[2:end]]
    types = [a.args[2] for a in call.args[2:end]]
    pointer = Symbol("pointer_of_", name)
    body = :(ccall($pointer[], $result, ($(types...),), $(arguments...)))
    return esc(quote
        const $pointer = Ref{Ptr{Cvoid}}(C_NULL)
        push!(SYMBOLS, $(QuoteNode(name)) => $pointer)
        @inline $name($(arguments...)) = $body
    end)
end

library_file(folder) = joinpath(folder, "libwingbeat." * Libdl.dlext)

# The build folders of the checkout that contains this package. In an installed package,
# <prefix>/share/wingbeat/julia/Wingbeat, also the library folders of the prefix.
function library_folders()
    above(levels) = foldl((path, _) -> dirname(path), 1:levels; init=@__DIR__)
    build = joinpath(above(3), "build")
    folders = [joinpath(build, preset, "lib") for preset in ("release", "portable", "dev", "core")]
    if above(3) == joinpath(above(5), "share", "wingbeat")
        libs = ("lib", "lib64", joinpath("lib", "$(Sys.ARCH)-linux-gnu"))
        append!(folders, [joinpath(above(5), lib) for lib in libs])
    end
    return folders
end

# WINGBEAT_LIBRARY (the file, or the folder that contains it) excludes all other candidates.
function library_candidates()
    wanted = get(ENV, "WINGBEAT_LIBRARY", "")
    isempty(wanted) || return [isdir(wanted) ? library_file(wanted) : wanted]
    return [filter(isfile, library_file.(library_folders())); "libwingbeat"]
end

function load_library()
    tried = library_candidates()
    for candidate in tried
        handle = Libdl.dlopen(candidate; throw_error=false)
        handle === nothing && continue
        resolve_symbols(handle) || return nothing
        LIBRARY_PATH[] = Libdl.dlpath(handle)
        return nothing
    end
    LIBRARY_PROBLEM[] = string(
        "libwingbeat was not found (tried ", join(tried, ", "), "). Build it with `make build` in the Wingbeat ",
        "checkout, or set WINGBEAT_LIBRARY to the library's file or folder before Julia starts.",
    )
    return nothing
end

function resolve_symbols(handle)
    for (name, pointer) in SYMBOLS
        address = Libdl.dlsym(handle, name; throw_error=false)
        if address === nothing
            LIBRARY_PROBLEM[] = string(
                Libdl.dlpath(handle), " has no function ", name, ", so it belongs to another release than this ",
                "package. Build it again with `make build`.",
            )
            return false
        end
        pointer[] = address
    end
    return true
end

# Each public function that calls the library without a handle begins with this check.
function need_library()
    isempty(LIBRARY_PATH[]) && throw(LibraryMissing(LIBRARY_PROBLEM[]))
    return nothing
end

"""
    Wingbeat.library() -> String

Returns the path of the `libwingbeat` in use. Throws `Wingbeat.LibraryMissing` if none was found.
"""
function library()
    need_library()
    return LIBRARY_PATH[]
end

function __init__()
    load_library()
    atexit(close_everything)
    return nothing
end

# ----------------------------------------------------------------------------------------- structs that contain texts

# Structs with fixed-size texts are read and written by offset: as Julia structs their long tuples would cost seconds of
# compilation.
struct CStruct
    size::Int
    names::Vector{Symbol}
    offsets::Vector{Int}
    kinds::Vector{Any} # the Julia type of a member, or the number of bytes of a text
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
    offset = 0
    for (_, kind) in members
        offset = round_up(offset, member_alignment(kind))
        push!(offsets, offset)
        offset += member_size(kind)
    end
    alignment = maximum(member_alignment(kind) for (_, kind) in members)
    return CStruct(round_up(offset, alignment), [first(m) for m in members], offsets, Any[last(m) for m in members])
end

# The bytes of one such struct.
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

# An integer member of 32 or 64 bits.
function integer(record::CRecord, name::Symbol)
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
    kind === T || throw(ArgumentError("member $name has the type $kind, not $T"))
    bytes = record.bytes
    return GC.@preserve bytes unsafe_load(Ptr{T}(pointer(bytes) + offset))
end

const NAME_BYTES = 64
const MAX_DIMENSIONS = 8
const MAX_ARGUMENTS = 8
const REASON_BYTES = 88

const Opaque = Ptr{Cvoid}

# ---------------------------------------------------------------------------------------------------- plain structs

struct CValue
    type::UInt32
    reserved::UInt32
    bits::UInt64
end

struct CParameterOptions
    struct_size::Csize_t
    type::Int32
    reserved::Int32
    initial::Float64
    minimum::Float64
    maximum::Float64
    unit::Ptr{UInt8}
    help::Ptr{UInt8}
    choices::Ptr{UInt8}
end

struct CReaderOptions
    struct_size::Csize_t
    mode::Int32
    leases::UInt32
    spin_ns::Int64
    label::Ptr{UInt8}
    every::UInt32
    flags::UInt32
end

struct CFrame
    seq::UInt64
    step::UInt64
    sim_time::Float64
    publish_time_ns::UInt64
    count::UInt64
    missed::UInt64
    epoch::UInt32
    generation::UInt32
    data::Ptr{Cvoid}
    schema::Ptr{Cvoid}
    attachment::Ptr{Cvoid}
    lease::UInt64
end
CFrame() = CFrame(0, 0, 0.0, 0, 0, 0, 0, 0, C_NULL, C_NULL, C_NULL, 0)

struct CSlot
    seq::UInt64
    data::Ptr{Cvoid}
    previous::Ptr{Cvoid}
    previous_count::UInt64
end
CSlot() = CSlot(0, C_NULL, C_NULL, 0)

struct CRequest
    control::UInt32
    kind::UInt32
    value::CValue
    argument_count::UInt32
    reader::UInt32
    arguments::NTuple{8,Float64}
    id::UInt64
    submit_time_ns::UInt64
end

struct CWriterStats
    published::UInt64
    hops::UInt64
    wakes::UInt64
    requests::UInt64
    overruns::UInt64
    epoch::UInt32
    generation::UInt32
    huge_bytes::UInt64
end

struct CReaderStats
    received::UInt64
    missed::UInt64
    seq::UInt64
    newest::UInt64
    restarts::UInt64
    epoch::UInt32
    generation::UInt32
    writer_alive::UInt32
    attached::UInt32
    way::UInt32
    reserved::UInt32
end

struct CWindowView
    data::Ptr{Cvoid}
    frame_bytes::UInt64
    frames::UInt32
    reserved::UInt32
    seqs::Ptr{UInt64}
    counts::Ptr{UInt64}
end

struct CCollectReport
    streams::UInt32
    readers::UInt32
    objects::UInt32
    files::UInt32
    bytes::UInt64
end

const FIELD_INFO = CStruct(
    :name => 64, :unit => 32, :labels => 96, :type => UInt32, :dimensions => UInt32, :shape => NTuple{8,UInt64},
    :offset_bytes => UInt64, :size_bytes => UInt64, :per_agent => UInt32, :reserved => UInt32,
)
const CONTROL_INFO = CStruct(
    :name => 64, :unit => 32, :help => 160, :choices => 256, :kind => UInt32, :argument_count => UInt32,
    :initial => CValue, :minimum => CValue, :maximum => CValue,
)
const RECEIPT = CStruct(
    :id => UInt64, :status => UInt32, :reserved => UInt32, :step => UInt64, :seq => UInt64, :reason => 88,
)
const STREAM_INFO = CStruct(
    :name => 64, :epoch => UInt32, :generation => UInt32, :writer_state => UInt32, :writer_pid => Int32, :seq => UInt64,
    :step => UInt64, :count => UInt64, :capacity => UInt64, :sim_time => Float64, :publish_time_ns => UInt64,
    :fill_time_ns => UInt64, :create_time_ns => UInt64, :frame_bytes => UInt64, :memory_bytes => UInt64,
    :slots => UInt32, :lease_budget => UInt32, :leases_claimed => UInt32, :leases_held => UInt32,
    :max_readers => UInt32, :readers => UInt32, :hops => UInt64, :wakes => UInt64, :requests => UInt64,
    :overruns => UInt64,
)
const READER_INFO = CStruct(
    :entry => UInt32, :pid => Int32, :mode => UInt32, :alive => UInt32, :leases_claimed => UInt32,
    :leases_held => UInt32, :asleep => UInt32, :every => UInt32, :attach_time_ns => UInt64, :seq => UInt64,
    :received => UInt64, :missed => UInt64, :label => 32,
)

const ARRAY_INFO = CStruct(
    :type => UInt32, :dimensions => UInt32, :shape => NTuple{8,UInt64}, :size_bytes => UInt64, :has_lock => UInt32,
    :reserved => UInt32,
)

# ----------------------------------------------------------------------------------------------------------- functions

@wb wb_error_message()::Ptr{UInt8}
@wb wb_version()::Ptr{UInt8}
@wb wb_backend()::Ptr{UInt8}
@wb wb_now_ns()::UInt64
@wb wb_runtime_directory(path::Ptr{UInt8}, path_bytes::Csize_t)::Cint

@wb wb_schema_stream(schema::Opaque)::Ptr{UInt8}
@wb wb_schema_capacity(schema::Opaque)::UInt64
@wb wb_schema_frame_bytes(schema::Opaque)::UInt64
@wb wb_schema_field_count(schema::Opaque)::UInt32
@wb wb_schema_control_count(schema::Opaque)::UInt32
@wb wb_schema_attribute_count(schema::Opaque)::UInt32
@wb wb_schema_field(schema::Opaque, index::UInt32, out::Ptr{UInt8})::Cint
@wb wb_schema_control(schema::Opaque, index::UInt32, out::Ptr{UInt8})::Cint
@wb wb_schema_attribute(schema::Opaque, index::UInt32, key::Ptr{Ptr{UInt8}}, value::Ptr{Ptr{UInt8}})::Cint

@wb wb_spec_create(stream::Cstring, capacity::UInt64, out::Ptr{Opaque})::Cint
@wb wb_spec_destroy(spec::Opaque)::Cvoid
@wb wb_spec_add_per_agent(
    spec::Opaque, name::Cstring, type::Cint, components::UInt32, labels::Cstring, unit::Cstring
)::Cint
@wb wb_spec_add_field(
    spec::Opaque, name::Cstring, type::Cint, dimensions::UInt32, shape::Ptr{UInt64}, labels::Cstring, unit::Cstring
)::Cint
@wb wb_spec_add_parameter(spec::Opaque, name::Cstring, options::Ptr{CParameterOptions})::Cint
@wb wb_spec_add_trigger(spec::Opaque, name::Cstring, help::Cstring)::Cint
@wb wb_spec_add_command(spec::Opaque, name::Cstring, arguments::Cstring, help::Cstring)::Cint
@wb wb_spec_set_attribute(spec::Opaque, key::Cstring, value::Cstring)::Cint
@wb wb_spec_set_option(spec::Opaque, option::Cint, value::UInt64)::Cint

@wb wb_writer_create(spec::Opaque, out::Ptr{Opaque})::Cint
@wb wb_writer_close(writer::Opaque)::Cvoid
@wb wb_writer_schema(writer::Opaque)::Opaque
@wb wb_writer_begin(writer::Opaque, out::Ptr{CSlot})::Cint
@wb wb_writer_copy(writer::Opaque, field::UInt32, source::Ptr{Cvoid}, stride_bytes::Csize_t, count::UInt64)::Cint
@wb wb_writer_set_count(writer::Opaque, count::UInt64)::Cint
@wb wb_writer_publish(writer::Opaque, step::UInt64, sim_time::Float64)::Cint
@wb wb_writer_abandon(writer::Opaque)::Cint
@wb wb_writer_next_request(writer::Opaque, out::Ptr{CRequest})::Cint
@wb wb_writer_refuse(writer::Opaque, reason::Cstring)::Cint
@wb wb_writer_parameter(writer::Opaque, control::UInt32, out::Ptr{CValue})::Cint
@wb wb_writer_set_parameter(writer::Opaque, control::UInt32, value::CValue)::Cint
@wb wb_writer_lock_step(writer::Opaque, label::Cstring, limit_ns::Int64)::Cint
@wb wb_writer_await_readers(writer::Opaque)::Cint
@wb wb_writer_get_stats(writer::Opaque, out::Ptr{CWriterStats})::Cint

@wb wb_reader_open(stream::Cstring, options::Ptr{CReaderOptions}, out::Ptr{Opaque})::Cint
@wb wb_reader_close(reader::Opaque)::Cvoid
@wb wb_reader_attach(reader::Opaque, timeout_ns::Int64)::Cint
@wb wb_reader_wait(reader::Opaque, timeout_ns::Int64, out::Ptr{CFrame})::Cint
@wb wb_reader_latest(reader::Opaque, out::Ptr{CFrame})::Cint
@wb wb_frame_release(frame::Ptr{CFrame})::Cvoid
@wb wb_frame_memory(frame::Ptr{CFrame}, out::Ptr{Opaque})::Cint
@wb wb_memory_release(memory::Opaque)::Cvoid
@wb wb_reader_interrupt(reader::Opaque)::Cvoid
@wb wb_reader_fd(reader::Opaque)::Cint
@wb wb_reader_schema(reader::Opaque)::Opaque
@wb wb_reader_get_stats(reader::Opaque, out::Ptr{CReaderStats})::Cint
@wb wb_reader_set(reader::Opaque, parameter::Cstring, value::CValue, id::Ptr{UInt64})::Cint
@wb wb_reader_trigger(reader::Opaque, trigger::Cstring, id::Ptr{UInt64})::Cint
@wb wb_reader_command(
    reader::Opaque, command::Cstring, arguments::Ptr{Float64}, argument_count::UInt32, id::Ptr{UInt64}
)::Cint
@wb wb_reader_receipt(reader::Opaque, id::UInt64, timeout_ns::Int64, out::Ptr{UInt8})::Cint
@wb wb_reader_parameter(reader::Opaque, parameter::Cstring, out::Ptr{CValue})::Cint

@wb wb_window_open(reader::Opaque, fields::Ptr{Cstring}, field_count::UInt32, frames::UInt32, out::Ptr{Opaque})::Cint
@wb wb_window_close(window::Opaque)::Cvoid
@wb wb_window_push(window::Opaque, frame::Ptr{CFrame})::Cint
@wb wb_window_get(window::Opaque, field::UInt32, out::Ptr{CWindowView})::Cint

@wb wb_array_create(name::Cstring, type::Cint, dimensions::UInt32, shape::Ptr{UInt64}, out::Ptr{Opaque})::Cint
@wb wb_array_attach(
    name::Cstring, type::Cint, dimensions::UInt32, shape::Ptr{UInt64}, timeout_ns::Int64, out::Ptr{Opaque}
)::Cint
@wb wb_array_close(array::Opaque)::Cvoid
@wb wb_array_remove(name::Cstring)::Cint
@wb wb_array_data(array::Opaque)::Ptr{Cvoid}
@wb wb_array_get_info(array::Opaque, out::Ptr{UInt8})::Cint
@wb wb_array_lock(array::Opaque, timeout_ns::Int64)::Cint
@wb wb_array_unlock(array::Opaque)::Cint

@wb wb_list(names::Ptr{UInt8}, capacity::Csize_t, count::Ptr{Csize_t})::Cint
@wb wb_inspect(stream::Cstring, out::Ptr{Opaque})::Cint
@wb wb_inspection_close(inspection::Opaque)::Cvoid
@wb wb_inspection_stream(inspection::Opaque, out::Ptr{UInt8})::Cint
@wb wb_inspection_schema(inspection::Opaque)::Opaque
@wb wb_inspection_readers(inspection::Opaque, readers::Ptr{UInt8}, capacity::Csize_t, count::Ptr{Csize_t})::Cint
@wb wb_collect(stream::Cstring, out::Ptr{CCollectReport})::Cint

# The value that a function of the library has written into `out`. Not inlined: the compiler of Julia up to 1.11.4 does
# not see that a pointer made of a `Ref` leads back to it, and inside one function reads the value from before the call
# (Julia issue 62411).
@noinline filled(out::Ref) = out[]
