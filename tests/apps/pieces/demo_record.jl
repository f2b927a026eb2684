using Demo: FlockOrder, RunRecord, Steering, SwarmSummary, STEP_WORD
using Demo: effect, failures, frame_stamp, last_line, read_summary, slow_note, state_name, summary_json, words_sum

@testset "an even ring with tangential headings has no polarisation and full rotation" begin
    order = FlockOrder(Flock(even_ring(60)...))
    @test order.polarisation < 1e-12 && order.rotation ≈ 1 && order.cohesion ≈ 1
    @test order.nearest_neighbour ≈ 2 * sin(pi / 60)
    @test state_name(order) == "milling"
end

@testset "agents that do not move have no order" begin
    order = FlockOrder(Flock(random_positions(50, 1), zeros(Float32, 3, 50)))
    @test order.polarisation == 0 && order.rotation == 0 && order.cohesion > 0
    @test state_name(order) == "swarm"
end

@testset "the states of Tunstrom are named" begin
    name(phi, m) = state_name(FlockOrder(phi, m, 1.0, 1.0))
    @test name(0.9, 0.1) == "polarised"
    @test name(0.1, 0.9) == "milling"
    @test name(0.1, 0.1) == "swarm"
    @test name(0.5, 0.5) == "transitional"
end

@testset "the words of an array are summed, the last one filled up with zeros" begin
    @test words_sum(UInt8[1, 2]) == 0x0201
    @test words_sum(UInt64[5, typemax(UInt64)]) == 4
    @test words_sum(UInt32[1, 2, 3]) == 0x0000000200000001 + 3
    @test words_sum(UInt8[]) == 0
    bytes = rand(MersenneTwister(1), UInt8, 1001)
    padded = reinterpret(UInt64, vcat(bytes, zeros(UInt8, 7)))
    @test words_sum(bytes) == sum(padded)
end

@testset "a stamp depends on the frame's number and on every field" begin
    a, b = rand(MersenneTwister(2), Float32, 3, 101), UInt32[7, 8, 9]
    stamp = frame_stamp(5, (a, b))
    @test stamp == STEP_WORD * 5 + words_sum(a) + words_sum(b)
    @test frame_stamp(6, (a, b)) != stamp
    for i in eachindex(a)
        changed = copy(a)
        changed[i] += 1
        frame_stamp(5, (changed, b)) == stamp && @test false
    end
    @test frame_stamp(5, (a, UInt32[7, 8, 8])) != stamp
end

# A run without errors: 400 frames, steered in the middle.
function good_record(; polarised=0.3, errors=k -> 1 / k)
    record = RunRecord(10_000, 400, 10, Steering(:alignment, 0.1))
    for k in 1:400
        phi = k <= 200 ? 0.01 + 0.002 * sin(k) : polarised
        add!(record, 1000.0 * k, FlockOrder(phi, 0.1, 500.0, 20.0), errors(k), zeros(10))
        k == 200 && (record.steering.frame = 200)
    end
    record.steering.receipt = "applied at step 777"
    record.steering.applied = true
    return record
end

const GOOD_SWARM = SwarmSummary(400, 5_500.0)

@testset "a good run fails no check and closes with the agreed line" begin
    record = good_record()
    @test isempty(failures(record, GOOD_SWARM))
    @test last_line(record, GOOD_SWARM) ==
        "demo: 400 frames, 0 lost, 0 torn, latency p50 200 us p99 396 us, publish cost p50 5.5 us"
end

@testset "each check fails for its own reason, alone" begin
    function only_failure(record, swarm=GOOD_SWARM)
        failed = failures(record, swarm)
        @test length(failed) == 1
        return first(failed)
    end
    for (text, change!) in (
        ("torn", r -> r.torn = 1), ("at least 409 are wanted", r -> r.lost = 30),
        ("never steered", r -> r.steering.frame = 0),
        ("refused out of range", r -> (r.steering.applied = false; r.steering.receipt = "refused out of range")),
    )
        record = good_record()
        change!(record)
        @test occursin(text, only_failure(record))
    end
    @test occursin("latent", only_failure(good_record(), SwarmSummary(199, 5.0)))
    @test occursin("no summary", only_failure(good_record(), SwarmSummary(-1, NaN)))
    @test occursin("did not halve", only_failure(good_record(; errors=k -> 0.1)))
    @test occursin("did not move", only_failure(good_record(; polarised=0.011)))
end

@testset "lost frames fail a check, frames that a slow machine never made are a note" begin
    record = good_record()
    @test isempty(slow_note(record))
    record.planned = 600
    @test isempty(failures(record, GOOD_SWARM))
    @test occursin("published 400 of 600 planned frames", slow_note(record))
    record.lost = 22
    @test failures(record, GOOD_SWARM) == ["saw 400 of 422 published frames; at least 401 are wanted"]
end

@testset "a run without frames fails and still has its last line" begin
    record = RunRecord(100, 400, 10, Steering(:alignment, 0.1))
    @test length(failures(record, SwarmSummary(-1, NaN))) == 4
    @test last_line(record, SwarmSummary(-1, NaN)) ==
        "demo: 0 frames, 0 lost, 0 torn, latency p50 - us p99 - us, publish cost p50 - us"
    @test occursin("\"latency_p50_ns\":null", summary_json(record, SwarmSummary(-1, NaN), ["a \"b\""]))
end

@testset "no flock counts as steadier than random headings" begin
    record = RunRecord(10_000, 400, 10, Steering(:alignment, 0.1))
    for k in 1:400
        add!(record, 1.0, FlockOrder(k <= 200 ? 0.015 : 0.010, 0.1, 1.0, 1.0), 1 / k, zeros(10))
    end
    record.steering.frame, record.steering.applied = 200, true
    @test effect(record)[3] < 3
end

@testset "the swarm's summary is read from its JSON, and its absence noticed" begin
    swarm = read_summary("{\n  \"frames\": 10,\n  \"publish_p50_ns\": 5248,\n  \"latent_frames\": 599\n}\n")
    @test swarm.latent_frames == 599
    @test swarm.publish_p50_ns == 5248
    @test read_summary("").latent_frames == -1
end
