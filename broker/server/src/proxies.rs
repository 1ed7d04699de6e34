//! Proxies in front of the broker: what they tell of a request, and whether they are believed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use doorward_service::provider::ClientCertificate;
use ipnet::IpNet;
use percent_encoding::percent_decode_str;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::listen::{Authorities, Peer};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that the operator trusts. Nobody else's word about a request counts (HD-01).
#[derive(Clone, Default)]
pub struct Proxies {
    /// Where they are.
    pub trusted: Vec<IpNet>,
    /// The header in which they pass a client's certificate on, and who vouches for it.
    pub certificates: Option<(HeaderName, Arc<Authorities>)>,
}

/// A trusted proxy says something that cannot be read, or says it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a proxy passed no readable certificate on")]
pub struct Unclear;

impl Proxies {
    /// Puts right who sent a request that came by a proxy. The header with a certificate goes no further,
    /// whoever sent it.
    ///
    /// # Errors
    /// [`Unclear`], when a proxy's word about a certificate can be read in two ways or in none.
    pub fn identify(&self, request: &mut Request) -> Result<(), Unclear> {
        let shown: Vec<_> = match &self.certificates {
            Some((name, _)) => request.headers().get_all(name).iter().cloned().collect(),
            None if self.trusted.is_empty() => return Ok(()),
            None => Vec::new(),
        };
        self.certificates.iter().for_each(|(name, _)| drop(request.headers_mut().remove(name)));
        let Some(Peer { address: proxy, .. }) = request.extensions().get::<Peer>().cloned() else {
            return Ok(());
        };
        if !self.trust(proxy) {
            return Ok(());
        }
        let address = self.sender(request.headers()).unwrap_or(proxy);
        // The proxy may have shown a certificate of its own, which is not the client's.
        let certificate = self.certificate(&shown)?;
        request.extensions_mut().insert(Peer { address, certificate });
        Ok(())
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The nearest address that is no proxy's; when there are only proxies, the farthest of them. `None`
    /// when the header says something else, for then it is not known who is before it.
    fn sender(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        let mut sender = None;
        for hop in hops {
            let address = address(hop.trim())?;
            sender = Some(address);
            if !self.trust(address) {
                break;
            }
        }
        sender
    }

    /// The one certificate that a proxy passed on, if it did.
    fn certificate(&self, shown: &[HeaderValue]) -> Result<Option<Arc<ClientCertificate>>, Unclear> {
        let Some((_, authorities)) = &self.certificates else { return Ok(None) };
        match shown {
            [] => Ok(None),
            [one] if one.is_empty() => Ok(None),
            [one] => {
                let der = one.to_str().ok().and_then(der).ok_or(Unclear)?;
                authorities.examine(&[der]).ok_or(Unclear).map(Some)
            }
            _ => Err(Unclear),
        }
    }
}

/// An address as proxies write it, some of them with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// A certificate as proxies write it: PEM, percent-encoded so that it is one line, or DER in base64,
/// between colons as RFC 9440 has it or without them.
fn der(text: &str) -> Option<CertificateDer<'static>> {
    if text.starts_with("-----BEGIN") {
        let pem = percent_decode_str(text).decode_utf8().ok()?;
        // Two of them may be a client's own header with the proxy's behind it.
        let is_one =
            pem.matches("-----BEGIN").count() == 1 && pem.trim_end().ends_with("-----END CERTIFICATE-----");
        return CertificateDer::from_pem_slice(pem.as_bytes()).ok().filter(|_| is_one);
    }
    let bare = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).unwrap_or(text);
    BASE64.decode(bare).ok().map(CertificateDer::from)
}

#[cfg(test)]
mod tests;
