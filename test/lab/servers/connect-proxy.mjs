// A proxy of HTTP's CONNECT (RFC 9110, section 9.3.6) and nothing else.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { listen } from './listen.mjs';
import { relay } from './relay.mjs';

const server = createServer((_request, response) => response.writeHead(405).end());
server.on('connect', (request, client, head) => {
  const { hostname, port } = new URL(`http://${request.url}`);
  const target = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.write(head);
  });
  relay(client, target);
});
listen(server);
