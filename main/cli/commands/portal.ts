import { FAMILIES } from '../../../core/families.js';
import type { DetectorStatus, PortalDiscovery, PortalInfo } from '../../../core/portal-types.js';
import type { PortalAttempt } from '../../portal/attempt.js';
import type { PortalDetectorState } from '../../portal/detector-state.js';
import type { PortalEndpoint } from '../../portal/endpoints.js';
import { PortalDetector } from '../../portal/portal-detector.js';
import { httpUrl } from '../../urls.js';
import { type ParsedArguments, refusePositionals, textOption } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { noteMissing } from '../missing.js';
import type { Paint } from '../text/paint.js';
import { printable, quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

/** `roamkit portal`: whether a captive portal is in between. */
export const portalCommand: Command = {
  name: 'portal',
  summary: 'Looks once for a captive portal: online, portal, limited or offline.',
  synopsis: '[--url U] [--netns NAME|PATH] [--json]',
  help: [['--url U', 'ask this URL, which answers 204, instead of the well-known ones']],
  options: { url: { type: 'string' } },
  prepare(parsed) {
    refusePositionals(parsed);
    const endpoints = endpointsOf(parsed);
    return (context) => portal(context, endpoints);
  },
};

function endpointsOf(parsed: ParsedArguments): readonly PortalEndpoint[] | undefined {
  const url = textOption(parsed, 'url');
  if (url === undefined) return undefined;
  if (httpUrl(url) === null) throw new UsageError(`--url must be an http: or https: URL, not ${quoted(url)}`);
  return [{ url, status: 204 }];
}

async function portal(
  context: CommandContext,
  endpoints: readonly PortalEndpoint[] | undefined,
): Promise<ExitCode> {
  await using monitor = await context.startMonitor();
  // Until the detector has found something, nothing else keeps the process alive all the time.
  monitor.ref();
  noteMissing(monitor, context);
  using detector = new PortalDetector(monitor, endpoints === undefined ? {} : { endpoints });
  const attempts: PortalAttempt[] = [];
  detector.on('attempt', (attempt) => attempts.push(attempt));
  const report = reportOf(await detector.detect(), attempts);
  await context.output.write(context.output.line(report, (paint) => reportText(report, paint)));
  return report.state === 'online' ? ExitCode.fine : ExitCode.no;
}

interface PortalReport {
  readonly state: DetectorStatus;
  /** Where to sign in, or `null`. */
  readonly url: string | null;
  readonly families: PortalDetectorState['families'];
  readonly attempts: readonly PortalAttempt[];
  readonly portal: PortalInfo | null;
}

function reportOf(
  { status, families, portal }: PortalDetectorState,
  attempts: PortalAttempt[],
): PortalReport {
  return {
    state: status,
    url: portal?.isCaptive ? portal.url : null,
    families,
    attempts,
    portal,
  };
}

const COLOURS = {
  online: 'green',
  portal: 'yellow',
  limited: 'yellow',
  offline: 'red',
  unknown: 'gray',
  probing: 'gray',
} as const;

const FOUND_BY: { readonly [D in PortalDiscovery]: string } = {
  redirect: 'a redirect',
  page: 'a page that was not asked for',
  'status-511': 'status 511',
  'router-advertisement': 'the API that a router advertisement names',
  dhcp: 'the API that DHCP names',
  api: 'the API that is set',
};

function reportText({ state, url, families, attempts, portal }: PortalReport, paint: Paint): string {
  const lines = [paint(COLOURS[state], state)];
  if (portal !== null) lines.push(`told by ${FOUND_BY[portal.foundBy]}`);
  if (url !== null) lines.push(`sign in at ${printable(url)}`);
  lines.push(...FAMILIES.map((family) => `IPv${family}  ${families[family]}`));
  lines.push(...attempts.map((attempt) => attemptText(attempt, paint)));
  return lines.join('\n');
}

function attemptText(
  { family, url, outcome, status, error, durationMs }: PortalAttempt,
  paint: Paint,
): string {
  const answer = [
    outcome,
    ...(status === null ? [] : [`status ${status}`]),
    ...(error === null ? [] : [error]),
  ];
  const text = `IPv${family}  ${printable(url)}  ${printable(answer.join(', '))}  ${Math.round(durationMs)} ms`;
  return paint('gray', text);
}
