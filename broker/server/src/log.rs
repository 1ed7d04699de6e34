//! What the log never has in it.

use tracing_subscriber::EnvFilter;

/// Those who write what strangers said into the log as it came: the client of DNS tells of whole answers.
const TALKATIVE: [&str; 3] = ["hickory_net=off", "hickory_proto=off", "hickory_resolver=off"];

/// `filter`, without what would let strangers write lines of the log (SR-05).
pub fn without_strangers(filter: EnvFilter) -> EnvFilter {
    let directives = TALKATIVE.iter().filter_map(|directive| directive.parse().ok());
    directives.fold(filter, EnvFilter::add_directive)
}
