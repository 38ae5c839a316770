import type { Family, Lookup, LookupOptions } from '../../../core/network-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import { familyOfLiteral, type ParsedArguments, textOption, wholeNumberOption } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { lines } from '../lines.js';
import { missingError, noteMissing } from '../missing.js';
import type { Output } from '../output.js';
import { lookupsText, lookupText } from '../text/lookup-text.js';
import { quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

const MAIN_TABLE = 254;
const LOCAL_TABLE = 255;

type Answerer = 'mirror' | 'kernel' | 'both';

/** What `roamkit lookup` was asked. */
interface LookupRequest {
  readonly answerer: Answerer;
  readonly source: string | undefined;
  readonly mark: number | undefined;
  /** A link's name. */
  readonly oif: string | undefined;
  readonly destinations: readonly string[];
}

/** `roamkit lookup`: how packets to some destinations would leave. */
export const lookupCommand: Command = {
  name: 'lookup',
  summary: 'Prints how a packet to each DST would leave; -: from stdin, one a line.',
  synopsis: '[--from SRC] [--mark N] [--oif LINK] [--kernel|--both] [--netns NAME|PATH] [--json] DST...',
  help: [
    ['DST', 'an IP address; - reads them from stdin'],
    ['--from SRC', 'from this source address'],
    ['--mark N', 'with this mark (SO_MARK), decimal or 0x…'],
    ['--oif LINK', 'from a socket that is bound to this link'],
    ['--kernel', "the kernel's answer (default: the mirror's)"],
    ['--both', 'both answers, and whether they agree'],
  ],
  options: {
    from: { type: 'string' },
    mark: { type: 'string' },
    oif: { type: 'string' },
    kernel: { type: 'boolean' },
    both: { type: 'boolean' },
  },
  prepare(parsed) {
    const request = requestOf(parsed);
    return (context) => lookup(context, request);
  },
};

/** What is asked for. Throws {@link UsageError}. */
function requestOf(parsed: ParsedArguments): LookupRequest {
  const { values, positionals } = parsed;
  if (values['kernel'] === true && values['both'] === true) {
    throw new UsageError('--kernel and --both exclude each other');
  }
  const source = textOption(parsed, 'from');
  const sourceFamily = source === undefined ? undefined : familyOfLiteral(source, '--from: ');
  const mark = wholeNumberOption(parsed, 'mark', { least: 0, most: 0xffffffff });
  if (positionals.length === 0) throw new UsageError('a destination is missing');
  for (const destination of positionals) {
    if (destination !== '-') checkDestination(destination, source, sourceFamily);
  }
  return {
    answerer: values['both'] === true ? 'both' : values['kernel'] === true ? 'kernel' : 'mirror',
    source,
    mark,
    oif: textOption(parsed, 'oif'),
    destinations: positionals,
  };
}

function checkDestination(destination: string, source: string | undefined, family: Family | undefined): void {
  if (family === undefined || source === undefined) familyOfLiteral(destination);
  else if (familyOfLiteral(destination) !== family) {
    throw new UsageError(`${quoted(destination)} and --from ${source} are of different families`);
  }
}

async function lookup(context: CommandContext, request: LookupRequest): Promise<ExitCode> {
  const { output, stdin } = context;
  await using monitor = await context.startMonitor();
  if (request.answerer !== 'mirror' && !monitor.capabilities.kernelLookup) {
    throw missingError('the kernel cannot be asked', monitor);
  }
  noteMissing(monitor, context);
  const answer = answerFor(monitor, request, output);
  let isFine = true;
  for (const destination of request.destinations) {
    const batches = destination === '-' ? destinationsIn(stdin, request) : [[destination]];
    for await (const batch of batches) {
      const answers = batch.map(answer);
      isFine &&= answers.every((one) => one.isFine);
      await output.write(answers.map((one) => one.line).join(''));
      if (output.isClosed) return isFine ? ExitCode.fine : ExitCode.no;
    }
  }
  return isFine ? ExitCode.fine : ExitCode.no;
}

// All lines that arrived at once are answered at once: one write instead of thousands where a file is piped in, no
// waiting where another program asks line by line.
async function* destinationsIn(stdin: AsyncIterable<Buffer | string>, request: LookupRequest) {
  const family = request.source === undefined ? undefined : familyOfLiteral(request.source);
  let number = 0;
  for await (const batch of lines(stdin)) {
    const destinations: string[] = [];
    let complaint: UsageError | undefined;
    for (const line of batch) {
      number++;
      const destination = line.trim();
      if (destination === '') continue;
      try {
        checkDestination(destination, request.source, family);
      } catch (error) {
        complaint = new UsageError(`stdin line ${number}: ${(error as UsageError).message}`);
        break;
      }
      destinations.push(destination);
    }
    yield destinations;
    if (complaint !== undefined) throw complaint;
  }
}

interface Answer {
  readonly line: string;
  readonly isFine: boolean;
}

function answerFor(monitor: NetworkMonitor, request: LookupRequest, output: Output): (dst: string) => Answer {
  const options = optionsFor(monitor, request);
  const ask = (by: 'mirror' | 'kernel', dst: string): Lookup =>
    record(dst, by === 'mirror' ? monitor.lookup(dst, options) : monitor.lookupKernel(dst, options));
  const { answerer } = request;
  if (answerer !== 'both') {
    return (dst) => {
      const found = ask(answerer, dst);
      return { line: output.line(found, (paint) => lookupText(found, paint)), isFine: found.routable };
    };
  }
  return (dst) => {
    const both = { dst, mirror: ask('mirror', dst), kernel: ask('kernel', dst) };
    const agree = doAgree(both.mirror, both.kernel);
    return {
      line: output.line({ ...both, agree }, (paint) => lookupsText(both.mirror, both.kernel, agree, paint)),
      isFine: agree && both.kernel.routable,
    };
  };
}

function optionsFor({ state }: NetworkMonitor, { source, mark, oif }: LookupRequest): LookupOptions {
  const link = state.links.find(({ name }) => name === oif);
  if (oif !== undefined && link === undefined) throw new UsageError(`--oif: there is no link ${quoted(oif)}`);
  return {
    ...(source === undefined ? {} : { source }),
    ...(mark === undefined ? {} : { mark }),
    ...(link === undefined ? {} : { oif: link.ifindex }),
  };
}

/** The fields in the contract's order; `dst` as it was asked, so that answers can be told apart by it. */
function record(dst: string, found: Lookup): Lookup {
  const { routable, reason, type, table, prefix, oif, link, gateway, source, certain } = found;
  return { dst, routable, reason, type, table, prefix, oif, link, gateway, source, certain };
}

/**
 * Whether two answers send a packet the same way. The kernel tells no prefix, and for what is not routable only an
 * errno: what one of them does not know is no disagreement.
 */
export function doAgree(mirror: Lookup, kernel: Lookup): boolean {
  if (mirror.routable !== kernel.routable) return false;
  const isSameSource = areEqualWhereKnown(mirror.source, kernel.source);
  if (!mirror.routable) {
    return (
      isSameSource &&
      areEqualWhereKnown(mirror.type, kernel.type) &&
      areEqualWhereKnown(mirror.table, kernel.table)
    );
  }
  return (
    isSameSource &&
    mirror.type === kernel.type &&
    isSameTable(mirror.table, kernel.table) &&
    mirror.oif === kernel.oif &&
    mirror.gateway === kernel.gateway
  );
}

// Until the first rule is made the kernel keeps IPv4's local and main tables in one trie, and answers "main" for both
// (fib_trie.c, fib_unmerge).
function isSameTable(mirror: number | null, kernel: number | null): boolean {
  return mirror === kernel || (mirror === LOCAL_TABLE && kernel === MAIN_TABLE);
}

function areEqualWhereKnown<T>(a: T | null, b: T | null): boolean {
  return a === null || b === null || a === b;
}
