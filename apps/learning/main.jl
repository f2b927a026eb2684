# Run by apps/run for scripts/learn.
include(joinpath(@__DIR__, "..", "common", "start.jl"))
package = load_package(:Learning)
exit(package.main(ARGS))
