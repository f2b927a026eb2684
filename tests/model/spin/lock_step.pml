/* Lock-step: core/sync/lock_step.hpp and core/writer/lock_step.cpp. The writer waits for a reader in lock-step until
 * the reader finishes the frame, dies or leaves, or until the time limit passes. The writer must always be woken, and
 * a living reader must always get the next frame. A deadlock in this model is a lost wake-up: the writer's nap ends by
 * itself only if the reader is dead or has left (with LIMIT: or if the time limit is over).
 *
 * Mutants (-D): WORD_LAST (the writer sleeps on a value of `done` read after its last check), NO_WAKE (the reader does
 * not wake the writer), NO_PROBE (the writer does not check whether the reader is alive), WAITS_FOR_STRANGERS (the
 * writer also waits for a reader that is not in lock-step).
 */
#define FRAMES 3

byte newest = 0, done = 0; /* done: 1 + the last finished frame; 0: the reader has not asked yet */
bool waiting = false, sleeping = false, reader_dead = false, reader_left = false;
byte overran = 0;

proctype Writer() {
  byte before;
  do
  :: newest < FRAMES ->
    if
#ifndef WAITS_FOR_STRANGERS
    :: done <= overran && newest > 0 -> skip /* the writer does not wait for a reader that is not in lock-step */
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
    assert(done > newest || done == 0 || reader_dead || reader_left); /* never ahead of a reader in lock-step */
#endif
    newest++
  :: else -> break
  od
}

proctype Reader() {
  byte seen = 0;
  do
  :: seen < FRAMES ->
    done = (done > seen + 1 -> done : seen + 1); /* the reader reports the frame as finished */
#ifndef NO_WAKE
    if
    :: waiting -> sleeping = false
    :: else
    fi;
#endif
    newest > seen; /* the reader waits for a frame */
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
