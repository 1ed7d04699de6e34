// A browser without pictures: cookies, redirects, forms.

import { playground } from './playground.js';

const MOST_REDIRECTS = 20;
const LONGEST_ANSWER_MS = 10_000;

/** What the browser shows after the last request. */
class Page {
  /** `posted` is the form that the browser brings to an app. */
  constructor(url, status, body, posted) {
    this.url = new URL(url);
    this.status = status;
    this.body = body;
    this.posted = posted && new Request(url, { method: 'POST', body: posted });
  }

  /** The text between the tags, for a person to read. */
  get text() {
    return unescaped(this.body.replace(/<style.*?<\/style>/gs, '').replace(/<[^>]*>/g, ' '))
      .replace(/\s+/g, ' ')
      .trim();
  }

  /** Whether a form on the page has such a field or button. */
  asksFor(field) {
    return this.#forms().some((form) => form.names.has(field));
  }

  /** The form that has such a field or button, or the first: where it goes, and what it carries unseen. */
  form(field) {
    const form = this.#forms().find((form) => field === undefined || form.names.has(field));
    if (!form) throw new Error(`no form with "${field}" on ${this.url} (${this.status}): ${this.text}`);
    return form;
  }

  #forms() {
    return [...this.body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, tag, content]) => {
      const fields = [...content.matchAll(/<(?:input|button)\b([^>]*)>/gs)].map(([, field]) => ({
        name: attribute(field, 'name'),
        type: attribute(field, 'type'),
        value: attribute(field, 'value') ?? '',
      }));
      return {
        action: new URL(attribute(tag, 'action') ?? '', this.url),
        names: new Set(fields.map(({ name }) => name)),
        hidden: fields.filter(({ type }) => type === 'hidden').map(({ name, value }) => [name, value]),
      };
    });
  }
}

/** One person's browser, with cookies of its own. */
export class Browser {
  #cookies = new Map();
  #apps;

  /** `apps` are the addresses where the way ends because an app takes over, such as its redirect URI. */
  constructor(...apps) {
    this.#apps = apps;
  }

  /** Opens an address and follows redirects, to the first page or to an app. */
  async open(url) {
    return this.#go('GET', url);
  }

  /** Does what the script of a page does that posts itself to the app. */
  async submitItself(page) {
    if (!page.body.includes('.submit()')) throw new Error(`${page.url} does not submit itself: ${page.text}`);
    return this.submit(page, {});
  }

  /** Submits the form that has all these fields, with these values in place of its own. */
  async submit(page, values) {
    const { action, hidden } = page.form(Object.keys(values)[0]);
    return this.#go(
      'POST',
      action,
      new URLSearchParams({ ...Object.fromEntries(hidden), ...values }),
      page.url,
    );
  }

  async #go(method, url, body, from) {
    url = new URL(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      if (this.#isApp(url)) return new Page(url, 0, '', body);
      const headers = { cookie: this.#cookieHeader(url), ...(from && { origin: from.origin }) };
      const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
      const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
      this.#keepCookies(url, response);
      const location = response.headers.get('location');
      if (!location) return new Page(url, response.status, await response.text());
      await response.body?.cancel();
      if (method === 'POST' && !this.#leavesFormBehind(url, response))
        throw new Error(`${url} redirects a form with ${response.status}`);
      url = new URL(location, url);
      [method, body, from] = ['GET', undefined, undefined];
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, the last to ${url}`);
  }

  // What was typed goes no further: 303 says so (RFC 9700 section 4.12), and 302 is understood so.
  #leavesFormBehind({ origin }, { status }) {
    return status === 303 || (status === 302 && origin !== playground.issuer);
  }

  #isApp(url) {
    return this.#apps.some((app) => url.href === app || url.href.startsWith(`${app}?`));
  }

  // Cookies belong to a host name and a path; ports do not separate them (RFC 6265 section 8.5).
  #cookieHeader({ hostname, pathname }) {
    const sent = [...this.#cookies.values()].filter(
      (cookie) =>
        cookie.hostname === hostname &&
        (pathname === cookie.path || pathname.startsWith(cookie.path.replace(/\/?$/, '/'))),
    );
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  #keepCookies({ hostname, pathname }, response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';').map((part) => part.trim());
      const attributes = Object.fromEntries(
        rest.map((part) => part.split('=')).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const path = attributes.path ?? (pathname.replace(/\/[^/]*$/, '') || '/');
      const key = `${hostname} ${path} ${name}`;
      const over = attributes['max-age'] === '0' || new Date(attributes.expires) < new Date();
      if (over) this.#cookies.delete(key);
      else this.#cookies.set(key, { hostname, path, name, value });
    }
  }
}

function attribute(tag, name) {
  const found = tag.match(new RegExp(`(?:^|\\s)${name}=(?:"([^"]*)"|([^\\s">]+))`, 's'));
  return found ? unescaped(found[1] ?? found[2]) : undefined;
}

function unescaped(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (all, decimal, hex, name) => {
    if (name) return named[name] ?? all;
    return String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16));
  });
}
