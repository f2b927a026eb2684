using Demo: Display, FlockOrder, FlockPicture, Now, RunRecord, Steering
using Demo: draw!, flock_view!, picture_lines, plain_line, screen_rows, starting_rows, update!

plain(text) = replace(text, r"\e\[[0-9;?]*[a-zA-Z]" => "")

function record_of(frames)
    record = RunRecord(500, 600, 10, Steering(:alignment, 0.1))
    for k in 1:frames
        add!(record, 5e4, FlockOrder(k / 1000, 0.1, 500.0, 20.0), 1 / k, [sin(k / 10 + j) for j in 1:10])
    end
    return record
end

const RUNTIME = "/tmp/wingbeat-demo-12345-abcd"
moment(; compiling="") = Now(500, compiling, 0.5, 3.0, 10.0, 60.0, FlockOrder(0.1, 0.2, 500.0, 20.0), RUNTIME)

function rows_of(width, height, draw, frames, now)
    display = Display(devnull, false)
    X, V = random_positions(500, 1), random_headings(500, 2)
    flock_view!(display.picture, Tuple(centroid(X)), cohesion(Flock(X)))
    draw === starting_rows && return draw(
        display, record_of(frames), now, ["one", "two", "three"], 1, X, V, width, height
    )
    return draw(display, record_of(frames), now, X, V, width, height)
end

const SIZES = ((80, 24), (120, 40), (200, 50), (66, 20), (40, 12))

@testset "the screen fits its terminal, with and without a picture" begin
    for (width, height) in SIZES, frames in (0, 1, 400), draw in (screen_rows, starting_rows)
        rows = rows_of(width, height, draw, frames, moment(; compiling=draw === starting_rows ? "Julia compiles" : ""))
        @test length(rows) <= max(height, 18)
        @test maximum(length ∘ plain, rows) <= width
    end
end

@testset "a terminal of 80 columns shows a picture, whole commands, and no row of zeros" begin
    text = plain(join(rows_of(80, 24, screen_rows, 400, moment()), "\n"))
    @test occursin(r"[▀▄]", text)
    @test occursin("WINGBEAT_DIR=$RUNTIME build/release/bin/wingbeat top\n", text)
    record = record_of(400)
    foreach(history -> history .*= 1e-4, record.code)
    @test !occursin(" 0.000 ", join((Demo.code_row(record, j, 44) for j in 1:10), "\n"))
end

@testset "the screen shows the measurements" begin
    text = plain(join(rows_of(120, 36, screen_rows, 400, moment()), "\n"))
    for part in ("500 agents", "400 frames", "0 torn", "polarisation", "model error", "stream latent", "alignment")
        @test occursin(part, text)
    end
    text = plain(
        join(rows_of(80, 24, starting_rows, 0, moment(; compiling="Julia compiles: 2 of 3, about 4 s left")), "\n")
    )
    @test occursin("about 4 s left", text) && occursin(r"done +one", text) && occursin(r"now +two", text)
end

@testset "a picture shows each agent inside its frame and nothing elsewhere" begin
    picture = FlockPicture(; truecolour=true)
    X, V = zeros(Float32, 3, 7), ones(Float32, 3, 7)
    flock_view!(picture, (0.0, 0.0, 0.0), 10.0)
    update!(picture, X, V, 20, 10)
    @test sum(picture.counts) == 7
    @test count(!iszero, picture.counts) == 1
    @test count(c -> c in ('▀', '▄'), plain(join(picture_lines(picture)))) == 1
    X[:, 1] .= 1.0f9
    update!(picture, X, V, 20, 10)
    @test sum(picture.counts) == 6
end

@testset "a closed display leaves the terminal as it was, an unopened one untouched" begin
    mktempdir() do folder
        withenv("WINGBEAT_APP_DIR" => folder) do
            out = IOBuffer()
            close(Display(out, true))
            @test isempty(take!(out))
            display = Display(out, true)
            draw!((width, height) -> ["a row"], display)
            @test isfile(joinpath(folder, "screen")) # apps/run gives the terminal back after Ctrl-C
            close(display)
            @test !isfile(joinpath(folder, "screen"))
            text = String(take!(out))
            @test startswith(text, "\r\e[K\e[?1049h") && occursin("a row", text)
            @test occursin("\e[?25h", text) && endswith(text, "\e[?1049l")
        end
    end
end

@testset "a log line fits 80 columns and carries the order, the error and the faults" begin
    record = record_of(60)
    line = plain_line(record, moment())
    @test startswith(line, "  3 s  60.0 frames/s  lag 50 us  polarisation 0.100")
    @test occursin("model error 1.7 %", line) && length(line) <= 80
    record.lost, record.torn = 3, 1
    @test endswith(plain_line(record, moment()), "  3 lost  1 torn")
end
