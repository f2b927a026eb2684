/* The slot handshake of core/sync/slots.hpp, with the death of any party at any step.
 *
 * Memory is sequentially consistent in this model; Relacy checks the code itself under weaker memory orders. A
 * successor takes over from a dead writer. A dead reader's lease stays until a sweep clears it. Readers take any
 * available frame (the modes latest and every are special cases of that), and copy a frame without a lease.
 *
 * Mutants (-D): NO_SECOND_LOOK, WRITING_FIRST, CLAIM_NEWEST, FREE_CLAIMED, FORGET_LEASES, ONE_TURN,
 * NO_SECOND_LOOK_AT_COPY, TOO_FEW_SLOTS.
 */
#define READERS 1
#ifdef TOO_FEW_SLOTS
#define SLOTS 2
#else
#define SLOTS 3 /* one leased, the newest, and one to write: enough for claim_any */
#endif
#define FRAMES 5
#define DEATHS 1
#define NONE 255

#define FREE 0
#define WRITING 1
#define CLAIMING 2
#define COMMITTED 3

byte seq[SLOTS], state[SLOTS];
byte payload[SLOTS]; /* seq of the frame; 0 while it is written */
byte lease[READERS];
bool reader_dead[READERS];
byte head = NONE;
byte last_seq = 0, newest = NONE, cursor = 0, deaths = 0;
byte highest = 0; /* highest seq that was committed */

#ifdef CLAIM_NEWEST
#define IS_NEWEST(s) false
#else
#define IS_NEWEST(s) (s == newest)
#endif
#define NEXT(s) ((s + 1) % SLOTS)

/* The writer may die at any step. A successor then begins, because the kernel has released the lock. */
#define MAY_DIE if :: deaths < DEATHS -> deaths++; goto dead :: true fi

proctype Writer() {
  byte slot, i, r, found, word;
  bool leased;

begin_stream: /* take_over */
  atomic { slot = 0; last_seq = 0; newest = NONE; cursor = 0 }
  do
  :: slot < SLOTS ->
#ifdef FREE_CLAIMED
    if
    :: state[slot] == COMMITTED -> skip
    :: else -> atomic { state[slot] = FREE; seq[slot] = 0 }
    fi;
#else
    if
    :: state[slot] == CLAIMING -> state[slot] = COMMITTED /* must be reached */
    :: state[slot] == WRITING -> atomic { state[slot] = FREE; seq[slot] = 0 } /* must be reached */
    :: else
    fi;
#endif
    if
    :: state[slot] == COMMITTED && seq[slot] >= last_seq -> last_seq = seq[slot]; newest = slot
    :: else
    fi;
    slot++;
    MAY_DIE
  :: else -> break
  od;
  assert(last_seq == highest); /* no frame is lost, no seq is used twice */
  if
  :: newest != NONE -> head = newest; cursor = NEXT(newest)
  :: else
  fi;

publish:
  if
  :: last_seq == FRAMES -> goto done
  :: else
  fi;
  i = 0; slot = cursor; found = NONE;
  do
  :: i < SLOTS && found == NONE ->
    if
    :: IS_NEWEST(slot) -> skip
    :: (state[slot] == FREE || state[slot] == WRITING) -> found = slot
    :: state[slot] == COMMITTED && !IS_NEWEST(slot) ->
#ifdef WRITING_FIRST
      atomic { state[slot] = WRITING; word = seq[slot] }
#else
      state[slot] = CLAIMING;
#endif
      MAY_DIE;
      r = 0; leased = false;
      do
      :: r < READERS ->
#ifndef FORGET_LEASES
        leased = leased || lease[r] == seq[slot];
#endif
        r++
      :: else -> break
      od;
      if
      :: leased -> state[slot] = COMMITTED /* must be reached */
      :: else -> found = slot
      fi
    fi;
    slot = NEXT(slot); i++
  :: else -> break
  od;
#ifndef ONE_TURN
  if
  :: found == NONE -> /* claim_any */
    slot = 0;
    do
    :: slot < SLOTS ->
      if
      :: slot != newest && state[slot] == COMMITTED -> state[slot] = CLAIMING /* must be reached */
      :: else
      fi;
      MAY_DIE;
      slot++
    :: else -> break
    od;
    r = 0;
    do
    :: r < READERS ->
      word = lease[r]; slot = 0;
      do
      :: slot < SLOTS ->
        if
        :: state[slot] == CLAIMING && seq[slot] == word -> state[slot] = COMMITTED
        :: else
        fi;
        slot++
      :: else -> break
      od;
      r++
    :: else -> break
    od;
    slot = 0;
    do
    :: slot < SLOTS ->
      if
      :: state[slot] == CLAIMING && found == NONE -> found = slot
      :: state[slot] == CLAIMING && found != NONE -> state[slot] = COMMITTED
      :: else
      fi;
      MAY_DIE;
      slot++
    :: else -> break
    od
  :: else
  fi;
#endif
  assert(found != NONE);   /* the writer always finds a slot */
  assert(found != newest); /* and the newest frame stays available */
  state[found] = WRITING;
  MAY_DIE;
  payload[found] = 0;
  MAY_DIE;
  payload[found] = last_seq + 1;
  MAY_DIE;
  atomic { seq[found] = last_seq + 1; state[found] = COMMITTED; highest = last_seq + 1 }
  MAY_DIE;
  head = found;
  MAY_DIE;
  last_seq++; newest = found; cursor = NEXT(found);
  goto publish;

dead:
  goto begin_stream; /* must be reached */

done:
  /* No slot is lost permanently: each is free or holds a frame. */
  slot = 0;
  do
  :: slot < SLOTS -> assert(state[slot] == FREE || state[slot] == COMMITTED); slot++
  :: else -> break
  od
}

proctype Reader(byte me) {
  byte slot, wanted, turns = 0;
  do
  :: turns < 3 ->
    turns++;
    select(slot : 0 .. SLOTS - 1);
    if
    :: state[slot] == COMMITTED ->
      wanted = seq[slot];
      lease[me] = wanted;
#ifndef NO_SECOND_LOOK
      if
      :: state[slot] == COMMITTED && seq[slot] == wanted -> skip
      :: else -> lease[me] = 0; goto next /* must be reached */
      fi;
#endif
      assert(payload[slot] == wanted); /* a held frame stays whole */
      assert(payload[slot] == wanted);
      if
      :: reader_dead[me] = true; goto dead /* must be reached */
      :: lease[me] = 0
      :: skip /* the lease moves to another frame */
      fi
    :: else
    fi;
next:
    skip
  :: else -> break
  od;
  lease[me] = 0;
dead:
  skip
}

/* Clears the leases of a dead reader, at any later time. */
proctype Sweeper() {
  byte r = 0;
  do
  :: r < READERS ->
    if
    :: reader_dead[r] -> lease[r] = 0 /* must be reached */
    :: true
    fi;
    r++
  :: else -> break
  od
}

#ifdef COPYING
proctype Copier() {
  byte slot, wanted, first, second;
  byte turns = 0;
  do
  :: turns < 2 ->
    turns++;
    select(slot : 0 .. SLOTS - 1);
    if
    :: state[slot] == COMMITTED ->
      wanted = seq[slot];
      first = payload[slot];
      second = payload[slot];
      if
#ifdef NO_SECOND_LOOK_AT_COPY
      :: true -> assert(first == wanted && second == wanted)
#else
      :: atomic { seq[slot] == wanted && (state[slot] == COMMITTED || state[slot] == CLAIMING) -> skip } /* must be reached */
         assert(first == wanted && second == wanted)
#endif
      :: else
      fi
    :: else
    fi
  :: else -> break
  od
}
#endif

init {
  atomic {
    run Writer();
#ifdef COPYING
    run Copier();
#else
    run Reader(0);

    run Sweeper()
#endif
  }
}
