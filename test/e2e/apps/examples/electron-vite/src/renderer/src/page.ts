import { getRoamkit } from 'roamkit/renderer';

const roamkit = getRoamkit();
const [status, signals] = ['status', 'signals'].map((id) => document.getElementById(id));

function show(): void {
  const { status: word, capabilities, defaultPaths } = roamkit.getSnapshot();
  const link = defaultPaths[4]?.link ?? 'no link';
  if (status) status.textContent = `${word} by ${link} (${capabilities.backend})`;
}
roamkit.subscribe(show);
show();

roamkit.on('reconnect', ({ urgency }) => {
  const item = document.createElement('li');
  item.textContent = urgency;
  signals?.append(item);
});
