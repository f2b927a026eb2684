@testset "an even ring with tangential headings has no polarisation and full rotation" begin
    order = FlockOrder(Flock(even_ring(60)...))
    @test order.polarisation < 1e-12 && order.rotation ≈ 1 && order.cohesion ≈ 1 && order.nearest_neighbour ≈ 2 * sin(pi / 60)
    @test state_name(order) == "milling"
end

@testset "where nobody moves there is no order" begin
    order = FlockOrder(Flock(random_places(50, 1), zeros(Float32, 3, 50)))
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
