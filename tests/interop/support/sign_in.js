// The way of a person through the pages.

import { Browser } from './browser.js';
import { tenant } from './playground.js';

/** From doorward's sign-in page over the test IdP's; ends at the app, or at doorward's next page. */
export async function signIn(browser, url, slug = 'acme') {
  const { login, idp_username: username, idp_password: password } = tenant(slug);
  const upstream = await chooseCompany(browser, url, login);
  return browser.submit(upstream, { username, password });
}

/** What a person does who reads the code of a device: types it, signs in, answers. */
export async function letIn(device, decision) {
  const browser = new Browser();
  const { login, idp_username: username, idp_password: password } = tenant('acme');
  let page = await browser.open(device.verification_uri);
  page = await browser.submit(page, { user_code: device.user_code.toLowerCase() });
  page = await browser.submit(await browser.submit(page, { username: login }), { username, password });
  if (!page.text.includes(device.user_code)) throw new Error(`this is no question: ${page.text}`);
  return { browser, question: page, page: await browser.submit(page, { decision }) };
}

/** From doorward's sign-in page to the company's own. */
export async function chooseCompany(browser, url, code) {
  return browser.submit(await browser.open(url), { username: code });
}
