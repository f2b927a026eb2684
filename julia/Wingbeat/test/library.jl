@testset "the_library_in_use_is_named" begin
    @test isfile(Wingbeat.library())
    @test unsafe_string(Wingbeat.wb_version()) == "0.1.0"
end

@testset "every_exported_name_is_documented" begin
    for name in names(Wingbeat)
        text = string(Base.Docs.doc(Base.Docs.Binding(Wingbeat, name)))
        @test !occursin("No documentation found", text)
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
