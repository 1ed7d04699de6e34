//! Redirect URIs. The first line of an input is registered, the second is requested.
//!
//! What matches is the registered one byte by byte, or for native apps the same with another port of a
//! literal loopback address; whatever matches, a browser takes to the same host.

use doorward_domain::RedirectUri;
use url::Url;

use crate::Verdict;

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let Ok(input) = str::from_utf8(input) else { return Verdict::Refused };
    let (registered, requested) = input.split_once('\n').unwrap_or((input, input));
    let Ok(uri) = RedirectUri::parse(registered) else { return Verdict::Refused };
    assert_eq!(RedirectUri::parse(uri.as_str()).as_ref(), Ok(&uri), "what was registered reads as itself");
    assert!(uri.matches(registered, false) && uri.matches(registered, true));
    let [web, native] = [false, true].map(|native| uri.matches(requested, native));
    assert_eq!(web, registered == requested, "for the web nothing but the same bytes");
    assert!(native || !web, "a native app has all that the web has");
    if native && !web {
        differs_in_port_alone(registered, requested);
    }
    Verdict::of(web || native)
}

fn differs_in_port_alone(registered: &str, requested: &str) {
    let [mut registered, mut requested] = [registered, requested].map(|uri| Url::parse(uri).unwrap());
    let host = requested.host_str().unwrap();
    assert!(requested.scheme() == "http" && ["127.0.0.1", "[::1]"].contains(&host), "{requested}");
    for url in [&mut registered, &mut requested] {
        url.set_port(None).unwrap();
    }
    assert_eq!(registered, requested);
}
