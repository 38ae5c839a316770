// main.mjs, driven by lines on stdin and not by Playwright, which keeps every page visible. A line is JSON: the source of a
// function, for this process or for the page of the window with that title. The answer is a line too.
import { createInterface } from 'node:readline';
import electron from 'electron';
import './main.mjs';

const run = async ({ source, argument, title }) => {
  if (title === undefined) return new Function(`return (${source})`)()(electron, argument);
  const window = electron.BrowserWindow.getAllWindows().find((one) => one.getTitle() === title);
  return window.webContents.executeJavaScript(`(${source})(${JSON.stringify(argument)})`);
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { number, ...task } = JSON.parse(line);
  const value = await run(task);
  console.log(`answer ${JSON.stringify({ number, value })}`);
});
