plain(text) = replace(text, r"\e\[[0-9;?]*[a-zA-Z]" => "")

function record_of(frames)
    record = RunRecord(500, 600, 10, Steering(:alignment, 0.1))
    for k in 1:frames
        add!(record, 5e4, FlockOrder(k / 1000, 0.1, 500.0, 20.0), 1 / k, [sin(k / 10 + j) for j in 1:10])
    end
    return record
end

moment(; warming=false) = Now(500, warming, 3.0, 10.0, 60.0, FlockOrder(0.1, 0.2, 500.0, 20.0), "elsewhere")

function rows_of(frames, width, height)
    display = Display(devnull, true)
    X, V = random_places(500, 1), random_headings(500, 2)
    flock_view!(display.picture, Tuple(centroid(X)), cohesion(X))
    return Screen.screen_rows(display, record_of(frames), moment(), X, V, width, height)
end

@testset "numbers are written as they are read" begin
    @test fixed(3.14159, 2) == "3.14"
    @test fixed(-0.001, 2) == "0.00"
    @test fixed(-1.5, 0) == "-2"
    @test fixed(NaN, 2) == "-"
    @test grouped(1234567) == "1,234,567"
    @test microseconds(1234) == "1.2"
    @test microseconds(45678) == "46"
    @test percent(0.0312) == "3.1"
end

@testset "a curve rises from the lowest to the highest block and leaves gaps" begin
    @test sparkline([0.0, 0.5, 1.0, NaN], 0, 1) == "▁▅█ "
    @test sparkline([2.0, 2.0], 2, 2) == "▁▁"
    @test columns([1.0, 3.0, 5.0, 7.0], 1, 4, 2) == [2.0, 6.0]
    @test isequal(columns([1.0, 3.0], 1, 4, 2), [2.0, NaN])
    @test isequal(columns([1.0, 3.0], -1, 2, 2), [NaN, 2.0])
end

@testset "the screen fits its terminal, with and without a picture" begin
    for (width, height) in ((80, 24), (120, 36), (200, 60), (66, 20)), frames in (0, 1, 400)
        rows = rows_of(frames, width, height)
        @test length(rows) <= height
        @test maximum(length ∘ plain, rows) <= width
    end
end

@testset "the screen shows what was measured" begin
    text = plain(join(rows_of(400, 120, 36), "\n"))
    for part in ("500 agents", "400 frames", "0 torn", "polarisation", "left over", "stream latent", "alignment")
        @test occursin(part, text)
    end
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
    out = IOBuffer()
    close(Display(out, true))
    @test isempty(take!(out))
    display = Display(out, true)
    display.open = true
    close(display)
    text = String(take!(out))
    @test occursin("\e[?25h", text) && endswith(text, "\e[?1049l")
end

@testset "a log line carries the order, the error and the code" begin
    line = plain_line(record_of(60), moment())
    @test occursin("60 frames (60.0/s), 0 lost, 0 torn, lag 50 us", line)
    @test occursin("polarisation 0.100", line)
    @test occursin("error 1.7 %", line)
    @test startswith(line, "  3 s: ")
    @test startswith(plain_line(record_of(60), moment(; warming=true)), "warming up: ")
end
