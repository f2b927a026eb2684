/* Sleeping and waking: core/sync/slots.hpp (mark_asleep, announce) and Reader::sleep_marked. The futex compares and goes to sleep in
 * one step. While the writer lives, no reader may sleep through a frame: that would be a deadlock here. If the writer dies, sleepers
 * wake by their own time limit, which is only then allowed to pass.
 *
 * Mutants (-D): WORD_LAST (the wake word read after the last look), WAKE_FIRST (the wake word changed before the head), NO_BUMP (the word
 * does not change), NO_LIMIT (no time limit after the writer's death).
 */
#define FRAMES 3
#define READERS 2

byte head = 0, word = 0;
byte asleep[READERS];
bool sleeping[READERS];
bool writer_dead = false;

proctype Writer() {
  byte frame = 0, r;
  bool anybody;
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
    r = 0; anybody = false;
    do
    :: r < READERS -> anybody = anybody || asleep[r] > 0; r++
    :: else -> break
    od;
    if
    :: anybody -> atomic { r = 0; do :: r < READERS -> sleeping[r] = false; r++ :: else -> break od } /* must be reached */
    :: else
    fi
  :: else -> break
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

init { atomic { run Writer(); run Reader(0); run Reader(1) } }
