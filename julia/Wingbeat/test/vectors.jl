# The golden segments and arrays of spec/vectors, seen through the library. A segment is, as section 10 of
# spec/segment.md says, two shared memory objects and a manifest. tests/vectors reads the damaged segments, too: the
# library refuses or repairs them.

# JSON as a Julia expression.
parse_json(text) = Core.eval(Main, Meta.parse(replace(text, r"\"(?:[^\"\\]|\\.)*\"|[{}:\[]|\bnull\b" => julia_token)))
julia_token(token) = get(() -> replace(replace(token, "\\/" => "/"), "\$" => "\\\$"), JULIA_TOKENS, token)
const JULIA_TOKENS = Dict("{" => "Dict{String,Any}(", "}" => ")", "[" => "Any[", ":" => "=>", "null" => "nothing")

# ------------------------------------------------------------------------------------------------------------- segments

const VECTORS = joinpath(CHECKOUT, "spec", "vectors")

# FNV-1a, the manifest's check sum: of all lines before it.
fnv(text) = foldl((h, b) -> (h ⊻ b) * 0x00000100000001b3, codeunits(text); init=0xcbf29ce484222325)

manifest_path(expected) = joinpath(ENV["WINGBEAT_DIR"], expected["stream"] * ".manifest")

# f gets a reader that waited for the stream, because the frames are those of such a reader.
function with_vector(f, name, expected)
    with_directory() do
        mkpath(ENV["WINGBEAT_DIR"]; mode=0o700)
        names = object_names(expected)
        task = @async subscribe(expected["stream"]; mode=:every, leases=1, timeout=20)
        sleep(0.05)
        try
            for (part, object) in names
                write(joinpath("/dev/shm", object), read(joinpath(VECTORS, "$name.$part")))
                chmod(joinpath("/dev/shm", object), 0o600)
            end
            write(manifest_path(expected), manifest_for(read(joinpath(VECTORS, "$name.manifest"), String), names))
            swarm = fetch(task)
            f(swarm)
            close(swarm)
        finally
            rm(manifest_path(expected); force=true)
            foreach(object -> rm(joinpath("/dev/shm", object); force=true), values(names))
        end
    end
end

# The names of section 2.3 of the specification, for epoch 1. Readers refuse objects made for another directory.
function object_names(expected)
    directory_hash = fnv(realpath(ENV["WINGBEAT_DIR"]) * "\n" * expected["stream"]) >> 16
    prefix = "wb-" * string(directory_hash; base=16, pad=12) * "-1"
    return Dict("data" => prefix * "d", "control" => prefix * "c")
end

function manifest_for(text, names)
    for (part, name) in names
        text = replace(text, Regex("^$part /.*\$", "m") => "$part /$name")
    end
    text = replace(text, r"^backend .*$"m => "backend " * unsafe_string(Wingbeat.wb_backend()))
    body = first(split(text, "check "))
    return body * "check " * string(fnv(body); base=16, pad=16) * "\n"
end

type_name(T) = (T <: AbstractFloat ? "f" : T <: Signed ? "i" : "u") * string(8 * sizeof(T))

function compare_schema(s, expected)
    @test (s.stream, s.capacity, s.frame_bytes) == (expected["stream"], expected["capacity"], expected["frame_bytes"])
    @test length(s.fields) == length(expected["fields"])
    for (f, e) in zip(s.fields, expected["fields"])
        @test (string(f.name), type_name(f.type), f.shape, f.per_agent) == (e["name"], e["type"], e["shape"], e["per_agent"])
        @test (join(f.labels, " "), f.unit, f.offset_bytes, f.size_bytes) == (e["labels"], e["unit"], e["offset_bytes"], e["size_bytes"])
    end
    @test length(s.controls) == length(expected["controls"])
    for (c, e) in zip(s.controls, expected["controls"])
        @test (string(c.name), string(c.kind), c.help, c.unit) == (e["name"], e["kind"], e["help"], e["unit"])
        @test join([c.choices; c.arguments], " ") == e["choices"]
    end
end

function compare_values(swarm, expected)
    for e in expected["controls"]
        e["kind"] == "parameter" || continue
        control = Wingbeat.find_control(schema(swarm), Symbol(e["name"]))
        present = params(swarm)[e["name"]]
        @test (present isa Symbol ? findfirst(==(present), control.choices) - 1 : present) == e["value"]
    end
end

function compare_frames(swarm, expected)
    for e in expected["frames"]
        frame = wait(swarm; timeout=10)
        @test (frame.seq, frame.step, frame.time, frame.count) == (e["seq"], e["step"], e["sim_time"], e["count"])
        @test (frame.missed, frame.publish_time_ns) == (e["missed"], e["publish_time_ns"])
        for (name, numbers) in zip(keys(frame), e["fields"])
            @test vec(frame[name]) == eltype(frame[name])[n for n in numbers]
        end
    end
    @test wait(swarm; timeout=0) === nothing
end

description_files(folder) = filter(file -> endswith(file, ".json"), isdir(folder) ? readdir(folder) : String[])
describe(folder, file) = file[1:(end - 5)] => parse_json(read(joinpath(folder, file), String))
described(folder) = [describe(folder, file) for file in description_files(folder)]

whole_vectors = filter(v -> haskey(v[2], "fields"), described(VECTORS))
@testset "the_golden_segments_are_there" begin
    @test length(whole_vectors) >= 9
end

if Sys.islinux() && isdir("/dev/shm")
    for (name, expected) in whole_vectors
        @testset "golden_segment_$name" begin
            with_vector(name, expected) do swarm
                compare_schema(schema(swarm), expected)
                @test sort(collect(attributes(swarm))) == sort([a[1] => a[2] for a in expected["attributes"]])
                compare_values(swarm, expected)
                compare_frames(swarm, expected)
            end
        end
    end
end

# --------------------------------------------------------------------------------------------------------------- arrays

# Those of spec/array.md: the object's content, and what it is. Its numbers are 1, 2, 3 ..., imaginary parts their
# negatives.
const ARRAY_VECTORS = joinpath(VECTORS, "arrays")
const ARRAY_VECTOR_NAME = "/wbtest-vector-julia-$(getpid())"
const NAMES_OF_TYPES = Dict(
    "i8" => Int8, "i16" => Int16, "i32" => Int32, "i64" => Int64, "u8" => UInt8, "u16" => UInt16, "u32" => UInt32,
    "u64" => UInt64, "f32" => Float32, "f64" => Float64, "c64" => ComplexF32, "c128" => ComplexF64,
)

counted(T, dims) = T[T <: Complex ? T(i, -i) : T(i) for i in 1:prod(dims)]

function with_array_vector(f, bytes)
    with_directory() do
        object = "/dev/shm" * ARRAY_VECTOR_NAME
        try
            write(object, bytes)
            chmod(object, 0o600)
            f(ARRAY_VECTOR_NAME)
        finally
            rm(object; force=true)
        end
    end
end

array_vectors = described(ARRAY_VECTORS)
@testset "the_golden_arrays_are_there_of_every_type_and_number_of_dimensions" begin
    @test Set(e["type"] for (_, e) in array_vectors) == keys(NAMES_OF_TYPES)
    @test Set(length(e["shape"]) for (_, e) in array_vectors) == Set(1:8)
    @test Set(e["lock"] for (_, e) in array_vectors) == Set([true, false])
end

if Sys.islinux() && isdir("/dev/shm")
    for (name, expected) in array_vectors
        bytes = read(joinpath(ARRAY_VECTORS, name * ".array"))
        T, dims = NAMES_OF_TYPES[expected["type"]], Tuple(Int.(expected["shape"]))
        @testset "golden_array_$name" begin
            with_array_vector(bytes) do object
                a = LockedArray{T,length(dims)}(object)
                @test size(a) == dims && vec(parent(a)) == counted(T, dims)
                # The vectors' lock is of a directory that is none here.
                @test thrown(() -> lock(a; timeout=0)) isa (expected["lock"] ? Wingbeat.IncompatibleStream : Wingbeat.NotFound)
                @test read("/dev/shm" * object) == bytes
            end
            with_directory() do
                a = LockedArray(ARRAY_VECTOR_NAME, T, dims)
                copyto!(parent(a), counted(T, dims))
                made = read("/dev/shm" * ARRAY_VECTOR_NAME)
                rm(LockedArray, ARRAY_VECTOR_NAME)
                numbers_end = (length(dims) > 6 ? 128 : 64) + sizeof(T) * prod(dims)
                @test made[1:numbers_end] == bytes[1:numbers_end]
                @test !expected["lock"] || length(made) == length(bytes)
            end
        end
    end
end
