/* Requests and receipts: core/sync/requests.hpp, Writer::answer_old_requests, Reader::send. The writer may die at any
 * step; a successor answers the pending requests. Each request gets exactly one answer. The reader sees every answer
 * before it is overwritten.
 *
 * Mutants (-D): CONSUMED_FIRST (a request is counted before its receipt is written), ID_FIRST (the receipt's id is
 * written before its body), NO_FETCH (the reader does not fetch a receipt before its slot is reused), FORGETFUL (the
 * successor does not answer), ANSWER_TWICE (the successor does not check whether a request was answered already).
 */
#define RING 2
#define REQUESTS 4
#define DEATHS 2

#define APPLIED 1
#define RESTARTED 2

/* True if the reader has seen the receipt whose slot the next receipt will use. */
#ifdef NO_FETCH
#define FETCHED true
#else
#define FETCHED (id < RING || seen >= id + 1 - RING)
#endif

byte tail = 0, consumed = 0;
byte request[RING];                   /* the body: its id */
byte receipt_id[RING], receipt[RING]; /* the body: the id of its request */
byte status[RING];
byte answers[REQUESTS + 1]; /* number of effects of each request on the simulation, and of its refusals */
bool told[REQUESTS + 1]; /* the receipt was visible: the reader may have seen it */
byte deaths = 0;
byte generation = 1, made_to[RING];
bool writer_ended = false, reader_ended = false;

#define MAY_DIE if :: deaths < DEATHS -> deaths++; goto dead :: true fi

proctype Writer() {
  byte id, mine;
begin_stream:
  generation++;
  mine = generation;
  do /* answer_old_requests */
#ifndef FORGETFUL
  :: consumed < tail && made_to[(consumed + 1) % RING] != mine ->
    id = consumed + 1;
    if
#ifndef ANSWER_TWICE
    :: receipt_id[id % RING] == id -> consumed = id /* must be reached */
#endif
    :: else ->
      receipt_id[id % RING] = 0;
      receipt[id % RING] = id; status[id % RING] = RESTARTED; /* must be reached */
      MAY_DIE;
      assert(!told[id]); /* an answer that was given does not change */
      receipt_id[id % RING] = id;
      consumed = id
    fi
#else
  :: consumed < tail && made_to[(consumed + 1) % RING] != mine -> consumed++
#endif
  :: else -> break
  od;
  do
  :: consumed < tail ->
    id = consumed + 1;
    assert(request[id % RING] == id); /* not overwritten before it was taken */
    answers[id]++;
    MAY_DIE;
#ifdef CONSUMED_FIRST
    consumed = id;
    MAY_DIE;
#endif
    receipt_id[id % RING] = 0;
    MAY_DIE;
#ifdef ID_FIRST
    receipt_id[id % RING] = id;
    MAY_DIE;
    receipt[id % RING] = id; status[id % RING] = APPLIED;
#else
    receipt[id % RING] = id; status[id % RING] = APPLIED;
    MAY_DIE;
    atomic { receipt_id[id % RING] = id; told[id] = true }
#endif
    MAY_DIE;
    consumed = id
  :: reader_ended && consumed == tail -> break
  od;
  goto done;
dead:
  goto begin_stream; /* must be reached */
done:
  writer_ended = true
}

proctype Reader() {
  byte id = 0, seen = 0;
  do
  :: id < REQUESTS ->
    if
    :: tail - consumed < RING && FETCHED ->
      id++;
      request[id % RING] = id; made_to[id % RING] = generation;
      tail = id
    :: seen < id && receipt_id[(seen + 1) % RING] == seen + 1 ->
      seen++;
      assert(receipt[seen % RING] == seen && status[seen % RING] != 0) /* must be reached */
    fi
  :: else -> break
  od;
  do
  :: seen < REQUESTS -> receipt_id[(seen + 1) % RING] == seen + 1; seen++; assert(receipt[seen % RING] == seen)
  :: else -> break
  od;
  reader_ended = true;
  id = 1;
  do
  :: id <= REQUESTS -> assert(answers[id] <= 1); id++ /* must be reached */
  :: else -> break
  od
}

init { atomic { run Writer(); run Reader() } }
