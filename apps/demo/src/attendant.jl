"""
Tasks beside the main one, in a program that Ctrl-C ends.

Julia throws Ctrl-C into whichever task ran last, and cannot throw it into one that is done: that ends the process at once.
So an attendant is never done, and hands Ctrl-C on to the task that made it.
"""
module Attendants

export attend

"""
    attend(body)

Calls `body` over and over in a task of its own, for as long as the process lives.
"""
function attend(body)
    main = current_task()
    @async while true
        try
            body()
        catch err
            err isa InterruptException || rethrow()
            schedule(main, err; error=true)
        end
    end
    return nothing
end

end
