//! Directories of Microsoft Entra that are named by a domain: their identifier, which alone lasts.

use std::collections::BTreeMap;

use doorward_domain::Domain;
use doorward_net::{Limits, Outbound};
use http::{Method, StatusCode};
use serde::Deserialize;
use url::Url;
use uuid::{Uuid, uuid};

use super::request;

/// The directory of everybody's personal accounts.
const CONSUMERS: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");

/// A directory by one of its domains, in one of Microsoft's clouds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Directory {
    authority: String,
    domain: Domain,
}

/// What directories were found to be, or why they were not found.
pub type Directories = BTreeMap<Directory, Result<Uuid, String>>;

/// Whether this stands for the accounts of many organisations or of none.
pub fn is_for_many(directory: &str) -> bool {
    let many = ["common", "organizations", "consumers"];
    many.iter().any(|name| directory.eq_ignore_ascii_case(name))
        || Uuid::parse_str(directory) == Ok(CONSUMERS)
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
}

impl Directory {
    /// The directory of a domain; nothing when `named` is none.
    pub fn named(authority: &str, named: &str) -> Option<Self> {
        Some(Self { authority: authority.to_owned(), domain: Domain::parse(named).ok()? })
    }

    /// Asks the cloud which directory that is: the metadata of a domain has the identifier in its issuer.
    ///
    /// # Errors
    /// What went wrong, without a word of the answer (SS-10).
    pub async fn look_up(&self, outbound: &dyn Outbound) -> Result<Uuid, String> {
        let Self { authority, domain } = self;
        let url = Url::parse(&format!("{authority}/{domain}/v2.0/.well-known/openid-configuration"));
        let url = url.map_err(|_| "the authority is no URL".to_owned())?;
        let request = request::json(Method::GET, &url).map_err(|error| error.to_string())?;
        let answer = outbound.send(authority, request, Limits::DOCUMENT).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err("Microsoft knows no directory with this domain".to_owned());
        }
        let discovery = serde_json::from_slice::<Discovery>(answer.body()).ok();
        let directory = discovery.and_then(|it| {
            let path = it.issuer.strip_prefix(authority.as_str())?.strip_prefix('/')?;
            Uuid::parse_str(path.strip_suffix("/v2.0")?).ok()
        });
        directory.ok_or_else(|| "the answer names no directory".to_owned())
    }
}
