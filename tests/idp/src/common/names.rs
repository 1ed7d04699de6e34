//! The names of switches: those that every kind of provider has are declared here, a kind's own in its
//! folder.

/// A switch: one way of misbehaving, with a name and the value that it says unless told otherwise.
pub trait Named: Copy {
    /// Its name in control requests and reports.
    fn name(self) -> &'static str;

    /// What it says when nobody chose. A number here means that it must be a number.
    fn default_value(self) -> &'static str;
}

/// What an emulator knows of a switch.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

/// Declares switches: `Variant = "name"`, or `Variant = "name" says "value"`.
macro_rules! switches {
    ($(#[$about:meta])* pub enum $Name:ident {
        $($(#[$doc:meta])* $Variant:ident = $name:literal $(says $value:literal)?,)+
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $Name {
            $($(#[$doc])* $Variant,)+
        }

        impl $Name {
            /// Every one of them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$Variant),+];

            pub(crate) fn known() -> Vec<$crate::common::names::Known> {
                use $crate::common::names::{Known, Named};
                Self::ALL.map(|it| Known { name: it.name(), value: it.default_value() }).to_vec()
            }
        }

        impl $crate::common::names::Named for $Name {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)+
                }
            }

            fn default_value(self) -> &'static str {
                match self {
                    $(Self::$Variant => switches!(@value $($value)?),)+
                }
            }
        }
    };
    (@value) => { "" };
    (@value $value:literal) => { $value };
}
pub(crate) use switches;

switches! {
    /// One way in which any provider can misbehave toward a Relying Party that is not to believe it.
    pub enum Switch {
        /// The ID token carries another `nonce` (the value).
        WrongNonce = "wrong_nonce" says "another-nonce",
        /// The ID token carries no `nonce`, although one was asked for.
        NonceMissing = "nonce_missing",
        /// The ID token is for another audience (the value).
        WrongAudience = "wrong_audience" says "another-client",
        /// The ID token expired an hour ago.
        ExpiredToken = "expired_token",
        /// The ID token becomes valid later (the value: in how many seconds).
        NotYetValid = "not_yet_valid" says "3600",
        /// The ID token was issued in the future (the value: in how many seconds).
        IssuedInFuture = "issued_in_future" says "3600",
        /// The ID token names another issuer (the value).
        WrongIssuer = "wrong_issuer" says "https://another-issuer.example",
        /// The ID token is signed with a key that was never published.
        UnknownKey = "unknown_key",
        /// Before the next ID token is signed, the issuer replaces its key; the old one disappears.
        RotateKey = "rotate_key",
        /// A bit of the ID token's signature is flipped.
        BadSignature = "bad_signature",
        /// The ID token's header does not say which key signed it.
        KeyIdMissing = "key_id_missing",
        /// The ID token is not signed at all, and says so: `alg` is `none`.
        Unsigned = "unsigned",
        /// The ID token is signed by HS256 with the client's secret.
        SignedWithSecret = "signed_with_secret",
        /// The token endpoint answers without an ID token.
        NoIdToken = "no_id_token",
        /// The token endpoint waits (the value: milliseconds).
        Slow = "slow" says "1000",
        /// The token endpoint answers with an error (the value: an OAuth error code).
        TokenError = "token_error" says "invalid_client",
        /// The authorization endpoint answers with an error (the value: an OAuth error code).
        AuthorizeError = "authorize_error" says "access_denied",
        /// Neither ID token nor userinfo tell the person's e-mail address.
        NoEmail = "no_email",
        /// Userinfo is about somebody else than the ID token (the value: the other `sub`).
        UserinfoSubMismatch = "userinfo_sub_mismatch" says "another-subject",
    }
}

switches! {
    /// One way in which the transport fails. A fault that names no endpoint
    /// befalls them all.
    pub enum Fault {
        /// Nothing but this status.
        Status = "status" says "503",
        /// With the answer comes `Retry-After` (the value: seconds).
        RetryAfter = "retry_after" says "30",
        /// The answer waits (the value: milliseconds).
        Delay = "delay" says "1000",
        /// There is never an answer.
        Hang = "hang",
        /// The body ends in the middle.
        TruncatedBody = "truncated_body",
        /// The body is no JSON.
        InvalidJson = "invalid_json",
        /// The body is a page for people.
        HtmlInsteadOfJson = "html_instead_of_json",
        /// The body is called something else (the value).
        WrongContentType = "wrong_content_type" says "text/plain",
        /// The body is so many kilobytes long.
        HugeBody = "huge_body" says "4096",
        /// The answer sends the client elsewhere (the value).
        Redirect = "redirect" says "https://elsewhere.example/",
        /// The body is called compressed, and is not.
        Encoded = "encoded" says "gzip",
    }
}
