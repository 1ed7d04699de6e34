//! What administrators do, by hand of a test. No app is told.

use super::Okta;
use super::app::App;
use super::server::AuthorizationServer;
use super::user::User;

impl Okta {
    /// Adds a custom authorization server.
    pub fn add_server(&self, server: AuthorizationServer) {
        self.org().servers.push(server);
    }

    /// Adds an app integration.
    pub fn register(&self, app: App) {
        self.org().apps.push(app);
    }

    /// Adds a user.
    pub fn add_user(&self, user: User) {
        self.org().users.push(user);
    }

    /// Changes a user, by login: deactivate, suspend, put into groups.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_user(&self, login: &str, change: impl FnOnce(&mut User)) {
        match self.org().users.iter_mut().find(|user| user.answers_to(login)) {
            Some(user) => change(user),
            None => panic!("there is no {login}"),
        }
    }

    /// Changes an app: assign, rotate secrets, change the issuer mode.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_app(&self, client_id: &str, change: impl FnOnce(&mut App)) {
        match self.org().apps.iter_mut().find(|app| app.client_id == client_id) {
            Some(app) => change(app),
            None => panic!("there is no app {client_id}"),
        }
    }

    /// Changes a custom authorization server: rules, scopes, claims.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_server(&self, id: &str, change: impl FnOnce(&mut AuthorizationServer)) {
        match self.org().servers.iter_mut().find(|server| server.id == id) {
            Some(server) => change(server),
            None => panic!("there is no server {id}"),
        }
    }

    /// Deletes a user: they vanish, and no trace is left.
    pub fn delete_user(&self, login: &str) {
        self.org().users.retain(|user| !user.answers_to(login));
    }

    /// Clears a user's sessions; with `tokens`, refresh and access tokens too.
    pub fn clear_sessions(&self, login: &str, tokens: bool) {
        let id = self.org().users.iter().find(|user| user.answers_to(login)).map(|user| user.id.clone());
        let Some(id) = id else { return };
        self.sessions().end_all_of(&id);
        if tokens {
            let mut grants = self.grants();
            grants.refresh_tokens.retain(|_, token| token.grant.user != id);
            grants
                .access_tokens
                .retain(|_, token| token.person.as_ref().is_none_or(|grant| grant.user != id));
        }
    }

    /// Signs with the next key of a server, `org` or its id; the one after that is published.
    pub fn rotate_keys(&self, server: &str) {
        self.keys().rotate(server, 1);
    }
}
