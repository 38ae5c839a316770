import { refusePositionals } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { bufferSection } from '../doctor/buffer-section.js';
import { capabilitiesSection } from '../doctor/capabilities-section.js';
import { chromiumSection } from '../doctor/chromium-section.js';
import { consistencySection } from '../doctor/consistency-section.js';
import { countsSection } from '../doctor/counts-section.js';
import { kernelSetting } from '../doctor/kernel-setting.js';
import { rulesSection } from '../doctor/rules-section.js';
import type { DoctorSection, Examination } from '../doctor/section.js';
import { selfCheckSection } from '../doctor/self-check-section.js';
import { settingsSection } from '../doctor/settings-section.js';
import { ExitCode } from '../exit-code.js';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';

/** In the order in which they are examined and shown. The self-check comes before what counts its audit. */
const SECTIONS: readonly DoctorSection[] = [
  capabilitiesSection,
  bufferSection,
  countsSection,
  rulesSection,
  settingsSection,
  chromiumSection,
  selfCheckSection,
  consistencySection,
];

/** `roamkit doctor`: what this machine lets roamkit see, and whether what it sees is right. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Examines what can be seen here, checks it against the kernel, and advises.',
  synopsis: '[--netns NAME|PATH] [--json]',
  help: [],
  options: {},
  prepare(parsed) {
    refusePositionals(parsed);
    return doctor;
  },
};

interface Examined extends Examination {
  readonly section: DoctorSection;
}

async function doctor({ startMonitor, output }: CommandContext): Promise<ExitCode> {
  await using monitor = await startMonitor();
  const examined: Examined[] = [];
  for (const section of SECTIONS) {
    const found = await section.examine({ monitor, setting: kernelSetting });
    examined.push({ section, ...found });
  }
  const problems = examined.flatMap((found) => found.problems ?? []);
  const advice = examined.flatMap((found) => found.advice ?? []);
  const ok = problems.length === 0;
  const data = Object.fromEntries(examined.map((found) => [found.section.name, found.data]));
  const human = (paint: Paint): string => text(examined, problems, advice, paint);
  await output.write(output.line({ ok, problems, advice, ...data }, human));
  return ok ? ExitCode.fine : ExitCode.no;
}

const TITLE_WIDTH = Math.max(...SECTIONS.map(({ title }) => title.length));

function text(
  examined: readonly Examined[],
  problems: readonly string[],
  advice: readonly string[],
  paint: Paint,
): string {
  const rows = examined.flatMap(({ section, lines }) =>
    lines.map((line, index) => {
      const title = (index === 0 ? section.title : '').padEnd(TITLE_WIDTH);
      return `${paint('bold', title)}  ${printable(line)}`.trimEnd();
    }),
  );
  return [
    ...rows,
    '',
    ...problems.map((problem) => `${paint('red', 'problem:')} ${printable(problem)}`),
    ...advice.map((line) => `${paint('yellow', 'advice:')} ${printable(line)}`),
    problems.length === 0 ? paint('green', 'nothing is wrong') : paint('red', `problems: ${problems.length}`),
  ].join('\n');
}
