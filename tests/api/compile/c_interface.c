/* The C header alone. Is compiled, not run. */
#include <wingbeat/wingbeat.h>

int use(void);
int use(void) { return wb_version() != 0 && WB_MAX_CAPACITY > WB_MAX_FIELDS; }
