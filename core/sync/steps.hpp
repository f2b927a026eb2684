// Names of the points between two writes to shared memory. In builds with WINGBEAT_STEPS a hook is called at
// each of them, and tests/faults kills or stops a process there. Other builds contain nothing of it.
//
// A step is named after what has been done; the comment says what has not. tests/faults/steps_test.py checks
// that every change of shared memory is followed by a step.
#pragma once

namespace wingbeat::sync {

#define WINGBEAT_STEP_LIST(X)                                                                              \
  X(kCreateLocked)       /* the stream's lock taken; nothing created */                                    \
  X(kCreateData)         /* data object created; no control object */                                      \
  X(kCreateFilled)       /* both objects created and filled; no manifest */                                \
  X(kCreateNamed)        /* the manifest names them; the readers of the previous epoch do not know it */   \
  X(kCreateSuperseded)   /* the previous epoch marked; its sleepers not woken, its objects not unlinked */ \
  X(kCreateRemoved)      /* the objects of the previous epoch unlinked */                                  \
  X(kTakeOverShared)     /* taking over: rights given; nothing else */                                     \
  X(kTakeOverGreeted)    /* state stored; generation not */                                                \
  X(kTakeOverCounted)    /* generation stored; slots not repaired */                                       \
  X(kCloseTold)          /* state CLOSED stored; sleepers not woken */                                     \
  X(kCollectAside)       /* the manifest moved aside; readers not looked for */                            \
  X(kCollectBack)        /* a reader is alive: the manifest moved back */                                  \
  X(kCollectLocked)      /* all readers' files locked; objects not unlinked */                             \
  X(kCollectUnlinked)    /* objects unlinked; manifest and lock files not removed */                       \
  X(kCollectRemoved)     /* the manifest removed; lock files not */                                        \
  X(kAttachLocked)       /* a reader entry's lock taken; the manifest not read again */                    \
  X(kAttachCleared)      /* the own entry cleared; not filled */                                           \
  X(kAttachFilled)       /* the own entry filled */                                                        \
  X(kSweepLocked)        /* a dead reader's entry locked; not cleared */                                   \
  X(kSweepCleared)       /* the entry cleared; its lock file not removed */                                \
  X(kLeaveCleared)       /* a reader has cleared its own entry; its lock is held */                        \
  X(kLeaveUnlocked)      /* its lock released */                                                           \
  X(kWriterClaiming)     /* CLAIMING stored; leases not read */                                            \
  X(kWriterClaimingAll)  /* CLAIMING stored in all slots but the newest; leases not read */                \
  X(kWriterSparedAll)    /* all slots but one COMMITTED again; WRITING not stored */                       \
  X(kWriterHopped)       /* the slot is leased: COMMITTED stored again */                                  \
  X(kWriterWriting)      /* WRITING stored; payload not changed */                                         \
  X(kWriterFilled)       /* payload and header written; not committed */                                   \
  X(kWriterCommitted)    /* COMMITTED stored; head still names the previous frame */                       \
  X(kWriterHeadMoved)    /* head stored; wake word not changed */                                          \
  X(kWriterWakeChanged)  /* wake word changed; sleepers not looked for */                                  \
  X(kWriterTakingOver)   /* some slots repaired */                                                         \
  X(kWriterReceiptBody)  /* a receipt's body written; its id not */                                        \
  X(kWriterReceiptDone)  /* a receipt's id stored; the request not counted as consumed */                  \
  X(kReaderAnnounced)    /* lease stored; commit word not checked */                                       \
  X(kReaderHolds)        /* lease confirmed */                                                             \
  X(kReaderReleased)     /* lease released */                                                              \
  X(kReaderMarkedAsleep) /* asleep stored; not asleep yet */                                               \
  X(kReaderRequestBody)  /* a request written; the tail not moved */                                       \
  X(kReaderRequestDone)  /* the tail moved */                                                              \
  X(kReaderClaimed)      /* lease budget claimed; not confirmed */                                         \
  X(kReaderCopied)       /* a frame copied; not confirmed to be whole */                                   \
  X(kReaderDone)         /* lock-step: done stored; the writer not woken */                                \
  X(kWriterAwaiting)     /* lock-step: waiting stored; not asleep yet */                                   \
  X(kWriterAwaited)      /* lock-step: waiting cleared */                                                  \
  X(kArrayMaking)        /* an array's creation file locked; nothing created */                            \
  X(kArrayMade)          /* its object created; its header not written */                                  \
  X(kArrayFilled)        /* everything written except for the header's magic */                            \
  X(kArrayComplete)      /* the magic stored; the creation file not removed */                             \
  X(kArrayRemoved)       /* an array's object unlinked */                                                  \
  X(kPartyLocked)        /* a party's lock file locked; a word of its predecessor not removed */           \
  X(kLockTaken)          /* the lock taken */                                                              \
  X(kLockTakenOver)      /* the lock taken from a dead holder */                                           \
  X(kLockWaitedFor)      /* the holder's word marked; not asleep yet */                                    \
  X(kLockFreed)          /* the lock given back; the bell not changed */                                   \
  X(kLockRung)           /* the bell changed; sleepers not woken */

enum class Step {
#define WINGBEAT_X(name) name,
  WINGBEAT_STEP_LIST(WINGBEAT_X)
#undef WINGBEAT_X
      kCount
};

#ifdef WINGBEAT_STEPS
inline void (*step_hook)(Step) = nullptr;
inline void reached(Step step) {
  if (step_hook != nullptr) step_hook(step);
}
#else
inline void reached(Step) {}
#endif

}  // namespace wingbeat::sync
