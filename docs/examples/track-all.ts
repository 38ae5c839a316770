import { Agent, get } from 'node:http';
import { ConnectionRegistry, NetworkMonitor } from 'roamkit';

const [url = 'http://api.example.com/'] = process.argv.slice(2);

const registry = new ConnectionRegistry(await NetworkMonitor.start());
registry.trackAll({ side: 'client', label: ({ host }) => host });
registry.on('invalidated', ({ reason }) => console.log(`closed: ${reason}`));

const agent = new Agent({ keepAlive: true });
function poll(): void {
  const request = get(url, { agent }, (response) => {
    console.log(`answered: ${response.statusCode}`);
    response.resume().once('end', () => setTimeout(poll, 200));
  });
  request.once('error', (error) => {
    console.log(`failed: ${error.message}`);
    setTimeout(poll, 200);
  });
}
poll();
