/* wingbeat.h: the stable C interface of Wingbeat, and its only binary interface.
 *
 * CONCEPT
 *   A *stream* is a named, typed sequence of *frames* from one *writer*. A frame holds every *field* (a named array)
 *   of one simulation step and is numbered seq = 1, 2, 3 ... without holes. Any number of *readers* on the same machine
 *   see frames in shared memory, without copying. The writer never waits for a reader.
 *   Attached processes may *request* things of the writer: set a parameter, pull a trigger, issue a command; each request
 *   is answered by a *receipt*.
 *
 * LIFETIME
 *   Handles are opaque and are ended by their own _close or _destroy function, which accept NULL.
 *   A frame got from a reader is a *lease*: its bytes do not change until wb_frame_release. It may outlive its reader's
 *   next waits, and restarts of the writer; it must be released before the reader is closed.
 *   When a process dies, everything it held is given back by the kernel or by whoever attaches next.
 *
 * THREADS AND PROCESSES
 *   A handle is used by one thread at a time. Exceptions: wb_reader_interrupt and wb_frame_release may be called from any
 *   thread. Different handles are independent.
 *   After fork(), the child's copies of all handles are closed: every call on them returns WB_ERR_FORKED, except the
 *   _close functions, which free the child's memory. The parent is not affected. Threads must not use Wingbeat while
 *   another one forks.
 *   The library starts threads of its own, with all signals blocked: one for each reader with a wb_reader_fd, and one for a writer
 *   once several of its readers sleep, which wakes them.
 *
 * RESULTS
 *   Every function that can fail returns an int: WB_OK (0), a positive *state* that is part of ordinary life, or a
 *   negative WB_ERR_*. wb_error_message() then tells what to do about it. The library never prints and never aborts.
 *
 * UNITS
 *   Times are nanoseconds of the machine's monotonic clock (wb_now_ns) unless a name says otherwise. A time limit
 *   (timeout_ns) below 0 means no limit; 0 means "do not wait".
 *
 * STRUCTS
 *   Structs that a caller fills in (options) begin with struct_size = sizeof(the struct), so that later versions can grow: what a
 *   program was not compiled with counts as zero. Zero-initialise them.
 *
 * RIGHTS
 *   A stream belongs to the user of its writer, and nobody else can use it unless WB_OPTION_ACCESS says so. Readers name their own
 *   user's stream `swarm`, another's `alice/swarm`. Who may only read its data observes: see WB_READER_OBSERVE.
 */
#ifndef WINGBEAT_WINGBEAT_H
#define WINGBEAT_WINGBEAT_H

#include <stddef.h>
#include <stdint.h>

#define WB_VERSION_MAJOR 0
#define WB_VERSION_MINOR 1
#define WB_VERSION_PATCH 0
#define WB_VERSION_STRING "0.1.0"

#if defined(__GNUC__) || defined(__clang__)
#define WB_API __attribute__((visibility("default")))
#else
#define WB_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------ limits */

enum {
  WB_NAME_BYTES = 64,     /* names, with the final zero: 1 to 63 of A-Z a-z 0-9 _ . -  */
  WB_UNIT_BYTES = 32,     /* units, UTF-8, with the final zero */
  WB_LABELS_BYTES = 96,   /* component labels, separated by single spaces, with the final zero */
  WB_HELP_BYTES = 160,    /* help texts, UTF-8, with the final zero */
  WB_CHOICES_BYTES = 256, /* a choice's alternatives or a command's argument names, separated by single spaces */
  WB_VALUE_BYTES = 448,   /* an attribute's value, UTF-8, with the final zero */
  WB_REASON_BYTES = 88,   /* why a request was refused, with the final zero */
  WB_LABEL_BYTES = 32,    /* how a reader calls itself, with the final zero */
  WB_MAX_DIMENSIONS = 8,  /* of a field */
  WB_MAX_FIELDS = 64,     /* of a stream */
  WB_MAX_CONTROLS = 256,  /* parameters, triggers and commands of a stream, together */
  WB_MAX_ATTRIBUTES = 64, /* of a stream */
  WB_MAX_ARGUMENTS = 8,   /* of a command */
  WB_MAX_LEASES = 6,      /* frames one reader may hold at a time */
  WB_MAX_READERS = 1024,  /* reader entries of a stream */
  WB_MAX_PENDING = 16     /* requests of one reader that wait for their receipts */
};

/* Highest capacity (agents) of a stream, and highest size in bytes of one frame. */
#define WB_MAX_CAPACITY UINT64_C(0x100000000)
#define WB_MAX_FRAME_BYTES UINT64_C(0x10000000000)

/* ----------------------------------------------------------------------------------------------------------- results */

/* X(name, value, what it means and what to do). States are positive, errors negative. */
#define WB_RESULT_LIST(X)                                                                                           \
  X(WB_OK, 0, "done")                                                                                               \
  X(WB_NO_FRAME, 1, "no new frame within the time limit")                                                           \
  X(WB_NOT_READY, 2, "no such stream yet: its writer has not created it; wait, or start the writer")                \
  X(WB_WRITER_GONE, 3, "no new frame: the stream's writer has ended; a restarted writer is followed automatically") \
  X(WB_RESTARTED, 4, "the writer was restarted; call again to go on with its frames")                               \
  X(WB_INTERRUPTED, 5, "the wait was interrupted by wb_reader_interrupt or, asleep, by a signal")                   \
  X(WB_PENDING, 6, "the writer has not answered this request yet")                                                  \
  X(WB_NO_REQUEST, 7, "no request is waiting")                                                                      \
  X(WB_OVERRUN, 8, "a reader in lock-step did not finish the frame within its limit and is out of step")            \
  X(WB_LOCKED, 9, "somebody else held the lock until the time limit")                                               \
  X(WB_ABANDONED, 10, "the lock is yours; its last holder died with it, so what it guards may be half written")     \
  X(WB_ERR_ARGUMENT, -1, "an argument is out of range")                                                             \
  X(WB_ERR_NAME, -2, "a name must have 1 to 63 characters of A-Z a-z 0-9 _ . - and be unique in its stream")        \
  X(WB_ERR_LIMIT, -3, "a documented limit is exceeded")                                                             \
  X(WB_ERR_STATE, -4, "calls are out of order")                                                                     \
  X(WB_ERR_BUSY, -5, "another process is the writer of this stream; end it or choose another name")                 \
  X(WB_ERR_NO_ROOM, -6, "the stream has no reader entry or lease left; end a reader or raise the writer's limits")  \
  X(WB_ERR_NO_MEMORY, -7, "not enough memory; make frames or budgets smaller, or enlarge the shared memory")        \
  X(WB_ERR_ACCESS, -8, "permission denied; check who owns the stream and the runtime directory")                    \
  X(WB_ERR_CORRUPT, -9, "the stream's memory or manifest is damaged; end its writer and run `wingbeat gc`")         \
  X(WB_ERR_INCOMPATIBLE, -10, "the stream was made by another format version or backend; use the same release")     \
  X(WB_ERR_FORKED, -11, "this handle was inherited through fork() and is closed; open a new one in the child")      \
  X(WB_ERR_NOT_FOUND, -12, "the stream has nothing of that name")                                                   \
  X(WB_ERR_TYPE, -13, "the type or shape does not match the stream's schema")                                       \
  X(WB_ERR_SYSTEM, -14, "the operating system refused a call")                                                      \
  X(WB_ERR_EXISTS, -15, "there is one of that name already; attach to it, or remove it first")

typedef enum wb_result {
#define WB_X(name, value, text) name = value,
  WB_RESULT_LIST(WB_X)
#undef WB_X
} wb_result;

/* The message of this thread's last call that returned something else than WB_OK: what happened and what to do next.
 * Never NULL; valid until this thread's next failing call. */
WB_API const char* wb_error_message(void);

/* The name of a result ("WB_ERR_BUSY"), and its general text. Never NULL. */
WB_API const char* wb_result_name(int result);
WB_API const char* wb_result_text(int result);

/* The library's release version, "major.minor.patch". */
WB_API const char* wb_version(void);

/* Which backend this library was built with: "linux", "macos" or "portable". All parties of a stream use the same. */
WB_API const char* wb_backend(void);

/* Now, in ns of the monotonic clock that stamps frames. */
WB_API uint64_t wb_now_ns(void);

/* Writes the runtime directory (where manifests and lock files live) into `path`: $WINGBEAT_DIR, or /dev/shm/wingbeat-<uid>
 * on Linux, or /tmp/wingbeat-<uid>. WB_ERR_LIMIT if it does not fit. */
WB_API int wb_runtime_directory(char* path, size_t path_bytes);

/* ------------------------------------------------------------------------------------------------------------- types */

/* Element types. The values are part of the format. */
typedef enum wb_type {
  WB_I8 = 1,
  WB_I16 = 2,
  WB_I32 = 3,
  WB_I64 = 4,
  WB_U8 = 5,
  WB_U16 = 6,
  WB_U32 = 7,
  WB_U64 = 8,
  WB_F32 = 9,
  WB_F64 = 10,
  WB_C64 = 11, /* complex, of two f32: of shared arrays only, not of fields */
  WB_C128 = 12 /* complex, of two f64: the same */
} wb_type;

/* Size of one element in bytes, 0 for an unknown type; and its name ("f32"), "?" if unknown. */
WB_API size_t wb_type_size(int type);
WB_API const char* wb_type_name(int type);

/* What a control's value is. The values are part of the format. */
typedef enum wb_value_type {
  WB_VALUE_F64 = 1,   /* .f64 */
  WB_VALUE_I64 = 2,   /* .i64 */
  WB_VALUE_BOOL = 3,  /* .i64, 0 or 1 */
  WB_VALUE_CHOICE = 4 /* .i64, index of the alternative, from 0 */
} wb_value_type;

/* One value of a parameter, 16 bytes. */
typedef struct wb_value {
  uint32_t type; /* wb_value_type */
  uint32_t reserved;
  union {
    double f64;
    int64_t i64;
  } as;
} wb_value;

typedef enum wb_control_kind { WB_PARAMETER = 1, WB_TRIGGER = 2, WB_COMMAND = 3 } wb_control_kind;

/* ------------------------------------------------------------------------------------------------------------ schema */

/* A field as the schema has it. Shapes are given fastest dimension first (column-major, as Julia shows them): positions of
 * n agents are {3, n}; the same bytes are (n, 3) in C++ and NumPy. */
typedef struct wb_field_info {
  char name[WB_NAME_BYTES];
  char unit[WB_UNIT_BYTES];
  char labels[WB_LABELS_BYTES];
  uint32_t type;                     /* wb_type */
  uint32_t dimensions;               /* 1 to WB_MAX_DIMENSIONS */
  uint64_t shape[WB_MAX_DIMENSIONS]; /* fastest first; 1 beyond `dimensions` */
  uint64_t offset_bytes;             /* of the field in a frame's data; a multiple of 64 */
  uint64_t size_bytes;               /* of the whole field, at capacity */
  uint32_t per_agent; /* 1: the last dimension is the capacity, and `count` of it are present in a frame */
  uint32_t reserved;
} wb_field_info;

/* A parameter, trigger or command. */
typedef struct wb_control_info {
  char name[WB_NAME_BYTES];
  char unit[WB_UNIT_BYTES];
  char help[WB_HELP_BYTES];
  char choices[WB_CHOICES_BYTES]; /* alternatives of a choice, or argument names of a command, separated by spaces */
  uint32_t kind;                  /* wb_control_kind */
  uint32_t argument_count;        /* of a command */
  wb_value initial, minimum, maximum; /* of a parameter */
} wb_control_info;

/* A stream's description: fields, controls, attributes. Read from a writer, reader, frame or inspection, and valid as long
 * as where it came from (for a reader: until a wait returns WB_RESTARTED; a frame keeps its own). */
typedef struct wb_schema wb_schema;

WB_API const char* wb_schema_stream(const wb_schema* schema);
WB_API uint64_t wb_schema_capacity(const wb_schema* schema);
WB_API uint64_t wb_schema_frame_bytes(const wb_schema* schema); /* of one frame's data, at capacity */
WB_API uint32_t wb_schema_field_count(const wb_schema* schema);
WB_API uint32_t wb_schema_control_count(const wb_schema* schema);
WB_API uint32_t wb_schema_attribute_count(const wb_schema* schema);

/* Element `index` of each table. WB_ERR_ARGUMENT beyond the end. */
WB_API int wb_schema_field(const wb_schema* schema, uint32_t index, wb_field_info* out);
WB_API int wb_schema_control(const wb_schema* schema, uint32_t index, wb_control_info* out);
WB_API int wb_schema_attribute(const wb_schema* schema, uint32_t index, const char** key, const char** value);

/* Index of a name, or WB_ERR_NOT_FOUND; the message lists the names there are. */
WB_API int wb_schema_find_field(const wb_schema* schema, const char* name);
WB_API int wb_schema_find_control(const wb_schema* schema, const char* name);

/* --------------------------------------------------------------------------------------------------- describe a stream */

/* What a writer is going to publish: built up, handed to wb_writer_create, destroyed. Copies all texts. */
typedef struct wb_spec wb_spec;

/* `capacity`: the highest number of agents a frame can hold, 1 to WB_MAX_CAPACITY (1 if the stream has no agents). */
WB_API int wb_spec_create(const char* stream, uint64_t capacity, wb_spec** out);
WB_API void wb_spec_destroy(wb_spec* spec);

/* Adds a per-agent field: `components` numbers for each agent, shape {components, capacity}, or {capacity} if 1.
 * labels ("x y z") and unit ("m/s") may be NULL. Fields are numbered 0, 1, 2 ... in the order they are added. */
WB_API int wb_spec_add_per_agent(wb_spec* spec, const char* name, int type, uint32_t components, const char* labels,
                                 const char* unit);

/* Adds a field of fixed shape, fastest dimension first. */
WB_API int wb_spec_add_field(wb_spec* spec, const char* name, int type, uint32_t dimensions, const uint64_t* shape,
                             const char* labels, const char* unit);

/* Options of a parameter. Zero-initialise, set struct_size, type and what applies. For f64 and i64 minimum and maximum are
 * both 0 if there is no limit. */
typedef struct wb_parameter_options {
  size_t struct_size;
  int32_t type; /* wb_value_type */
  int32_t reserved;
  double initial, minimum, maximum; /* for i64, bool and choice: whole numbers up to 2^53 */
  const char* unit;                 /* may be NULL */
  const char* help;                 /* may be NULL */
  const char* choices;              /* of a choice: names separated by single spaces */
} wb_parameter_options;

/* Controls are numbered 0, 1, 2 ... in the order they are added, whatever their kind. */
WB_API int wb_spec_add_parameter(wb_spec* spec, const char* name, const wb_parameter_options* options);
WB_API int wb_spec_add_trigger(wb_spec* spec, const char* name, const char* help);
/* arguments: names separated by single spaces ("id x y z"), up to 8; NULL or "" for none. */
WB_API int wb_spec_add_command(wb_spec* spec, const char* name, const char* arguments, const char* help);

/* A static attribute (box, model, provenance). Setting a key again replaces its value. */
WB_API int wb_spec_set_attribute(wb_spec* spec, const char* key, const char* value);

/* A stream with this attribute does not promise that its frames are whole, because its writer cannot know; the value says why. The
 * only such writers are bridges from what has no lock: see `wingbeat adopt`. */
#define WB_ATTRIBUTE_UNVERIFIED "unverified"

typedef enum wb_option {
  WB_OPTION_LEASE_BUDGET =
      1, /* frames all readers together may hold at a time; readers beyond it copy; default 8, 0 to 4096 */
  WB_OPTION_MAX_READERS = 2, /* reader entries; default 32, 1 to WB_MAX_READERS */
  WB_OPTION_HISTORY =
      3, /* further slots, so that readers of every frame may fall back that much; default 4, 0 to 4096 */
  WB_OPTION_ACCESS = 4, /* bits of wb_access: what other users may do; default 0, nothing */
  WB_OPTION_GROUP = 5,  /* number of the group that WB_GROUP_ bits are for, one of the writer's; default: its own */
  WB_OPTION_HUGE_PAGES =
      6 /* 1: frames lie in huge pages if the system has any (Linux 6.1: no setting or right is needed). Creation takes
         * longer, large frames are written and read faster: see docs/tuning.md. wb_writer_stats says how much does. Default 0 */
} wb_option;

/* What other users may do with a stream. File modes say so, whatever the umask. With any bit set, all users can see the names of this
 * user's streams. docs/security.md says what each right lets a hostile process do. */
typedef enum wb_access {
  WB_GROUP_READ = 1,    /* the group may observe */
  WB_GROUP_CONTROL = 2, /* the group may read without copying, be in lock-step, and steer */
  WB_ALL_READ = 4       /* everybody may observe */
} wb_access;

/* A stream has lease budget + 3 + history slots of one frame each; all memory is reserved at creation, and mapped (Linux), so that
 * the first frames take no longer than others. */
WB_API int wb_spec_set_option(wb_spec* spec, int option, uint64_t value);

/* ------------------------------------------------------------------------------------------------------------ writer */

/* The one source of a stream's frames. begin, fill, publish; again. */
typedef struct wb_writer wb_writer;

/* Creates the stream, or takes it over after a writer that ended: with the same schema, readers just see frames go on
 * (and one WB_RESTARTED); with another, a new epoch begins.
 * WB_ERR_BUSY while another writer lives (the message has its pid), WB_ERR_NO_MEMORY (how much was needed, how much there is),
 * WB_ERR_ACCESS (a runtime directory of somebody else; a group the process is not in). Blocks for at most about 0.2 s, and while memory is reserved. */
WB_API int wb_writer_create(const wb_spec* spec, wb_writer** out);

/* Ends the stream: readers are told (WB_WRITER_GONE), and its memory goes when the last of them has gone. */
WB_API void wb_writer_close(wb_writer* writer);

WB_API const wb_schema* wb_writer_schema(const wb_writer* writer);

/* A slot of the ring, being filled. Pointers are valid until publish or abandon. */
typedef struct wb_slot {
  uint64_t seq;            /* the number the frame will have */
  void* data;              /* field i lies at data + offset_bytes of its wb_field_info; the content is undefined */
  const void* previous;    /* data of the frame published before, or NULL; may be read while this one is filled */
  uint64_t previous_count; /* agents present in it */
} wb_slot;

/* Takes a slot for the next frame. Wait-free: a bounded number of memory accesses, no system call; except in lock-step, where it
 * first does what wb_writer_await_readers does. WB_ERR_STATE if one is begun already. */
WB_API int wb_writer_begin(wb_writer* writer, wb_slot* out);

/* The begun slot's field, to be filled in place; NULL if none is begun or there is no such field. */
WB_API void* wb_writer_field(wb_writer* writer, uint32_t field);

/* Copies a field from the program's own storage, once: `count` agents whose first bytes are stride_bytes apart (for a field
 * of fixed shape: count elements of the last dimension, which must be all). The frame's count becomes `count`;
 * WB_ERR_ARGUMENT if fields of one frame are given different ones. */
WB_API int wb_writer_copy(wb_writer* writer, uint32_t field, const void* source, size_t stride_bytes, uint64_t count);

/* Sets how many agents are present in the begun frame, 0 to capacity. Without it, and without copies: capacity. */
WB_API int wb_writer_set_count(wb_writer* writer, uint64_t count);

/* Publishes the begun slot. Wait-free; no system call while nobody sleeps, one wake-up otherwise (and seldom, after many wake-ups
 * that found nobody, a few more to clear the entries of readers that died asleep). */
WB_API int wb_writer_publish(wb_writer* writer, uint64_t step, double sim_time);

/* Gives the begun slot back; its number is used again. */
WB_API int wb_writer_abandon(wb_writer* writer);

/* LOCK-STEP: from now on the writer waits for readers in mode WB_LOCK_STEP that call themselves `label` (NULL: for all of them),
 * after each frame, until they have finished with it: released it, or asked for the next. At most limit_ns, counted from the
 * beginning of the wait (below 0: as long as the reader lives; 0: no longer waits for this label). A rule for a label goes before the one
 * for all. A reader is in step from its first wait on. One that overruns the limit is out of step, so that the writer goes on without
 * it, until it has finished with the frame it overran at; one that dies or leaves is not waited for. Of a reader of
 * every k-th frame, only those frames are waited for. A reader must not wait for a receipt while it holds a frame in lock-step:
 * it is answered after the wait. */
WB_API int wb_writer_lock_step(wb_writer* writer, const char* label, int64_t limit_ns);

/* Waits for the readers in lock-step, if that was not done since the last publish; at once WB_OK without lock-step. wb_writer_begin
 * does it too: call this to take the requests that readers made because of the newest frame before the next one is begun.
 * WB_OVERRUN if some overran their limits. WB_INTERRUPTED if a signal came while it slept: call again to go on waiting. (wb_writer_begin
 * goes on by itself: with a limit below 0 only this call lets a program look at its signals.) */
WB_API int wb_writer_await_readers(wb_writer* writer);

/* A request as the writer sees it. */
typedef struct wb_request {
  uint32_t control;        /* index in the schema */
  uint32_t kind;           /* wb_control_kind */
  wb_value value;          /* of a parameter, already checked against its type and range */
  uint32_t argument_count; /* of a command */
  uint32_t reader;         /* entry of who asked */
  double arguments[WB_MAX_ARGUMENTS];
  uint64_t id; /* the reader's number for it */
  uint64_t submit_time_ns;
} wb_request;

/* The next waiting request, in the order they were made; to be called between publish and begin until it returns
 * WB_NO_REQUEST. Of several for one parameter only the last is shown (the others are `superseded`); values out of range never
 * are (`refused`). A request that is not refused before the next call counts as applied. Wait-free; one wake-up at most. */
WB_API int wb_writer_next_request(wb_writer* writer, wb_request* out);

/* Refuses the request shown last; its sender reads `reason`. A refused parameter keeps its value. */
WB_API int wb_writer_refuse(wb_writer* writer, const char* reason);

/* A parameter's present value; and setting it from the writer's side (a GUI, say), which all readers see. */
WB_API int wb_writer_parameter(const wb_writer* writer, uint32_t control, wb_value* out);
WB_API int wb_writer_set_parameter(wb_writer* writer, uint32_t control, wb_value value);

typedef struct wb_writer_stats {
  uint64_t published;  /* frames, by this writer */
  uint64_t hops;       /* slots passed over because a reader held them */
  uint64_t wakes;      /* publishes that had to wake somebody (one system call each) */
  uint64_t requests;   /* answered */
  uint64_t overruns;   /* times that a reader in lock-step overran its limit */
  uint32_t epoch;      /* 1, 2 ...: counts schemas */
  uint32_t generation; /* 1, 2 ...: counts writers of this epoch */
  uint64_t huge_bytes; /* of the stream's memory, in huge pages: see WB_OPTION_HUGE_PAGES */
} wb_writer_stats;
WB_API int wb_writer_get_stats(const wb_writer* writer, wb_writer_stats* out);

/* ------------------------------------------------------------------------------------------------------------ reader */

typedef struct wb_reader wb_reader;

/* Which frames a wait takes. The values are part of the format. */
typedef enum wb_mode {
  WB_LATEST = 1, /* the newest not taken yet, at some moment of the wait; what came between is skipped and is no loss */
  WB_EVERY = 2,  /* each in order; what had to be overwritten before is counted as missed */
  WB_LOCK_STEP =
      3 /* each in order, and the writer waits for this reader if it chose to: see wb_writer_lock_step. When it does not
                    * (it did not choose to; the reader overran its limit), the newest, and what was skipped is counted as missed */
} wb_mode;

/* How a reader gets at frames. */
typedef enum wb_way {
  WB_BY_LEASE = 1, /* in place, without copying */
  WB_BY_COPY = 2,  /* each frame taken is copied: the lease budget was used up, or WB_READER_COPY */
  WB_AS_OBSERVER =
      3 /* copied as well, and the writer knows nothing of the reader: no right to control, or WB_READER_OBSERVE */
} wb_way;

typedef enum wb_reader_flag {
  WB_READER_COPY = 1, /* never leases; takes nothing of the stream's lease budget */
  WB_READER_OBSERVE =
      2 /* takes no reader entry: writes to nothing, cannot ask for anything, does not show in `wingbeat top`; polls
                         * (every 0.05 to 2 ms) where others are woken */
  ,
  WB_READER_PREFAULT =
      4 /* maps all memory when it attaches (about 0.25 ms per MB), so that the first look at each slot is as fast as later ones */
} wb_reader_flag;

typedef struct wb_reader_options {
  size_t struct_size;
  int32_t mode;      /* wb_mode; 0: WB_LATEST */
  uint32_t leases;   /* frames to be held at a time, 1 to WB_MAX_LEASES; 0: 2 */
  int64_t spin_ns;   /* how long a wait spins before it sleeps; 0: 20,000; below 0: never sleeps */
  const char* label; /* how the reader calls itself in `wingbeat top`; NULL: the program's name */
  uint32_t every;    /* k: only frames whose seq is a multiple of k, in WB_EVERY and WB_LOCK_STEP; 0: 1 */
  uint32_t flags;    /* of wb_reader_flag */
} wb_reader_options;

/* Opens a reader of `swarm`, or of another user's `alice/swarm` (user names or numbers). The stream need not exist yet. options may be
 * NULL. Does not wait. When the lease budget is used up it copies; when it has no right to the control memory it
 * observes: wb_reader_get_stats says which. WB_ERR_NO_ROOM when the stream's entries are used up; WB_ERR_ACCESS (no right to read, or
 * something belongs to the wrong user), WB_ERR_INCOMPATIBLE, WB_ERR_CORRUPT; WB_ERR_NOT_FOUND: no such user. */
WB_API int wb_reader_open(const char* stream, const wb_reader_options* options, wb_reader** out);

/* Ends the reader. Its frames must have been released before. */
WB_API void wb_reader_close(wb_reader* reader);

/* A frame that is being held. Copy the struct as you like; release it once. */
typedef struct wb_frame {
  uint64_t seq;
  uint64_t step;
  double sim_time;          /* s */
  uint64_t publish_time_ns; /* when the writer published it: CLOCK_MONOTONIC, within a microsecond */
  uint64_t count;           /* agents present */
  uint64_t missed;          /* WB_EVERY, WB_LOCK_STEP: frames lost between the one taken before and this one */
  uint32_t epoch;
  uint32_t generation;
  const void* data;        /* field i lies at data + offset_bytes of its wb_field_info. Read-only (but for copies). */
  const wb_schema* schema; /* valid while the frame is held */
  void* attachment;        /* internal; the same for all frames of one mapping */
  uint64_t lease;          /* internal */
} wb_frame;

/* Attaches if that is not done yet: WB_OK when the stream's schema is there, WB_NOT_READY when the time limit passed before
 * there was a writer. wb_reader_wait does it by itself. */
WB_API int wb_reader_attach(wb_reader* reader, int64_t timeout_ns);

/* Takes the next frame by the reader's mode: spins, then sleeps. States: WB_NO_FRAME, WB_WRITER_GONE or WB_NOT_READY when the
 * time limit passed, WB_RESTARTED once after each restart of the writer, WB_INTERRUPTED. WB_ERR_NO_ROOM if all leases are in use:
 * release a frame first. */
WB_API int wb_reader_wait(wb_reader* reader, int64_t timeout_ns, wb_frame* out);

/* Takes the newest frame there is, even if it was taken before. Does not wait: WB_NO_FRAME, WB_WRITER_GONE or
 * WB_NOT_READY if there is none. Of frames in order it changes nothing about what wb_reader_wait takes next. */
WB_API int wb_reader_latest(wb_reader* reader, wb_frame* out);

/* Gives the frame back. Any thread. A second release does nothing as long as the struct's copy is the same one. */
WB_API void wb_frame_release(wb_frame* frame);

/* First byte of a field, NULL if there is none of that index. */
WB_API const void* wb_frame_field(const wb_frame* frame, uint32_t field);

/* Keeps the memory a frame lies in mapped until wb_memory_release, whether the frame is released or the reader closed. It does not
 * hold the frame: its bytes may change once that is released. For bindings whose arrays can outlive a frame; one for each
 * value of `attachment` seen is enough. Any thread. */
typedef struct wb_memory wb_memory;
WB_API int wb_frame_memory(const wb_frame* frame, wb_memory** out);
WB_API void wb_memory_release(wb_memory* memory);

/* Makes the reader's present or next wait return WB_INTERRUPTED. Any thread, and signal handlers. */
WB_API void wb_reader_interrupt(wb_reader* reader);

/* A descriptor for event loops. Each call *arms* it: it becomes readable once wb_reader_wait(reader, 0, ...) is worth calling
 * (a frame newer than the last one taken, a restart, the writer's end; now and then for nothing), and stays so until it is armed again.
 * So: call this, wait for the descriptor, call wb_reader_wait(reader, 0, ...) until it gives no more frames, and so on. It is
 * always the same descriptor; do not read from it and do not close it; it ends with the reader. The first call starts a thread
 * that does the waiting. While it is armed the reader counts as asleep: the writer wakes it with a system call.
 * Returns the descriptor, or a negative WB_ERR_*. */
WB_API int wb_reader_fd(wb_reader* reader);

/* The schema, NULL while not attached. */
WB_API const wb_schema* wb_reader_schema(const wb_reader* reader);

typedef struct wb_reader_stats {
  uint64_t received; /* frames taken */
  uint64_t missed;   /* WB_EVERY, WB_LOCK_STEP: frames lost, exactly; of every k-th, only those count */
  uint64_t seq;      /* last taken */
  uint64_t newest;   /* newest published */
  uint64_t restarts; /* of the writer, seen */
  uint32_t epoch;
  uint32_t generation;
  uint32_t writer_alive; /* 1 or 0; costs system calls */
  uint32_t attached;     /* 1 or 0 */
  uint32_t way;          /* wb_way; 0 while not attached */
  uint32_t reserved;
} wb_reader_stats;
WB_API int wb_reader_get_stats(wb_reader* reader, wb_reader_stats* out);

/* ---------------------------------------------------------------------------------------------------------- requests */

/* What became of a request. The values are part of the format. */
typedef enum wb_receipt_status {
  WB_APPLIED = 1,      /* in force from frame `seq` on, after step `step` */
  WB_SUPERSEDED = 2,   /* a later request for the same parameter was taken instead */
  WB_REFUSED = 3,      /* `reason` says why */
  WB_WAS_RESTARTED = 4 /* the writer was restarted before it answered; ask again */
} wb_receipt_status;

typedef struct wb_receipt {
  uint64_t id;
  uint32_t status; /* wb_receipt_status */
  uint32_t reserved;
  uint64_t step; /* of the last frame published before it was applied */
  uint64_t seq;  /* of the first frame that can show it */
  char reason[WB_REASON_BYTES];
} wb_receipt;

/* Each sends one request and gives its number in *id (may be NULL). Wait-free. The reader must be attached (WB_NOT_READY).
 * WB_ERR_ACCESS for an observer; WB_ERR_NOT_FOUND, WB_ERR_TYPE; WB_ERR_ARGUMENT for a value out of range; WB_ERR_NO_ROOM when WB_MAX_PENDING wait already. A whole number is
 * accepted for an f64 parameter. */
WB_API int wb_reader_set(wb_reader* reader, const char* parameter, wb_value value, uint64_t* id);
WB_API int wb_reader_trigger(wb_reader* reader, const char* trigger, uint64_t* id);
WB_API int wb_reader_command(wb_reader* reader, const char* command, const double* arguments, uint32_t argument_count,
                             uint64_t* id);

/* The receipt of a request: WB_OK, or WB_PENDING / WB_INTERRUPTED when there is none within the time limit, WB_WRITER_GONE when
 * the writer has ended (once another has taken over, the receipt says so). WB_ERR_ARGUMENT for an unknown id. A receipt can be asked for until 1,024 later requests were made. */
WB_API int wb_reader_receipt(wb_reader* reader, uint64_t id, int64_t timeout_ns, wb_receipt* out);

/* A parameter's present value at the writer. */
WB_API int wb_reader_parameter(wb_reader* reader, const char* parameter, wb_value* out);

/* Reads `text` as a value of the control: numbers, true/false/on/off, a choice's name. WB_ERR_ARGUMENT says what is expected. */
WB_API int wb_value_parse(const wb_control_info* control, const char* text, wb_value* out);

/* ------------------------------------------------------------------------------------------------------------ window */

/* The last W frames of chosen fields, each as one dense array with time as its last dimension: {3, capacity, W}. One copy per
 * frame and field; no frame is held. Always contiguous, whatever W. */
typedef struct wb_window wb_window;

/* fields: names, at least one. frames: W, 1 to 1,000,000. The reader must be attached (WB_NOT_READY). */
WB_API int wb_window_open(wb_reader* reader, const char* const* fields, uint32_t field_count, uint32_t frames,
                          wb_window** out);
WB_API void wb_window_close(wb_window* window);

/* Adds a frame at the end; the oldest falls out. Agents beyond the frame's count are zero. WB_ERR_TYPE if the frame's schema
 * has other shapes (a new epoch): open another window. */
WB_API int wb_window_push(wb_window* window, const wb_frame* frame);

/* Waits for a frame of the reader, adds it, releases it. Results as wb_reader_wait. */
WB_API int wb_window_next(wb_window* window, wb_reader* reader, int64_t timeout_ns);

typedef struct wb_window_view {
  const void* data;     /* oldest frame first; frame k at k * frame_bytes. Stays until the next push. */
  uint64_t frame_bytes; /* the field's size_bytes */
  uint32_t frames;      /* present, 0 to W */
  uint32_t reserved;
  const uint64_t* seqs;   /* of each present frame, oldest first */
  const uint64_t* counts; /* agents in each */
} wb_window_view;

/* field: index into the names given to wb_window_open. */
WB_API int wb_window_get(const wb_window* window, uint32_t field, wb_window_view* out);

/* ------------------------------------------------------------------------------------------------------ shared arrays */

/* A mutable array in one shared memory object, with a lock behind the numbers: for state that several processes write. Frames
 * are for everything that one process writes and others look at.
 *
 * The object carries exactly the given name and begins with the header of InterProcessCommunication.jl's WrappedArray: that
 * package opens it by its name, and what it made can be attached to here (it has no lock). spec/array.md has the bytes.
 *
 * LIFETIME: an array belongs to the user, not to its creator: it stays until wb_array_remove or a reboot, also when all
 * processes that used it have ended or died. wb_collect leaves it alone. A creation that dies half-way is never attached to;
 * the next one, or wb_collect, clears it away.
 *
 * LOCK: whether a holder lives is asked of the kernel, as with streams: a holder that is stopped keeps the lock, one that died
 * loses it, and the next to get it is told, once: WB_ABANDONED. Reading and writing without the lock is possible, and torn.
 *
 * RIGHTS: of the array's own user only. Who can write to it can also truncate it, which ends who uses it then by SIGBUS. */
typedef struct wb_array wb_array;

/* Creates an array of zeros. name: / and 1 to 200 characters without another / (macOS: 30), not beginning with /wb-. type:
 * wb_type. shape: 1 to 8 dimensions, fastest first, each at least 1. All memory is reserved.
 * WB_ERR_EXISTS if there is one (it is never made anew), WB_ERR_BUSY if another creator does not get on with it for a second,
 * WB_ERR_NO_MEMORY (how much was needed, how much there is), WB_ERR_NAME, WB_ERR_LIMIT (2^40 bytes), WB_ERR_ACCESS. */
WB_API int wb_array_create(const char* name, int type, uint32_t dimensions, const uint64_t* shape, wb_array** out);

/* Attaches to an array, never initialising anything of it. Waits up to timeout_ns until it is there and complete: else
 * WB_NOT_READY (the message tells absent from unfinished), or WB_INTERRUPTED by a signal. type 0 or dimensions 0 (shape is not
 * looked at then): whatever it has; otherwise WB_ERR_TYPE if it has another. WB_ERR_CORRUPT if the object is something
 * else, or smaller than its header says. */
WB_API int wb_array_attach(const char* name, int type, uint32_t dimensions, const uint64_t* shape, int64_t timeout_ns,
                           wb_array** out);

/* Unmaps the array; the object stays. A lock still held by this handle is left as a dead holder would leave it. */
WB_API void wb_array_close(wb_array* array);

/* Unlinks the array's object, whoever uses it: they go on with the memory they have, and the name is free. WB_NOT_READY if
 * there is none; refuses what is no array. */
WB_API int wb_array_remove(const char* name);

/* The first number, 64-byte aligned, column-major; valid until wb_array_close. Also valid in a forked child, which cannot
 * lock. NULL if the handle is. */
WB_API void* wb_array_data(wb_array* array);

typedef struct wb_array_info {
  uint32_t type;                     /* wb_type */
  uint32_t dimensions;               /* 1 to WB_MAX_DIMENSIONS */
  uint64_t shape[WB_MAX_DIMENSIONS]; /* fastest first; 1 beyond `dimensions` */
  uint64_t size_bytes;               /* of the numbers */
  uint32_t has_lock;                 /* 0: made by a program that puts none behind them */
  uint32_t reserved;
} wb_array_info;

WB_API int wb_array_get_info(const wb_array* array, wb_array_info* out);

/* Takes the lock, waiting up to timeout_ns. Not recursive. Each handle is a party of its own; threads share a lock by one
 * handle each.
 * WB_OK; WB_ABANDONED: taken too, but the last holder died with it: put the numbers in order before unlocking; WB_LOCKED: not
 * taken, a living process (a stopped one is) holds it; WB_INTERRUPTED by a signal.
 * WB_ERR_STATE if this handle has it, WB_ERR_NOT_FOUND if the array has no lock, WB_ERR_INCOMPATIBLE (another backend or
 * runtime directory), WB_ERR_NO_ROOM beyond 1024 parties.
 * The first call makes a lock file in the runtime directory; from then on a free lock costs one compare-and-swap, no system
 * call. */
WB_API int wb_array_lock(wb_array* array, int64_t timeout_ns);

/* Gives it back; no system call if nobody waits. WB_ERR_STATE if this handle does not have it. */
WB_API int wb_array_unlock(wb_array* array);

/* --------------------------------------------------------------------------------------------------- seen from outside */

typedef struct wb_name {
  char text[WB_NAME_BYTES];
} wb_name;

/* Names of the streams in the runtime directory, sorted. At most `capacity` are written; *count is how many there are. */
WB_API int wb_list(wb_name* names, size_t capacity, size_t* count);

typedef enum wb_writer_state {
  WB_WRITER_ALIVE = 1,
  WB_WRITER_CLOSED = 2, /* ended in order */
  WB_WRITER_DEAD = 3    /* ended without saying so */
} wb_writer_state;

typedef struct wb_stream_info {
  char name[WB_NAME_BYTES];
  uint32_t epoch, generation;
  uint32_t writer_state; /* wb_writer_state */
  int32_t writer_pid;    /* as the writer's own PID namespace has it */
  uint64_t seq, step, count, capacity;
  double sim_time;
  uint64_t publish_time_ns; /* of the newest frame */
  uint64_t fill_time_ns;    /* from begin to publish of the newest frame */
  uint64_t create_time_ns;  /* of this epoch */
  uint64_t frame_bytes, memory_bytes;
  uint32_t slots, lease_budget, leases_claimed, leases_held, max_readers, readers; /* readers: live ones */
  uint64_t hops, wakes, requests, overruns;
} wb_stream_info;

typedef struct wb_reader_info {
  uint32_t entry;
  int32_t pid;
  uint32_t mode;                        /* wb_mode */
  uint32_t alive;                       /* 1, or 0: died and not yet reclaimed */
  uint32_t leases_claimed, leases_held; /* none claimed: it copies */
  uint32_t asleep;
  uint32_t every; /* k, of every k-th frame */
  uint64_t attach_time_ns;
  uint64_t seq; /* last taken */
  uint64_t received, missed;
  char label[WB_LABEL_BYTES];
} wb_reader_info;

/* A look at a stream (`swarm`, `alice/swarm`) from outside, which neither side notices. Without the right to the control memory no readers
 * are seen. */
typedef struct wb_inspection wb_inspection;

/* WB_NOT_READY if there is no such stream. */
WB_API int wb_inspect(const char* stream, wb_inspection** out);
WB_API void wb_inspection_close(wb_inspection* inspection);

/* Fresh figures. Follows the stream into a new epoch. WB_NOT_READY once the stream is gone. */
WB_API int wb_inspection_stream(wb_inspection* inspection, wb_stream_info* out);
/* At most `capacity` readers are written; *count is how many there are. */
WB_API int wb_inspection_readers(wb_inspection* inspection, wb_reader_info* readers, size_t capacity, size_t* count);
WB_API int wb_inspection_parameter(wb_inspection* inspection, uint32_t control, wb_value* out);
WB_API const wb_schema* wb_inspection_schema(const wb_inspection* inspection);

typedef struct wb_collect_report {
  uint32_t streams; /* removed whole: nobody alive was left */
  uint32_t readers; /* entries of dead readers cleared */
  uint32_t objects; /* memory objects unlinked */
  uint32_t files;   /* manifests and lock files removed */
  uint64_t bytes;   /* of memory given back */
} wb_collect_report;

/* Removes what dead processes left: of one stream, or of all (stream = NULL), and of arrays then. Never touches anything a live process uses.
 * WB_NOT_READY if there is no such stream. */
WB_API int wb_collect(const char* stream, wb_collect_report* out);

#ifdef __cplusplus
}
#endif

#endif /* WINGBEAT_WINGBEAT_H */
