// A captive portal: sends everybody who asks for something else to http://HOST/sign-in, HOST being the one of its options
// (`page`). Prints `{"signedIn":true}` once the form there is sent.
import { openNetwork, PortalServer, redirectTo, signInPage } from 'roamkit/testing';

const { port, host, page } = JSON.parse(process.argv[2] ?? '{}');

const portal = await PortalServer.start({
  port,
  host,
  behaviour: ({ method, host: askedFor }) => {
    if (askedFor !== page) return redirectTo(`http://${page}/sign-in`);
    if (method !== 'POST') return signInPage();
    console.log(JSON.stringify({ signedIn: true }));
    return { ...openNetwork, status: 200, body: 'You are online.' };
  },
});
console.log(JSON.stringify({ port: portal.port }));
process.stdin.resume().once('end', () => process.exit(0));
