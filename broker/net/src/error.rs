//! Why an exchange gave no answer: a fixed set that never carries anything the other side said.

use std::time::Duration;

/// An exchange that gave no usable answer.
///
/// Pages that a tenant's administrator sees must show [`Unreachable`](Self::Unreachable) and
/// [`TimedOut`](Self::TimedOut) as one and the same, or they make a port scanner. The cause behind
/// either is in the operator's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Our policy does not let us go there.
    #[error("refused by the egress policy: {0}")]
    Refused(#[from] Refusal),
    /// The name does not resolve, or connection, TLS or HTTP broke.
    #[error("the server could not be reached")]
    Unreachable,
    /// Connection and TLS, or the exchange as a whole, took too long.
    #[error("the server took too long")]
    TimedOut,
    /// The body is larger than [`Limits::max_body`](crate::Limits::max_body).
    #[error("the answer is too large")]
    TooLarge,
    /// The answer is a redirect, which is never followed and was not asked for.
    #[error("the server answered with a redirect")]
    Redirected,
    /// The body is compressed although we asked for it plain.
    #[error("the answer is compressed")]
    Encoded,
    /// Too many exchanges with this peer, or with all of them, are under way.
    #[error("too many exchanges are under way")]
    Busy,
    /// The peer failed repeatedly and is left alone for a while.
    #[error("the server failed repeatedly and is left alone for now")]
    CircuitOpen {
        /// Time until the peer is tried again.
        retry_after: Duration,
    },
}

/// What the egress policy has against a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not an absolute URL with a host.
    #[error("not an absolute URL")]
    Url,
    /// Not https.
    #[error("only https is allowed")]
    Scheme,
    /// A user name or password in the URL.
    #[error("the URL must not contain credentials")]
    Userinfo,
    /// A port outside the operator's list.
    #[error("the port is not allowed")]
    Port,
    /// An address, written or resolved to, that is neither global unicast nor in a network the operator allows.
    #[error("the address is not allowed")]
    Address,
}
