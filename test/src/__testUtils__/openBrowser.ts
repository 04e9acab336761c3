import { Browser, chromium } from 'playwright-core';

/** Debian's Chromium; tests that look at screens need it. */
export const CHROMIUM = '/usr/bin/chromium';

/** Chromium without a screen, which asks nothing of anybody by itself. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
