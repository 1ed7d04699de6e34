//! What is done at the Google Cloud Console and the Workspace console, by hand of a test.

use super::model::{Account, App};
use super::{Google, lock};

impl Google {
    /// Adds an account.
    pub fn add_account(&self, account: Account) {
        lock(&self.0.accounts).push(account);
    }

    /// Registers an OAuth client.
    pub fn register(&self, app: App) {
        lock(&self.0.apps).push(app);
    }

    /// Changes an account, by its address.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_account(&self, email: &str, change: impl FnOnce(&mut Account)) {
        match lock(&self.0.accounts).iter_mut().find(|account| account.email == email) {
            Some(account) => change(account),
            None => panic!("there is no {email}"),
        }
    }

    /// Changes an OAuth client.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_app(&self, client_id: &str, change: impl FnOnce(&mut App)) {
        match lock(&self.0.apps).iter_mut().find(|app| app.client_id == client_id) {
            Some(app) => change(app),
            None => panic!("there is no app {client_id}"),
        }
    }

    /// Somebody agrees to what an app asks for, once and for all.
    pub fn consent(&self, account: &Account, client_id: &str) {
        self.grants().consents.insert((account.sub.clone(), client_id.to_owned()));
    }

    /// Deletes an account: all that an app hears is that its refresh token is good no more.
    pub fn delete_account(&self, email: &str) {
        lock(&self.0.accounts).retain(|account| account.email != email);
    }

    /// Signs with the next key; the one after that is published.
    pub fn rotate_key(&self) {
        *lock(&self.0.key) += 1;
    }
}
