//! Microsoft, with the directory of one company.

use doorward_test_idp::entra::{App, Entra, Tenant, User};

use crate::{Site, now};

/// Microsoft Entra ID at a site of its own, with a company's directory and its people.
pub struct Microsoft {
    /// Where it is.
    pub url: String,
    /// The service.
    pub entra: Entra,
    /// The company's directory.
    pub directory: Tenant,
}

impl Microsoft {
    /// Microsoft with the directory of a company, by its name and domain, and people in it, each by user
    /// name and full name.
    ///
    /// # Errors
    /// When it has no place to listen.
    pub async fn new((name, domain): (&str, &str), people: &[(&str, &str)]) -> anyhow::Result<Self> {
        let site = Site::new().await?;
        let url = site.url.clone();
        let entra = Entra::new(&url, &url, now());
        let directory = Tenant::new(name, domain);
        entra.add_tenant(directory.clone());
        for (user_name, full_name) in people {
            let user = User::member(&directory, user_name, full_name);
            entra.add_user(&directory, user.mail(&format!("{user_name}@{domain}")));
        }
        site.open(entra.router());
        Ok(Self { url, entra, directory })
    }

    /// Assigns somebody to the app, which demands it from now on.
    pub fn assign(&self, app: &App, address: &str) {
        let mut oid = String::new();
        self.entra.change_user(&self.directory, address, |user| oid.clone_from(&user.oid));
        self.entra.change_enterprise_app(&self.directory, &app.client_id, |app| {
            app.assignment_required = true;
            app.assignments.push((oid, None));
        });
    }
}
