@testset "states_are_those_of_tunstrom" begin
    @test state(0.9, 0.1) === :polarised
    @test state(0.1, 0.9) === :milling
    @test state(0.1, 0.1) === :swarm
    @test state(0.5, 0.5) === :transitional
    @test state(0.65, 0.1) === :transitional && state(0.35, 0.1) === :transitional
end

@testset "dwell_times_are_counted_from_entry_to_exit" begin
    dwell = DwellTimes()
    for (time, now) in enumerate([:swarm, :swarm, :milling, :milling, :milling, :swarm, :polarised])
        push!(dwell, now, time)
    end
    @test mean_dwell(dwell, :swarm) == 1.5 && mean_dwell(dwell, :milling) == 3
    @test isnan(mean_dwell(dwell, :polarised)) && isnan(mean_dwell(dwell, :transitional))
    @test share(dwell, :swarm) == 0.5 && share(dwell, :milling) == 0.5 && share(dwell, :polarised) == 0
    @test (visits(dwell, :swarm), visits(dwell, :polarised), visits(dwell, :transitional)) == (2, 1, 0)
    push!(dwell, :polarised, 9)
    @test share(dwell, :polarised) == 0.25 && isnan(mean_dwell(dwell, :polarised))
    @test_throws ArgumentError push!(dwell, :swarm, 8)
end
