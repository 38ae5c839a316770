import { expect, it } from 'vitest';
import { plainUserAgent } from '../../../../../main/electron/portal-window/plain-user-agent.js';

it("keeps the browser's part of a user agent", () => {
  const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)';
  expect(plainUserAgent(`${browser} MyApp/1.2.3 Chrome/130.0.6723.137 Electron/33.2.1 Safari/537.36`)).toBe(
    `${browser} Chrome/130.0.6723.137 Safari/537.36`,
  );
});
