//! Apps that are told of a logout: where they listen, and what they heard.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use doorward_domain::Client;
use doorward_flows::World;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use url::form_urlencoded;

use crate::support::reregister;

/// The server of an app, which notes the logout tokens that it gets.
#[derive(Clone)]
pub struct Told {
    heard: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<StatusCode>>,
}

impl Told {
    /// An app that takes what it is told.
    pub fn new() -> Self {
        Self { heard: Arc::default(), answer: Arc::new(Mutex::new(StatusCode::OK)) }
    }

    /// Registers a back channel for a client, and listens there.
    pub async fn listens(world: &World, client: &str) -> Self {
        let uri = format!("https://{client}.test/backchannel");
        reregister(world, client, |it: &mut Client| it.logout.back_channel = Some(uri)).await;
        let told = Self::new();
        told.is_up(world, client);
        told
    }

    /// Puts the app's server on the network of this world.
    pub fn is_up(&self, world: &World, client: &str) {
        let router = Router::new().route("/backchannel", post(hear)).with_state(self.clone());
        world.network.add(&format!("https://{client}.test"), router);
    }

    /// Answers like this from now on.
    pub fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    /// The tokens that came, in order.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The sessions that they named.
    pub fn sessions(&self) -> Vec<String> {
        self.claims().iter().map(|claims| claims["sid"].as_str().unwrap().to_owned()).collect()
    }

    /// The claims of the tokens that came.
    pub fn claims(&self) -> Vec<Value> {
        self.heard().iter().map(|token| doorward_flows::app::claims(token)).collect()
    }
}

async fn hear(State(told): State<Told>, headers: HeaderMap, body: String) -> StatusCode {
    assert_eq!(headers[CONTENT_TYPE], "application/x-www-form-urlencoded");
    let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let [(name, token)] = fields.as_slice() else { panic!("{body}") };
    assert_eq!(name, "logout_token");
    told.heard.lock().unwrap().push(token.clone());
    *told.answer.lock().unwrap()
}
