//! Challenges (WebAuthn Level 3 section 13.4.3). A challenge is sealed, so nothing has to be kept of it: it
//! says when it is too old, and opens in the one ceremony that it was made for.
//!
//! That it is good once is the business of what comes of the ceremony: a login begins one session, whose name
//! is the login's, and a credential is added once.

use doorward_domain::{Entropy, Plain, SessionId, TenantId, Timestamp, UserId};

use crate::keys::{Purpose, Sealer};

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// Signing in, in the login of this name, whoever it may be.
    SignIn([u8; 16]),
    /// Confirming a password, in the login of this name.
    SecondFactor([u8; 16], (TenantId, UserId)),
    /// Adding a passkey, in this session, after a fresh proof.
    Enrolment(SessionId, (TenantId, UserId)),
}

impl Ceremony {
    /// The ceremony as associated data: what follows the first byte has one length for each.
    fn bytes(&self) -> Vec<u8> {
        let (kind, name, whose): (u8, &[u8; 16], _) = match self {
            Self::SignIn(login) => (1, login, None),
            Self::SecondFactor(login, whose) => (2, login, Some(whose)),
            Self::Enrolment(session, whose) => (3, session.as_bytes(), Some(whose)),
        };
        let mut bytes = vec![kind];
        bytes.extend_from_slice(name);
        if let Some((tenant, user)) = whose {
            bytes.extend_from_slice(tenant.as_bytes());
            bytes.extend_from_slice(user.as_bytes());
        }
        bytes
    }
}

/// A new challenge, in base64url.
pub fn issue(sealer: &Sealer, ceremony: &Ceremony, expires_at: Timestamp, entropy: &dyn Entropy) -> Plain {
    let plain = expires_at.as_millis().to_be_bytes();
    Plain::new(sealer.seal_token(Purpose::Challenge, &ceremony.bytes(), &plain, entropy))
}

/// Whether a challenge is one of this ceremony, and still good.
pub fn open(sealer: &Sealer, ceremony: &Ceremony, challenge: &str, now: Timestamp) -> Option<()> {
    let plain = sealer.open_token(Purpose::Challenge, &ceremony.bytes(), challenge).ok()?;
    let expires_at = i64::from_be_bytes(plain.as_slice().try_into().ok()?);
    (now.as_millis() < expires_at).then_some(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use zeroize::Zeroizing;

    use super::*;
    use crate::keys::MasterKey;

    struct Four;

    impl Entropy for Four {
        fn fill(&self, out: &mut [u8]) {
            out.fill(4);
        }
    }

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    #[test]
    fn pw_05_a_challenge_opens_in_its_own_ceremony_and_in_time() {
        let key = MasterKey { name: "k".to_owned(), key: Zeroizing::new([1; 32]) };
        let sealer = Sealer::new(key, Vec::new());
        let whose = |n| (TenantId::from_bytes([n; 16]), UserId::from_bytes([2; 16]));
        let ceremonies = [
            Ceremony::SignIn([1; 16]),
            Ceremony::SignIn([2; 16]),
            Ceremony::SecondFactor([1; 16], whose(1)),
            Ceremony::SecondFactor([1; 16], whose(2)),
            Ceremony::Enrolment(SessionId::from_bytes([1; 16]), whose(1)),
            Ceremony::Enrolment(SessionId::from_bytes([2; 16]), whose(1)),
        ];
        for made in ceremonies {
            let later = NOW + Duration::from_secs(60);
            let challenge = issue(&sealer, &made, later, &Four);
            for shown in ceremonies {
                let opened = open(&sealer, &shown, challenge.expose(), NOW).is_some();
                assert_eq!(opened, made == shown, "{made:?} as {shown:?}");
            }
            assert_eq!(open(&sealer, &made, challenge.expose(), later), None, "too late");
            assert_eq!(open(&sealer, &made, &challenge.expose()[1..], NOW), None, "changed");
        }
    }
}
