// Names of the points between two writes to shared memory. In builds with WINGBEAT_STEPS a hook is called at
// each of them, and tests/faults kills or stops a process there. Other builds contain nothing of it.
//
// A step is named after what has been done; the comment says what has not. tests/faults/steps_test.py checks
// that every change of shared memory is followed by a step.
#pragma once

namespace wingbeat::sync {

#define WINGBEAT_STEP_LIST(X)                                                                    \
  X(kCreateLocked)       /* the stream's lock taken, nothing made */                             \
  X(kCreateData)         /* data object made, no control object */                               \
  X(kCreateFilled)       /* both objects made and filled, no manifest */                         \
  X(kCreateNamed)        /* the manifest names them, the epoch before not told */                \
  X(kCreateSuperseded)   /* the epoch before told, its sleepers not woken, its objects there */  \
  X(kCreateRemoved)      /* the objects of the epoch before unlinked */                          \
  X(kTakeOverShared)     /* taking over: rights given, nothing else */                           \
  X(kTakeOverGreeted)    /* state stored, generation not */                                      \
  X(kTakeOverCounted)    /* generation stored, slots not repaired */                             \
  X(kCloseTold)          /* state closed, sleepers not woken */                                  \
  X(kCollectAside)       /* the manifest moved aside, readers not looked for */                  \
  X(kCollectBack)        /* a reader lives: the manifest moved back */                           \
  X(kCollectLocked)      /* all readers' files locked, objects there */                          \
  X(kCollectUnlinked)    /* objects unlinked, manifest and lock files there */                   \
  X(kCollectRemoved)     /* the manifest removed, lock files there */                            \
  X(kAttachLocked)       /* an entry's lock taken, the manifest not read again */                \
  X(kAttachCleared)      /* the own entry cleared */                                             \
  X(kAttachFilled)       /* the own entry filled */                                              \
  X(kSweepLocked)        /* a dead reader's entry locked, not cleared */                         \
  X(kSweepCleared)       /* cleared, its lock file there */                                      \
  X(kLeaveCleared)       /* a reader's entry cleared by itself, its lock held */                 \
  X(kLeaveUnlocked)      /* its lock given up */                                                 \
  X(kWriterClaiming)     /* CLAIMING stored, leases not looked at */                             \
  X(kWriterClaimingAll)  /* CLAIMING stored in all slots but the newest, leases not looked at */ \
  X(kWriterSparedAll)    /* all but one spared, WRITING not stored */                            \
  X(kWriterHopped)       /* found leased, COMMITTED stored again */                              \
  X(kWriterWriting)      /* WRITING stored, payload not touched */                               \
  X(kWriterFilled)       /* payload and header written, not committed */                         \
  X(kWriterCommitted)    /* COMMITTED stored, head still on the frame before */                  \
  X(kWriterHeadMoved)    /* head stored, wake word not changed */                                \
  X(kWriterWakeChanged)  /* wake word changed, sleepers not looked for */                        \
  X(kWriterTakingOver)   /* some slots repaired */                                               \
  X(kWriterReceiptBody)  /* a receipt's body written, not its id */                              \
  X(kWriterReceiptDone)  /* a receipt's id stored, the request not counted as consumed */        \
  X(kReaderAnnounced)    /* lease stored, slot not checked */                                    \
  X(kReaderHolds)        /* lease confirmed */                                                   \
  X(kReaderReleased)     /* lease given back */                                                  \
  X(kReaderMarkedAsleep) /* asleep stored, not yet asleep */                                     \
  X(kReaderRequestBody)  /* a request written, the tail not moved */                             \
  X(kReaderRequestDone)  /* the tail moved */                                                    \
  X(kReaderClaimed)      /* lease budget claimed, not yet confirmed */                           \
  X(kReaderCopied)       /* a frame copied, not yet confirmed to be whole */                     \
  X(kReaderDone)         /* lock-step: done stored, the writer not woken */                      \
  X(kWriterAwaiting)     /* lock-step: waiting stored, not yet asleep */                         \
  X(kWriterAwaited)      /* lock-step: waiting taken back */                                     \
  X(kArrayMaking)        /* an array's creator noted, nothing made */                            \
  X(kArrayMade)          /* its object made, its header not written */                           \
  X(kArrayFilled)        /* all written but the header's magic */                                \
  X(kArrayComplete)      /* the magic stored, the creator's note there */                        \
  X(kArrayRemoved)       /* an array's object unlinked */                                        \
  X(kPartyLocked)        /* a lock's party has its file, its predecessor's word not looked at */ \
  X(kLockTaken)          /* the lock taken */                                                    \
  X(kLockTakenOver)      /* the lock taken from a dead holder */                                 \
  X(kLockWaitedFor)      /* the holder's word marked, not yet asleep */                          \
  X(kLockFreed)          /* the lock given back, the bell not rung */                            \
  X(kLockRung)           /* the bell changed, sleepers not woken */

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
