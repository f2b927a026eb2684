/* Publishes 600 frames of 100 points on a turning helix. */
#include <math.h>
#include <stdio.h>
#include <time.h>
#include <wingbeat/wingbeat.h>

int main(void) {
  wb_spec* spec = NULL;
  wb_writer* writer = NULL;
  wb_slot slot;
  if (wb_spec_create("helix", 100, &spec) || wb_spec_add_per_agent(spec, "position", WB_F32, 3, "x y z", "m") ||
      wb_writer_create(spec, &writer))
    return fprintf(stderr, "%s\n", wb_error_message()), 1;
  for (uint64_t step = 1; step <= 600 && wb_writer_begin(writer, &slot) == WB_OK; ++step) {
    float* position = wb_writer_field(writer, 0);
    for (int i = 0; i < 100; ++i, position += 3) {
      position[0] = cosf(0.1f * (float)i + 0.01f * (float)step);
      position[1] = sinf(0.1f * (float)i + 0.01f * (float)step);
      position[2] = 0.01f * (float)i;
    }
    wb_writer_publish(writer, step, (double)step / 60);
    if (step % 60 == 0) printf("published frame %d of 600\n", (int)step);
    nanosleep(&(struct timespec){0, 16666667}, NULL);
  }
  wb_writer_close(writer);
  wb_spec_destroy(spec);
}
