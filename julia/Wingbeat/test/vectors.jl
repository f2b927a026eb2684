# The golden segments of spec/vectors, read through the package; and their bytes, read by the specification alone.
include("json.jl")

const VECTORS = joinpath(CHECKOUT, "spec", "vectors")
const SHARED_MEMORY = "/dev/shm"

vector_file(name, kind) = joinpath(VECTORS, string(name, ".", kind))
vector_names() = sort!([splitext(file)[1] for file in readdir(VECTORS) if endswith(file, ".json")])
is_whole(name) = isfile(vector_file(name, "data"))

fnv1a(text::String) = foldl((hash, byte) -> (hash ⊻ byte) * 0x00000100000001b3, codeunits(text); init=0xcbf29ce484222325)

# The manifest with these objects and this machine's backend, and a check sum that fits.
function manifest_for(base, data, control)
    lines = readlines(vector_file(base, "manifest"))
    given = Dict("backend" => unsafe_string(Wingbeat.wb_backend()), "data" => "/" * data, "control" => "/" * control)
    body = join(map(lines[1:(end - 1)]) do line
        key = first(split(line, ' '))
        haskey(given, key) ? "$key $(given[key])\n" : "$line\n"
    end)
    return string(body, "check ", string(fnv1a(body); base=16, pad=16), "\n")
end

mutable struct InstalledVector
    expected::Dict{String,Any}
    objects::Vector{String}
    contents::Vector{Vector{UInt8}}
    manifest::String
end

function prepare(name)
    expected = read_json(vector_file(name, "json"))
    base = get(expected, "base", name)
    objects = ["wb-j$(getpid())-$kind" for kind in ("d", "c")]
    contents = [read(vector_file(base, kind)) for kind in ("data", "control")]
    manifest = get(expected, "manifest", manifest_for(base, objects...))
    vector = InstalledVector(expected, objects, contents, manifest)
    damage!(vector)
    return vector
end

object_index(change) = change["object"] == "data" ? 1 : 2

function damage!(vector)
    if haskey(vector.expected, "patch")
        patch = vector.expected["patch"]
        bytes, offset = hex2bytes(patch["bytes"]), Int(patch["offset"])
        vector.contents[object_index(patch)][(offset + 1):(offset + length(bytes))] = bytes
    end
    if haskey(vector.expected, "truncate")
        truncation = vector.expected["truncate"]
        resize!(vector.contents[object_index(truncation)], Int(truncation["bytes"]))
    end
end

function appear(vector)
    foreach((object, content) -> write(joinpath(SHARED_MEMORY, object), content), vector.objects, vector.contents)
    directory = ENV["WINGBEAT_DIR"]
    mkpath(directory)
    draft = joinpath(directory, "draft")
    write(draft, vector.manifest)
    mv(draft, joinpath(directory, vector.expected["stream"] * ".manifest"))
end

disappear(vector) = foreach(object -> rm(joinpath(SHARED_MEMORY, object); force=true), vector.objects)

function with_vector(f, name)
    with_directory() do
        vector = prepare(name)
        try
            f(vector)
        finally
            disappear(vector)
        end
    end
end

# One lease, since the vectors' budgets are small; a spinning one, since nobody is there to wake it.
open_vector(vector; options...) = subscribe(vector.expected["stream"]; leases=1, spin=true, timeout=20, options...)

# Opened before the stream is there, so that it wants every frame.
function open_before(vector)
    opening = @async open_vector(vector; mode=:every)
    yield()
    appear(vector)
    return fetch(opening)
end

numbers(x::AbstractArray) = collect(vec(x))
same_numbers(seen, wanted) = length(seen) == length(wanted) && all(seen[i] == convert(eltype(seen), wanted[i]) for i in eachindex(seen))

function frames_of(swarm)
    frames = []
    while true
        frame = wait(swarm; timeout=0.05)
        frame === nothing && return frames
        push!(frames, (frame=copy(frame), publish_time_ns=frame.publish_time_ns, fields=[numbers(frame[name]) for name in keys(frame)]))
    end
end

function test_frames(seen, wanted)
    @test length(seen) == length(wanted)
    for (s, w) in zip(seen, wanted)
        f = s.frame
        @test (f.seq, f.step, f.time, f.count, f.missed) == (w["seq"], w["step"], w["sim_time"], w["count"], w["missed"])
        @test s.publish_time_ns == w["publish_time_ns"]
        @test all(same_numbers(s.fields[i], w["fields"][i]) for i in eachindex(s.fields))
    end
end

type_name(type) = string(type <: AbstractFloat ? "f" : type <: Unsigned ? "u" : "i", 8 * sizeof(type))

function test_field(field, wanted)
    @test (string(field.name), field.unit, join(field.labels, " ")) == (wanted["name"], wanted["unit"], wanted["labels"])
    @test (field.shape, field.per_agent) == (wanted["shape"], wanted["per_agent"])
    @test (field.offset_bytes, field.size_bytes) == (wanted["offset_bytes"], wanted["size_bytes"])
    @test type_name(field.type) == wanted["type"]
end

wanted_value(control, number) = control.type === Symbol ? control.choices[number + 1] : convert(control.type, number)

function test_control(swarm, control, wanted)
    @test (string(control.name), string(control.kind), control.help) == (wanted["name"], wanted["kind"], wanted["help"])
    @test length(control.arguments) == wanted["argument_count"]
    control.kind === :parameter || return nothing
    @test control.initial == wanted_value(control, wanted["initial"])
    @test params(swarm)[control.name] == wanted_value(control, wanted["value"])
end

function test_stream(swarm, wanted)
    s = schema(swarm)
    @test (s.stream, s.capacity, s.frame_bytes) == (wanted["stream"], wanted["capacity"], wanted["frame_bytes"])
    @test [[key, value] for (key, value) in s.attributes] == wanted["attributes"]
    @test length(s.fields) == length(wanted["fields"]) && length(s.controls) == length(wanted["controls"])
    foreach(test_field, s.fields, wanted["fields"])
    foreach((control, w) -> test_control(swarm, control, w), s.controls, wanted["controls"])
end

if Sys.islinux()
    @testset "$(name)_is_read_as_described" for name in filter(is_whole, vector_names())
        with_vector(name) do vector
            swarm = open_before(vector)
            test_stream(swarm, vector.expected)
            test_frames(frames_of(swarm), vector.expected["frames"])
            close(swarm)
        end
    end

    @testset "$(name)_gives_the_described_result" for name in filter(!is_whole, vector_names())
        with_vector(name) do vector
            appear(vector)
            result = vector.expected["result"]
            if result == "WB_OK"
                swarm = open_vector(vector; mode=:every)
                @test [f.frame.count for f in frames_of(swarm)] == vector.expected["frame_counts"]
                close(swarm)
            else
                types = Dict("WB_ERR_CORRUPT" => Wingbeat.CorruptStream, "WB_ERR_INCOMPATIBLE" => Wingbeat.IncompatibleStream)
                @test_throws types[result] open_vector(vector)
            end
        end
    end
end

# The bytes at the offsets of spec/segment.md, without the library.
u64(bytes, offset) = only_number(UInt64, bytes, offset)
u32(bytes, offset) = only_number(UInt32, bytes, offset)
only_number(T, bytes, offset) = reinterpret(T, bytes[(offset + 1):(offset + sizeof(T))])[1]
text_at(bytes, offset) = String(bytes[(offset + 1):(findnext(iszero, bytes, offset + 1) - 1)])

@testset "header_and_slot_lie_where_the_specification_says" begin
    bytes = read(vector_file("minimal", "data"))
    @test text_at(bytes, 0) == "WBDATA" && u32(bytes, 8) == 1
    @test u64(bytes, 24) == length(bytes)
    @test text_at(bytes, 136) == "minimal"
    head, stride, slots = u64(bytes, 256), u64(bytes, 48), u64(bytes, 56)
    slot = Int(slots + (head & 0xffff) * stride)
    @test u64(bytes, slot) == (head >> 16) << 2 | 3
    @test u64(bytes, slot + 8) == 10 && u64(bytes, slot + 40) == 2
    @test reinterpret(Float32, bytes[(slot + 65):(slot + 88)]) == Float32[1, 2, 3, -0.5, 0.25, 1024]
end

@testset "receipts_lie_where_the_specification_says" begin
    bytes = read(vector_file("controls_and_receipts", "data"))
    codes = Dict("WB_APPLIED" => 1, "WB_SUPERSEDED" => 2, "WB_REFUSED" => 3)
    for wanted in read_json(vector_file("controls_and_receipts", "json"))["receipts"]
        block = Int(u64(bytes, 88)) + 2176 * Int(wanted["entry"])
        place = block + 128 + 128 * Int(wanted["id"] % 16)
        @test u64(bytes, block) == 5
        @test (u64(bytes, place), u32(bytes, place + 8)) == (wanted["id"], codes[wanted["status"]])
        @test (u64(bytes, place + 16), u64(bytes, place + 24)) == (wanted["step"], wanted["seq"])
        @test text_at(bytes, place + 32) == wanted["reason"]
    end
end
