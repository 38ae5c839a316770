import { RoamkitError } from '../../../core/errors.js';
import type { Lookup } from '../../../core/network-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { doAgree } from '../lookup/agreement.js';
import { type Destination, destinationBatches } from '../lookup/destinations.js';
import {
  destinationCheck,
  LOOKUP_OPTIONS,
  type LookupRequest,
  lookupOptions,
  lookupRequest,
} from '../lookup/lookup-request.js';
import { missingError, noteMissing } from '../missing.js';
import type { Output } from '../output.js';
import { lookupsText, lookupText } from '../text/lookup-text.js';
import { printable } from '../text/printable.js';
import { UsageError } from '../usage.js';

/** `roamkit lookup`: how packets to some destinations would leave. */
export const lookupCommand: Command = {
  name: 'lookup',
  summary: 'Prints how a packet to each DST would leave; -: from stdin, one a line.',
  synopsis: '[OPTION...] [--kernel|--both] [--netns NAME|PATH] [--json] DST...',
  help: [
    ['DST', 'an IP address; - reads them from stdin'],
    ['--from SRC', 'from this source address'],
    ['--oif LINK', 'from a socket that is bound to this link (name or ifindex)'],
    ['--mark N', 'with this mark (SO_MARK), decimal or 0x…'],
    ['--uid N', "from a socket of this user (default: the command's)"],
    ['--tos N', 'with this TOS or traffic class, decimal or 0x…'],
    ['--proto P', 'tcp, udp, icmp or a number'],
    ['--sport N', 'from this port'],
    ['--dport N', 'to this port'],
    ['--kernel', "the kernel's answer (default: the mirror's)"],
    ['--both', 'both answers, and whether they agree'],
  ],
  options: LOOKUP_OPTIONS,
  prepare(parsed) {
    const request = lookupRequest(parsed);
    return (context) => lookup(context, request);
  },
};

async function lookup(context: CommandContext, request: LookupRequest): Promise<ExitCode> {
  const { output, stdin } = context;
  await using monitor = await context.startMonitor();
  if (request.answerer !== 'mirror' && !monitor.capabilities.kernelLookup) {
    throw missingError('the kernel cannot be asked', monitor);
  }
  noteMissing(monitor, context);
  const answer = answerFor(monitor, request, output);
  let code: ExitCode = ExitCode.fine;
  for await (const batch of destinationBatches(request.destinations, stdin)) {
    const answers = batch.map(answer);
    code = Math.max(code, ...answers.map((one) => one.code)) as ExitCode;
    await output.write(answers.map((one) => one.line).join(''));
    if (output.isClosed) break;
  }
  return code;
}

interface Answer {
  readonly line: string;
  readonly code: ExitCode;
}

function answerFor(
  monitor: NetworkMonitor,
  request: LookupRequest,
  output: Output,
): (destination: Destination) => Answer {
  const options = lookupOptions(request, monitor.state);
  const check = destinationCheck(options.source);
  const ask = (by: 'mirror' | 'kernel', dst: string): Lookup =>
    by === 'mirror' ? monitor.lookup(dst, options) : monitor.lookupKernel(dst, options);
  const { answerer } = request;
  const answer = (dst: string): Answer => {
    if (answerer !== 'both') {
      const found = ask(answerer, dst);
      return {
        line: output.line(record(found), (paint) => lookupText(found, paint)),
        code: found.routable ? ExitCode.fine : ExitCode.no,
      };
    }
    const mirror = ask('mirror', dst);
    const kernel = ask('kernel', dst);
    const agree = doAgree(mirror, kernel);
    const both = { dst, mirror: record(mirror), kernel: record(kernel), agree };
    return {
      line: output.line(both, (paint) => lookupsText(mirror, kernel, agree, paint)),
      code: agree && kernel.routable ? ExitCode.fine : ExitCode.no,
    };
  };
  return ({ text, line }) => {
    // What stood on the command line was checked before the monitor began.
    if (line === null) return answer(text);
    try {
      check(text);
      return answer(text);
    } catch (error) {
      return complaint(text, line, error, output);
    }
  };
}

// A bad line must not cost the answers to the others.
function complaint(dst: string, line: number, error: unknown, output: Output): Answer {
  const isInput =
    error instanceof UsageError ||
    (error instanceof RoamkitError && error.code === 'ERR_ROAMKIT_INVALID_ARGUMENT');
  if (!isInput) throw error;
  const { message } = error;
  return {
    line: output.line({ line, dst, error: message }, (paint) =>
      paint('red', `stdin line ${line}: ${printable(message)}`),
    ),
    code: ExitCode.usage,
  };
}

/** The fields in the contract's order, and the legs where there is a choice of them. */
function record(found: Lookup): object {
  const { dst, routable, reason, type, table, prefix, oif, link, gateway, source, certain, nexthops } = found;
  const fields = { dst, routable, reason, type, table, prefix, oif, link, gateway, source, certain };
  return nexthops === null ? fields : { ...fields, nexthops };
}
