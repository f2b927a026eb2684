/* Sleeping and waking: core/sync/slots.hpp (mark_asleep, announce), Reader::sleep_marked, and Waker. If several
 * readers sleep, the writer wakes one of them and its waker thread, which wakes the others. The futex compares and
 * goes to sleep in one step. While the writer is alive, no reader may sleep through a frame: that would be a deadlock
 * in this model. If the writer dies, the readers wake by their own time limit, which may pass only then.
 *
 * Mutants (-D): WORD_LAST (the wake word is read after the last check), WAKE_FIRST (the wake word changes before the
 * head), NO_BUMP (the wake word does not change), NO_LIMIT (no time limit after the writer's death), SEEN_LATE (the
 * waker drops a call that arrives while it wakes the readers), ONE_ONLY (the waker is not called).
 */
#define FRAMES 3
#define READERS 2

byte head = 0, word = 0;
byte asleep[READERS];
bool sleeping[READERS];
bool writer_dead = false;
byte i = 0;           /* index in wake_all */
byte turns = 0;       /* number of calls to the waker */
bool ended = false;   /* the writer has ended or died */

inline wake_all() {
  atomic { i = 0; do :: i < READERS -> sleeping[i] = false; i++ :: else -> i = 0; break od }
}

proctype Writer() {
  byte frame = 0, r, sleepers;
  do
  :: frame < FRAMES ->
    frame++;
    if
    :: writer_dead = true; goto dead /* must be reached */
    :: true
    fi;
#ifdef WAKE_FIRST
    word++;
    head = frame;
#else
    head = frame;
#ifndef NO_BUMP
    word++;
#endif
#endif
    if
    :: writer_dead = true; goto dead
    :: true
    fi;
    r = 0; sleepers = 0;
    do
    :: r < READERS -> sleepers = sleepers + asleep[r]; r++
    :: else -> break
    od;
    if
    :: sleepers == 1 -> wake_all() /* must be reached */
    :: sleepers > 1 ->
      atomic {
        if
        :: sleeping[0] -> sleeping[0] = false /* must be reached */
        :: sleeping[1] -> sleeping[1] = false
        :: !sleeping[0] && !sleeping[1]
        fi;
#ifndef ONE_ONLY
        turns++
#endif
      }
    :: else
    fi
  :: else -> break
  od;
dead:
  ended = true
}

/* A thread of the writer's process; both die together, at any step. */
proctype Waker() {
  byte seen = 0, turn;
  do
  :: turns != seen ->
    turn = turns;
#ifndef SEEN_LATE
    seen = turn;
#endif
    if
    :: writer_dead -> goto dead
    :: true
    fi;
    wake_all(); /* must be reached */
#ifdef SEEN_LATE
    seen = turns
#endif
  :: ended && (writer_dead || turns == seen) -> break
  od;
dead:
  skip
}

proctype Reader(byte me) {
  byte seen = 0, before;
  do
  :: seen < FRAMES && !(writer_dead && head == seen) ->
    if
    :: head > seen -> seen = head
    :: else ->
      before = word;
      asleep[me]++;
      if
      :: head > seen -> asleep[me]--; seen = head; goto next
      :: else
      fi;
#ifdef WORD_LAST
      before = word;
#endif
      atomic {
        if
        :: word == before -> sleeping[me] = true /* must be reached */
        :: else
        fi
      }
      if
      :: !sleeping[me]
#ifndef NO_LIMIT
      :: writer_dead -> sleeping[me] = false /* the time limit */
#endif
      fi;
      asleep[me]--
    fi;
next:
    skip
  :: else -> break
  od
}

init { atomic { run Writer(); run Waker(); run Reader(0); run Reader(1) } }
