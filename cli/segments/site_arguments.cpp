#include "site_arguments.hpp"

namespace wingbeat::segments {

void add_site_options(CLI::App& verb, SiteArguments& a, const std::string& lock_help, const std::string& limit_help) {
  verb.add_option("--lock", a.lock, lock_help);
  verb.add_option("--lock-limit", a.lock_limit_s, limit_help)->check(CLI::Range(0.0, 10.0))->capture_default_str();
  verb.add_option("--offset", a.offset, "Where the numbers begin in the segment, in bytes")->capture_default_str();
  verb.add_option("--lock-offset", a.lock_offset, "Where the mutex begins in its segment, in bytes")
      ->capture_default_str();
}

SiteOptions site_of(const SiteArguments& a, const std::string& verb) {
  SiteOptions site;
  site.verb = verb;
  site.data = parse_name(a.segment);
  site.offset = a.offset;
  if (!a.lock.empty()) site.lock = parse_name(a.lock);
  site.lock_offset = a.lock_offset;
  site.lock_limit_s = a.lock_limit_s;
  return site;
}

cli::Json to_json(const SiteTotals& t) {
  return {{"attachments", t.attachments}, {"lock_missed", t.lock_missed}, {"recovered", t.recovered},
          {"spoiled", t.spoiled},         {"hold_p50_ns", t.hold_p50_ns}, {"hold_max_ns", t.hold_max_ns}};
}

}  // namespace wingbeat::segments
