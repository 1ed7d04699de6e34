//! The catalogue of errors: what a failed sign-in means, who can mend it and how, in plain words for
//! administrators. The words are data, in `data/errors`; a text of a provider's only chooses among
//! them and never decides anything else.

mod check;
mod product;
mod row;

use std::sync::LazyLock;

pub use self::check::check_of;
pub use self::product::Product;
pub use self::row::{Malformed, Mender, Pattern, Retry, Row, Severity, Surface};
use super::{FederationError, MetadataError, TokenError};

/// All rows, by what they are about.
#[derive(Debug, Default)]
pub struct Catalogue {
    products: Vec<(Product, Vec<Row>)>,
    own: Vec<Row>,
}

/// The files are part of the binary, and the tests read each of them: this one is never empty.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::embedded().unwrap_or_default());

impl Catalogue {
    /// The catalogue of this build.
    pub fn get() -> &'static Self {
        &CATALOGUE
    }

    /// Reads the embedded files.
    ///
    /// # Errors
    /// When one of them is not a list of rows.
    pub fn embedded() -> Result<Self, Malformed> {
        let read = |product: Product| row::read(product.rows()).map(|rows| (product, rows));
        let products = Product::ALL.into_iter().map(read).collect::<Result<_, _>>()?;
        let own = row::read(include_str!("../../../../../data/errors/own.toml"))?;
        Ok(Self { products, own })
    }

    /// What a provider of this kind means by an error code and its description. What the product's own
    /// rows do not know, those of any OpenID Provider may.
    pub fn told(&self, product: Product, error: &str, description: Option<&str>) -> Option<&Row> {
        let best = |product| row::best(self.rows(product), error, description.unwrap_or_default());
        best(product).or_else(|| best(Product::Oidc))
    }

    /// What somebody copied from a page of the provider's, such as `AADSTS50011` or `50011`.
    pub fn pasted(&self, product: Product, text: &str) -> Option<&Row> {
        row::best_pasted(self.rows(product), text)
    }

    /// What one of our own checks found.
    pub fn found(&self, check: &str) -> Option<&Row> {
        self.own.iter().find(|row| row.id == check)
    }

    /// What made a login through a provider of this kind fail.
    pub fn explain(&self, product: Product, error: &FederationError) -> Option<&Row> {
        match error {
            FederationError::UpstreamRefused { error, description } => {
                self.told(product, error, description.as_deref())
            }
            FederationError::Token(TokenError::TokenEndpoint { error: Some(error), description, .. }) => {
                self.told(product, error, description.as_deref())
            }
            FederationError::Metadata(MetadataError::Refused { error, description, .. }) => {
                let own = row::best(self.rows(product), error, description.as_deref().unwrap_or_default());
                own.or_else(|| self.found("metadata.status"))
            }
            other => self.found(check_of(other)?),
        }
    }

    /// The product that one of our rows is about; nothing for a check of our own.
    pub fn product_of(&self, row: &Row) -> Option<Product> {
        let has = |rows: &[Row]| rows.iter().any(|known| std::ptr::eq(known, row));
        self.products.iter().find(|(_, rows)| has(rows)).map(|(product, _)| *product)
    }

    /// The rows about one product.
    pub fn rows(&self, product: Product) -> &[Row] {
        let found = self.products.iter().find(|(known, _)| *known == product);
        found.map(|(_, rows)| rows.as_slice()).unwrap_or_default()
    }

    /// The rows about our own checks.
    pub fn own(&self) -> &[Row] {
        &self.own
    }
}
