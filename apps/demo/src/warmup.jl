# Code that Julia keeps from one session to the next.
