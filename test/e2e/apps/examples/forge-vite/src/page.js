import { getRoamkit } from 'roamkit/renderer';

const roamkit = getRoamkit();

function show() {
  const { status, capabilities, defaultPaths } = roamkit.getSnapshot();
  const link = defaultPaths[4]?.link ?? 'no link';
  document.querySelector('#status').textContent = `${status} by ${link} (${capabilities.backend})`;
}
roamkit.subscribe(show);
show();

roamkit.on('reconnect', ({ urgency }) => {
  const item = document.createElement('li');
  item.textContent = urgency;
  document.querySelector('#signals').append(item);
});
