/* The lock of a shared array: core/sync/array_lock.hpp, and core/array/array_lock.cpp around it. One of three parties
 * may die at any step; its number may then get another owner. The death of a holder is reported to the next holder,
 * exactly once. A deadlock in this model is a living party that keeps sleeping although the lock is free. A nap, which
 * exists to check whether the holder is alive, ends by itself only if the holder is dead or if a party died between
 * releasing and waking; it ends by itself at most once, because the model has one death.
 *
 * Mutants (-D): NO_PROBE (no party checks whether the holder is alive), NO_LIMIT (naps have no time limit), UNMARKED
 * (a party sleeps without having marked the word), BELL_LATE (the bell is read after the word was marked), NOT_RUNG
 * (parties are woken without a change of the bell), MARK_LOST (taking over clears the mark), NOT_COUNTED (acquisitions
 * are not counted), NOT_CLEARED (the new owner of a number does not clear its predecessor's word), BLIND (the new
 * owner clears the word without checking it again).
 */
#define PARTIES 3
#define DEATHS 1
#define TURNS (me == 0 -> 2 : 1)

/* The fields of the lock word. */
byte holder = 0; /* party + 1 */
bool marked = false, abandoned = false;
byte count = 0;

byte bell = 0;
bool alive[PARTIES];    /* the kernel's state: the party holds its lock file */
bool sleeping[PARTIES];
byte deaths = 0, inside = 0;
bool left = false;   /* a party died with the lock, and the death is not reported yet */
bool unrung = false; /* a party died that had to wake others */

#define IS_SEEN (holder == seen && marked == seen_marked && abandoned == seen_abandoned && count == seen_count)
#ifdef NOT_COUNTED
#define COUNT skip
#else
#define COUNT count++
#endif
#ifdef MARK_LOST
#define KEPT_MARK false
#else
#define KEPT_MARK seen_marked
#endif
#ifdef BLIND
#define IS_MINE true
#else
#define IS_MINE (holder == me + 1)
#endif
#define TAKE(mark) holder = me + 1; COUNT; marked = mark; abandoned = false
#define MAY_DIE if :: me == 0 && deaths < DEATHS -> goto dead :: true fi

/* Frees the word, then wakes the sleeping parties. */
inline give_back(leave) {
  atomic {
    if
    :: IS_MINE -> must_ring = marked; holder = 0; marked = false; abandoned = leave
    :: else
    fi
  }
  MAY_DIE;
  if
  :: must_ring ->
#ifndef NOT_RUNG
    bell++;
#endif
    MAY_DIE;
    d_step { sleeping[0] = false; sleeping[1] = false; sleeping[2] = false; must_ring = false }
  :: else
  fi
}

proctype Party(byte me) {
  byte turns = 0, seen, seen_count, heard;
  bool seen_marked, seen_abandoned, told, must_ring = false, is_inside = false, napped = false;

join:
  alive[me] = true;
  MAY_DIE;
#ifndef NOT_CLEARED
  if
  :: holder == me + 1 -> give_back(true) /* must be reached */
  :: else
  fi;
#endif

lock:
  if
  :: turns == TURNS -> goto done
  :: else -> turns++
  fi;

look:
#ifdef BELL_LATE
  skip;
#else
  heard = bell;
#endif
  d_step { seen = holder; seen_marked = marked; seen_abandoned = abandoned; seen_count = count }
  if
  :: seen == 0 ->
    atomic {
      if
      :: IS_SEEN -> TAKE(false); told = seen_abandoned; goto have
      :: else -> goto look /* must be reached */
      fi
    }
#ifndef NO_PROBE
  :: seen != 0 && !alive[seen - 1] ->
    atomic {
      if
      :: IS_SEEN -> TAKE(KEPT_MARK); told = true; goto have /* must be reached */
      :: else -> goto look /* must be reached */
      fi
    }
  :: seen != 0 && alive[seen - 1] -> skip
#else
  :: seen != 0 -> skip
#endif
  fi;
#ifndef UNMARKED
  atomic {
    if
    :: IS_SEEN -> marked = true
    :: else -> goto look /* must be reached */
    fi
  }
  MAY_DIE;
#endif
#ifdef BELL_LATE
  heard = bell;
#endif
  atomic {
    if
    :: bell == heard -> sleeping[me] = true /* must be reached */
    :: else /* must be reached */
    fi
  }
  if
  :: !sleeping[me]
#ifndef NO_LIMIT
  :: !napped && (unrung || (holder != 0 && !alive[holder - 1])) -> sleeping[me] = false; napped = true /* must be reached */
#endif
  fi;
  goto look;

have:
  atomic {
    assert(told == left);
    left = false;
    inside++; is_inside = true;
    assert(inside == 1);
    seen = 0; seen_count = 0; heard = 0; seen_marked = false; seen_abandoned = false; told = false /* fewer states */
  }
  MAY_DIE;
  inside--; is_inside = false;
  assert(holder == me + 1); /* no other party took the lock from a living holder */
  give_back(false);
  goto lock;

dead:
  atomic {
    deaths++;
    left = left || holder == me + 1;
    unrung = unrung || must_ring;
    inside = inside - is_inside;
    is_inside = false;
    must_ring = false;
    sleeping[me] = false;
    alive[me] = false
  }
  if
  :: goto join /* must be reached */
  :: true
  fi;

done:
  skip
}

init { atomic { run Party(0); run Party(1); run Party(2) } }
