//! An authenticator with one passkey, and the browser before it (WebAuthn Level 3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ciborium::Value as Cbor;
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::browser::{Page, attribute};
use crate::local::PASSWORD;
use crate::world::{ISSUER, World};
use crate::{Browser, local};

/// Somebody was there.
pub const PRESENT: u8 = 0x01;
/// Somebody whom the authenticator knows.
pub const VERIFIED: u8 = 0x04;
/// The passkey may be copied to other devices.
pub const BACKUP_ELIGIBLE: u8 = 0x08;
/// It was.
pub const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// The algorithms of passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA with so many bits.
    Rs256(u32),
}

/// An authenticator with one passkey.
#[derive(Clone, Debug)]
pub struct Authenticator {
    key: PKey<Private>,
    signs: Signs,
    /// The passkey's identifier.
    pub id: Vec<u8>,
    /// How often it has signed; a passkey that is zero here does not count.
    pub count: u32,
    /// Whom it takes the passkey for.
    pub user: Vec<u8>,
    /// What its answers say of it: [`BACKUP_ELIGIBLE`], or nothing.
    pub kind: u8,
}

/// What browser and authenticator are about to answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// What the browser says.
    pub client_data: Value,
    /// The site that the authenticator answers to.
    pub rp_id: String,
    /// What it says of its answer.
    pub flags: u8,
    /// How often it has signed.
    pub count: u32,
    /// The identifier of the passkey.
    pub id: Vec<u8>,
    /// Whom the authenticator takes it for.
    pub user: Vec<u8>,
    /// What stands after the last byte of the authenticator data.
    pub more: Vec<u8>,
    /// The public key.
    pub key: Cbor,
    /// The format of its attestation, and the statement.
    pub attestation: (String, Cbor),
    /// Whether something is changed after it was signed.
    pub forged: bool,
}

/// Form fields.
pub type Fields = Vec<(&'static str, String)>;

impl Authenticator {
    /// A new authenticator with a passkey for nobody yet.
    pub fn new(signs: Signs) -> Self {
        let key = match signs {
            Signs::Es256 => {
                let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
                PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
            }
            Signs::EdDsa => PKey::generate_ed25519().unwrap(),
            Signs::Rs256(bits) => PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap(),
        };
        let id = Sha256::digest(key.public_key_to_der().unwrap()).to_vec();
        Self { key, signs, id, count: 0, user: Vec::new(), kind: 0 }
    }

    /// What is right to answer to a question.
    pub fn says(&self, question: &Value) -> Said {
        let making = question.get("user").is_some();
        let client_data = json!({
            "type": if making { "webauthn.create" } else { "webauthn.get" },
            "challenge": question["challenge"],
            "origin": ISSUER,
            "crossOrigin": false,
        });
        let rp_id = if making { &question["rp"]["id"] } else { &question["rpId"] };
        Said {
            client_data,
            rp_id: rp_id.as_str().unwrap().to_owned(),
            flags: PRESENT | VERIFIED | self.kind,
            count: self.count,
            id: self.id.clone(),
            user: self.user.clone(),
            more: Vec::new(),
            key: self.cose(),
            attestation: ("none".to_owned(), Cbor::Map(Vec::new())),
            forged: false,
        }
    }

    /// The fields that a page posts of a new passkey.
    pub fn made(&self, said: &Said, name: &str) -> Fields {
        let mut data = said.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(said.id.len()).unwrap().to_be_bytes());
        data.extend(&said.id);
        data.extend(cbor(&said.key));
        data.extend(&said.more);
        let object = Cbor::Map(vec![
            (Cbor::from("fmt"), Cbor::from(said.attestation.0.as_str())),
            (Cbor::from("attStmt"), self.statement(said, &data)),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ]);
        vec![
            ("name", name.to_owned()),
            ("client_data", BASE64.encode(said.client_data.to_string())),
            ("attestation_object", BASE64.encode(cbor(&object))),
        ]
    }

    /// A statement without a signature gets the authenticator's own.
    fn statement(&self, said: &Said, data: &[u8]) -> Cbor {
        let Cbor::Map(mut statement) = said.attestation.1.clone() else { panic!("no map") };
        if said.attestation.0 == "packed" && !statement.iter().any(|(key, _)| key.as_text() == Some("sig")) {
            let message = [data, &Sha256::digest(said.client_data.to_string())].concat();
            statement.push((Cbor::from("sig"), Cbor::Bytes(self.sign(&message))));
        }
        Cbor::Map(statement)
    }

    /// The fields that a page posts when the passkey has signed.
    pub fn signed(&self, said: &Said) -> Fields {
        let client_data = said.client_data.to_string();
        let mut data = said.data(0);
        data.extend(&said.more);
        let signature = self.sign(&[data.as_slice(), &Sha256::digest(&client_data)].concat());
        if said.forged {
            *data.last_mut().unwrap() ^= 1;
        }
        vec![
            ("id", BASE64.encode(&said.id)),
            ("client_data", BASE64.encode(client_data)),
            ("authenticator_data", BASE64.encode(data)),
            ("signature", BASE64.encode(signature)),
            ("user_handle", BASE64.encode(&said.user)),
        ]
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signer = match self.key.id() {
            Id::ED25519 => Signer::new_without_digest(&self.key),
            _ => Signer::new(MessageDigest::sha256(), &self.key),
        }
        .unwrap();
        signer.sign_oneshot_to_vec(message).unwrap()
    }

    /// The COSE key (RFC 9053, RFC 8230).
    fn cose(&self) -> Cbor {
        match self.signs {
            Signs::Es256 => {
                let key = self.key.ec_key().unwrap();
                let (mut x, mut y) =
                    (openssl::bn::BigNum::new().unwrap(), openssl::bn::BigNum::new().unwrap());
                let mut context = BigNumContext::new().unwrap();
                key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).unwrap();
                let [x, y] = [x, y].map(|number| Cbor::Bytes(number.to_vec_padded(32).unwrap()));
                labelled([(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, x), (-3, y)])
            }
            Signs::EdDsa => {
                let x = Cbor::Bytes(self.key.raw_public_key().unwrap());
                labelled([(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, x)])
            }
            Signs::Rs256(_) => {
                let key = self.key.rsa().unwrap();
                let [n, e] = [key.n().to_vec(), key.e().to_vec()].map(Cbor::Bytes);
                labelled([(1, 3.into()), (3, (-257).into()), (-1, n), (-2, e)])
            }
        }
    }
}

impl Said {
    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(self.flags | flags);
        data.extend(self.count.to_be_bytes());
        data
    }
}

/// A CBOR map with these labels.
pub fn labelled<const N: usize>(members: [(i32, Cbor); N]) -> Cbor {
    Cbor::Map(members.into_iter().map(|(label, value)| (Cbor::from(label), value)).collect())
}

/// CBOR as it is written.
pub fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// The question that a page has for the browser.
pub fn question(page: &Page) -> Value {
    let start = page.body.find("<form class=\"stack\" id=\"passkey\"");
    let start = start.unwrap_or_else(|| panic!("no question on {}: {}", page.url, page.body));
    let tag = &page.body[start..start + page.body[start..].find('>').unwrap()];
    serde_json::from_str(&attribute(tag, "data-question").unwrap()).unwrap()
}

/// Submits `fields` to `path`, in the login that `page` is of, and follows redirects.
pub async fn post(world: &World, browser: &mut Browser, page: &Page, path: &str, fields: &Fields) -> Page {
    let transaction = page.body.split("name=\"tx\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let mut sent: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    sent.extend(transaction.map(|transaction| ("tx", transaction)));
    let page = browser.post(&world.url(path), &sent).await;
    browser.follow(page).await
}

/// The page on which a passkey is made, for somebody who signs in with the usual password.
pub async fn page_to_add(world: &World, browser: &mut Browser, login: &str) -> Page {
    assert!(local::signed_in(world, browser, login, PASSWORD).await, "{login} signs in");
    let page = browser.open(&world.url("/account")).await;
    browser.submit(&page, &[("password", PASSWORD)]).await
}

/// Adds a passkey for somebody who signs in with the usual password; what the browser shows then.
pub async fn add(world: &World, login: &str, authenticator: &mut Authenticator) -> Page {
    let mut browser = world.browser();
    let page = page_to_add(world, &mut browser, login).await;
    let question = question(&page);
    authenticator.user = BASE64.decode(question["user"]["id"].as_str().unwrap()).unwrap();
    let fields = authenticator.made(&authenticator.says(&question), "My phone");
    post(world, &mut browser, &page, "/account/passkey/new", &fields).await
}

/// What comes of signing in with a passkey alone, in this browser.
pub async fn try_passkey(
    world: &World,
    browser: &mut Browser,
    authenticator: &Authenticator,
    change: impl FnOnce(&mut Said),
) -> Page {
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    let mut said = authenticator.says(&question(&page));
    change(&mut said);
    post(world, browser, &page, "/sign-in/passkey", &authenticator.signed(&said)).await
}
