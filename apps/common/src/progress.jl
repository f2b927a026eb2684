# How far a long run is: on a terminal, lines that stay where they are; in a log, a line now and then.

"""
A line under the title: a label, a value, and a curve of `series`, of which `planned` values are expected, between `low`
and `high`.
"""
struct Row
    label::String
    value::String
    series::Vector{Float64}
    planned::Int
    low::Float64
    high::Float64
end

Row(label, value) = Row(label, value, Float64[], 0, 0.0, 1.0)

"""
    Progress(; out=stderr, interval)

`interval` is the least time between two pictures of it, in seconds.
"""
mutable struct Progress
    out::IO
    live::Bool
    interval::Float64
    began::Float64
    shown::Float64
    lines::Int # on the terminal now
end

Progress(; out=stderr, live=out isa Base.TTY, interval=live ? 0.1 : 5.0) = Progress(out, live, interval, time(), 0.0, 0)

is_due(p::Progress) = time() - p.shown >= p.interval

"""
    show!(progress, part, text, rows=Row[])

Shows the text, the rows, and the time that is left if the work done so far is that `part` of all (0 to 1; NaN: not
known). Shows nothing if the last picture is younger than the interval, unless the work is done.
"""
function show!(p::Progress, part::Real, text, rows=Row[])
    is_due(p) || part >= 1 || return nothing
    p.shown = time()
    title = string(text, time_left(part, time() - p.began))
    if p.live
        draw_lines!(p, title, rows)
    else
        values = join((string(r.label, " ", r.value) for r in rows if !isempty(r.value)), ", ")
        println(p.out, title, isempty(values) ? "" : string(": ", values))
        flush(p.out)
    end
    return nothing
end

# After so many seconds for that part of the work.
function time_left(part, seconds)
    0 < part < 1 && seconds > 0 || return ""
    return string(", about ", duration(seconds * (1 - part) / part), " left")
end

duration(seconds) = seconds < 100 ? string(max(1, round(Int, seconds)), " s") : string(round(Int, seconds / 60), " min")

function draw_lines!(p::Progress, title, rows)
    width = displaysize(p.out)[2]
    text = IOBuffer()
    p.lines > 0 && print(text, "\e[", p.lines, "A")
    println(text, "\r\e[K\e[1m", first(title, width - 1), "\e[0m")
    foreach(r -> println(text, "\e[K", row_text(r, width)), rows)
    print(text, "\e[J")
    write(p.out, take!(text))
    p.lines = length(rows) + 1
    return nothing
end

function row_text(r::Row, width)
    room = clamp(width - 48, 0, 60)
    curve = isempty(r.series) ? "" : sparkline(
        column_means(r.series, 1, max(r.planned, length(r.series)), room), r.low, r.high
    )
    return string("  ", rpad(r.label, 22), lpad(r.value, 20), "  \e[38;5;75m", curve, "\e[0m")
end
