/* Publishes one frame and reads it back, using only the installed files of Wingbeat, in C. */
#include <stdio.h>
#include <wingbeat/wingbeat.h>

enum { kAgents = 4 };

static int fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, wb_error_message());
  return 1;
}

static int open_writer(wb_writer** writer) {
  wb_spec* spec = NULL;
  int result = wb_spec_create("installed_c", kAgents, &spec);
  if (result == WB_OK) result = wb_spec_add_per_agent(spec, "position", WB_F32, 3, "x y z", "m");
  if (result == WB_OK) result = wb_writer_create(spec, writer);
  wb_spec_destroy(spec);
  return result;
}

static int publish(wb_writer* writer) {
  wb_slot slot;
  int result = wb_writer_begin(writer, &slot);
  if (result != WB_OK) return result;
  float* position = wb_writer_field(writer, 0);
  for (int i = 0; i < 3 * kAgents; ++i) position[i] = (float)i;
  return wb_writer_publish(writer, 7, 0.5);
}

static int check(wb_reader* reader) {
  wb_frame frame;
  if (wb_reader_latest(reader, &frame) != WB_OK) return fail("latest");
  const float* position = wb_frame_field(&frame, 0);
  int good = frame.seq == 1 && frame.step == 7 && frame.count == kAgents;
  for (int i = 0; i < 3 * kAgents; ++i) good = good && position[i] == (float)i;
  wb_frame_release(&frame);
  if (!good) fprintf(stderr, "the frame read is not the one published\n");
  return !good;
}

int main(void) {
  wb_writer* writer = NULL;
  wb_reader* reader = NULL;
  if (open_writer(&writer) != WB_OK) return fail("writer");
  if (wb_reader_open("installed_c", NULL, &reader) != WB_OK) return fail("reader");
  if (wb_reader_attach(reader, 1000000000) != WB_OK) return fail("attach");
  if (publish(writer) != WB_OK) return fail("publish");
  int failed = check(reader);
  wb_reader_close(reader);
  wb_writer_close(writer);
  return failed;
}
