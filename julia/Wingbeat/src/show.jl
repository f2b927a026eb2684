# Texts for the REPL.

const Plain = MIME"text/plain"

plural(n, word) = string(n, " ", word, n == 1 ? "" : "s")

function human_bytes(n::Real)
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    k = 1
    while n >= 1024 && k < length(units)
        n /= 1024
        k += 1
    end
    return string(k == 1 ? Int(n) : round(n; digits=1), " ", units[k])
end

function human_time(seconds::Real)
    isnan(seconds) && return "never"
    seconds < 0 && return "?" # the writer runs in a container with a clock of its own (a time namespace)
    seconds < 1 && return string(round(1e3 * seconds; digits=1), " ms")
    seconds < 120 && return string(round(seconds; digits=1), " s")
    return string(round(Int, seconds / 60), " min")
end

# Prints rows of strings in columns, separated by two spaces.
function print_table(io::IO, rows; indent="  ")
    isempty(rows) && return nothing
    widths = [maximum(textwidth(row[k]) for row in rows) for k in 1:length(first(rows))]
    for row in rows
        line = join((rpad(row[k], widths[k]) for k in eachindex(row)), "  ")
        print(io, "\n", indent, rstrip(line))
    end
end

function shape_text(f::Field)
    numbers = string.(f.shape)
    f.per_agent && (numbers[end] = "N")
    return join(numbers, "×")
end
unit_text(f::Field) = isempty(f.unit) ? "" : "[$(f.unit)]"
field_row(f::Field) = [string(f.name), string(f.type), shape_text(f), join(f.labels, " "), unit_text(f)]
print_fields(io::IO, schema::Schema) = print_table(io, map(field_row, schema.fields))

function count_controls(schema::Schema)
    parts = String[]
    for kind in KINDS
        n = count(c -> c.kind === kind, schema.controls)
        n > 0 && push!(parts, plural(n, string(kind)))
    end
    return join(parts, ", ")
end

function print_extras(io::IO, schema::Schema)
    controls = count_controls(schema)
    isempty(controls) || print(io, "\n  ", controls)
    for (key, value) in schema.attributes
        print(io, "\n  ", key, " = ", value)
    end
end

Base.show(io::IO, s::Schema) = print(io, "Schema of ", s.stream, " (", plural(length(s.fields), "field"), ")")
function Base.show(io::IO, ::Plain, s::Schema)
    print(io, "Schema of ", s.stream, ": up to ", plural(s.capacity, "agent"), ", ")
    print(io, human_bytes(s.frame_bytes), " a frame")
    print_fields(io, s)
    print_extras(io, s)
end

const WAY_TEXTS = (none="", lease="", copy=", by copying", observer=", observing")

Base.show(io::IO, s::Reader) = print(io, "Reader(", s.name, isopen(s) ? "" : ", closed", ")")
function Base.show(io::IO, ::Plain, s::Reader)
    isopen(s) || return show(io, s)
    now = stats(s)
    print(io, "Reader of ", s.name, " (:", s.mode, WAY_TEXTS[now.way], "), writer ")
    print(io, now.writer_alive ? "alive" : "gone")
    print(io, "\n  frame ", now.seq, " of ", now.newest, ", ", now.received, " received, ", now.missed, " missed, ")
    print(io, plural(now.restarts, "restart"))
    print_fields(io, schema(s))
    print_extras(io, schema(s))
end

Base.show(io::IO, f::Frame) = print(io, "Frame(", f.seq, is_valid(f) ? "" : ", released", ")")
function Base.show(io::IO, ::Plain, f::Frame)
    is_valid(f) || return print(io, "Frame ", f.seq, " (released)")
    name = schema(f).stream
    print(io, "Frame ", f.seq, " of ", name, ": step ", f.step, ", t = ", f.time, " s, ", plural(f.count, "agent"))
    f.missed > 0 && print(io, ", ", f.missed, " missed before")
    f.hold.kept && print(io, ", on hold")
    print_fields(io, schema(f))
end

Base.show(io::IO, f::FrameCopy) = print(io, "FrameCopy(", f.seq, ")")
function Base.show(io::IO, ::Plain, f::FrameCopy)
    print(io, "Copy of frame ", f.seq, ": step ", f.step, ", t = ", f.time, " s, ", plural(f.count, "agent"))
    print_table(io, [[string(k), summary(v)] for (k, v) in pairs(f.fields)])
end

Base.show(io::IO, w::Window) = print(io, "Window(", join(keys(w), ", "), isopen(w) ? "" : ", closed", ")")
function Base.show(io::IO, ::Plain, w::Window)
    isopen(w) || return show(io, w)
    n = length(w)
    print(io, "Window over ", w.reader.name, ": ", n, " of ", plural(w.frames, "frame"))
    n > 0 && print(io, ", ", w.seqs[1], " to ", w.seqs[n])
    print_table(io, [[string(f.name), string(f.type), join([f.shape; n], "×")] for f in w.fields])
end

# ------------------------------------------------------------------------------------------------------------ controls

function range_text(c::Control)
    c.type === Symbol && return join(c.choices, " | ")
    return c.minimum === nothing ? "" : "$(c.minimum) .. $(c.maximum)"
end

Base.show(io::IO, p::Parameters) = print(io, "Parameters of ", schema(p.source).stream)
function Base.show(io::IO, ::Plain, p::Parameters)
    print(io, plural(length(p), "parameter"), " of ", schema(p.source).stream)
    print_table(io, [[string(c.name), string(p[c.name]), c.unit, range_text(c), c.help] for c in parameter_controls(p)])
end

function Base.show(io::IO, r::Receipt)
    status = r.status
    print(io, "Receipt(", r.request, ": ", status)
    status === :applied && print(io, " at step ", r.step, ", in force from frame ", r.seq)
    status === :refused && print(io, ", ", r.reason)
    print(io, ")")
end

function Base.show(io::IO, r::Request)
    print(io, "Request(", r.name)
    r.value === nothing || print(io, " = ", r.value)
    isempty(r.arguments) || print(io, ": ", join(r.arguments, ", "))
    print(io, ")")
end

Base.show(io::IO, out::Writer) = print(io, "Writer(", schema(out).stream, isopen(out) ? "" : ", closed", ")")
function Base.show(io::IO, ::Plain, out::Writer)
    isopen(out) || return show(io, out)
    now = stats(out)
    print(io, "Writer of ", schema(out).stream, ": ", plural(now.published, "frame"), " published, ")
    print(io, plural(now.requests, "request"), " answered")
    print_fields(io, schema(out))
    print_extras(io, schema(out))
end

# ------------------------------------------------------------------------------------------------------------- streams

reader_text(r::ReaderInfo) = string(isempty(r.label) ? "reader" : r.label, " ", r.pid, r.alive ? "" : " (dead)")
mode_text(r::ReaderInfo) = string(":", r.mode, r.stride > 1 ? " $(r.stride)" : "")

function stream_row(s::StreamInfo)
    alive = count(r -> r.alive, s.readers)
    dead = length(s.readers) - alive
    readers = string(alive, dead == 0 ? "" : " + $dead dead")
    return [
        string(s.name, s.unverified === nothing ? "" : " (unverified)"), string(s.writer), string(s.pid), string(s.seq),
        human_time(s.age), "$(s.count)/$(s.capacity)", human_bytes(s.memory_bytes), readers,
    ]
end

function Base.show(io::IO, ::Plain, list::StreamList)
    isempty(list) && return print(io, "No streams in ", list.directory)
    print(io, plural(length(list), "stream"), " in ", list.directory)
    heading = ["stream", "writer", "pid", "frame", "age", "agents", "memory", "readers"]
    print_table(io, [[heading]; map(stream_row, list.streams)])
end

Base.show(io::IO, s::StreamInfo) = print(io, "StreamInfo(", s.name, ", writer ", s.writer, ")")
function Base.show(io::IO, ::Plain, s::StreamInfo)
    print(io, "Stream ", s.name, ": writer ", s.writer, " (process ", s.pid, "), epoch ", s.epoch)
    print(io, ", generation ", s.generation)
    print(io, "\n  frame ", s.seq, ", step ", s.step, ", t = ", s.time, " s, ", human_time(s.age), " old")
    print(io, "\n  ", s.count, " of ", plural(s.capacity, "agent"), ", ", human_bytes(s.frame_bytes), " a frame, ")
    print(io, human_bytes(s.memory_bytes), " in all")
    s.unverified === nothing || print(io, "\n  unverified: ", s.unverified)
    rows = [[
        reader_text(r), mode_text(r), "frame $(r.seq)", "$(r.received) received", "$(r.missed) missed",
        r.leases == 0 && r.alive ? "copies" : "$(r.held) of $(r.leases) leases held", r.asleep ? "asleep" : "",
    ] for r in s.readers]
    print_table(io, rows)
end
