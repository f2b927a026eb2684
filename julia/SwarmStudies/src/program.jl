# A study as a program.

const INTERRUPTED = 130

"""
    conclude(results, folder; json) -> exit code

Writes the results into the folder and prints the verdict, as one JSON object as well if asked for.
"""
function conclude(results::Results, folder; json::Bool)
    write_results(results, folder)
    foreach(println, verdict_lines(results))
    json && println(json_line(results))
    return exit_code(results)
end

"""
    guarded(body, program) -> exit code

What `body()` returns; 130 after Ctrl-C, 2 for a wrong command line, 4 if the swarm failed: with a message that begins with the
program's name.
"""
function guarded(body, program)
    try
        return body()
    catch err
        err isa InterruptException && return INTERRUPTED
        err isa Union{UsageError,MissingBinary,SwarmEnded,Wingbeat.WingbeatError} || rethrow()
        println(stderr, program, ": ", sprint(showerror, err))
        return err isa UsageError ? 2 : 4
    end
end
