# The structs of src/library.jl against the C header, by a small program that a C compiler makes of it.

c_name(name) = "wb_" * join(lowercase.(split(string(name), r"(?=[A-Z])")), "_")

# Julia's names for C's members, where they differ.
const C_MEMBERS = Dict((:wb_value, :bits) => "as")

const PLAIN_STRUCTS = Dict(
    :wb_value => Wingbeat.CValue, :wb_parameter_options => Wingbeat.CParameterOptions,
    :wb_reader_options => Wingbeat.CReaderOptions, :wb_frame => Wingbeat.CFrame, :wb_slot => Wingbeat.CSlot,
    :wb_request => Wingbeat.CRequest, :wb_writer_stats => Wingbeat.CWriterStats, :wb_reader_stats => Wingbeat.CReaderStats,
    :wb_window_view => Wingbeat.CWindowView, :wb_collect_report => Wingbeat.CCollectReport,
)
const RECORDS = Dict(
    :wb_field_info => Wingbeat.FIELD_INFO, :wb_control_info => Wingbeat.CONTROL_INFO, :wb_receipt => Wingbeat.RECEIPT,
    :wb_stream_info => Wingbeat.STREAM_INFO, :wb_reader_info => Wingbeat.READER_INFO, :wb_array_info => Wingbeat.ARRAY_INFO,
)

# (struct, member or "", what Julia has)
function julia_layout()
    rows = Tuple{Symbol,String,Int}[]
    for (name, type) in PLAIN_STRUCTS
        push!(rows, (name, "", sizeof(type)))
        for (i, member) in enumerate(fieldnames(type))
            push!(rows, (name, get(C_MEMBERS, (name, member), string(member)), Int(fieldoffset(type, i))))
        end
    end
    for (name, record) in RECORDS
        push!(rows, (name, "", record.size))
        append!(rows, [(name, string(m), o) for (m, o) in zip(record.names, record.offsets)])
    end
    return rows
end

function c_layout(rows, header)
    prints = map(rows) do (name, member, _)
        value = isempty(member) ? "sizeof($name)" : "offsetof($name, $member)"
        "printf(\"%zu\\n\", $value);"
    end
    constants = "printf(\"%d %d %d %d\\n\", WB_NAME_BYTES, WB_MAX_DIMENSIONS, WB_MAX_ARGUMENTS, WB_REASON_BYTES);"
    source = "#include <stdio.h>\n#include \"$header\"\nint main(void) { $(join(prints, "\n")) $constants return 0; }\n"
    mktempdir() do folder
        file, program = joinpath(folder, "layout.c"), joinpath(folder, "layout")
        write(file, source)
        run(`cc -o $program $file`)
        return readlines(`$program`)
    end
end

header = joinpath(CHECKOUT, "include", "wingbeat", "wingbeat.h")
# (Sys.which throws when a folder of PATH may not be looked into.)
has_compiler() = try
    success(`cc --version`)
catch
    false
end

if isfile(header) && has_compiler()
    @testset "structs_have_the_layout_of_the_c_header" begin
        rows = julia_layout()
        lines = c_layout(rows, header)
        for ((name, member, mine), line) in zip(rows, lines)
            @test (name, member, mine) == (name, member, parse(Int, line))
        end
        limits = (Wingbeat.NAME_BYTES, Wingbeat.MAX_DIMENSIONS, Wingbeat.MAX_ARGUMENTS, Wingbeat.REASON_BYTES)
        @test join(limits, " ") == last(lines)
    end

    @testset "every_error_of_the_c_header_has_its_type" begin
        types = Dict(
            "ARGUMENT" => :InvalidArgument, "NAME" => :InvalidName, "LIMIT" => :LimitExceeded, "STATE" => :OutOfOrder,
            "BUSY" => :WriterBusy, "NO_ROOM" => :NoRoom, "NO_MEMORY" => :NoMemory, "ACCESS" => :AccessDenied,
            "CORRUPT" => :CorruptStream, "INCOMPATIBLE" => :IncompatibleStream, "FORKED" => :Forked,
            "NOT_FOUND" => :NotFound, "TYPE" => :TypeMismatch, "SYSTEM" => :SystemFailure, "EXISTS" => :ArrayExists,
        )
        errors = eachmatch(r"X\(WB_ERR_(\w+),\s*(-\d+)", read(header, String))
        @test Dict(parse(Int, m[2]) => types[m[1]] for m in errors) == Dict(Wingbeat.CODES)
    end
else
    println("note: the C header or compiler is not here, so the layout of structs was not compared")
end

@testset "records_read_texts_numbers_and_values" begin
    layout = Wingbeat.CStruct(:a => 5, :b => UInt32, :c => Float64, :d => Int32)
    @test layout.offsets == [0, 8, 16, 24] && layout.size == 32
    record = Wingbeat.CRecord(layout)
    record.bytes[1:5] .= codeunits("abcde") # no final zero: the whole member
    record.bytes[9] = 7
    @test Wingbeat.text(record, :a) == "abcde"
    record.bytes[3] = 0
    @test Wingbeat.text(record, :a) == "ab"
    @test Wingbeat.integer(record, :b) == 7
    @test_throws KeyError Wingbeat.integer(record, :e)
end
