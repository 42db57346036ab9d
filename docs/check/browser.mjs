// The system's Chromium, without a window and without a network but the loopback interface.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch } from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findChromium() {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM !== undefined) {
    if (isProgram(CHROMIUM)) return CHROMIUM;
    throw new Error(`CHROMIUM is ${CHROMIUM}, which is no program: give the path of Chromium`);
  }
  const folders = PATH.split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(
    isProgram,
  );
  if (found !== undefined) return found;
  throw new Error(
    'No Chromium on the PATH: apt-get install chromium, or name one with CHROMIUM=/path',
  );
}

export function openBrowser() {
  return launch({
    executablePath: findChromium(),
    args: [
      // Chromium's sandbox refuses to work for root, as whom containers run. The pages are our own.
      ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** A tab that notes what goes wrong in it, in `problems`, by the page that it shows. */
export async function openTab(browser, site, problems) {
  const tab = await browser.newPage();
  // A busy machine is no problem of the site.
  tab.setDefaultTimeout(60_000);
  const note = (text) => problems.add(tab.url(), text);
  tab.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`);
  });
  tab.on('pageerror', (error) => note(`script: ${error.message}`));
  tab.on('request', (request) => {
    if (!/^(?:data|blob):/u.test(request.url()) && !request.url().startsWith(site)) {
      note(`asks another host, or beyond the site: ${request.url()}`);
    }
  });
  tab.on('requestfailed', (request) => note(`request failed: ${request.url()}`));
  tab.on('response', (response) => {
    if (response.status() >= 400) note(`${response.status()}: ${response.url()}`);
  });
  return tab;
}

/** Shows a page, and waits until its scripts are done with it. */
export async function show(tab, url) {
  await tab.goto(url, { waitUntil: 'load' });
  await tab.waitForFunction(() => {
    const { drawn = 'yes' } = document.documentElement.dataset;
    const navigation = document.querySelector('#tsd-nav-container li');
    return document.body.style.display !== 'none' && navigation !== null && drawn === 'yes';
  });
}
