// The back office in a browser: signed-in people, and pages held against axe at two widths.
//
//   const o = office();                       // in a describe; o.skip says what is missing
//   before(() => o.begin(['r.localhost', 'a.r.localhost'])); after(() => o.end());
//   const page = await o.signIn('a.r.localhost');
//   await o.accessible(page, 'name');         // also a screenshot of it, in the folder TERRASSE_SHOTS
//
// Needs Chromium (Debian's) and the packages of tools/npm.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installation } from '../e2e/harness.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const require = createRequire(join(root, 'tools/npm/x.js'));
const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const has = (name) => { try { require.resolve(name); return true; } catch { return false; } };
export const skip = !chromiumPath ? 'no Chromium' : !['playwright-core', 'axe-core', 'exceljs'].every(has) ? 'no npm packages' : false;

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP *.localhost 127.0.0.1'];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

class Office {
  shots = process.env.TERRASSE_SHOTS;
  complaints = []; // of the content policy
  people = {};

  async begin(hosts) {
    this.t = await installation();
    await this.t.tenants(['a']);
    for (const host of hosts) {
      this.people[host] = { email: `admin@${host.split('.')[0]}.example`, password: await this.t.accept(host, this.t.links[host]) };
    }
    this.browser = await require('playwright-core').chromium.launch({ executablePath: chromiumPath, args: flags });
    if (this.shots) mkdirSync(this.shots, { recursive: true });
  }
  async end() { await this.browser?.close(); await this.t?.stop(); }

  address = (host, path) => `http://${host}:${this.t.port}${path}`;

  open = async ({ scripts = true } = {}) => {
    const page = await (await this.browser.newContext({ locale: 'fr-FR', javaScriptEnabled: scripts })).newPage();
    page.setDefaultTimeout(20000);
    page.on('console', (m) => { if (/Content Security Policy/i.test(m.text())) this.complaints.push(m.text()); });
    return page;
  };

  signIn = async (host, who = this.people[host], options) => {
    const page = await this.open(options);
    await page.goto(this.address(host, '/login/'));
    await page.fill('input[name=email]', who.email);
    await page.fill('input[name=password]', who.password);
    await page.click('main form button[type=submit]');
    await page.waitForURL('**/backoffice/');
    return page;
  };

  /** axe at both widths: nothing it can see may be wrong. */
  accessible = async (page, name) => {
    for (const [width, height] of [[1280, 900], [390, 844]]) {
      await page.setViewportSize({ width, height });
      if (this.shots) await page.screenshot({ path: join(this.shots, `${name}-${width}.png`), fullPage: true });
      await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
      const found = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), rules);
      assert.deepEqual(found.violations.map((v) => `${name} ${width}: ${v.id} ${v.nodes[0].html.slice(0, 160)}`), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name} at ${width} px scrolls sideways by ${wide} px`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  };
}
export const office = () => new Office();
