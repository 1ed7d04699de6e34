//! The headers of every page: what a browser may do with it, and who may keep it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use url::Url;

use super::Href;
use crate::words::Words;

/// Where the submission of a page's form may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormTarget {
    /// Nowhere but here.
    Here,
    /// At an app: the answer to the submission may be a redirect that leaves.
    App,
    /// The same, from a page with a picture in it.
    AppWithPicture,
    /// At an app, without a click: by the one script that the page has.
    AppAtOnce,
    /// Nowhere but here, from a page whose script asks for a passkey.
    HereWithPasskey,
    /// At an app, from a page whose script asks for a passkey.
    AppWithPasskey,
}

impl FormTarget {
    fn content_security_policy(self) -> &'static str {
        match self {
            Self::Here => CSP_FORMS_STAY_HERE,
            Self::App => CSP_FORMS_MAY_END_AT_AN_APP,
            Self::AppWithPicture => CSP_SHOWS_A_PICTURE,
            Self::AppAtOnce => CSP_SUBMITS_ITSELF,
            Self::HereWithPasskey => CSP_FORMS_STAY_HERE_WITH_SCRIPT,
            Self::AppWithPasskey => CSP_FORMS_MAY_END_AT_AN_APP_WITH_SCRIPT,
        }
    }

    fn permissions_policy(self) -> &'static str {
        match self {
            Self::HereWithPasskey | Self::AppWithPasskey => PASSKEYS_ALONE,
            _ => NO_PERMISSIONS,
        }
    }
}

/// Own stylesheet and images, no script at all, never in a frame (CSP Level 3).
const CSP_FORMS_STAY_HERE: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                                   object-src 'none'; frame-ancestors 'none'; form-action 'self'";

/// The same without `form-action`: browsers apply it to every redirect that follows a submission,
/// and silently drop the one that takes the person back to the app.
const CSP_FORMS_MAY_END_AT_AN_APP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                                           base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// The same, with a picture that is part of the page.
const CSP_SHOWS_A_PICTURE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
                                   object-src 'none'; frame-ancestors 'none'";

/// The same as the second, with the hash of the script in `form_post.html`.
const CSP_SUBMITS_ITSELF: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                                  object-src 'none'; frame-ancestors 'none'; \
                                  script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='";

/// The first, with the scripts that are our own files.
const CSP_FORMS_STAY_HERE_WITH_SCRIPT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                                               img-src 'self'; base-uri 'none'; object-src 'none'; \
                                               frame-ancestors 'none'; form-action 'self'";

/// The second, likewise.
const CSP_FORMS_MAY_END_AT_AN_APP_WITH_SCRIPT: &str = "default-src 'none'; script-src 'self'; \
                                                       style-src 'self'; img-src 'self'; base-uri 'none'; \
                                                       object-src 'none'; frame-ancestors 'none'";

macro_rules! permissions {
    ($passkeys:literal) => {
        concat!(
            "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), \
             geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
             picture-in-picture=(), publickey-credentials-create=",
            $passkeys,
            ", publickey-credentials-get=",
            $passkeys,
            ", screen-wake-lock=(), usb=(), xr-spatial-tracking=()"
        )
    };
}

/// Every feature that a page could ask the browser for, off.
const NO_PERMISSIONS: &str = permissions!("()");

/// All but those that a page with a form for passkeys asks for.
const PASSKEYS_ALONE: &str = permissions!("(self)");

/// An app may open a login in a popup (`display=popup`, OIDC Core section 3.1.2.1) and be told there, by
/// its own callback, through `window.opener`. Any stricter policy cuts that tie for good, on the first
/// of our pages. What an opener can do to a page of another origin is to close it, to lead it elsewhere
/// and to count its frames: it had the first two anyway, and only the page after a sign-out has frames.
const OPENER_POLICY: &str = "unsafe-none";

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), OPENER_POLICY),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "accept-language"),
];

/// Lets a page load these in frames, and nothing else.
pub fn allow_frames(headers: &mut HeaderMap, frames: &[Url]) {
    let mut origins: Vec<_> = frames.iter().map(|url| url.origin().ascii_serialization()).collect();
    origins.sort_unstable();
    origins.dedup();
    if origins.is_empty() {
        return;
    }
    let policy = format!("{CSP_FORMS_STAY_HERE}; frame-src {}", origins.join(" "));
    // An origin is ASCII without blanks and semicolons, which is always a header value.
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Lets the browser go on to `next` by itself, once what the page loads has had its time.
pub fn go_on(headers: &mut HeaderMap, next: &Href) {
    const SECONDS: u32 = 2;
    if let Ok(value) = HeaderValue::try_from(format!("{SECONDS}; url={next}")) {
        headers.insert(header::REFRESH, value);
    }
}

/// Sets the headers of a page in this language.
pub fn set(headers: &mut HeaderMap, forms: FormTarget, words: Words) {
    let policy = HeaderValue::from_static(forms.content_security_policy());
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let permissions = HeaderValue::from_static(forms.permissions_policy());
    headers.insert(HeaderName::from_static("permissions-policy"), permissions);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(words.tag()));
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
