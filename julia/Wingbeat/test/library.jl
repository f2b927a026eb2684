@testset "the_library_in_use_is_named" begin
    @test isfile(Wingbeat.library())
    @test unsafe_string(Wingbeat.wb_version()) == "0.1.0"
end

@testset "every_exported_name_is_documented" begin
    for name in names(Wingbeat)
        text = string(Core.eval(Wingbeat, :(@doc $name)))
        @test !occursin("No documentation found", text)
    end
end

@testset "every_exported_name_can_be_used_beside_julias_own_libraries" begin
    @test clashing_names(Wingbeat, :LinearAlgebra, :Statistics, :Random, :Sockets, :SharedArrays, :Distributed) == []
    # The same function where Base has one, so that programs for older Julia go on.
    @test !isdefined(Base, :isfull) || isfull === Base.isfull
end

@testset "a_clash_would_be_found" begin
    package = Module(:Clashing)
    Core.eval(package, :(export first, last; first() = 1; import Base: last))
    Core.eval(Main, :(const Clashing = $package))
    sandbox = Module(:Sandbox)
    Core.eval(sandbox, :(using Main.Clashing))
    @test !is_the_same(sandbox, package, :first) && is_the_same(sandbox, package, :last)
end

@testset "of_julia_only_its_public_interface_is_used" begin
    for folder in filter(isdir, [joinpath(CHECKOUT, "julia"), joinpath(CHECKOUT, "apps"), joinpath(CHECKOUT, "examples")])
        @test (VERSION < v"1.11" ? String[] : private_names(folder)) == []
    end
end

@testset "the_library_is_looked_for_in_the_environment_then_beside_the_package_then_in_the_system" begin
    before = get(ENV, "WINGBEAT_LIBRARY", nothing)
    mktempdir() do folder
        ENV["WINGBEAT_LIBRARY"] = folder
        @test Wingbeat.library_candidates() == [joinpath(folder, "libwingbeat." * Wingbeat.Libdl.dlext)]
        ENV["WINGBEAT_LIBRARY"] = joinpath(folder, "x.so")
        @test Wingbeat.library_candidates() == [joinpath(folder, "x.so")]
    end
    delete!(ENV, "WINGBEAT_LIBRARY")
    @test last(Wingbeat.library_candidates()) == "libwingbeat"
    @test joinpath(CHECKOUT, "build", "release", "lib") in Wingbeat.library_folders()
    before === nothing || (ENV["WINGBEAT_LIBRARY"] = before)
end

@testset "a_missing_library_is_an_error_that_says_what_to_do" begin
    child = withenv("WINGBEAT_LIBRARY" => "/nowhere/libwingbeat.so") do
        start("no_library")
    end
    @test next_line(child) == "loaded"
    text = next_line(child)
    @test occursin("LibraryMissing", text)
    @test occursin("/nowhere/libwingbeat.so", text)
    @test occursin("make build", text)
    @test success(finish(child))
end
