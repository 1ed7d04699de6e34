//! Bearer handles: the opaque values a browser or an app holds, such as a session cookie or an
//! authorization code.
//!
//! A handle carries its kind, its tenant and the identifiers of its record next to 256 secret bits,
//! so that the record is found by a tenant-first, time-ordered key and only a hash need be kept.
//! Kind and tenant are under the hash: a handle of one kind is never another's (CD-06).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::{GrantId, Plain, SecretHash, SessionId, TenantId};

/// What a handle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HandleKind {
    /// An authorization code (RFC 6749 section 1.3.1).
    Code = 1,
    /// A refresh token (RFC 6749 section 1.5).
    Refresh = 2,
    /// A browser's session cookie.
    Session = 3,
}

/// A bearer handle that has the right form. Whether it is genuine shows when its secret is compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Handle {
    kind: HandleKind,
    tenant: TenantId,
    session: SessionId,
    /// Of a grant's handles alone; nil otherwise.
    grant: GrantId,
    secret: [u8; 32],
}

const LENGTH: usize = 1 + 16 + 16 + 16 + 32;
/// The length of a handle's text: base64url without padding.
const TEXT_LENGTH: usize = (LENGTH * 4).div_ceil(3);

impl Handle {
    /// The handle of a session with these secret bits.
    pub fn of_session(tenant: TenantId, session: SessionId, secret: [u8; 32]) -> Self {
        Self { kind: HandleKind::Session, tenant, session, grant: GrantId::from_bytes([0; 16]), secret }
    }

    /// The code or refresh token of a grant with these secret bits.
    pub fn of_grant(
        kind: HandleKind,
        tenant: TenantId,
        session: SessionId,
        grant: GrantId,
        secret: [u8; 32],
    ) -> Self {
        Self { kind, tenant, session, grant, secret }
    }

    /// Reads a handle of `kind`; `None` for anything that is not exactly one.
    pub fn parse(kind: HandleKind, text: &str) -> Option<Self> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        let bytes: [u8; LENGTH] = BASE64.decode(text).ok()?.try_into().ok()?;
        let id = |at: usize| bytes[at..at + 16].try_into().ok();
        (bytes[0] == kind as u8).then_some(())?;
        Some(Self {
            kind,
            tenant: TenantId::from_bytes(id(1)?),
            session: SessionId::from_bytes(id(17)?),
            grant: GrantId::from_bytes(id(33)?),
            secret: bytes[49..].try_into().ok()?,
        })
    }

    /// The value to hand out.
    pub fn to_plain(&self) -> Plain {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(self.kind as u8);
        bytes.extend_from_slice(self.tenant.as_bytes());
        bytes.extend_from_slice(self.session.as_bytes());
        bytes.extend_from_slice(self.grant.as_bytes());
        bytes.extend_from_slice(&self.secret);
        Plain::new(BASE64.encode(bytes))
    }

    /// What may be kept of it.
    pub fn hash(&self) -> SecretHash {
        self.to_plain().hash()
    }

    /// The tenant whose record it names.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The session that it names or that its grant comes from.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The grant that a code or refresh token names.
    pub fn grant(&self) -> GrantId {
        self.grant
    }

    /// Its secret bits.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} handle of {}", self.kind, self.tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: HandleKind) -> Handle {
        let (session, grant) = (SessionId::from_bytes([9; 16]), GrantId::from_bytes([5; 16]));
        Handle::of_grant(kind, TenantId::from_bytes([7; 16]), session, grant, [3; 32])
    }

    #[test]
    fn a_handle_reads_back() {
        let text = sample(HandleKind::Code).to_plain();
        assert_eq!(Handle::parse(HandleKind::Code, text.expose()).unwrap(), sample(HandleKind::Code));
    }

    #[test]
    fn cd_06_a_handle_of_one_kind_is_never_another() {
        let text = sample(HandleKind::Code).to_plain();
        assert!(Handle::parse(HandleKind::Refresh, text.expose()).is_none());
        assert_ne!(sample(HandleKind::Code).hash(), sample(HandleKind::Refresh).hash());
    }

    #[test]
    fn ui_04_no_truncation_or_extension_is_a_handle() {
        let text = sample(HandleKind::Session).to_plain();
        let text = text.expose();
        for cut in 0..text.len() {
            assert!(Handle::parse(HandleKind::Session, &text[..cut]).is_none(), "cut at {cut}");
        }
        assert!(Handle::parse(HandleKind::Session, &format!("{text}A")).is_none());
        assert!(Handle::parse(HandleKind::Session, &format!("{text}=")).is_none());
    }
}
