@testset "every_exported_name_can_be_used_beside_wingbeat_and_julias_own_libraries" begin
    @test clashing_names(SwarmMetrics, :Wingbeat, :LinearAlgebra, :Statistics, :Random) == []
end
