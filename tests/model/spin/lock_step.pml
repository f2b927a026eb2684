/* Lock-step: core/sync/lock_step.hpp and core/writer/lock_step.cpp. The writer waits for a reader that is in step until it has done,
 * dies, leaves, or the limit passes; it is never left asleep, and a reader that lives is never left waiting. A deadlock here is a lost
 * wake-up. The writer's nap ends by itself only to look whether the reader lives, so that it may pass only if it does not (LIMIT: or
 * if the limit is over).
 *
 * Mutants (-D): WORD_LAST (`done` read for the sleep after the last look), NO_WAKE (the reader does not wake), NO_PROBE (the writer does not look
 * whether the reader lives), WAITS_FOR_STRANGERS (also for one that has not asked).
 */
#define FRAMES 3

byte newest = 0, done = 0; /* done: 1 + the last frame finished with; 0: has not asked */
bool waiting = false, sleeping = false, reader_dead = false, reader_left = false;
byte overran = 0;

proctype Writer() {
  byte before;
  do
  :: newest < FRAMES ->
    if
#ifndef WAITS_FOR_STRANGERS
    :: done <= overran && newest > 0 -> skip /* not in step: not waited for */
#endif
    :: else ->
      do
      :: done > newest -> break
      :: else ->
        before = done;
        waiting = true;
        if
        :: done > newest -> waiting = false; break
        :: else
        fi;
#ifdef WORD_LAST
        before = done;
#endif
        atomic {
          if
          :: done == before -> sleeping = true /* must be reached */
          :: else
          fi
        }
        if
        :: !sleeping
#ifndef NO_PROBE
        :: reader_dead || reader_left -> sleeping = false
#endif
#ifdef LIMIT
        :: sleeping = false; waiting = false; overran = newest; break /* must be reached */
#endif
        fi;
        waiting = false;
        if
        :: reader_dead || reader_left -> break /* must be reached */
        :: else
        fi
      od
    fi;
#ifndef LIMIT
    assert(done > newest || done == 0 || reader_dead || reader_left); /* it never runs ahead of a reader in step */
#endif
    newest++
  :: else -> break
  od
}

proctype Reader() {
  byte seen = 0;
  do
  :: seen < FRAMES ->
    done = (done > seen + 1 -> done : seen + 1); /* asks: has finished with what it saw */
#ifndef NO_WAKE
    if
    :: waiting -> sleeping = false
    :: else
    fi;
#endif
    newest > seen; /* waits for a frame */
    seen = newest;
    if
    :: reader_dead = true; goto dead /* must be reached */
    :: reader_left = true; goto dead
    :: true
    fi
  :: else -> break
  od;
  done = seen + 1;
#ifndef NO_WAKE
  if
  :: waiting -> sleeping = false
  :: else
  fi;
#endif
  reader_left = true;
dead:
  skip
}

init { atomic { run Writer(); run Reader() } }
