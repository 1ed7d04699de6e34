//! What an answer must satisfy before its body is read.

use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use crate::{Limits, NetError, Redirects};

/// Refuses redirects that nobody wants to see, encoded bodies, and bodies that announce more bytes than are
/// allowed.
pub(crate) fn check_head(status: StatusCode, headers: &HeaderMap, limits: Limits) -> Result<(), NetError> {
    if status.is_redirection() && limits.redirects == Redirects::Refused {
        return Err(NetError::Redirected);
    }
    let plain = |encoding: &http::HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(CONTENT_ENCODING).iter().all(plain) {
        return Err(NetError::Encoded);
    }
    match announced_length(headers) {
        Some(length) if length > limits.max_body as u64 => Err(NetError::TooLarge),
        _ => Ok(()),
    }
}

/// The body length that the head announces, if it does.
pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
