# The result as it improves: on a terminal a few lines that stay where they are, elsewhere a line now and then.

struct Row
    label::String
    value::String
    curve::String # a sparkline, or empty
end

const CURVE_WIDTH = 48

"The row of a series from the beginning of a run of `planned` values to now, between `low` and `high`."
Row(label, value, series, planned, low, high) =
    Row(label, value, sparkline(columns(series, 1, max(planned, length(series)), CURVE_WIDTH), low, high))

mutable struct Board
    out::IO
    live::Bool
    shown::Float64
    rows::Int # on the terminal now
end

Board(out=stderr) = Board(out, out isa Base.TTY, 0.0, 0)

is_due(board::Board) = time() - board.shown >= (board.live ? 0.1 : 2.0)

"Shows the title and the rows."
function show_rows!(board::Board, title, rows)
    board.shown = time()
    board.live || return println(board.out, title, ": ", join(("$(r.label) $(r.value)" for r in rows if !isempty(r.value)), ", "))
    text = IOBuffer()
    board.rows > 0 && print(text, "\e[", board.rows, "A")
    println(text, "\r\e[K\e[1m", title, "\e[0m")
    foreach(r -> println(text, "\e[K  ", rpad(r.label, 22), lpad(r.value, 22), "  \e[38;5;75m", r.curve, "\e[0m"), rows)
    write(board.out, take!(text))
    board.rows = length(rows) + 1
    return nothing
end
