// Loaded before each test application: Electron would show a dialog for an error that nobody caught, and a test would
// wait for ever.
const { app } = require('electron');

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    console.error(error);
    app.exit(70);
  });
}
