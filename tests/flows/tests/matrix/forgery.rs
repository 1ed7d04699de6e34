//! Tokens that are nearly right.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use crate::support::jwt;

/// Forgeries that start from a genuine token: another algorithm, other claims, other keys.
pub fn forgeries(genuine: &str, other_way: &[(&str, Value)]) -> Vec<String> {
    let part = |n: usize| BASE64.decode(genuine.split('.').nth(n).unwrap()).unwrap();
    let (header, claims): (Value, Value) =
        (serde_json::from_slice(&part(0)).unwrap(), serde_json::from_slice(&part(1)).unwrap());
    let signature = genuine.rsplit('.').next().unwrap();
    let with = |of: &Value, name: &str, value: &Value| {
        let mut changed = of.clone();
        changed[name] = value.clone();
        changed
    };
    let mut forged = vec![
        jwt(&json!({"alg": "none"}), &claims, ""),
        jwt(&json!({"alg": "none", "typ": header["typ"]}), &claims, signature),
        jwt(&with(&header, "alg", &json!("HS256")), &claims, signature),
        jwt(&with(&header, "alg", &json!("RS256")), &claims, signature),
        jwt(&with(&header, "jku", &json!("https://evil.test/jwks")), &claims, signature),
        jwt(&with(&header, "kid", &json!("../../etc/passwd")), &claims, signature),
        jwt(&with(&header, "crit", &json!(["exp"])), &claims, signature),
        genuine.replacen('.', "..", 1),
        format!("{genuine}."),
        format!("{genuine}="),
        format!(" {genuine}"),
        format!("{genuine}\u{feff}"),
        genuine.rsplit_once('.').unwrap().0.to_owned(),
        format!("{}.", genuine.rsplit_once('.').unwrap().0),
        "a.b.c".to_owned(),
        ".".repeat(5_000),
        "x".repeat(5_000),
    ];
    forged.extend(other_way.iter().map(|(name, value)| jwt(&header, &with(&claims, name, value), signature)));
    forged
}
