// The way of a person through the pages.

import { tenant } from './playground.js';

/** From doorward's sign-in page over the test IdP's; ends at the app, or at doorward's next page. */
export async function signIn(browser, url, slug = 'acme') {
  const { login, idp_username: username, idp_password: password } = tenant(slug);
  const upstream = await chooseCompany(browser, url, login);
  return browser.submit(upstream, { username, password });
}

/** From doorward's sign-in page to the company's own. */
export async function chooseCompany(browser, url, code) {
  return browser.submit(await browser.open(url), { username: code });
}
