//! What a generic provider can do wrong beyond [`crate::Switch`].

use crate::common::names::switches;

switches! {
    /// One way in which a generic provider can misbehave.
    pub enum GenericSwitch {
        /// The authorization response names another issuer (the value; RFC 9207).
        IssParameterWrong = "iss_parameter_wrong" says "https://another-issuer.example",
        /// The authorization response names no issuer, although the metadata promises it.
        IssParameterMissing = "iss_parameter_missing",
        /// Userinfo comes as a signed JWT (OpenID Connect Core 1.0 section 5.3.2).
        UserinfoSigned = "userinfo_signed",
        /// `email_verified` is text instead of a boolean (the value).
        EmailVerifiedText = "email_verified_text" says "true",
        /// The ID token says that the groups are to be fetched elsewhere (the value; section 5.6.2).
        /// Nobody may fetch them there.
        AggregatedClaims = "aggregated_claims" says "http://169.254.169.254/latest/meta-data",
        /// The ID token is encrypted for nobody.
        EncryptedIdToken = "encrypted_id_token",
        /// The authorization response has parameters that no specification knows.
        ExtraParameters = "extra_parameters" says "surprise",
    }
}
