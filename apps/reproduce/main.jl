# Run by apps/run for scripts/reproduce.
include(joinpath(@__DIR__, "..", "common", "start.jl"))
package = load_package(:Reproduce)
exit(package.main(ARGS))
