// What the command lines and the reports of adopt and mirror have in common: the segment and its mutex.
#pragma once

#include <string>

#include "site.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::segments {

struct SiteArguments {
  std::string segment, lock;
  std::size_t offset = 0, lock_offset = 0;
  double lock_limit_s = 0.1;
};

// All but the segment, which is a positional of one verb and an option of the other.
void add_site_options(CLI::App& verb, SiteArguments& arguments, const std::string& lock_help,
                      const std::string& limit_help);

// Throws cli::Failure for a name that cannot be.
SiteOptions site_of(const SiteArguments& arguments, const std::string& verb);

cli::Json to_json(const SiteTotals& totals);

}  // namespace wingbeat::segments
