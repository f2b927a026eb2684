/* wingbeat.h: the C interface of Wingbeat. It is stable, and the library's only binary interface.
 *
 * CONCEPT
 *   A *stream* is a named, typed sequence of *frames* that one *writer* publishes. A frame holds all *fields* (named
 *   arrays) of one simulation step. Frames are numbered seq = 1, 2, 3, and so on, without gaps.
 *   Any number of *readers* on the same machine read frames in shared memory, without copying. The writer never waits
 *   for a reader, unless it asks for lock-step.
 *   A reader can send *requests* to the writer: set a parameter, pull a trigger, run a command. The writer answers each
 *   request with a *receipt*.
 *
 * LIFETIME
 *   Handles are opaque pointers. Each is ended by its own _close or _destroy function, which accepts NULL.
 *   A frame that a reader has taken is a *lease*: its bytes do not change until wb_frame_release. A frame may be held
 *   across later waits and across restarts of the writer. Release it before you close its reader.
 *   When a process dies, the kernel or the next process that attaches releases everything the process held.
 *
 * THREADS AND PROCESSES
 *   A handle is used by one thread at a time. A function that may be called from any thread, such as wb_frame_release,
 *   says so. Different handles are independent of each other.
 *   After fork(), all handles are closed in the child: every call on them returns WB_ERR_FORKED, except for the _close
 *   functions, which free the child's memory. The parent's handles are not affected. No thread may use Wingbeat while
 *   another thread forks.
 *   The library starts threads of its own, with all signals blocked: one for each reader whose wb_reader_fd was called,
 *   and one for a writer several of whose readers sleep, to wake them.
 *
 * RESULTS
 *   Every function that can fail returns an int: WB_OK (0); a positive *state*, which is a part of normal operation;
 *   or a negative error, WB_ERR_*. After a state or an error wb_error_message() says what happened and what to do.
 *   The library never prints and never aborts. The functions named below can also return WB_ERR_ARGUMENT for a NULL
 *   pointer, WB_ERR_FORKED, WB_ERR_NO_MEMORY and WB_ERR_SYSTEM.
 *
 * UNITS
 *   Times are nanoseconds of the machine's monotonic clock (wb_now_ns) unless a name says otherwise. A time limit
 *   (timeout_ns) below 0 means no limit. 0 means "do not wait".
 *
 * OPTIONS
 *   A struct of options begins with struct_size, so that later versions can add members. Set every byte to zero, then
 *   set struct_size to sizeof(the struct), then set the options that you need. Zero always means the default.
 *
 * RIGHTS
 *   A stream belongs to the user who runs its writer. Other users have no access unless WB_OPTION_ACCESS gives it to
 *   them. A stream of the same user is named `swarm`, a stream of another user `alice/swarm`. A reader that may read
 *   the frames but not write to the control memory is an observer: see WB_AS_OBSERVER.
 *
 * SECTIONS
 *   results, schema, spec, writer, reader, requests, window, array, inspection. The library implements each section in
 *   the file core/abi/<section>.cpp.
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

/* ---------------------------------------------------------------------------------------------------------- results */

/* The values of wb_result: X(name, value, what it means and what to do). States are positive, errors are negative. */
/* clang-format off */
#define WB_RESULT_LIST(X)                                                                                              \
  X(WB_OK,                 0, "done")                                                                                  \
  X(WB_NO_FRAME,           1, "no new frame was published within the time limit")                                      \
  X(WB_NOT_READY,          2, "the stream does not exist yet; start its writer, or wait for it")                       \
  X(WB_WRITER_GONE,        3, "the writer has ended; a reader follows the next writer by itself")                      \
  X(WB_RESTARTED,          4, "the writer was restarted; call again to get its frames")                                \
  X(WB_INTERRUPTED,        5, "the wait was interrupted by a signal or wb_reader_interrupt; call again")               \
  X(WB_PENDING,            6, "the writer has not answered the request yet; ask for its receipt again")                \
  X(WB_NO_REQUEST,         7, "no request is waiting")                                                                 \
  X(WB_OVERRUN,            8, "a reader in lock-step exceeded its time limit; the writer continues without it")        \
  X(WB_LOCKED,             9, "another process held the lock until the time limit; try again")                         \
  X(WB_ABANDONED,         10, "the lock is taken, but its last holder died with it; check and repair the array")       \
  X(WB_ERR_ARGUMENT,      -1, "an argument is NULL or out of range")                                                   \
  X(WB_ERR_NAME,          -2, "a name must have 1 to 63 characters of A-Z a-z 0-9 _ . - and be unique in its stream")  \
  X(WB_ERR_LIMIT,         -3, "a documented limit is exceeded")                                                        \
  X(WB_ERR_STATE,         -4, "the function was called out of order")                                                  \
  X(WB_ERR_BUSY,          -5, "another process is the writer of this stream; end it or choose another name")           \
  X(WB_ERR_NO_ROOM,       -6, "all entries, leases or pending requests are in use; free one or raise the limit")       \
  X(WB_ERR_NO_MEMORY,     -7, "not enough memory; make frames or budgets smaller, or enlarge the shared memory")       \
  X(WB_ERR_ACCESS,        -8, "permission denied; check the owner of the stream and of the runtime directory")         \
  X(WB_ERR_CORRUPT,       -9, "the stream's memory or manifest is damaged; end its writer and run `wingbeat gc`")      \
  X(WB_ERR_INCOMPATIBLE, -10, "the stream has another format version or backend; use the same release on both sides")  \
  X(WB_ERR_FORKED,       -11, "the handle was inherited through fork() and is closed; open a new one in the child")    \
  X(WB_ERR_NOT_FOUND,    -12, "there is nothing of that name")                                                         \
  X(WB_ERR_TYPE,         -13, "the element type or shape differs from the schema's")                                   \
  X(WB_ERR_SYSTEM,       -14, "a call of the operating system failed")                                                 \
  X(WB_ERR_EXISTS,       -15, "an array of that name exists; attach to it, or remove it first")
/* clang-format on */

typedef enum wb_result {
#define WB_X(name, value, text) name = value,
  WB_RESULT_LIST(WB_X)
#undef WB_X
} wb_result;

/* The message of this thread's last call that returned something other than WB_OK: what happened, with names and
 * numbers, and what to do. Never NULL. Valid until the thread's next call that does not return WB_OK. */
WB_API const char* wb_error_message(void);

/* The name of a result, such as "WB_ERR_BUSY". "?" for an unknown one. Static storage. */
WB_API const char* wb_result_name(int result);

/* The general text of a result, as in WB_RESULT_LIST. "unknown result" for an unknown one. Static storage. */
WB_API const char* wb_result_text(int result);

/* The release version of the library that is loaded, "major.minor.patch". Static storage. */
WB_API const char* wb_version(void);

/* The backend of the library: "linux", "macos" or "portable". All processes that use a stream must use the same one,
 * because backends lock and wake differently. Static storage. */
WB_API const char* wb_backend(void);

/* The present time in ns of the monotonic clock that stamps frames. */
WB_API uint64_t wb_now_ns(void);

/* Writes the path of the runtime directory, which holds manifests and lock files, into `path`, with a final zero. The
 * path is $WINGBEAT_DIR if that is set, else /dev/shm/wingbeat-<uid> on Linux and /tmp/wingbeat-<uid> elsewhere.
 * WB_ERR_LIMIT if path_bytes is too small. */
WB_API int wb_runtime_directory(char* path, size_t path_bytes);

/* ----------------------------------------------------------------------------------------------------------- schema */

/* Limits. All sizes of texts are in bytes of UTF-8, and include the final zero. */
enum {
  WB_NAME_BYTES = 64,   /* a name: 1 to 63 characters of A-Z a-z 0-9 _ . - */
  WB_UNIT_BYTES = 32,   /* a unit */
  WB_LABELS_BYTES = 96, /* the labels of a field's components, separated by single spaces */
  WB_HELP_BYTES = 160,  /* a help text */
  WB_CHOICES_BYTES =
      256, /* the alternatives of a choice, or the argument names of a command, separated by single spaces */
  WB_VALUE_BYTES = 448,   /* the value of an attribute */
  WB_REASON_BYTES = 88,   /* the reason why a request was refused */
  WB_LABEL_BYTES = 32,    /* the label of a reader */
  WB_MAX_DIMENSIONS = 8,  /* of a field or shared array */
  WB_MAX_FIELDS = 64,     /* of a stream */
  WB_MAX_CONTROLS = 256,  /* parameters, triggers and commands of a stream together */
  WB_MAX_ATTRIBUTES = 64, /* of a stream */
  WB_MAX_ARGUMENTS = 8,   /* of a command */
  WB_MAX_LEASES = 6,      /* frames that one reader may hold at a time */
  WB_MAX_READERS = 1024,  /* reader entries of a stream */
  WB_MAX_PENDING = 16     /* requests of one reader that wait for their receipts */
};

/* The highest capacity of a stream, in agents, and the highest size of a frame, in bytes. */
#define WB_MAX_CAPACITY UINT64_C(0x100000000)
#define WB_MAX_FRAME_BYTES UINT64_C(0x10000000000)

/* Element types of fields and shared arrays. The values are part of the format. */
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
  WB_C64 = 11, /* two f32, a complex number; in shared arrays only */
  WB_C128 = 12 /* two f64, a complex number; in shared arrays only */
} wb_type;

/* The size of one element in bytes. 0 for an unknown type. */
WB_API size_t wb_type_size(int type);

/* The name of an element type, such as "f32". "?" for an unknown type. Static storage. */
WB_API const char* wb_type_name(int type);

/* Types of a parameter's value. The values are part of the format. */
typedef enum wb_value_type {
  WB_VALUE_F64 = 1,   /* in as.f64 */
  WB_VALUE_I64 = 2,   /* in as.i64 */
  WB_VALUE_BOOL = 3,  /* in as.i64: 0 or 1 */
  WB_VALUE_CHOICE = 4 /* in as.i64: the index of the alternative, from 0 */
} wb_value_type;

/* The value of a parameter. 16 bytes. */
typedef struct wb_value {
  uint32_t type; /* wb_value_type */
  uint32_t reserved;
  union {
    double f64;
    int64_t i64;
  } as;
} wb_value;

/* A control is anything that a reader can request: a parameter, a trigger or a command. */
typedef enum wb_control_kind {
  WB_PARAMETER = 1, /* a value that can be set */
  WB_TRIGGER = 2,   /* an action without arguments */
  WB_COMMAND = 3    /* an action with up to WB_MAX_ARGUMENTS numbers */
} wb_control_kind;

/* A field of a stream. Shapes are written fastest dimension first (column-major, as Julia shows them): the positions
 * of n agents have the shape {3, n}. The same bytes are (n, 3) in C++ and NumPy. */
typedef struct wb_field_info {
  char name[WB_NAME_BYTES];
  char unit[WB_UNIT_BYTES];
  char labels[WB_LABELS_BYTES];
  uint32_t type;                     /* wb_type */
  uint32_t dimensions;               /* 1 to WB_MAX_DIMENSIONS */
  uint64_t shape[WB_MAX_DIMENSIONS]; /* fastest dimension first; 1 beyond `dimensions` */
  uint64_t offset_bytes;             /* from the beginning of a frame's data; a multiple of 64 */
  uint64_t size_bytes;               /* of the whole field, at full capacity */
  uint32_t per_agent;                /* 1: the last dimension is the capacity; a frame holds `count` agents of it */
  uint32_t reserved;
} wb_field_info;

/* A parameter, trigger or command of a stream. */
typedef struct wb_control_info {
  char name[WB_NAME_BYTES];
  char unit[WB_UNIT_BYTES];
  char help[WB_HELP_BYTES];
  char choices[WB_CHOICES_BYTES];     /* a choice's alternatives or a command's argument names, separated by spaces */
  uint32_t kind;                      /* wb_control_kind */
  uint32_t argument_count;            /* of a command, else 0 */
  wb_value initial, minimum, maximum; /* of a parameter; minimum = maximum = 0: there is no limit */
} wb_control_info;

/* The description of a stream: its fields, controls and attributes. It belongs to the writer, reader, frame or
 * inspection that it was read from, and is valid as long as that. A reader's schema is valid until a wait returns
 * WB_RESTARTED. A frame's schema is valid while the frame is held. The functions below read memory of this process
 * only. */
typedef struct wb_schema wb_schema;

/* The stream's name. "" for NULL. */
WB_API const char* wb_schema_stream(const wb_schema* schema);

/* The highest number of agents in a frame. 0 for NULL. */
WB_API uint64_t wb_schema_capacity(const wb_schema* schema);

/* The size of a frame's data in bytes, at full capacity. 0 for NULL. */
WB_API uint64_t wb_schema_frame_bytes(const wb_schema* schema);

/* The numbers of fields, controls and attributes. 0 for NULL. */
WB_API uint32_t wb_schema_field_count(const wb_schema* schema);
WB_API uint32_t wb_schema_control_count(const wb_schema* schema);
WB_API uint32_t wb_schema_attribute_count(const wb_schema* schema);

/* Copies the description of field, control or attribute `index`, counted from 0. The pointers to an attribute's texts
 * are valid as long as the schema. WB_ERR_ARGUMENT if the index is too large. */
WB_API int wb_schema_field(const wb_schema* schema, uint32_t index, wb_field_info* out);
WB_API int wb_schema_control(const wb_schema* schema, uint32_t index, wb_control_info* out);
WB_API int wb_schema_attribute(const wb_schema* schema, uint32_t index, const char** key, const char** value);

/* The index of the field or control of that name, or WB_ERR_NOT_FOUND. The message then lists the names that exist. The
 * search compares all names in turn: look a name up once, not in every frame. */
WB_API int wb_schema_find_field(const wb_schema* schema, const char* name);
WB_API int wb_schema_find_control(const wb_schema* schema, const char* name);

/* Converts a text to a value of a parameter: a number; true, on, yes, 1 or false, off, no, 0; or the name of an
 * alternative. Does not check the range. WB_ERR_ARGUMENT says what the parameter needs; WB_ERR_TYPE if the control is
 * not a parameter. */
WB_API int wb_value_parse(const wb_control_info* control, const char* text, wb_value* out);

/* ------------------------------------------------------------------------------------------------------------- spec */

/* The description of the stream that a writer will create. Build it, pass it to wb_writer_create, destroy it. It copies
 * all texts. The functions below return WB_ERR_NAME, WB_ERR_LIMIT or WB_ERR_ARGUMENT for a description that is not
 * allowed; the message says why. */
typedef struct wb_spec wb_spec;

/* Begins the description of a stream. capacity: the highest number of agents in a frame, 1 to WB_MAX_CAPACITY. A stream
 * without agents has capacity 1. */
WB_API int wb_spec_create(const char* stream, uint64_t capacity, wb_spec** out);

/* Frees the description. The writer that was created from it does not need it any more. */
WB_API void wb_spec_destroy(wb_spec* spec);

/* Adds a field with `components` numbers for each agent. Its shape is {components, capacity}, or {capacity} for one
 * component. labels ("x y z") and unit ("m/s") may be NULL. Fields are numbered 0, 1, 2, ... in the order of
 * addition. */
WB_API int wb_spec_add_per_agent(wb_spec* spec, const char* name, int type, uint32_t components, const char* labels,
                                 const char* unit);

/* Adds a field of a fixed shape, which does not depend on the number of agents: global values, a grid, a histogram.
 * shape: `dimensions` numbers, fastest dimension first. labels, one word for each index of the first dimension, and
 * unit may be NULL. Example: four global values in each frame are a field of type WB_F64 and shape {4}, with the labels
 * "T U P box". */
WB_API int wb_spec_add_field(wb_spec* spec, const char* name, int type, uint32_t dimensions, const uint64_t* shape,
                             const char* labels, const char* unit);

/* Options of a parameter. See OPTIONS at the top. */
typedef struct wb_parameter_options {
  size_t struct_size;
  int32_t type; /* wb_value_type; required */
  int32_t reserved;
  /* Of an i64, bool or choice: whole numbers up to 2^53. minimum = maximum = 0: no limit, of f64 and i64. */
  double initial, minimum, maximum;
  const char* unit;    /* may be NULL */
  const char* help;    /* may be NULL */
  const char* choices; /* of a choice: the names of the alternatives, separated by single spaces */
} wb_parameter_options;

/* Adds a parameter, which readers can set. Controls are numbered 0, 1, 2, ... in the order of addition, all kinds
 * together. */
WB_API int wb_spec_add_parameter(wb_spec* spec, const char* name, const wb_parameter_options* options);

/* Adds a trigger: an action without arguments. help may be NULL. */
WB_API int wb_spec_add_trigger(wb_spec* spec, const char* name, const char* help);

/* Adds a command: an action with up to WB_MAX_ARGUMENTS numbers. arguments: their names, separated by single spaces,
 * such as "id x y z"; NULL or "" for none. help may be NULL. */
WB_API int wb_spec_add_command(wb_spec* spec, const char* name, const char* arguments, const char* help);

/* Sets a static attribute of the stream, such as the box, the model or the provenance. Setting a key again replaces its
 * value. */
WB_API int wb_spec_set_attribute(wb_spec* spec, const char* key, const char* value);

/* The key of an attribute that marks a stream whose frames may be torn, because its writer cannot know that they are
 * whole. The value says why. Only writers that copy from memory without a lock set it: see `wingbeat adopt`. */
#define WB_ATTRIBUTE_UNVERIFIED "unverified"

/* Options of a stream, for wb_spec_set_option. */
typedef enum wb_option {
  /* Frames that all readers together may hold at a time. Readers beyond it copy. Default 8; 0 to 4096. */
  WB_OPTION_LEASE_BUDGET = 1,
  /* Reader entries, that is, readers at a time. Default 32; 1 to WB_MAX_READERS. */
  WB_OPTION_MAX_READERS = 2,
  /* Further slots: a reader of every frame may fall behind by this many frames without loss. Default 4; 0 to 4096. */
  WB_OPTION_HISTORY = 3,
  /* The access of other users: bits of wb_access. Default 0: none. */
  WB_OPTION_ACCESS = 4,
  /* The number of the group that the WB_GROUP_ bits refer to; the writer must belong to it. Default: its own group. */
  WB_OPTION_GROUP = 5,
  /* 1: put frames into huge pages if the system has them (Linux 6.1 or later; no setting or right is needed).
   * Creation takes longer; large frames are written and read faster. wb_writer_get_stats reports how many bytes are
   * in huge pages. See docs/tuning.md. Default 0. */
  WB_OPTION_HUGE_PAGES = 6
} wb_option;

/* What other users may do with a stream. File modes enforce it, whatever the umask is. If any bit is set, all users can
 * list the names of this user's streams. docs/security.md says what each right lets a hostile process do. */
typedef enum wb_access {
  WB_GROUP_READ = 1,    /* members of the group may observe */
  WB_GROUP_CONTROL = 2, /* members of the group may lease frames, read in lock-step and send requests */
  WB_ALL_READ = 4       /* all users may observe */
} wb_access;

/* Sets an option (wb_option). The stream has lease budget + 3 + history slots of one frame each. WB_ERR_LIMIT if the
 * value is out of range. */
WB_API int wb_spec_set_option(wb_spec* spec, int option, uint64_t value);

/* ----------------------------------------------------------------------------------------------------------- writer */

/* The writer of a stream, its only source of frames. It repeats: begin, fill, publish, answer requests. */
typedef struct wb_writer wb_writer;

/* Creates the stream, or takes it over from a writer that ended. With the same schema the readers of an old stream
 * see one WB_RESTARTED and the next frames. With another schema a new epoch begins: readers see WB_RESTARTED and a
 * new schema. All memory is reserved, and on Linux mapped, before the call returns, so that the first frames take no
 * longer than later ones. Blocks while it reserves memory, and for up to about 0.2 s while another process collects
 * the stream. WB_ERR_BUSY while another writer lives; the message has its process id. WB_ERR_NO_MEMORY; the message
 * says how much memory is needed and how much is free. WB_ERR_ACCESS if the runtime directory belongs to another
 * user, or the writer is not a member of the group. WB_ERR_INCOMPATIBLE if the stream belongs to another backend. */
WB_API int wb_writer_create(const wb_spec* spec, wb_writer** out);

/* Ends the stream and frees the handle. Readers get WB_WRITER_GONE. The stream's memory is removed when the last reader
 * closes. */
WB_API void wb_writer_close(wb_writer* writer);

/* The stream's schema. Valid until wb_writer_close. NULL if the handle cannot be used. */
WB_API const wb_schema* wb_writer_schema(const wb_writer* writer);

/* A slot of shared memory that is being filled. The pointers are valid until the frame is published or abandoned. */
typedef struct wb_slot {
  uint64_t seq;            /* the number that the frame will have */
  void* data;              /* field i begins at data + offset_bytes of its wb_field_info; the content is undefined */
  const void* previous;    /* the data of the last published frame, which may be read now; NULL if there is none */
  uint64_t previous_count; /* the number of agents in the previous frame */
} wb_slot;

/* Takes a slot for the next frame. Wait-free: a bounded number of memory accesses and no system call. In lock-step it
 * first waits as wb_writer_await_readers does. WB_ERR_STATE if a slot is begun already. */
WB_API int wb_writer_begin(wb_writer* writer, wb_slot* out);

/* The address of a field in the begun slot. Valid until the frame is published or abandoned. NULL if no slot is begun
 * or there is no such field. */
WB_API void* wb_writer_field(wb_writer* writer, uint32_t field);

/* Copies a field from the program's own memory into the begun slot: `count` agents whose first bytes are stride_bytes
 * apart. For a field of fixed shape `count` must be its last dimension. For a field per agent the call also sets the
 * frame's count, as wb_writer_set_count does. Takes as long as the copy. WB_ERR_STATE if no slot is begun;
 * WB_ERR_ARGUMENT if the stride is smaller than an agent, or the count is too large or differs from the count that
 * another field of this frame was given. */
WB_API int wb_writer_copy(wb_writer* writer, uint32_t field, const void* source, size_t stride_bytes, uint64_t count);

/* Sets the number of agents in the begun frame, 0 to the capacity. Without it, and without wb_writer_copy, the count is
 * the capacity. WB_ERR_STATE, WB_ERR_ARGUMENT. */
WB_API int wb_writer_set_count(wb_writer* writer, uint64_t count);

/* Publishes the begun slot: readers see the frame at once. step: the simulation's step number. sim_time: the
 * simulation's time in s. Wait-free. Makes no system call if no reader sleeps, else one call that wakes the sleepers.
 * After many calls that woke no reader it also clears the entries of readers that died while they slept. WB_ERR_STATE
 * if no slot is begun. */
WB_API int wb_writer_publish(wb_writer* writer, uint64_t step, double sim_time);

/* Returns the begun slot without publishing it. The next frame gets its number. WB_ERR_STATE if no slot is begun. */
WB_API int wb_writer_abandon(wb_writer* writer);

/* LOCK-STEP. After each frame the writer waits for the readers in mode WB_LOCK_STEP whose label is `label` (NULL: any
 * label), until they have finished with the frame. A reader has finished with a frame when it has released it or has
 * asked for the next one. limit_ns: the longest wait after a frame, measured from the beginning of the wait. Below 0:
 * no limit. 0: end lock-step for this label. A rule for a label has priority over the rule for all. A reader takes
 * part from its first wait on. A reader that exceeds the limit does not take part until it has finished with the
 * frame at which it did so. A reader that dies or closes is not waited for. A reader of every k-th frame is waited
 * for at those frames only. A reader must not wait for a receipt while it holds a frame, because the writer answers
 * requests after the wait. */
WB_API int wb_writer_lock_step(wb_writer* writer, const char* label, int64_t limit_ns);

/* Waits for the readers in lock-step, unless that was done since the last frame. wb_writer_begin waits in the same
 * way. Call this function before wb_writer_next_request, so that the requests that readers sent because of the last
 * frame are answered before the next frame begins. WB_OK at once without lock-step. WB_OVERRUN if a reader exceeded
 * its limit. WB_INTERRUPTED if a signal arrived during the wait; call again to continue. wb_writer_begin does not
 * return because of a signal. */
WB_API int wb_writer_await_readers(wb_writer* writer);

/* A request that the writer is asked to apply. */
typedef struct wb_request {
  uint32_t control;                   /* the index of the control in the schema */
  uint32_t kind;                      /* wb_control_kind */
  wb_value value;                     /* of a parameter; its type and range have been checked */
  uint32_t argument_count;            /* of a command */
  uint32_t reader;                    /* the entry of the reader that sent it */
  double arguments[WB_MAX_ARGUMENTS]; /* of a command; finite numbers */
  uint64_t id;                        /* counts the requests of that reader, from 1 */
  uint64_t submit_time_ns;
} wb_request;

/* Returns the next waiting request, in the order in which they were sent. Call it between publish and begin until it
 * returns WB_NO_REQUEST. A request that is not refused before the next call counts as applied. If a parameter was set
 * several times, only the last value is given, and the other requests are answered with WB_SUPERSEDED. A value out of
 * range is not given, but refused. Wait-free; makes at most one system call, to wake readers. */
WB_API int wb_writer_next_request(wb_writer* writer, wb_request* out);

/* Refuses the request that wb_writer_next_request gave last. The reader gets `reason`, of up to WB_REASON_BYTES - 1
 * bytes. A refused parameter keeps its value. WB_ERR_STATE if there is no such request. */
WB_API int wb_writer_refuse(wb_writer* writer, const char* reason);

/* The present value of a parameter. control: its index in the schema. WB_ERR_NOT_FOUND. */
WB_API int wb_writer_parameter(const wb_writer* writer, uint32_t control, wb_value* out);

/* Sets a parameter from the writer's side, for example from a user interface. All readers see the value.
 * WB_ERR_NOT_FOUND, WB_ERR_TYPE; WB_ERR_ARGUMENT if the value is out of range. */
WB_API int wb_writer_set_parameter(wb_writer* writer, uint32_t control, wb_value value);

/* Counters of a writer. */
typedef struct wb_writer_stats {
  uint64_t published;  /* frames that this writer published */
  uint64_t hops;       /* slots that were passed over because a reader held them */
  uint64_t wakes;      /* system calls that woke readers */
  uint64_t requests;   /* requests that were answered */
  uint64_t overruns;   /* times that a reader in lock-step exceeded its limit */
  uint32_t epoch;      /* counts the schemas of this stream, from 1 */
  uint32_t generation; /* counts the writers of this epoch, from 1 */
  uint64_t huge_bytes; /* bytes of the stream's memory that are in huge pages: see WB_OPTION_HUGE_PAGES */
} wb_writer_stats;

/* Copies the counters. */
WB_API int wb_writer_get_stats(const wb_writer* writer, wb_writer_stats* out);

/* ----------------------------------------------------------------------------------------------------------- reader */

/* A reader of one stream. It follows restarts of the writer and changes of the schema by itself. */
typedef struct wb_reader wb_reader;

/* The reading mode: which frames wb_reader_wait takes. The values are part of the format. */
typedef enum wb_mode {
  /* The newest frame that was not taken yet. The frames before it are skipped and do not count as missed. */
  WB_LATEST = 1,
  /* Each frame, in order. Frames that were overwritten before the reader took them count as missed. */
  WB_EVERY = 2,
  /* Each frame, in order, if the writer waits for this reader: see wb_writer_lock_step. If it does not (it never
   * asked for lock-step, or this reader exceeded its limit), the newest frame, and the skipped frames count as
   * missed. */
  WB_LOCK_STEP = 3
} wb_mode;

/* How a reader gets at the bytes of a frame. The library chooses when it attaches. */
typedef enum wb_way {
  WB_BY_LEASE = 1,   /* it leases the frame in shared memory; nothing is copied */
  WB_BY_COPY = 2,    /* it copies each frame that it takes: the lease budget is used up, or WB_READER_COPY */
  WB_AS_OBSERVER = 3 /* it copies, without a reader entry: it may not write control memory, or WB_READER_OBSERVE */
} wb_way;

/* Flags of wb_reader_options. */
typedef enum wb_reader_flag {
  /* Always copy. Uses nothing of the stream's lease budget. */
  WB_READER_COPY = 1,
  /* Observe: take no reader entry and write to no shared memory. An observer cannot send requests, cannot be in
   * lock-step, does not appear in `wingbeat top`, and polls every 0.05 to 2 ms, where other readers are woken. */
  WB_READER_OBSERVE = 2,
  /* Map all memory of the stream while attaching, which takes about 0.25 ms per MB, so that the first access to each
   * slot is as fast as later ones. */
  WB_READER_PREFAULT = 4
} wb_reader_flag;

/* Options of a reader. See OPTIONS at the top. */
typedef struct wb_reader_options {
  size_t struct_size;
  int32_t mode;      /* wb_mode; 0: WB_LATEST */
  uint32_t leases;   /* frames that may be held at a time, 1 to WB_MAX_LEASES; 0: 2 */
  int64_t spin_ns;   /* how long a wait polls before it sleeps; 0: 20,000; below 0: it never sleeps */
  const char* label; /* the reader's name in `wingbeat top` and for wb_writer_lock_step; NULL: the program's name */
  uint32_t every;    /* k: take only frames whose seq is a multiple of k; not in WB_LATEST; 0: 1 */
  uint32_t flags;    /* bits of wb_reader_flag */
} wb_reader_options;

/* Opens a reader of a stream, `swarm` or another user's `alice/swarm` (a user's name or number). The stream need not
 * exist yet. Does not wait. options may be NULL. wb_reader_get_stats says whether the reader leases, copies or
 * observes. WB_ERR_NAME; WB_ERR_NOT_FOUND if there is no such user; WB_ERR_NO_ROOM if all reader entries are in use;
 * WB_ERR_ACCESS if this user may not read the stream, or a file of it belongs to an unexpected user;
 * WB_ERR_INCOMPATIBLE; WB_ERR_CORRUPT. */
WB_API int wb_reader_open(const char* stream, const wb_reader_options* options, wb_reader** out);

/* Ends the reader and frees the handle. Release its frames before. */
WB_API void wb_reader_close(wb_reader* reader);

/* A frame that a reader holds. The struct may be copied. Release one of the copies, once. */
typedef struct wb_frame {
  uint64_t seq;
  uint64_t step;            /* as the writer gave it to wb_writer_publish */
  double sim_time;          /* in s; as the writer gave it */
  uint64_t publish_time_ns; /* when the frame was published; CLOCK_MONOTONIC, within a microsecond */
  uint64_t count;           /* agents in the frame, up to the capacity */
  uint64_t missed;          /* frames lost between the last frame that was taken and this one; 0 in WB_LATEST */
  uint32_t epoch;           /* counts the schemas of the stream, from 1 */
  uint32_t generation;      /* counts the writers of the epoch, from 1 */
  const void* data;         /* field i begins at data + offset_bytes of its wb_field_info; read-only */
  const wb_schema* schema;  /* valid while the frame is held */
  void* attachment;         /* internal; equal for all frames of one mapping */
  uint64_t lease;           /* internal */
} wb_frame;

/* Attaches the reader to its stream: afterwards wb_reader_schema, requests and parameters can be used. wb_reader_wait
 * attaches by itself. WB_OK at once if the reader is attached. WB_NOT_READY if there was no writer within the time
 * limit. WB_INTERRUPTED, and the errors of wb_reader_open. */
WB_API int wb_reader_attach(wb_reader* reader, int64_t timeout_ns);

/* Takes the next frame of the reader's mode. Polls for spin_ns, then sleeps, up to timeout_ns in all. Costs one
 * transfer of a cache line if the frame appears while the reader polls. States: WB_NO_FRAME, WB_WRITER_GONE or
 * WB_NOT_READY when the time limit has passed; WB_RESTARTED once after each restart of the writer; WB_INTERRUPTED.
 * WB_ERR_NO_ROOM if the reader holds as many frames as it may: release one. Also the errors of wb_reader_open, when
 * the reader attaches or follows a restart. */
WB_API int wb_reader_wait(wb_reader* reader, int64_t timeout_ns, wb_frame* out);

/* Takes the newest frame, even if it was taken before. Does not wait: WB_NO_FRAME, WB_WRITER_GONE or WB_NOT_READY if
 * there is none. In WB_EVERY and WB_LOCK_STEP it does not change which frame wb_reader_wait takes next. */
WB_API int wb_reader_latest(wb_reader* reader, wb_frame* out);

/* Releases the frame and sets frame->attachment to NULL. May be called from any thread. Wait-free. Releasing it again
 * through the same struct, or a struct filled with zeros, does nothing. */
WB_API void wb_frame_release(wb_frame* frame);

/* The address of a field in the frame. Valid until the frame is released. NULL if there is no such field. */
WB_API const void* wb_frame_field(const wb_frame* frame, uint32_t field);

/* The memory of a frame. For bindings of languages whose arrays may outlive a frame. */
typedef struct wb_memory wb_memory;

/* Keeps the frame's memory mapped until wb_memory_release, also after the frame is released and the reader is closed.
 * It does not hold the frame: the bytes may change after the frame is released. One wb_memory for each value of
 * frame->attachment is enough. Both functions may be called from any thread. */
WB_API int wb_frame_memory(const wb_frame* frame, wb_memory** out);
WB_API void wb_memory_release(wb_memory* memory);

/* Makes the reader's present wait, or else its next one, return WB_INTERRUPTED. May be called from any thread and from
 * signal handlers. */
WB_API void wb_reader_interrupt(wb_reader* reader);

/* A file descriptor for event loops (poll, epoll, libuv, Qt). Each call arms it. An armed descriptor becomes readable
 * when wb_reader_wait(reader, 0, ...) may return something new: a frame, a restart, the end of the writer; sometimes
 * without a reason. It stays readable until it is armed again. So repeat: call this function, wait for the
 * descriptor, call wb_reader_wait(reader, 0, ...) until it returns no more frames. The descriptor is the same for all
 * calls. Do not read from it and do not close it: it is closed with the reader. The first call starts a thread that
 * waits for the stream. While the descriptor is armed the reader counts as asleep, and the writer wakes it by a
 * system call. Returns the descriptor, or a negative WB_ERR_*. */
WB_API int wb_reader_fd(wb_reader* reader);

/* The schema of the attached stream. Valid until a wait returns WB_RESTARTED. NULL while the reader is not attached. */
WB_API const wb_schema* wb_reader_schema(const wb_reader* reader);

/* Counters and state of a reader. */
typedef struct wb_reader_stats {
  uint64_t received;     /* frames taken */
  uint64_t missed;       /* frames lost, in WB_EVERY and WB_LOCK_STEP; exact; of every k-th frame only those count */
  uint64_t seq;          /* of the last frame taken */
  uint64_t newest;       /* seq of the newest frame published */
  uint64_t restarts;     /* restarts of the writer that the reader has seen */
  uint32_t epoch;        /* counts the schemas of the stream, from 1 */
  uint32_t generation;   /* counts the writers of the epoch, from 1 */
  uint32_t writer_alive; /* 1 or 0 */
  uint32_t attached;     /* 1 or 0 */
  uint32_t way;          /* wb_way; 0 while the reader is not attached */
  uint32_t reserved;
} wb_reader_stats;

/* Copies the counters. Makes system calls, to find out whether the writer is alive. */
WB_API int wb_reader_get_stats(wb_reader* reader, wb_reader_stats* out);

/* --------------------------------------------------------------------------------------------------------- requests */

/* The result of a request. The values are part of the format. */
typedef enum wb_receipt_status {
  WB_APPLIED = 1,      /* applied after step `step`; frame `seq` is the first that can show it */
  WB_SUPERSEDED = 2,   /* not applied: a later request set the same parameter */
  WB_REFUSED = 3,      /* not applied, for `reason` */
  WB_WAS_RESTARTED = 4 /* not answered: the writer was restarted; send the request again */
} wb_receipt_status;

/* The writer's answer to a request. */
typedef struct wb_receipt {
  uint64_t id;     /* the id of the request */
  uint32_t status; /* wb_receipt_status */
  uint32_t reserved;
  uint64_t step; /* of the last frame that was published before the request was answered */
  uint64_t seq;  /* of the first frame that can show the effect */
  char reason[WB_REASON_BYTES];
} wb_receipt;

/* Each of these functions sends one request and stores its id in *id, which may be NULL. The reader must be attached.
 * Wait-free; makes no system call. WB_NOT_READY if the reader is not attached. WB_ERR_ACCESS for an observer.
 * WB_ERR_NOT_FOUND if the stream has no such control. WB_ERR_TYPE if the value has another type; a whole number is
 * accepted for an f64 parameter. WB_ERR_ARGUMENT for a value out of range or a wrong number of arguments.
 * WB_ERR_NO_ROOM if WB_MAX_PENDING requests of this reader wait for their receipts: the writer does not answer
 * requests, or answers too slowly. */
WB_API int wb_reader_set(wb_reader* reader, const char* parameter, wb_value value, uint64_t* id);
WB_API int wb_reader_trigger(wb_reader* reader, const char* trigger, uint64_t* id);
WB_API int wb_reader_command(wb_reader* reader, const char* command, const double* arguments, uint32_t argument_count,
                             uint64_t* id);

/* Waits up to timeout_ns for the receipt of a request. WB_PENDING if the writer has not answered within the time limit.
 * WB_WRITER_GONE if the writer ended before it answered; after the next writer has started, the receipt is
 * WB_WAS_RESTARTED. WB_INTERRUPTED. WB_ERR_ARGUMENT for an unknown id. A reader remembers the receipts of its last 1024
 * requests. */
WB_API int wb_reader_receipt(wb_reader* reader, uint64_t id, int64_t timeout_ns, wb_receipt* out);

/* The present value of a parameter. WB_NOT_READY if the reader is not attached; WB_ERR_NOT_FOUND. Wait-free. */
WB_API int wb_reader_parameter(wb_reader* reader, const char* parameter, wb_value* out);

/* ----------------------------------------------------------------------------------------------------------- window */

/* The last W frames of chosen fields. Each field is one dense array with time as its last dimension, for example {3,
 * capacity, W}, always contiguous. Each frame is copied into the window once and then released, so a window holds no
 * frame. */
typedef struct wb_window wb_window;

/* Opens a window. fields: 1 to WB_MAX_FIELDS names. frames: W, 1 to 1,000,000. The window uses memory of this
 * process, of W times the size of the fields. WB_NOT_READY if the reader is not attached: call wb_reader_attach
 * first. WB_ERR_NOT_FOUND, WB_ERR_ARGUMENT, WB_ERR_LIMIT, WB_ERR_NO_MEMORY. */
WB_API int wb_window_open(wb_reader* reader, const char* const* fields, uint32_t field_count, uint32_t frames,
                          wb_window** out);

/* Frees the window and its memory. */
WB_API void wb_window_close(wb_window* window);

/* Copies a frame to the end of the window. When the window is full the oldest frame falls out. Agents beyond the
 * frame's count become zero. WB_ERR_TYPE if the fields have other shapes since the writer was restarted: open another
 * window. */
WB_API int wb_window_push(wb_window* window, const wb_frame* frame);

/* Waits for a frame of the reader, adds it to the window and releases it. Returns as wb_reader_wait and
 * wb_window_push. */
WB_API int wb_window_next(wb_window* window, wb_reader* reader, int64_t timeout_ns);

/* One field of a window. All pointers are valid until the next push. */
typedef struct wb_window_view {
  const void* data;     /* the oldest frame first; frame k begins at data + k * frame_bytes */
  uint64_t frame_bytes; /* the field's size_bytes */
  uint32_t frames;      /* frames in the window, 0 to W */
  uint32_t reserved;
  const uint64_t* seqs;   /* the seq of each frame, oldest first */
  const uint64_t* counts; /* the number of agents in each frame */
} wb_window_view;

/* Returns a field of the window. field: an index into the names that wb_window_open was given. WB_ERR_ARGUMENT. */
WB_API int wb_window_get(const wb_window* window, uint32_t field, wb_window_view* out);

/* ------------------------------------------------------------------------------------------------------------ array */

/* A shared array: a mutable array in a shared memory object, with a lock, for state that several processes write. Use a
 * stream for data that one process writes and others read.
 *
 * FORMAT. The object has exactly the given name and begins with the header of InterProcessCommunication.jl's
 * WrappedArray. That package can open it, and Wingbeat can attach to the arrays of that package, which have no lock.
 * See spec/array.md.
 *
 * LIFETIME. An array belongs to its user, not to the process that created it. It exists until wb_array_remove or a
 * reboot, also when all processes that used it have ended or died. If its creator dies before the array is complete,
 * no process can attach to it, and the next creator or wb_collect removes it.
 *
 * LOCK. The kernel says whether the holder of the lock is alive. A process that is stopped keeps the lock. If a
 * holder dies, the next process to lock the array gets WB_ABANDONED, once. An access without the lock is possible,
 * and may see or make values that are half written.
 *
 * RIGHTS. Only processes of the array's user have access. A process that can write to the array can also truncate it;
 * the other processes are then ended by SIGBUS. */
typedef struct wb_array wb_array;

/* Creates an array of zeros and attaches to it. name: / and 1 to 200 further characters (macOS: 30) without another
 * /; it must not begin with /wb-. type: wb_type. shape: 1 to WB_MAX_DIMENSIONS numbers of at least 1, fastest
 * dimension first. All memory is reserved. WB_ERR_EXISTS if there is an array or object of that name; it is not
 * changed. WB_ERR_BUSY if another process has been creating it for a second. WB_ERR_NO_MEMORY; the message says how
 * much memory is needed and how much is free. WB_ERR_LIMIT above 2^40 bytes. WB_ERR_NAME, WB_ERR_ARGUMENT,
 * WB_ERR_ACCESS. */
WB_API int wb_array_create(const char* name, int type, uint32_t dimensions, const uint64_t* shape, wb_array** out);

/* Attaches to an array. Never changes it. Waits up to timeout_ns until it exists and is complete, else WB_NOT_READY;
 * the message says which. type 0 accepts any type, dimensions 0 any shape; otherwise WB_ERR_TYPE if the array has
 * another. WB_INTERRUPTED by a signal. WB_ERR_CORRUPT if the object is not an array, or is smaller than its header
 * says. */
WB_API int wb_array_attach(const char* name, int type, uint32_t dimensions, const uint64_t* shape, int64_t timeout_ns,
                           wb_array** out);

/* Detaches and frees the handle. The array still exists. A lock that the handle holds is left as by a holder that
 * died. */
WB_API void wb_array_close(wb_array* array);

/* Removes the name of an array. Processes that are attached keep the memory, and the name can be used for a new array.
 * WB_NOT_READY if there is no array of that name. WB_ERR_CORRUPT if the object of that name is not an array. */
WB_API int wb_array_remove(const char* name);

/* The address of the first element, a multiple of 64. Elements lie in column-major order. Valid until wb_array_close,
 * also in a forked child. NULL for NULL. */
WB_API void* wb_array_data(wb_array* array);

/* A description of an array. */
typedef struct wb_array_info {
  uint32_t type;                     /* wb_type */
  uint32_t dimensions;               /* 1 to WB_MAX_DIMENSIONS */
  uint64_t shape[WB_MAX_DIMENSIONS]; /* fastest dimension first; 1 beyond `dimensions` */
  uint64_t size_bytes;               /* of all elements */
  uint32_t has_lock;                 /* 0: the program that created the array gave it no lock */
  uint32_t reserved;
} wb_array_info;

/* Copies the description. */
WB_API int wb_array_get_info(const wb_array* array, wb_array_info* out);

/* Takes the lock. Waits up to timeout_ns: spins for 10 us, then sleeps. The lock is not recursive, and belongs to the
 * handle: threads that share a lock need a handle each. A free lock costs one compare-and-swap and no system call,
 * except for the handle's first lock, which creates a lock file in the runtime directory. WB_OK: the lock is taken.
 * WB_ABANDONED: the lock is taken, but its last holder died; check and repair the array before you unlock it.
 * WB_LOCKED: not taken, because a living process (also a stopped one) holds it. WB_INTERRUPTED: not taken, because of
 * a signal. WB_ERR_STATE if this handle holds the lock. WB_ERR_NOT_FOUND if the array has no lock.
 * WB_ERR_INCOMPATIBLE if the array was created with another backend or runtime directory. WB_ERR_NO_ROOM if 1024
 * handles use the lock. */
WB_API int wb_array_lock(wb_array* array, int64_t timeout_ns);

/* Releases the lock. Makes a system call only if another handle waits. WB_ERR_STATE if this handle does not hold
 * it. */
WB_API int wb_array_unlock(wb_array* array);

/* ------------------------------------------------------------------------------------------------------- inspection */

/* The name of a stream. */
typedef struct wb_name {
  char text[WB_NAME_BYTES];
} wb_name;

/* Lists the streams in the runtime directory, sorted by name. Stores at most `capacity` names in `names`, and the
 * number of streams in *count. */
WB_API int wb_list(wb_name* names, size_t capacity, size_t* count);

/* Whether the writer of a stream is alive. */
typedef enum wb_writer_state {
  WB_WRITER_ALIVE = 1,
  WB_WRITER_CLOSED = 2, /* it closed the stream */
  WB_WRITER_DEAD = 3    /* it ended without closing the stream */
} wb_writer_state;

/* The state of a stream. */
typedef struct wb_stream_info {
  char name[WB_NAME_BYTES];
  uint32_t epoch, generation;
  uint32_t writer_state; /* wb_writer_state */
  int32_t writer_pid;    /* in the writer's own PID namespace */
  uint64_t seq, step, count, capacity;
  double sim_time;
  uint64_t publish_time_ns; /* of the newest frame */
  uint64_t fill_time_ns;    /* from begin to publish of the newest frame */
  uint64_t create_time_ns;  /* of this epoch */
  uint64_t frame_bytes, memory_bytes;
  uint32_t slots, lease_budget, leases_claimed, leases_held, max_readers, readers; /* readers: those that are alive */
  uint64_t hops, wakes, requests, overruns;                                        /* as in wb_writer_stats */
} wb_stream_info;

/* The state of a reader, as it describes itself in its reader entry. */
typedef struct wb_reader_info {
  uint32_t entry; /* the index of the reader entry */
  int32_t pid;
  uint32_t mode;           /* wb_mode */
  uint32_t alive;          /* 1; or 0: it died and its entry was not cleared yet */
  uint32_t leases_claimed; /* 0: it copies */
  uint32_t leases_held;
  uint32_t asleep; /* 1 or 0 */
  uint32_t every;  /* k: it takes the frames whose seq is a multiple of k */
  uint64_t attach_time_ns;
  uint64_t seq; /* of the last frame taken */
  uint64_t received, missed;
  char label[WB_LABEL_BYTES];
} wb_reader_info;

/* An inspection shows a stream from outside. It takes no reader entry and no lease, and writes to no shared memory. */
typedef struct wb_inspection wb_inspection;

/* Opens an inspection of `swarm` or another user's `alice/swarm`. WB_NOT_READY if there is no such stream. */
WB_API int wb_inspect(const char* stream, wb_inspection** out);

/* Frees the inspection. */
WB_API void wb_inspection_close(wb_inspection* inspection);

/* The present state of the stream. Follows the stream into a new epoch. WB_NOT_READY if the stream has been removed. */
WB_API int wb_inspection_stream(wb_inspection* inspection, wb_stream_info* out);

/* The readers of the stream. Stores at most `capacity` in `readers`, and their number in *count. There are none to
 * see if this user may not read the control memory. Observers are never listed. */
WB_API int wb_inspection_readers(wb_inspection* inspection, wb_reader_info* readers, size_t capacity, size_t* count);

/* The present value of a parameter. control: its index in the schema. WB_ERR_NOT_FOUND. */
WB_API int wb_inspection_parameter(wb_inspection* inspection, uint32_t control, wb_value* out);

/* The schema. Valid until the next call of wb_inspection_stream or wb_inspection_readers. */
WB_API const wb_schema* wb_inspection_schema(const wb_inspection* inspection);

/* What wb_collect removed. */
typedef struct wb_collect_report {
  uint32_t streams; /* streams without a living writer or reader, removed */
  uint32_t readers; /* entries of dead readers, cleared */
  uint32_t objects; /* memory objects, unlinked */
  uint32_t files;   /* manifests and lock files, removed */
  uint64_t bytes;   /* of memory, freed */
} wb_collect_report;

/* Removes what dead processes left of one stream; or, with stream = NULL, of all streams and of arrays whose
 * creators died before they were complete. Never removes anything that a living process uses. out may be NULL.
 * WB_NOT_READY if there is no such stream. */
WB_API int wb_collect(const char* stream, wb_collect_report* out);

#ifdef __cplusplus
}
#endif

#endif /* WINGBEAT_WINGBEAT_H */
