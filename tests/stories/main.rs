//! Five product pages that tell companies how to sign in with their own identity provider, each told as a
//! story: from the administrator's first step to somebody's thirtieth sign-in. The steps are in the order of
//! the page, and whatever a page promises is done here as people do it.

mod benji_pays;
mod halaxy;
mod halo_okta;
mod healthie;
mod hellotracks;
