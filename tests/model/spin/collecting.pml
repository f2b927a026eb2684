/* A reader attaches while a collection runs: core/reader/reader_attach.cpp (attach_once) and registry.cpp
 * (collect_locked). A writer creates the stream again at the same time. The kernel releases the locks of a dead
 * process. A stream that a living reader is attached to, or that a living writer writes, must never be removed.
 *
 * Mutants (-D): NOT_ASIDE (the manifest is not moved aside first), NO_REREAD (the reader does not read the manifest
 * again), LOCK_LATER (the reader locks its entry only after reading the manifest again), NO_WRITER_LOCK (the collector
 * does not take the writer's lock).
 */
#define NOBODY 0

byte writer_lock = NOBODY, reader_lock = NOBODY; /* number of the holder */
byte manifest = 1, aside = 0;                    /* identity that the file names; 0: no file */
byte objects = 1;                                /* identity of the objects that can be opened; 0: unlinked */
byte attached = 0;                               /* identity the reader is attached to, while it lives */
byte written = 0;                                /* identity the writer writes, while it lives */

proctype Reader() {
  byte first;
  byte tries = 0;
  do
  :: tries < 2 ->
    tries++;
    first = manifest;
    if
    :: first == 0 -> goto next
    :: else
    fi;
    if
    :: objects != first -> goto next
    :: else
    fi;
#ifndef LOCK_LATER
    atomic { if :: reader_lock == NOBODY -> reader_lock = 1 :: else -> goto next fi };
    if
    :: reader_lock = NOBODY; goto dead /* must be reached */
    :: true
    fi;
#endif
#ifndef NO_REREAD
    if
    :: manifest != first -> reader_lock = NOBODY; goto next /* must be reached */
    :: else
    fi;
#endif
#ifdef LOCK_LATER
    atomic { if :: reader_lock == NOBODY -> reader_lock = 1 :: else -> goto next fi };
#endif
    attached = first; /* must be reached */
    assert(objects != 0); /* never attached to removed objects */
    if
    :: atomic { attached = 0; reader_lock = NOBODY } goto dead
    :: true
    fi;
    /* The reader follows a new epoch when the manifest names another identity. */
    if
    :: manifest != attached && manifest != 0 && objects == manifest -> attached = manifest
    :: true
    fi;
    atomic { attached = 0; reader_lock = NOBODY }
next:
    skip
  :: else -> break
  od;
dead:
  skip
}

/* The collector may die at any step; the kernel releases its locks. */
#define C_DIES if :: atomic { if :: writer_lock == 2 -> writer_lock = NOBODY :: else fi; if :: reader_lock == 2 -> reader_lock = NOBODY :: else fi }; goto dead :: true fi

proctype Collector() {
  byte known;
#ifndef NO_WRITER_LOCK
  atomic { if :: writer_lock == NOBODY -> writer_lock = 2 :: else -> goto dead fi };
#endif
  C_DIES;
  known = manifest;
  if
  :: known == 0 -> known = aside
  :: else ->
#ifndef NOT_ASIDE
    aside = manifest; manifest = 0;
#endif
    C_DIES
  fi;
  atomic {
    if
    :: reader_lock == NOBODY -> reader_lock = 2
    :: else -> /* a reader is alive: undo, and end */
      if
      :: aside != 0 -> manifest = aside; aside = 0 /* must be reached */
      :: else
      fi;
      if :: writer_lock == 2 -> writer_lock = NOBODY :: else fi;
      goto dead
    fi
  }
  C_DIES;
  assert(attached == 0 || attached != known); /* no reader is attached to the removed stream */
#ifdef NO_WRITER_LOCK
  assert(written == 0 || written != known);
#endif
  atomic { if :: objects == known -> objects = 0 :: else fi } /* must be reached */
  C_DIES;
  aside = 0;
#ifdef NOT_ASIDE
  atomic { if :: manifest == known -> manifest = 0 :: else fi };
#endif
  atomic { reader_lock = NOBODY; if :: writer_lock == 2 -> writer_lock = NOBODY :: else fi };
dead:
  skip
}

/* Creates a new epoch or takes over the present one, then stays alive or dies. */
proctype Writer() {
  atomic { if :: writer_lock == NOBODY -> writer_lock = 3 :: else -> goto dead fi };
  if
  :: manifest != 0 && objects == manifest -> written = manifest /* must be reached */
  :: else ->
    objects = 2;
    if
    :: atomic { writer_lock = NOBODY; goto dead }
    :: true
    fi;
    aside = 0; manifest = 2; written = 2
  fi;
  assert(objects == written);
  if
  :: atomic { written = 0; writer_lock = NOBODY } /* dies */
  :: assert(manifest == written && objects == written); atomic { written = 0; writer_lock = NOBODY }
  fi;
dead:
  skip
}

init { atomic { run Reader(); run Collector(); run Writer() } }
