/**
 * What the lab's servers share: they listen where their one argument says, tell the port in a line of JSON, and end when
 * their stdin ends, so that they never outlive the lab.
 *
 * @param {import('node:net').Server} server
 */
export function listen(server) {
  const { port = 0, host = '::' } = JSON.parse(process.argv[2] ?? '{}');
  server.listen({ port, host }, () => console.log(JSON.stringify({ port: server.address().port })));
  server.once('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  process.stdin.resume().once('end', () => process.exit(0));
}
