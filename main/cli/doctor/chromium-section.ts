import { readFileSync } from 'node:fs';
import type { ChromiumAccess } from '../../chromium/chromium-access.js';
import { loadNativeAddon } from '../../monitor/native-addon.js';
import type { DoctorSection } from './section.js';
import { tryHealing } from './try-healing.js';

// Documentation/admin-guide/LSM/Yama.rst of the kernel.
const YAMA: readonly string[] = [
  'any process of the same user',
  'descendants only, as Chromium’s network service is',
  'nobody without CAP_SYS_PTRACE: Chromium’s connections are out of reach',
  'nobody at all: Chromium’s connections are out of reach',
];

/** Whether Electron applications of this user can have Chromium's dead connections ended one by one (docs/chromium.md). */
export const chromiumSection: DoctorSection = {
  name: 'chromium',
  title: 'Chromium',
  async examine({ monitor: { capabilities } }) {
    const ptraceScope = readPtraceScope();
    const access = capabilities.backend === 'netlink' ? await tryHealing(loadNativeAddon()) : ELSEWHERE;
    const yama =
      ptraceScope === null
        ? 'no Yama, or it cannot be asked'
        : `kernel.yama.ptrace_scope = ${ptraceScope}: ${YAMA[ptraceScope] ?? 'unknown'}`;
    return {
      data: { healing: access?.healing ?? null, reason: access?.reason ?? null, ptraceScope },
      lines: [summary(access), yama],
      advice: access?.healing === 'coarse' ? [adviceFor(ptraceScope)] : [],
    };
  },
};

const ELSEWHERE: ChromiumAccess = {
  healing: 'coarse',
  reason: "Chromium's connections cannot be ended one by one: that needs Linux and its netlink",
};

function summary(access: ChromiumAccess | null): string {
  if (access === null) return 'it could not be tried whether connections of another process can be ended';
  return access.reason ?? 'precise: dead connections of a process of the same user can be ended one by one';
}

function adviceFor(ptraceScope: number | null): string {
  return ptraceScope !== null && ptraceScope > 1
    ? 'set kernel.yama.ptrace_scope to 1, and dead connections of pages can be ended one by one'
    : 'pages of Electron applications here should use RoamingWebSocket and roamingFetch, which need no such right';
}

function readPtraceScope(): number | null {
  try {
    return Number(readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8'));
  } catch {
    return null;
  }
}
