//! How products differ that are otherwise plain OpenID Providers.

use serde_json::{Map, Value, json};

/// What sets one product's issuers apart from another's.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Where an issuer lives, with `{name}` in the place of its name.
    pub path: &'static str,
    /// The issuer identifier ends with a slash.
    pub trailing_slash: bool,
    /// Authorization responses name the issuer (RFC 9207), and the metadata promises it.
    pub names_itself: bool,
    /// Authorization responses have a `session_state`.
    pub session_state: bool,
    /// What every subject identifier begins with.
    pub subject_prefix: &'static str,
    /// Groups are paths.
    pub group_paths: bool,
    /// Where claims beyond the standard ones have their names from.
    pub claim_namespace: &'static str,
    /// It sends back-channel logout.
    pub back_channel_logout: bool,
    /// It sends front-channel logout, and then, silently, no back-channel logout.
    pub front_channel_logout: bool,
}

impl Manners {
    /// None in particular.
    pub const PLAIN: Self = Self {
        path: "/{name}",
        trailing_slash: false,
        names_itself: true,
        session_state: false,
        subject_prefix: "",
        group_paths: false,
        claim_namespace: "",
        back_channel_logout: false,
        front_channel_logout: false,
    };

    /// Keycloak's (5.3). That it names itself is unverified.
    pub const KEYCLOAK: Self = Self {
        path: "/realms/{name}",
        session_state: true,
        group_paths: true,
        back_channel_logout: true,
        ..Self::PLAIN
    };

    /// Auth0's (5.4): the slash belongs to the issuer, and claims of one's own are URLs.
    pub const AUTH0: Self = Self {
        trailing_slash: true,
        names_itself: false,
        subject_prefix: "auth0|",
        claim_namespace: "https://claims.example/",
        back_channel_logout: true,
        ..Self::PLAIN
    };

    /// What the metadata says because of them.
    pub(crate) fn metadata(&self) -> Map<String, Value> {
        let mut metadata = Map::new();
        let mut flag = |on: bool, name: &str| {
            if on {
                metadata.insert(name.to_owned(), json!(true));
            }
        };
        flag(self.names_itself, "authorization_response_iss_parameter_supported");
        for name in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
            flag(self.back_channel_logout, name);
        }
        for name in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
            flag(self.front_channel_logout, name);
        }
        metadata
    }

    /// A person's claims as this product tells them.
    pub(crate) fn dress(&self, mut claims: Map<String, Value>) -> Map<String, Value> {
        if let Some(Value::String(sub)) = claims.get_mut("sub") {
            sub.insert_str(0, self.subject_prefix);
        }
        if let Some(groups) = claims.remove("groups") {
            let path = |group: &Value| json!(format!("/{}", group.as_str().unwrap_or_default()));
            let groups = match groups {
                Value::Array(groups) if self.group_paths => groups.iter().map(path).collect(),
                groups => groups,
            };
            claims.insert(format!("{}groups", self.claim_namespace), groups);
        }
        claims
    }
}
