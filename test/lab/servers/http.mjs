// An HTTP server; its paths are in http-routes.mjs.
import { createServer } from 'node:http';
import { answer } from './http-routes.mjs';
import { listen } from './listen.mjs';

listen(createServer(answer));
